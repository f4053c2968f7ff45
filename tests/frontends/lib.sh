# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of Linux's frontends share. SIDE is "ours", or "kernel": then the
# same is asked of the kernel's own bus and grants, to know what is a driver's
# doing and not ours.

# build_frontends KERNEL SIDE NAME...: a result each.
build_frontends()
{
	local kernel=$1 side=$2 name

	[[ $side == ours ]] || return 0
	shift 2
	mkdir -p build/logs
	for name; do
		result "$name builds, as it is, against our headers" \
			eval "alone scripts/frontends --kernel $kernel $name >build/logs/frontend-$name.log"
	done
}

# frontend_options KERNEL GUEST SIDE MODULE...: the options of a guest with Linux's
# frontends; by SIDE with our modules below them, or with the kernel's own. In HVM
# the disks are emulated as well, and no driver may have them when they are
# unplugged.
frontend_options()
{
	local kernel=$1 guest=$2 side=$3 name unplug=''

	shift 3
	if [[ $side == kernel ]]; then
		echo --keep-kernel-drivers
		printf -- '--modprobe\n%s\n' "$@"
		return
	fi
	if [[ $guest == hvm ]]; then
		unplug=' unplug=disks'
		printf '%s\n' --append initcall_blacklist=piix_init
	fi
	printf -- '--insmod\n%s\n' "build/modules/$kernel/xendomu.ko$unplug"
	for name in events grant xenstore xenbus; do
		printf -- '--insmod\n%s\n' "build/modules/$kernel/xendomu-$name.ko"
	done
	for name; do
		printf -- '--insmod\n%s\n' "build/drivers/$kernel/$name/$name.ko"
	done
}

# filesystem KERNEL: the option for a guest that uses ext4; test kernels have it.
filesystem()
{
	! is_debian "$1" || printf '%s\n' --modprobe ext4
}

# run_frontends NAME KERNEL PART SETTINGS OPTION...: runs PART-guest.sh in a guest and
# PART-dom0.sh in dom0; each has SETTINGS, lines of sh, and the parts' common code.
# A folder build/NAME/programs goes along. Sets out, dom0 and status.
run_frontends()
{
	local name=$1 kernel=$2 part=$3 files=build/$1 here=tests/frontends file

	mkdir -p "$files"
	echo "$4" >"$files/settings"
	shift 4
	for file in "$here"/{guest,dom0,fio}.sh "$files/settings" "$files/programs"; do
		[[ ! -e $file ]] || set -- "$@" --copy "$file"
	done
	status=0
	out=$(scripts/xenhost run --name "$name" --kernel "$kernel" --vcpus 2 "$@" \
		--dom0 "$here/$part-dom0.sh" "$here/$part-guest.sh") || status=$?
	dom0=$(cat "build/xenhost/$name/dom0-script.out")
	diagnose "$(grep -vE '^ready' <<<"$out"; echo "--- dom0"; echo "$dom0")"
	result "the scripts came to their ends" \
		test "$status" -eq 0 -a -z "$(grep -hE '^in vain|failed' <<<"$out$dom0")"
	result "no complaint in the guest's log" clean_log "build/xenhost/$name/guest-dmesg.log"
}

# frontends_are_gone SIDE: it was our table that held their pages, and nothing is
# left of drivers and bus: no page, no port, by our books and by Xen's.
frontends_are_gone()
{
	[[ $1 == ours ]] || return 0
	result "the driver's pages and ports are in our books" \
		has "$out" '^while attached: grants ([3-9]|[1-9][0-9]+), ports [1-9]'
	result "the driver leaves no grant behind" \
		has "$out" '^without the drivers: grants 2,'
	result "driver, bus and all below unload" has "$out" '^all unloaded$'
	result "Xen saw the driver's pages mapped" has "$dom0" '^Xen sees attached: grants [1-9]'
	result "and sees none any more" has "$dom0" '^Xen sees over: grants 0,'
	# Only some tests count the ports before they attach the first device.
	before=$(xen_ports "$dom0" before)
	result "nor a port of the driver" \
		test "$(xen_ports "$dom0" over)" -le "${before:-$(($(xen_ports "$dom0" attached) - 1))}"
}

xen_ports()
{
	sed -n "s/^Xen sees $2: .*ports //p" <<<"$1"
}
