# SPDX-License-Identifier: MIT
# make demo      what whyrst says of a real incident (tests/demo/stage.py staged it)
# make picture   docs/demo.svg and docs/demo.zh.svg, the pictures of the READMEs, from real runs
DEMO := tests/demo/morning-rush.pcap

.PHONY: demo picture
demo: all
	@echo "$$ whyrst read $(DEMO)"
	@$(O)/whyrst read $(DEMO)
picture: all
	@cd $(dir $(DEMO)) && export PATH="$(abspath $(O)):$$PATH" && \
		$(PYTHON) ../../tools/term-svg whyrst read $(notdir $(DEMO)) > $(abspath $(O))/demo.svg && \
		$(PYTHON) ../../tools/term-svg whyrst read --lang zh $(notdir $(DEMO)) > $(abspath $(O))/demo.zh.svg
	@mv $(O)/demo.svg $(O)/demo.zh.svg docs/
