# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# Starting QEMU, and watching it.

# Xen's and dom0's command lines. What is switched off costs seconds under TCG
# and changes nothing that a guest can see.
# A dump of a thousand grants must fit into the console's ring.
xen_options=(console=com1 com1=115200 conring_size=256k loglvl=all guest_loglvl=all dom0_max_vcpus=1
	bootscrub=0 ucode=scan=no spec-ctrl=no xpti=no watchdog=0 cpuidle=0 cpufreq=none)
# dom0 measures the emulated TSC's frequency wrongly under load; Xen's time is right.
dom0_options=(clocksource=xen console=hvc0 quiet panic=1 nokaslr mitigations=off random.trust_cpu=on
	audit=0 apparmor=0 pci=noearly)

# Sets qemu_command to the words that start the emulator, qemu_key to what it is.
find_qemu()
{
	local root qemu data

	if [[ -n $opt_qemu_host && $opt_qemu_host != "$host_name" ]]; then
		{ read -r root; read -r qemu; read -r data; read -r qemu_key; } < <(
			host_open "$opt_qemu_host"
			printf '%s\n' "$host_root" "$host_qemu" "$host_seabios" "$host_digest"
		) || exit 125
	else
		root=$host_root qemu=$host_qemu data=$host_seabios qemu_key=$host_digest
	fi
	[[ -x $qemu ]] || fail setup "host ${opt_qemu_host:-$host_name} has no QEMU (package qemu-system-x86)"
	qemu_command=("$qemu")
	[[ -n $root ]] || return 0
	mapfile -t qemu_command < <(loader "$root")
	qemu_command=(env "QEMU_MODULE_DIR=$root/usr/lib/x86_64-linux-gnu/qemu" "${qemu_command[@]}"
		"$qemu" -L "$root/usr/share/qemu" -L "$data")
}

qemu_version()
{
	"${qemu_command[@]}" --version 2>/dev/null | sed -nE '1s/.*version ([0-9.]+).*/QEMU \1/p'
}

accelerator()
{
	local how=tcg,thread=multi

	case $opt_accel in
	kvm)
		echo "-accel kvm -cpu host"
		return
		;;
	# An instruction is 2 ns.
	icount) how="tcg,thread=single -icount shift=1,sleep=off" ;;
	esac
	if [[ -n ${XENHOST_CPU:-} ]]; then
		echo "-accel $how -cpu $XENHOST_CPU"
		return
	fi
	# smap: dom0 dies at once. rdtscp: HVM guests hang. pku: Linux 6.12 kills what
	# returns from a signal handler. xsave: programs in dom0 crash now and then. cx16:
	# now and then a PVH guest's EFLAGS are garbage after CMPXCHG16B.
	echo "-accel $how -cpu max,-smap,-rdtscp,-pku,-xsave,-cx16"
}

# Sets qemu_args for a run with Xen, and qemu_identity to what of it makes one
# booted host different from another.
xen_qemu_args()
{
	local dom0_mb=1024 machine_mb=2048 xen_line dom0_line="${dom0_options[*]}" disk disks_mb=0

	# QEMU splits its options there.
	[[ $cache$dir != *,* && $cache != *[[:space:]]* ]] ||
		fail setup "QEMU takes no comma or blank in $cache or $dir: set XDG_CACHE_HOME, or move this tree"
	if [[ -n $opt_device_model ]]; then
		machine_mb=3072
	fi
	for disk in "${opt_disk[@]}"; do
		is_number "$disk" || disk=$(($(stat -L -c %s "$disk") / 1048576 + 1))
		disks_mb=$((disks_mb + disk))
	done
	# In steps, because each size is a snapshot of its own.
	while ((dom0_mb < 768 + disks_mb)); do
		dom0_mb=$((dom0_mb * 2))
	done
	while ((machine_mb < dom0_mb + 384 + opt_memory * 9 / 8)); do
		machine_mb=$((machine_mb * 2))
	done
	[[ -z $opt_oxenstored ]] || dom0_line+=" OXENSTORED=1"
	xen_line="${xen_options[*]} dom0_mem=${dom0_mb}M,max:${dom0_mb}M$opt_xen_append"
	qemu_identity=("${xen_elf##*/}" "$xen_line" "${dom0_kernel##*/}" "$dom0_line" "${dom0_initrd##*/}" "$machine_mb"
		"${monitor_args[*]:+monitor}")
	# For who wants to know what the hypervisor was given.
	printf '%s\n' "$xen_elf" "$dom0_kernel" "$dom0_initrd" >"$dir/boot-files"
	# shellcheck disable=SC2054 # the commas are QEMU's
	qemu_args=(-kernel "$xen_elf" -append "$xen_line"
		-initrd "$dom0_kernel $dom0_line,$dom0_initrd"
		-m "$machine_mb" -smp 2
		-chardev "file,id=xen,path=$dir/xen.log,append=on" -serial chardev:xen
		-fsdev "local,id=xh,path=$dir,security_model=none,multidevs=remap"
		-device virtio-9p-pci,fsdev=xh,mount_tag=xh,disable-legacy=on,iommu_platform=on
		-fsdev "local,id=xc,path=$cache,security_model=none,readonly=on,multidevs=remap"
		-device virtio-9p-pci,fsdev=xc,mount_tag=xc,disable-legacy=on,iommu_platform=on)
}

# Sets qemu_args for a run without Xen. The MP table, which a kernel without
# ACPI goes by, has an entry per socket.
bare_qemu_args()
{
	qemu_args=(-kernel "$guest_kernel" -initrd "$dir/guest.cpio"
		-append "console=ttyS0 $(guest_options)"
		-m "$opt_memory" -smp "$opt_vcpus,sockets=$opt_vcpus"
		-serial "file:$dir/guest-console.log"
		-serial "file:$dir/guest.out"
		-serial "file:$dir/verdict.raw")
}

start_qemu()
{
	local -a accel
	read -ra accel <<<"$(accelerator)"

	"${qemu_command[@]}" "${accel[@]}" -machine pc -nodefaults -no-user-config -display none \
		-vga none -no-reboot "${monitor_args[@]}" "${qemu_args[@]}" \
		</dev/null >>"$dir/qemu.log" 2>&1 &
	qemu_pid=$!
	echo "$qemu_pid" >"$dir/qemu.pid"
}

qemu_alive()
{
	kill -0 "$qemu_pid" 2>/dev/null
}

stop_qemu()
{
	[[ -n ${qemu_pid:-} ]] || return 0
	kill -KILL "$qemu_pid" 2>/dev/null || true
	wait "$qemu_pid" 2>/dev/null && qemu_status=0 || qemu_status=$?
	qemu_pid=
}

# A pause without a process: nothing ever arrives on this pipe.
open_pause()
{
	exec {pause_fd}<> <(:)
}

pause()
{
	read -rt "$1" -u "$pause_fd" || true
}

# Prints guest.out as it grows; ends after QEMU has, with all printed.
start_output()
{
	: >>"$dir/guest.out"
	tail -c +1 -s 0.05 -f --pid="$qemu_pid" "$dir/guest.out" 2>/dev/null &
	tail_pid=$!
}

host_panicked()
{
	grep -aqE 'Panic on CPU|Hardware Dom0 (crashed|shutdown)|Domain 0 crashed' "$dir/xen.log" \
		2>/dev/null
}

# After a timeout dom0 gets a moment to say what it sees.
give_up()
{
	local i

	[[ -e $dir/stage && $opt_guest != bare ]] || return 0
	: >"$dir/abort"
	for ((i = 0; i < 100; i++)); do
		[[ ! -e $dir/finished ]] || return 0
		pause 0.05
	done
}

# The bare guest's verdict is in, its output before it. Whether it can power off
# depends on its kernel.
bare_is_over()
{
	[[ $opt_guest == bare ]] && grep -q '^status ' "$dir/verdict.raw" 2>/dev/null
}

# Returns when the run is over; sets ended to finished, timeout, qemu or panic.
watch()
{
	local round=0

	while :; do
		pause 0.05
		if [[ -e $dir/finished ]] || bare_is_over; then
			ended=finished
			return
		elif ! qemu_alive; then
			ended=qemu
			return
		elif ((SECONDS >= run_deadline)); then
			give_up
			ended=timeout
			return
		elif ((round++ % 20 == 19)) && host_panicked; then
			pause 0.5
			ended=panic
			return
		fi
		ask_monitor
		[[ -z ${on_round:-} ]] || "$on_round"
	done
}
