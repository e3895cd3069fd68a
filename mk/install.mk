# SPDX-License-Identifier: MIT
# make install [PREFIX=/usr/local] [DESTDIR=]    program, library, header, pkg-config file, man pages, completion
# make uninstall                                 removes exactly those
# make static                                    $(O)/whyrst-static: everything linked in but glibc
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
INSTALL ?= install
OBJCOPY ?= objcopy
LD ?= ld

.PHONY: install uninstall static
# The installed archive is one object that shows whyrst_* and nothing else: names of the inside cannot
# meet those of a program.
$(O)/install/libwhyrst.a: $(O)/libwhyrst.a
	@mkdir -p $(@D)
	$(LD) -r --whole-archive $< -o $(@D)/whyrst.o
	$(OBJCOPY) --wildcard --keep-global-symbol='whyrst_*' $(@D)/whyrst.o
	@rm -f $@
	$(AR) rcs $@ $(@D)/whyrst.o

$(O)/install/whyrst.pc: packaging/whyrst.pc.in Makefile FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	 -e 's|@VERSION@|$(VERSION)|' $< > $@

INSTALLED := $(BINDIR)/whyrst $(LIBDIR)/libwhyrst.a $(LIBDIR)/pkgconfig/whyrst.pc \
	$(INCLUDEDIR)/whyrst.h $(MANDIR)/man1/whyrst.1 $(MANDIR)/man7/whyrst-causes.7 \
	$(MANDIR)/zh_CN/man1/whyrst.1 $(MANDIR)/zh_CN/man7/whyrst-causes.7 \
	$(DATADIR)/bash-completion/completions/whyrst $(DATADIR)/zsh/site-functions/_whyrst \
	$(DATADIR)/fish/vendor_completions.d/whyrst.fish

install: $(O)/whyrst $(O)/install/libwhyrst.a $(O)/install/whyrst.pc docs
	$(INSTALL) -D -m 755 $(O)/whyrst $(DESTDIR)$(BINDIR)/whyrst
	$(INSTALL) -D -m 644 $(O)/install/libwhyrst.a $(DESTDIR)$(LIBDIR)/libwhyrst.a
	$(INSTALL) -D -m 644 $(O)/install/whyrst.pc $(DESTDIR)$(LIBDIR)/pkgconfig/whyrst.pc
	$(INSTALL) -D -m 644 include/whyrst.h $(DESTDIR)$(INCLUDEDIR)/whyrst.h
	$(INSTALL) -D -m 644 $(O)/docs/whyrst.1 $(DESTDIR)$(MANDIR)/man1/whyrst.1
	$(INSTALL) -D -m 644 $(O)/docs/whyrst-causes.7 $(DESTDIR)$(MANDIR)/man7/whyrst-causes.7
	$(INSTALL) -D -m 644 $(O)/docs/whyrst.zh.1 $(DESTDIR)$(MANDIR)/zh_CN/man1/whyrst.1
	$(INSTALL) -D -m 644 $(O)/docs/whyrst-causes.zh.7 $(DESTDIR)$(MANDIR)/zh_CN/man7/whyrst-causes.7
	$(INSTALL) -D -m 644 $(O)/docs/whyrst.bash $(DESTDIR)$(DATADIR)/bash-completion/completions/whyrst
	$(INSTALL) -D -m 644 $(O)/docs/whyrst.zsh $(DESTDIR)$(DATADIR)/zsh/site-functions/_whyrst
	$(INSTALL) -D -m 644 $(O)/docs/whyrst.fish $(DESTDIR)$(DATADIR)/fish/vendor_completions.d/whyrst.fish

uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))

# As the program itself, but that OpenSSL is linked in, too, not loaded. Shared is glibc alone: its name
# service and locale parts are loaded at run time, and a static copy breaks where the versions differ.
STATIC_OBJ := $(filter-out $(O)/src/probe/openssl.o,$(TOOL_OBJ)) $(O)/static/openssl.o

static: $(O)/whyrst-static
$(O)/static/openssl.o: src/probe/openssl.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -DOPENSSL_LINKED -MMD -MP -c -o $@ $<
$(O)/whyrst-static: $(STATIC_OBJ) $(O)/libwhyrst.a
	$(CC) $(CFLAGS) $(LDFLAGS) -static-libgcc -o $@ $(STATIC_OBJ) $(O)/libwhyrst.a \
	 $(call archive,ssl) $(call archive,crypto) $(PROGRAM_LIBS)
	@echo "$@ is linked statically but for:" && \
	 readelf -d $@ | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/  \1/p'
