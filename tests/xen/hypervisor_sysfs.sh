#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# /sys/hypervisor: provided where the kernel does not, else left alone.
#
# Besides, xendomu/version in debugfs must say of Xen what the toolstack says; a
# text that Xen cuts for the toolstack may be longer.
#
# In an HVM guest booted with xen_nopv the kernel has none of it; what we say
# there must be what the toolstack in dom0 knows of the domain and of Xen, and
# go with the module. In a PV guest it is the kernel's, and must be the same
# before, while and after the module is there.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1

cat >"$work/guest.sh" <<'EOF'
cd /sys/hypervisor
# A line for each file, with the mode; what is no text as hex.
all() { find . -type f | grep -v pmu | sort | while read -r f; do echo "$1 $(stat -c %a $f) $f $(case $f in */buildid) hexdump -ve '1/1 "%02x"' $f ;; *) cat $f ;; esac)"; done; }
all before
insmod $OLDPWD/xendomu.ko || exit 1; all during
sed 's/^/version /' /sys/kernel/debug/xendomu/version
rmmod xendomu || exit 1; all after
# Again, as the names must be free.
insmod $OLDPWD/xendomu.ko && rmmod xendomu && echo "again yes"
EOF
cat >"$work/dom0.sh" <<'EOF'
xl info | sed 's/^/info /'
xl list -v | sed 's/^/list /'
cd /sys/hypervisor && for f in properties/buildid; do echo "buildid $(hexdump -ve '1/1 "%02x"' $f)"; done
EOF

# run GUEST: sets out, dom0, dir
run()
{
	local name=hypervisor_sysfs-$1-$kernel

	dir=build/xenhost/$name
	out=$(scripts/xenhost run --guest "$1" --name "$name" --kernel "$kernel" --timeout 500 \
		--copy "build/modules/$kernel/xendomu.ko" --dom0 "$work/dom0.sh" \
		"$work/guest.sh") || out="$out
status $?"
	dom0=$(cat "$dir/dom0-script.out")
}

# says WHEN FILE: its mode and content
says()
{
	sed -n "s,^$1 \([0-9]* \)./$2 ,\1,p" <<<"$out"
}

info()
{
	sed -n "s/^info $1 *: //p" <<<"$dom0"
}

version()
{
	sed -n "s/^version $1: //p" <<<"$out"
}

# begins TEXT BEGINNING
begins()
{
	[[ $1 == "$2"* ]] || { diagnose "\"$1\" does not begin with \"$2\""; return 1; }
}

judge_version()
{
	result "$1: debugfs: version" same "$(version version)" "$(info xen_major).$(info xen_minor)"
	result "$1: debugfs: extraversion" begins "$(version extraversion)" "$(info xen_extra)"
	# Debian's Xen has none.
	result "$1: debugfs: changeset is there" has "$out" '^version changeset: '
	result "$1: debugfs: changeset" begins "$(version changeset)" "$(info xen_changeset)"
	result "$1: debugfs: capabilities" begins "$(version capabilities)" "$(info xen_caps)"
	result "$1: debugfs: compiler" same "$(version compiler)" "$(info cc_compiler)"
	result "$1: debugfs: compile_by" same "$(version compile_by)" "$(info cc_compile_by)"
	result "$1: debugfs: compile_domain" same "$(version compile_domain)" "$(info cc_compile_domain)"
	result "$1: debugfs: compile_date" same "$(version compile_date)" "$(info cc_compile_date)"
	result "$1: debugfs: the command line is denied" same "$(version commandline)" '<denied>'
	result "$1: debugfs: build ID as in dom0, or denied" has "$(version build_id)" \
		"^($(sed -n 's/^buildid //p' <<<"$dom0")|<denied>)\$"
}

run hvm
judge_version hvm
result "hvm: the kernel has nothing" same "$(grep -c '^before ' <<<"$out" || true)" 0
result "hvm: type" same "$(says during type)" "444 xen"
result "hvm: guest_type" same "$(says during guest_type)" "444 HVM"
result "hvm: uuid as in xl list" same "$(says during uuid)" \
	"444 $(sed -n 's/^list guest .* \([0-9a-f-]\{36\}\) .*/\1/p' <<<"$dom0")"
result "hvm: version/major as in xl info" same "$(says during version/major)" "444 $(info xen_major)"
result "hvm: version/minor as in xl info" same "$(says during version/minor)" "444 $(info xen_minor)"
result "hvm: version/extra as in xl info" same "$(says during version/extra)" "444 $(info xen_extra)"
result "hvm: compilation/compiler as in xl info" same "$(says during compilation/compiler)" "444 $(info cc_compiler)"
result "hvm: compilation/compiled_by as in xl info" same "$(says during compilation/compiled_by)" "444 $(info cc_compile_by)"
result "hvm: compilation/compile_date as in xl info" same "$(says during compilation/compile_date)" "444 $(info cc_compile_date)"
result "hvm: properties/capabilities as in xl info" same "$(says during properties/capabilities)" "444 $(info xen_caps)"
result "hvm: properties/pagesize as in xl info" same "$(says during properties/pagesize)" "444 $(printf %x "$(info xen_pagesize)")"
# Newer Xen tells it to a PV domain only; dom0 is one.
result "hvm: properties/virtual_start as in xl info, or 0" has "$(says during properties/virtual_start)" \
	"^444 ($(info platform_params | sed 's/^virt_start=0x//')|0)\$"
result "hvm: properties/features is a number" has "$(says during properties/features)" '^444 [0-9a-f]{8}$'
result "hvm: properties/changeset is there" has "$out" '^during 444 \./properties/changeset'
# A guest may be denied it: then the file says so in words.
result "hvm: properties/buildid as in dom0, or denied" has "$(says during properties/buildid)" \
	"^444 ($(sed -n 's/^buildid //p' <<<"$dom0")|3c64656e6965643e)\$"
result "hvm: nothing is left" same "$(grep -c '^after ' <<<"$out" || true)" 0
result "hvm: and it can be had again" has "$out" '^again yes$'
result "hvm: no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"

run pv
judge_version pv
result "pv: the kernel has its files" test "$(grep -c "^before " <<<"$out")" -ge 15
for when in during after; do
	result "pv: they are the same $when" same "$(sed -n "s/^$when //p" <<<"$out")" \
		"$(sed -n 's/^before //p' <<<"$out")"
done
result "pv: no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
finish
