# SPDX-License-Identifier: GPL-2.0-only
#
# For people. Kbuild, beside this file, is for the kernel's build.

SHELL := bash
# A kernel is named by its release, or as SUITE:VERSION.
ifdef KERNEL
ASKED := $(KERNEL)
override KERNEL := $(shell scripts/kernels --release '$(KERNEL)')
ifeq ($(KERNEL),)
$(error no kernel '$(ASKED)' to build for, see above)
endif
else
KERNEL := $(shell scripts/kernels --default)
endif
ifndef KDIR
# Asked once, and only by targets that need it.
KDIR = $(eval KDIR := $(if $(KERNEL),$(shell scripts/kernels --headers '$(KERNEL)')))$(KDIR)
endif
# Its own compiler, where this machine's is another suite's.
TOOLS := $(if $(KERNEL),$(shell scripts/kernels --tools '$(KERNEL)'))
ifneq ($(TOOLS),)
export PATH := $(TOOLS):$(PATH)
endif
# The host that Xen, dom0 and QEMU come from. Some shells have a HOST of their own.
ifeq ($(origin HOST),command line)
export XENHOST_HOST := $(HOST)
endif
OUT := build/modules/$(KERNEL)

# In load order: a floor uses only floors below it.
MODULES := xendomu xendomu-events xendomu-grant xendomu-xenstore xendomu-console
MODULES += xendomu-console-front xendomu-xenbus
CONFIGS := XENDOMU XENDOMU_EVENTS XENDOMU_GRANT XENDOMU_XENSTORE XENDOMU_CONSOLE
CONFIGS += XENDOMU_CONSOLE_FRONT XENDOMU_XENBUS

# W=1 and C=1 (sparse) pass through to the kernel's build. As many jobs as there
# are processors, unless make was told.
kbuild = $(MAKE) $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc)) -C $(KDIR)
build_modules = $(kbuild) M=$(CURDIR)/$(OUT) $(CONFIGS:%=CONFIG_%=m)
build_drivers = $(kbuild) XENDOMU=$(CURDIR) KBUILD_EXTRA_SYMBOLS=$(CURDIR)/$(OUT)/Module.symvers

.DEFAULT_GOAL := help
.PHONY: help modules modules-list driver driver-kernel packages test-driver test-drivers demo
.PHONY: dom0-echo frontends bench bench-drivers integrate
.PHONY: check check-style check-spin check-fuzz check-kunit check-mutate check-xen check-matrix check-new check-long install uninstall clean

help: ## print this list
	@echo 'Targets:'
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 26
	@echo 'Variables: KERNEL=release or suite:version (now $(KERNEL)), HOST=suite, W=1, C=1'

modules: ## build the modules against the headers of KERNEL
	@scripts/kernels --in-range '$(KERNEL)'
	@test -e $(KDIR)/Makefile || { \
		echo 'no headers for kernel "$(KERNEL)" here: name its suite to fetch them,' \
		     'such as KERNEL=trixie:6.12' >&2; exit 1; }
	@# Objects of one kernel must not meet those of another: each kernel has
	@# a tree of links to the sources, and builds there.
	@mkdir -p $(OUT)
	@cp -rsf $(CURDIR)/{arch,drivers,include,Kbuild} $(OUT)/
	@find $(OUT) -xtype l -delete
	$(build_modules) modules

modules-list: ## print the modules' files in load order, one a line
	@printf '%s\n' $(MODULES:%=$(OUT)/%.ko)

# A driver is built like the modules: in a tree of links, one per kernel.
DRIVERS_OUT = build/drivers/$(KERNEL)
driver_out = $(DRIVERS_OUT)/$(notdir $(abspath $(1)))
define link_driver
	@mkdir -p $(2)
	@cp -rsf $(abspath $(1))/. $(2)/
	@find $(2) -xtype l -delete

endef
driver: modules ## build the driver in DIR against our headers and symbols
	$(call link_driver,$(DIR),$(call driver_out,$(DIR)))
	$(build_drivers) M=$(CURDIR)/$(call driver_out,$(DIR)) modules

# The same sources for the Xen support that the kernel has itself.
driver-kernel:
	$(call link_driver,$(DIR),$(call driver_out,$(DIR))-kernel)
	$(kbuild) M=$(CURDIR)/$(call driver_out,$(DIR))-kernel modules

# Both ends of the sample for dom0, by names of their own.
# make before 4.4 exports nothing to $(shell).
DOM0_KERNEL = $(shell XENHOST_HOST='$(XENHOST_HOST)' scripts/xenhost where dom0)
dom0-echo:
	@$(MAKE) -s driver-kernel DIR=samples/echo KERNEL=$(DOM0_KERNEL)
	@mkdir -p build/dom0/$(DOM0_KERNEL)
	@for end in back front; do \
		cp build/drivers/$(DOM0_KERNEL)/echo-kernel/echo-$$end.ko \
			build/dom0/$(DOM0_KERNEL)/echo-$$end-dom0.ko || exit 1; \
	done

frontends: ## build Linux's own frontends, unchanged, against our headers
	@scripts/frontends --kernel $(KERNEL)

# Programs that play the other end in dom0. Without shared libraries, they run in
# every host's dom0, and in guests.
XEN_LIBS := -lxengnttab -lxenevtchn -lxenstore -lxencall -lxentoolcore -lxentoollog -lpthread
link := -static
xen_cc = scripts/xenhost cc $(link) -Wall -Wextra -O2
PEERS := $(patsubst tests/peer/%.c,build/%,$(wildcard tests/peer/*.c))
build/gnttab-stress-peer: tests/stress/control.h
$(PEERS): build/%: tests/peer/%.c
	@mkdir -p $(@D)
	$(xen_cc) -o $@ $< $(XEN_LIBS)

# Programs that use XenStore in the guest. Debian's static libxenstore is built
# without threads, and takes an event that comes before a reply for an error.
GUEST_PROGRAMS := $(patsubst tests/tools/%.c,build/%,$(wildcard tests/tools/*.c))
build/store-calls: link := -Wl,--as-needed
$(GUEST_PROGRAMS): build/%: tests/tools/%.c
	@mkdir -p $(@D)
	$(xen_cc) -o $@ $< $(XEN_LIBS)

XENSTORE_PEER := $(wildcard tests/peer/xenstore/*.[ch])
build/xenstore-peer: $(XENSTORE_PEER)
	@mkdir -p $(@D)
	$(xen_cc) -o $@ $(filter %.c,$^) $(XEN_LIBS)

# Installs what is missing where it may; else says what to install.
PACKAGES := host build
check check-%: PACKAGES := host build check
bench: PACKAGES := host build check
packages: ## install the Debian packages that are missing, fetch the Xen host
	@mkdir -p build/logs
	@scripts/xenhost doctor --install $(PACKAGES) >build/logs/doctor.log 2>&1 || \
		{ grep -v '^ok' build/logs/doctor.log; exit 1; }

# All in one run of kbuild, which takes seconds to look at its compiler. Whoever
# asks for more warnings wants to see what was looked at, too.
silent := $(if $(W)$(C),,-s)
TEST_DRIVERS := $(addprefix tests/,driver fault badbar stress storesoak differential waitdrv)
TEST_DRIVERS += samples/echo
test-driver: $(PEERS) $(GUEST_PROGRAMS) build/xenstore-peer
	@$(MAKE) $(silent) modules KERNEL=$(KERNEL)
	$(foreach dir,$(TEST_DRIVERS),$(call link_driver,$(dir),$(call driver_out,$(dir))))
	@printf 'obj-m += %s/\n' $(notdir $(TEST_DRIVERS)) >$(DRIVERS_OUT)/Kbuild
	@$(build_drivers) $(silent) M=$(CURDIR)/$(DRIVERS_OUT) modules
	@$(MAKE) -s dom0-echo W= C=

demo: packages ## show everything at work in a PV domU on a real Xen host
	@mkdir -p build/logs
	@$(MAKE) test-driver >build/logs/demo-build.log 2>&1 || { cat build/logs/demo-build.log; exit 1; }
	@KERNEL=$(KERNEL) scripts/demo

# The benchmark twice: as a driver of ours, and as one of the kernel's own.
bench-drivers: build/gntshr-peer build/evtchn-peer
	@$(MAKE) modules KERNEL=$(KERNEL)
	@for dir in tests/bench{,-xenstore,-events}; do \
		$(MAKE) -o modules driver DIR=$$dir KERNEL=$(KERNEL) && \
			$(MAKE) driver-kernel DIR=$$dir KERNEL=$(KERNEL) || exit 1; \
	done
	@scripts/frontends --kernel $(KERNEL) xen-blkfront xen-netfront

bench: ROUNDS ?= 5
bench: GUEST ?= pv
bench: packages ## our grants, events, XenStore and frontends against the kernel's own
	@mkdir -p build/logs
	@$(MAKE) bench-drivers >build/logs/bench-build.log 2>&1 || { cat build/logs/bench-build.log; exit 1; }
	@scripts/bench --kernel $(KERNEL) --guest $(GUEST) --rounds $(ROUNDS)
	@scripts/bench-events --kernel $(KERNEL)
	@scripts/bench-xenstore --kernel $(KERNEL) --guest $(GUEST) --rounds $(ROUNDS)
	@scripts/bench-frontends --kernel $(KERNEL) --guest $(GUEST) --rounds $(ROUNDS)

# For the kernels that tests run on.
TEST_KERNELS := --ends
check-long: TEST_KERNELS := --generic --noxen
test-drivers:
	@mkdir -p build/logs
	@kernels=$$(for list in $(TEST_KERNELS); do scripts/kernels $$list || exit 1; done) || exit 1; \
	for kernel in $$kernels; do \
		$(MAKE) test-driver KERNEL=$$kernel >build/logs/driver-$$kernel.log 2>&1 || \
			{ cat build/logs/driver-$$kernel.log; exit 1; }; \
	done
	@for host in $$(sed -n 's/^host  *//p' scripts/supported); do \
		$(MAKE) dom0-echo HOST=$$host >build/logs/dom0-echo-$$host.log 2>&1 || \
			{ cat build/logs/dom0-echo-$$host.log; exit 1; }; \
	done

check: packages ## run every test; the last line counts them
	@tests/run style drivers build spin fuzz kunit xen

check-style: packages ## sources and warnings only
	@tests/run style build

check-spin: packages ## the model of the reference allocator's caches
	@tests/run spin

check-fuzz: packages ## the rings' cores against a fuzzer
	@tests/run fuzz

check-kunit: packages ## the KUnit suites; COVERAGE=1: with a report by gcov
	@tests/run kunit $(if $(COVERAGE),coverage)

check-mutate: packages ## whether the KUnit suites notice changes to the cores
	@tests/run mutate

check-xen: packages ## the tests on a real Xen host
	@$(MAKE) -s test-drivers
	@tests/run xen

check-matrix: packages ## a smoke test for each kind of guest, kernel and host; prints a table
	@tests/run matrix; status=$$?; scripts/matrix | tee build/matrix.md; exit $$status

check-new: packages ## tests that have not been seen to pass as a whole yet
	@$(MAKE) -s test-drivers
	@$(MAKE) -s test-driver KERNEL=6.1-noxen+hvm
	@tests/run new

check-long: packages ## the long forms: many rounds
	@$(MAKE) -s test-drivers TEST_KERNELS="$(TEST_KERNELS)"
	@tests/run long

install: modules ## install the modules for KERNEL, and run depmod
	@dir=$(DESTDIR)/lib/modules/$(KERNEL)/updates/xendomu; \
	mkdir -p $$dir && cp $(MODULES:%=$(OUT)/%.ko) $$dir/ && depmod -b "$(DESTDIR)/" $(KERNEL)

uninstall: ## undo install
	rm -rf $(DESTDIR)/lib/modules/$(KERNEL)/updates/xendomu
	depmod -b "$(DESTDIR)/" $(KERNEL)

integrate: ## make it part of the kernel source TREE (drivers/xendomu)
	@test -n "$(TREE)" || { echo 'make integrate TREE=kernel-source' >&2; exit 2; }
	@scripts/integrate $(TREE)

clean: ## remove what was built here (the cache stays)
	rm -rf build
