# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # scripts/xenhost and its parts share variables
# QEMU's monitor: asked once, when SCRIPT begins to print; answers go to
# monitor.log. It sees the machine from outside, the hypervisor's memory too.

monitor_asked=''

# Sets monitor_args for QEMU.
start_monitor()
{
	monitor_args=()
	((${#opt_monitor[@]})) || return 0
	mkfifo "$dir/monitor.in" "$dir/monitor.out" || fail setup "cannot write to $dir"
	# Both ends of each: neither QEMU nor we wait for the other to open.
	exec {monitor_in}<>"$dir/monitor.in" {monitor_out}<>"$dir/monitor.out"
	# shellcheck disable=SC2054 # the commas are QEMU's
	monitor_args=(-chardev "pipe,id=monitor,path=$dir/monitor" -mon chardev=monitor,mode=readline)
}

ask_monitor()
{
	if ((${#opt_monitor[@]})) && [[ -z $monitor_asked && -s $dir/guest.out ]]; then
		printf '%s\n' "${opt_monitor[@]}" >&"$monitor_in"
		monitor_asked=1
	fi
}

# Gathers what the monitor has said; before QEMU is stopped.
read_monitor()
{
	local line

	((${#opt_monitor[@]})) || return 0
	while IFS= read -rt 0.2 -u "$monitor_out" line; do
		printf '%s\n' "$line"
	done >"$dir/monitor.log"
	rm -f "$dir"/monitor.{in,out}
}
