# SPDX-License-Identifier: MIT
# make demo      what whyrst says of a real incident (tests/demo/stage.py staged it)
# make picture   docs/demo.svg, the picture of the README, from a real run
DEMO := tests/demo/morning-rush.pcap

.PHONY: demo picture
demo: all
	@echo "$$ whyrst read $(DEMO)"
	@$(O)/whyrst read $(DEMO)
picture: all
	@cd $(dir $(DEMO)) && PATH=$(abspath $(O)):$$PATH python3 ../../tools/term-svg \
		whyrst read $(notdir $(DEMO)) > ../../docs/demo.svg.new && \
		mv ../../docs/demo.svg.new ../../docs/demo.svg
