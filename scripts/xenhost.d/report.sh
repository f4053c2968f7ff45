# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# What a run's files say about how it ended: one line, one exit status.

short()
{
	echo "${1#"$PWD"/}"
}

# The last line of a log that matches, without a time stamp or colours.
last_match()
{
	{ grep -aE "$1" "$2" 2>/dev/null || true; } | tail -n 1 | tr -d '\r' |
		sed -E 's/^\((XEN|d[0-9]+)\) *//; s/^\[[^]]*\] *//'
}

stage()
{
	local text="QEMU started"

	if [[ -s $dir/stage ]]; then
		text=$(<"$dir/stage")
	elif grep -aq 'Xen version' "$dir/xen.log" 2>/dev/null; then
		text="Xen started"
	fi
	echo "$text"
}

report_panic()
{
	local line
	if grep -aq 'Panic on CPU' "$dir/xen.log"; then
		line=$(grep -aA 3 'Panic on CPU' "$dir/xen.log" | tr -d '\r' | sed -E 's/^\(XEN\) *//' |
			grep -vE '^(\*|Panic|$)' | head -n 1 || true)
		fail xen "panic: ${line:-unknown}" "$(short "$dir/xen.log")"
	fi
	line=$(last_match 'Kernel panic' "$dir/xen.log")
	fail dom0 "dom0 died${line:+: $line}" "$(short "$dir/xen.log")"
}

report_dom0_fail()
{
	local line layer what log=dom0.log
	line=$(<"$dir/dom0-fail")
	layer=${line%%: *}
	what=${line#*: }
	if [[ $what == 'xl create failed' ]]; then
		log=xl.log
		line=$(grep -aE '^(xc: error|libxl: error|xl:|.*rror)' "$dir/xl.log" | head -n 1 || true)
		what="$what${line:+: $line}"
	fi
	fail "$layer" "$what" "$(short "$dir/$log")"
}

report_dom0_script()
{
	local status=0

	[[ -e $dir/dom0-script ]] || return 0
	[[ ! -e $dir/dom0-script.status ]] || status=$(<"$dir/dom0-script.status")
	if [[ $status != 0 ]]; then
		echo "xenhost: script: --dom0 script ended with status $status" \
			"(log: $(short "$dir/dom0-script.out"))" >&2
	fi
}

report_qemu_exit()
{
	local line
	! host_panicked || report_panic
	line=$(last_match . "$dir/qemu.log")
	fail qemu "QEMU ended with status $qemu_status at stage '$(stage)'${line:+: $line}" \
		"$(short "$dir/qemu.log")"
}

# The emulator's own mistake: a guest whose registers are the hypervisor's (code
# segment e008) was not left properly. Seen with PVH guests that make many
# hypercalls on several vCPUs.
emulator_mixed_up()
{
	grep -aA 8 'Triple fault' "$dir/xen.log" 2>/dev/null | grep -aqE 'RIP: +e008:'
}

report_death()
{
	local line
	! emulator_mixed_up ||
		fail emulator "the emulator ran the guest with the hypervisor's registers" \
			"$(short "$dir/xen.log")"
	line=$(last_match 'Kernel panic' "$dir/guest-dmesg.log")
	fail guest "the guest $(<"$dir/death") without a verdict${line:+: $line}" \
		"$(short "$dir/guest-dmesg.log")"
}

# The bare guest's verdict comes over a serial port.
split_raw_verdict()
{
	local word rest

	[[ -e $dir/verdict.raw ]] || return 0
	while read -r word rest; do
		case $word in
		status) echo "$rest" >"$dir/verdict" ;;
		stage | fail) echo "$rest" >"$dir/$word" ;;
		esac
	done < <(tr -d '\r' <"$dir/verdict.raw")
}

# Where the processors of a guest without an end were.
vcpus_at()
{
	sed -nE 's/^rip: ([0-9a-f]+).*/\1/p' "$dir/hang.log" 2>/dev/null | tr '\n' ' ' | sed 's/^./at &/'
}

# Ends with the status of the run.
conclude()
{
	local status

	split_raw_verdict
	if disk_is_full "$dir"; then
		fail setup "the disk that holds the logs is full" "$(short "$dir")"
	fi
	if [[ $ended == panic ]]; then
		report_panic
	elif [[ -e $dir/dom0-fail ]]; then
		report_dom0_fail
	elif [[ $ended == timeout ]]; then
		echo "xenhost: ${opt_guest}: no end after $opt_timeout s; last stage: $(stage)" \
			"$(vcpus_at)(log: $(short "$dir"))" >&2
		exit 124
	fi
	report_dom0_script
	if [[ -e $dir/fail ]]; then
		echo "xenhost: guest: $(<"$dir/fail") (log: $(short "$dir/guest-dmesg.log"))" >&2
		exit 1
	elif [[ -s $dir/verdict ]]; then
		status=$(<"$dir/verdict")
		exit "$status"
	elif [[ -e $dir/death ]]; then
		report_death
	elif [[ $ended == qemu ]]; then
		report_qemu_exit
	fi
	fail guest "no verdict" "$(short "$dir")"
}
