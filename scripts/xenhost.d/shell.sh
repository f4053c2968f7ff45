# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# An interactive shell in the guest. What is typed goes to a file that dom0
# reads as it grows, what the guest says is printed like any output.

write_window_size()
{
	local size
	size=$(stty size 2>/dev/null) && [[ $size != 0* ]] || return 0
	echo "$size" >"$dir/.winsize" && mv "$dir/.winsize" "$dir/winsize"
}

start_keyboard()
{
	: >"$dir/stdin"
	exec {keyboard_fd}<&0
	if [[ -t 0 ]]; then
		saved_terminal=$(stty -g)
		write_window_size
		trap write_window_size WINCH
		echo "xenhost: booting; 'exit' or control-D ends the shell" >&2
		stty raw -echo
	fi
	{
		cat <&"$keyboard_fd" >>"$dir/stdin"
		touch "$dir/stdin.eof"
	} 2>/dev/null &
	keyboard_pid=$!
}

stop_keyboard()
{
	[[ -z ${keyboard_pid:-} ]] || { pkill -P "$keyboard_pid"; kill "$keyboard_pid"; } 2>/dev/null || true
	[[ -z ${saved_terminal:-} ]] || stty "$saved_terminal"
	saved_terminal='' keyboard_pid=''
}

shell()
{
	parse_options "$@"
	[[ -z $have_script ]] || usage_error "shell takes no SCRIPT"
	check_options
	[[ $opt_guest != bare ]] || usage_error "shell needs a guest on Xen"
	script='exec sh -i'
	opt_interactive=1
	[[ $opt_timeout_given ]] || opt_timeout=86400
	boot
}
