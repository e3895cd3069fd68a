# SPDX-License-Identifier: MIT
# make docs     man pages and completion below $(O)/docs, from the same tables as -h
# make redocs   the same into docs/man, the committed copy (tests/cli/man.sh compares), docs/causes*.md
#               and docs/rivalry.csv
DOCS := whyrst.1 whyrst-causes.7 whyrst.zh.1 whyrst-causes.zh.7 whyrst.bash whyrst.zsh whyrst.fish
DOCS_MAN := $(filter %.1 %.7,$(DOCS))
DOCS_OUT := $(DOCS:%=$(O)/docs/%)

.PHONY: docs redocs
docs: $(DOCS_OUT)
DOCS_OBJ := $(filter-out $(O)/src/main.o,$(TOOL_OBJ))
$(O)/gen-docs: $(O)/tools/gen-docs.o $(DOCS_OBJ) $(O)/libwhyrst.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
.SECONDARY: $(O)/tools/gen-docs.o
-include $(O)/tools/gen-docs.d

$(O)/docs/whyrst.1: DOC_ARGS = man en
$(O)/docs/whyrst-causes.7: DOC_ARGS = man-causes en
$(O)/docs/whyrst.zh.1: DOC_ARGS = man zh
$(O)/docs/whyrst-causes.zh.7: DOC_ARGS = man-causes zh
$(O)/docs/whyrst.bash: DOC_ARGS = bash
$(O)/docs/whyrst.zsh: DOC_ARGS = zsh
$(O)/docs/whyrst.fish: DOC_ARGS = fish
$(DOCS_OUT): $(O)/gen-docs
	@mkdir -p $(@D)
	@$(O)/gen-docs $(DOC_ARGS) > $@.new && mv $@.new $@

redocs: docs
	cp $(DOCS_MAN:%=$(O)/docs/%) docs/man/
	tools/gen-causes-doc -w $(O)
	tools/check-rivalry -w $(O)
