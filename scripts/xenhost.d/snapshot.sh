# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# Xen, dom0 and its daemons come up the same way each time, so QEMU's state at
# the moment when they are up is kept in the cache, and later runs go on from there.
#
# At that moment dom0 has seen nothing of a run: it says "ready" on the second
# serial port, over and over, until it is told "go" and the time of day. Only
# then it mounts the run's directory. A QEMU that was restored says "ready" too.

# A snapshot is good for the same QEMU on the same machine, with the same images.
snapshot_key()
{
	printf '%s\n' "${qemu_identity[@]}" "$(accelerator)" "$qemu_key" \
		"$(grep -m 1 '^model name' /proc/cpuinfo)" "$(cat /etc/machine-id 2>/dev/null)" |
		digest -
}

wants_snapshot()
{
	[[ -z $opt_fresh && -z $opt_xen_append && $opt_accel != kvm ]]
}

open_gate()
{
	mkfifo "$dir/gate.in" "$dir/gate.out" || fail setup "cannot write to $dir"
	# Both ends of each: neither QEMU nor we wait for the other to open.
	exec {gate_in}<>"$dir/gate.in" {gate_out}<>"$dir/gate.out"
	# shellcheck disable=SC2054 # the commas are QEMU's
	qemu_args+=(-chardev "pipe,id=gate,path=$dir/gate" -serial chardev:gate)
}

# Reads what dom0 says; returns 0 when it is ready, or past that. Returns 1 if its
# daemons are not up or if the run is over; then ended says why, unless dom0 will.
wait_ready()
{
	local deadline=$1 line='' round=0

	while :; do
		line=
		read -rt 0.05 -u "$gate_out" line || true
		case $line in
		*ready*) return 0 ;;
		*broken*) return 1 ;;
		esac
		if [[ -e $dir/stage ]]; then
			return 0
		elif ! qemu_alive; then
			ended=qemu
			return 1
		elif ((SECONDS >= deadline)); then
			ended=timeout
			return 1
		elif ((round++ % 20 == 19)) && host_panicked; then
			ended=panic
			return 1
		fi
	done
}

# A line may arrive while dom0 does not read: it is said again until dom0 goes on.
open_dom0()
{
	while [[ -z $ended && ! -e $dir/stage && ! -e $dir/dom0-fail ]]; do
		printf 'go %(%s)T\n' -1 >&"$gate_in"
		wait_ready "$run_deadline" || true
	done
	rm -f "$dir"/gate.{in,out}
}

# Starts from the snapshot; returns 1 if that does not work.
restore_snapshot()
{
	local snapshot=$1
	local -a fresh_args=("${qemu_args[@]}")

	[[ -e $snapshot/state ]] || return 1
	touch "$snapshot" 2>/dev/null || true
	cp "$snapshot/xen.log" "$dir/xen.log" 2>/dev/null || return 1
	qemu_args+=(-incoming "exec:cat '$snapshot/state'")
	start_qemu
	qemu_args=("${fresh_args[@]}")
	if wait_ready $((SECONDS + 30)); then
		verbose "restored"
		return 0
	fi
	verbose "the snapshot does not work: starting afresh"
	stop_qemu
	ended=
	rm -rf "$snapshot"
	: >"$dir/xen.log"
	return 1
}

# json TEXT: a JSON string. A control character in a path costs the snapshot.
json()
{
	local text=${1//\\/\\\\}
	printf '"%s"' "${text//\"/\\\"}"
}

# ask_control COMMAND ARGUMENTS: a QMP command; ARGUMENTS is a JSON object.
ask_control()
{
	printf '{"execute": "%s", "arguments": %s}\n' "$1" "$2" >&"$control_in"
}

# write_state FILE: QEMU's state goes to FILE; returns 1 if it did not, or not soon.
write_state()
{
	local file=$1 line said='' deadline=$((SECONDS + 30))

	ask_control qmp_capabilities '{}'
	# QEMU then reports each change of the migration's status.
	ask_control migrate-set-capabilities \
		'{"capabilities": [{"capability": "events", "state": true}]}'
	ask_control migrate-set-parameters '{"max-bandwidth": 100000000000, "downtime-limit": 20000}'
	ask_control migrate "{\"uri\": $(json "exec:cat >'$file' && touch '$file.complete'")}"
	while ((SECONDS < deadline)) && qemu_alive; do
		line=
		# A line may come in pieces.
		read -rt 0.05 -u "$control_out" line || true
		said+=$line
		[[ $said != *'"status": "failed"'* && $said != *'"error": '* ]] || return 1
		# QEMU may be done before the shell that it writes to.
		[[ $said != *'"status": "completed"'* || ! -e $file.complete ]] || return 0
	done
	return 1
}

# Has QEMU write its state; a failure costs nothing but the snapshot.
save_snapshot()
{
	local snapshot=$1 temporary

	[[ ! -e $snapshot ]] || return 0
	temporary=$(mktemp -d "$cache/tmp.XXXXXX" 2>/dev/null) || return 0
	temporaries+=("$temporary")
	chmod 755 "$temporary"
	if write_state "$temporary/state" && cp "$dir/xen.log" "$temporary/"; then
		rm "$temporary/state.complete"
		mv -T "$temporary" "$snapshot" 2>/dev/null || rm -rf "$temporary"
		verbose "snapshot saved"
	else
		rm -rf "$temporary"
		verbose "no snapshot saved"
	fi
	ask_control cont '{}'
	forget_old
}

# A monitor of our own, to save with: QMP, which all versions of QEMU word alike.
open_control()
{
	mkfifo "$dir/control.in" "$dir/control.out" || fail setup "cannot write to $dir"
	exec {control_in}<>"$dir/control.in" {control_out}<>"$dir/control.out"
	# shellcheck disable=SC2054 # the commas are QEMU's
	qemu_args+=(-chardev "pipe,id=control,path=$dir/control" -mon chardev=control,mode=control)
}

# Starts QEMU with Xen and dom0, from a snapshot if there is one, and lets dom0
# go on. Sets ended if the run is over already.
start_host()
{
	local snapshot ready=true

	ended=
	snapshot=$cache/snapshot-$(snapshot_key)
	open_gate
	if ! wants_snapshot; then
		start_qemu
		wait_ready "$run_deadline" || true
	elif ! restore_snapshot "$snapshot"; then
		open_control
		start_qemu
		wait_ready "$run_deadline" || ready=false
		! $ready || save_snapshot "$snapshot"
		rm -f "$dir"/control.{in,out}
	fi
	open_dom0
}
