# SPDX-License-Identifier: GPL-2.0-only
#
# For people. Kbuild, beside this file, is for the kernel's build.

SHELL := bash
KERNEL ?= $(shell scripts/kernels --default)
KDIR ?= /lib/modules/$(KERNEL)/build
OUT := build/modules/$(KERNEL)

# In load order: a floor uses only floors below it.
MODULES := xendomu xendomu-events xendomu-grant xendomu-xenstore xendomu-console
CONFIGS := XENDOMU XENDOMU_EVENTS XENDOMU_GRANT XENDOMU_XENSTORE XENDOMU_CONSOLE

# W=1 and C=1 (sparse) pass through to the kernel's build.
kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR)/$(OUT) $(CONFIGS:%=CONFIG_%=m)

.DEFAULT_GOAL := help
.PHONY: help modules modules-list driver clean

help: ## print this list
	@echo 'Targets:'
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 26
	@echo 'Variables: KERNEL=release (now $(KERNEL)), W=1, C=1'

modules: ## build the modules against the headers of KERNEL
	@test -e $(KDIR)/Makefile || { \
		echo 'no headers for kernel $(KERNEL) in $(KDIR):' \
		     'apt-get install linux-headers-$(KERNEL)' >&2; exit 1; }
	@# Objects of one kernel must not meet those of another: each kernel has
	@# a tree of links to the sources, and builds there.
	@mkdir -p $(OUT)
	@cp -rsf $(CURDIR)/{arch,drivers,include,Kbuild} $(OUT)/
	@find $(OUT) -xtype l -delete
	$(kbuild) modules

modules-list: ## print the modules' files in load order, one a line
	@printf '%s\n' $(MODULES:%=$(OUT)/%.ko)

# A driver is built like the modules: in a tree of links, one per kernel.
DRIVER_OUT = build/drivers/$(KERNEL)/$(notdir $(abspath $(DIR)))
driver: modules ## build the driver in DIR against our headers and symbols
	@mkdir -p $(DRIVER_OUT)
	@cp -rsf $(abspath $(DIR))/. $(DRIVER_OUT)/
	@find $(DRIVER_OUT) -xtype l -delete
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(DRIVER_OUT) XENDOMU=$(CURDIR) \
		KBUILD_EXTRA_SYMBOLS=$(CURDIR)/$(OUT)/Module.symvers modules

clean: ## remove what was built here (the cache stays)
	rm -rf build
