# SPDX-License-Identifier: MIT
# The one build system. Folders are globbed: adding a file needs no edit here. See ARCHITECTURE.md.
#   make                build $(O)/whyrst and $(O)/libwhyrst.a
#   make O=dir          build somewhere else          make CC=clang
#   make SANITIZE=1     with ASan and UBSan           make WERROR=1   warnings are errors
#   make SHARED=1       libraries are left to the loader (packages of a distribution)
.DEFAULT_GOAL := all
VERSION := 0.1.0
O ?= build
include mk/build.mk
include $(sort $(filter-out mk/build.mk,$(wildcard mk/*.mk)))
