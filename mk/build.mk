# SPDX-License-Identifier: MIT
# Compiling: every .c below src/ is found by itself; floors 0-4 make libwhyrst.a.
CC ?= gcc
CSTD := -std=gnu17
OPT ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla
ifeq ($(WERROR),1)
WARN += -Werror
endif
ifeq ($(SANITIZE),1)
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
endif
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2
ifeq ($(SANITIZE),1)
HARDEN :=
endif
CPPFLAGS += -D_GNU_SOURCE -DWHYRST_VERSION='"$(VERSION)"' -Isrc -I$(O)/gen -Iinclude
CFLAGS += $(CSTD) $(OPT) $(WARN) $(HARDEN) -fvisibility=hidden
LIBS := pcap bpf jansson elf cap seccomp z zstd lzma
LDLIBS += $(LIBS:%=-l%) -lpthread

# The program has its libraries linked in where their archives are there: the loader takes three times
# as long to find and bind sixteen of them as `check` takes in all. SHARED=1 leaves them to the loader.
# libpcap's capture from D-Bus stays out, which alone asks for six of them: its table of sources
# (capture_source_types[] in pcap.c) ends where these functions are 0.
archive = $(or $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)),-l$(1))
PCAP_NEEDS := $(filter-out -lpcap -ldbus-1 -lsystemd -lpthread -L%,$(shell pcap-config --static --libs))
ifeq ($(SHARED)$(SANITIZE)$(PCAP_NEEDS),)
PROGRAM_LIBS := -Wl,--defsym=dbus_create=0,--defsym=dbus_findalldevs=0 \
	$(foreach l,$(LIBS),$(call archive,$(l))) -lpthread
else
PROGRAM_LIBS = $(LDLIBS)
endif

CORE_DIRS := base wire flow causes verdict


CORE_SRC := $(sort $(foreach d,$(CORE_DIRS),$(wildcard src/$(d)/*.c)))
TOOL_SRC := $(sort $(filter-out $(CORE_SRC) %.bpf.c,$(wildcard src/*.c src/*/*.c)))
GEN_CORE := $(O)/gen/cause_table.c $(O)/gen/idle_table.c
GEN_TOOL := $(O)/gen/cmd_table.c $(O)/gen/sink_table.c $(O)/gen/source_table.c \
	$(O)/gen/catalogue_table.c $(O)/gen/protocol_table.c $(O)/gen/client_table.c \
	$(O)/gen/scenario_table.c $(O)/gen/check_table.c

CORE_OBJ := $(CORE_SRC:%.c=$(O)/%.o) $(GEN_CORE:.c=.o)
TOOL_OBJ := $(TOOL_SRC:%.c=$(O)/%.o) $(GEN_TOOL:.c=.o)
DEPS := $(CORE_OBJ:.o=.d) $(TOOL_OBJ:.o=.d)

.PHONY: all clean
all: $(O)/whyrst

$(O)/libwhyrst.a: $(CORE_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(O)/whyrst: $(TOOL_OBJ) $(O)/libwhyrst.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(TOOL_OBJ) $(O)/libwhyrst.a $(PROGRAM_LIBS)

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(O)/gen/%.o: $(O)/gen/%.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Tables of a folder's entries, KIND:FOLDER; rewritten only when they change, so that an unchanged
# listing rebuilds nothing.
TABLES := cause:causes cmd:cmds sink:sinks source:sources protocol:probe scenario:scenarios check:audit
.PHONY: FORCE
FORCE:
define table_rule
$(O)/gen/$(word 1,$(1))_table.c: FORCE
	@mkdir -p $$(@D) && sh tools/gen-table $(word 1,$(1)) src/$(word 2,$(1)) > $$@.new && \
	 { cmp -s $$@ $$@.new && rm $$@.new || mv $$@.new $$@; }
endef
$(foreach t,$(TABLES),$(eval $(call table_rule,$(subst :, ,$(t)))))

$(O)/gen/client_table.c: data/idle-clients.csv data/facts-idle.csv tools/gen-clients
	@mkdir -p $(@D) && python3 tools/gen-clients $(wordlist 1,2,$^) > $@.new && mv $@.new $@
$(O)/gen/idle_table.c: data/facts-idle.csv tools/gen-idle
	@mkdir -p $(@D) && python3 tools/gen-idle $< > $@.new && mv $@.new $@

CATALOGUE_DATA := data/facts-errors.csv data/error-notes.csv data/error-advice.csv data/knobs.csv
$(O)/gen/catalogue_table.c: tools/gen-catalogue $(CATALOGUE_DATA)
	@mkdir -p $(@D) && python3 tools/gen-catalogue $(CATALOGUE_DATA) > $@.new && mv $@.new $@

$(O)/gen/fact_keys.h: src/flow/facts.def
	@mkdir -p $(@D) && sed -n 's/^FACT(\([A-Z0-9_]*\),.*/\1/p' $< | \
	 awk '{ printf "[FACT_%s] = \"%s\",\n", $$1, tolower($$1) }' > $@
$(O)/src/flow/facts.o: $(O)/gen/fact_keys.h

clean:
	rm -rf $(O)
-include $(DEPS)
