#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Counts the guests that the emulator loses.
#
# QEMU emulates a processor with SVM, Xen runs on that, and PVH and HVM guests run
# below Xen. Now and then QEMU mixes up the two, and a guest dies of it or
# stands still. How often depends on QEMU's version and on the processor features
# that the guest sees. This script boots the same guest many times. Each
# guest loads all modules, passes events between its CPUs, reads XenStore, makes
# grants and unloads, a few times over: so its vCPUs leave and enter often.
#
# Each boot is ok, lost or failed:
#   ok      the guest's script ended well
#   lost    the guest, Xen, dom0 or QEMU died, or there was no end
#   failed  the guest's script ended and says what was wrong
# A lost guest may be our own fault, too: look at the log that the line names.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/host.sh

usage()
{
	cat <<-'EOT'
	Usage: tests/emulator.sh [OPTION]...

	Boots a guest many times, a line each; the last line counts. The modules and
	tests/driver must be built: make test-driver.

	  --boots N         how many (100)
	  --guest pv|pvh|hvm  (hvm)
	  --vcpus N         (2)
	  --kernel KERNEL   (see scripts/kernels --default)
	  --host NAME       Xen and QEMU (see scripts/xenhost hosts)
	  --qemu-host NAME  QEMU, if not the one of that host
	  --cpu MODEL       the emulated processor (the one of xenhost)
	  --append STRING   more for the guest's kernel command line
	  --rounds N        how often each guest loads, works and unloads (1)
	  --timeout SECONDS when a guest counts as lost (300)

	Exit status: 0 if all were ok, 1 if not.
	EOT
}

boots=100 guest=hvm vcpus=2 kernel='' cpu='' append='' rounds=1 timeout=300
host=$XENHOST_HOST qemu_host=''

parse_options()
{
	while (($#)); do
		case $1 in
		-h | --help) usage; exit 0 ;;
		--boots | --guest | --vcpus | --kernel | --cpu | --append | --rounds | --timeout | \
			--host | --qemu-host)
			(($# > 1)) || { usage >&2; exit 2; }
			name=${1#--}
			printf -v "${name/-/_}" '%s' "$2"
			shift 2
			;;
		*) usage >&2; exit 2 ;;
		esac
	done
	[[ $boots =~ ^[1-9][0-9]*$ ]] || { usage >&2; exit 2; }
	kernel=$(scripts/kernels --release "${kernel:-$(scripts/kernels --default)}")
	: "${qemu_host:=$host}"
}

# Prints the script that runs in each guest.
guest_script()
{
	echo "rounds=$rounds"
	cat <<-'EOT'
	driver() { echo "$*" >/sys/kernel/debug/xendomu-test/cmd && cat /sys/kernel/debug/xendomu-test/cmd; }
	wrong() { echo "failed: round $round: $*"; exit 1; }
	passes() { came=$(driver evpass $1 $2 50); [ "$came" = 50 ] || wrong "$came of 50 events from $1 to $2"; }
	modules="xendomu xendomu-events xendomu-grant xendomu-xenstore xendomu-console xendomu-console-front
		xendomu-xenbus xendomu-testdrv"
	back=
	for m in $modules; do back="$m $back"; done
	round=1
	while [ $round -le $rounds ]; do
		for m in $modules; do insmod $m.ko || wrong "insmod $m"; done
		port=$(driver evopen 0x7ff0)
		driver evbind 1 plain $port >/dev/null || wrong "evbind 1"
		driver evbind 0 inter $port 0x7ff0 >/dev/null || wrong "evbind 0"
		driver evreact 0 eoi >/dev/null; driver evreact 1 eoi >/dev/null
		driver eveoi 0 0 >/dev/null
		passes 0 1; passes 1 0
		i=0
		while [ $i -lt 20 ]; do
			[ "$(driver read name)" = guest ] || wrong "XenStore"
			i=$((i + 1))
		done
		driver cycle 500 >/dev/null || wrong "grants"
		driver evunbind 0 >/dev/null; driver evunbind 1 >/dev/null
		for m in $back; do rmmod $m || wrong "rmmod $m"; done
		round=$((round + 1))
	done
	echo "all rounds"
	EOT
}

# one_boot: sets verdict and reason.
one_boot()
{
	local out status=0

	out=$(scripts/xenhost run --name "$name" --append "$append" --guest "$guest" --vcpus "$vcpus" --kernel "$kernel" \
		--host "$host" --qemu-host "$qemu_host" --timeout "$timeout" "${copies[@]}" "$work/guest.sh" 2>&1) || status=$?
	verdict=ok reason=''
	if ((status)) || ! grep -qx 'all rounds' <<<"$out"; then
		verdict=lost
		reason=$(grep '^xenhost: ' <<<"$out" | tail -n 1) || reason="status $status"
		[[ $reason != 'xenhost: setup: '* ]] || { echo "$reason" >&2; exit 1; }
		if grep -q '^failed: ' <<<"$out"; then
			verdict=failed
			reason=$(grep '^failed: ' <<<"$out" | tail -n 1)
		fi
		rm -rf "build/xenhost/$name-$verdict-$nr"
		mv "build/xenhost/$name" "build/xenhost/$name-$verdict-$nr"
		reason+="; kept in build/xenhost/$name-$verdict-$nr"
	fi
}

# host_part HOST NAME: the version of Xen or QEMU of that host.
host_part()
{
	scripts/xenhost hosts | sed -nE "s/^$1 .*$2 ([0-9.]+).*/\\1/p"
}

load()
{
	cut -d' ' -f1 /proc/loadavg
}

parse_options "$@"
[[ -z $cpu ]] || export XENHOST_CPU=$cpu
xen=$(host_part "$host" Xen)
qemu=$(host_part "$qemu_host" QEMU)
shown_cpu=${XENHOST_CPU:-usual processor}
name=emulator-$xen-$qemu-$guest-$vcpus-$(printf %s "$cpu" | tr -c '[:alnum:]_' -)
work=build/work/$name
mkdir -p "$work"
guest_script >"$work/guest.sh"
mapfile -t copies < <({ make -s modules-list KERNEL="$kernel"
	echo "build/drivers/$kernel/driver/xendomu-testdrv.ko"; } | sed 's/^/--copy\n/')
: >"$work/times"
: >"$work/loads"
declare -A count=([ok]=0 [lost]=0 [failed]=0)
for ((nr = 1; nr <= boots; nr++)); do
	began=$SECONDS
	load >>"$work/loads"
	one_boot
	count[$verdict]=$((count[$verdict] + 1))
	[[ $verdict != ok ]] || echo $((SECONDS - began)) >>"$work/times"
	echo "$verdict $nr: $((SECONDS - began)) s, load $(load)${reason:+: $reason}"
done
sort -n -o "$work/times" "$work/times"
sort -n -o "$work/loads" "$work/loads"
median=$(sed -n "$(((count[ok] + 1) / 2))p" "$work/times" 2>/dev/null) || median=
echo "Xen $xen, QEMU $qemu, $guest, $vcpus vCPUs, $kernel${append:+ $append}, $shown_cpu: $boots boots," \
	"${count[lost]} lost, ${count[failed]} failed; of those that were ok median ${median:--} s," \
	"worst $(tail -n 1 "$work/times" | grep . || echo -) s; load $(head -n 1 "$work/loads") to $(tail -n 1 "$work/loads")"
((count[ok] == boots))
