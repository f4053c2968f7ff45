#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The primary console, with xenconsoled at its other end.
#
# The log from before the module comes out. Bytes go both ways unchanged, also
# when a reader stops half-way. A login works. A backend that stands still blocks
# nobody. xenconsoled normally throws text away that nobody in dom0 reads; here it
# is started anew and told to keep it, so that the guest must wait.
#
# Bytes 15 are left out: hvc takes a ^O on a printk console for SysRq.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
guest=$2
out_bytes=${3:-1000000}
in_bytes=${4:-200000}
name=console-$guest-$kernel
dir=build/xenhost/$name
modules=()
for module in xendomu xendomu-events xendomu-console; do
	modules+=(--copy "build/modules/$kernel/$module.ko")
done
tty=$(hvc "$guest" 0)
if [[ $guest == hvm ]]; then
	modules+=(--append console=hvc0)
fi

printf '%s\n' "out_bytes=$out_bytes" "in_bytes=$in_bytes" "tty=$tty" |
	tee "$work/guest.sh" >"$work/dom0.sh"
cat >>"$work/guest.sh" <<'EOF'
turn() { echo "ready $1"; read -r -t 300 said || { echo "dom0 is silent"; exit 1; }; }
counter() { sed -n "s/^ *$1: //p" /sys/kernel/debug/xendomu/console; }
until_true()
{
	what=$1; shift; n=0
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1)); [ $n -lt $((400 + in_bytes / 1000)) ] || { echo "in vain: $what"; return 1; }
		usleep 50000
	done
}
gone() { ! kill -0 "$1"; }
has_half() { [ "$(wc -c <in)" -ge $((in_bytes / 2)) ]; }
is_drained() { [ "$(counter waiting) $(counter spilled) $(counter in_ring)" = "0 0 0" ]; }
complaint() { dmesg | grep -c 'console 0: its backend is slow or stuck'; }
trap '' HUP
echo on >/proc/sys/kernel/printk_devkmsg
i=0; while [ $i -lt 100 ]; do echo "early line $i of the log" >/dev/kmsg; i=$((i + 1)); done
for m in xendomu xendomu-events xendomu-console; do insmod $m.ko || exit 1; done
until_true replay is_drained
turn replay

dmesg -n 1
exec 4<>/dev/$tty
stty -F /dev/$tty raw -echo
head -c $((out_bytes + out_bytes / 50)) /dev/urandom | tr -d '\017' | head -c $out_bytes >data
echo "sent $(sha256sum <data)"
turn out
time cat data >&4
turn out_end
turn in
head -c $in_bytes <&4 >in & reader=$!
until_true half has_half
kill -STOP $reader; sleep 3; kill -CONT $reader
until_true all gone $reader
kill $reader 2>/dev/null
echo "got $(sha256sum <in)"
exec 4>&-

echo "tester:x:0:0::/root:/bin/sh" >>/etc/passwd
echo "tester:$(mkpasswd -m md5 secret):19000:0:99999:7:::" >/etc/shadow
setsid getty -L 115200 $tty vt100 & getty=$!
turn login
kill $getty 2>/dev/null; sleep 1

dmesg -n 8
(cat data >/dev/$tty) & writer=$!
turn stuck
before=$(date +%s)
i=0; while [ $i -lt 2000 ]; do echo "line $i 0123456789012345678901234567890123456789012345678901234567890123456789 of many" >/dev/kmsg; i=$((i + 1)); done
echo "stuck: wrote 2000 lines in $(($(date +%s) - before)) s"
sleep 3
echo "stuck: dropped $(counter dropped) spilled $(counter spilled) complaints $(complaint)"
kill -0 $writer && echo "stuck: the terminal's writer waits"
turn unstuck
until_true writer gone $writer
until_true drained is_drained
echo "unstuck: in_ring $(counter in_ring) spilled $(counter spilled) waiting $(counter waiting)"
sleep 2
echo "unstuck: complaints $(complaint) total $(counter dropped)"
turn unload
before=$(date +%s)
echo "the last line" >/dev/kmsg
rmmod xendomu-console && echo "unloaded in $(($(date +%s) - before)) s"
insmod xendomu-console.ko && echo "loaded again"
turn stuck_again
i=0; while [ $i -lt 100 ]; do echo "line $i 0123456789012345678901234567890123456789012345678901234567890123456789 of many" >/dev/kmsg; i=$((i + 1)); done
before=$(date +%s)
rmmod xendomu-console && echo "unloaded while stuck, in $(($(date +%s) - before)) s"
dmesg | grep 'did not take the last'
turn over
EOF
cat >>"$work/dom0.sh" <<'EOF'
ready() { n=0; until grep -q "^ready $1$" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt $((6000 + in_bytes / 500)) ] || { echo "no $1"; exit 1; }; usleep 50000; done; }
go() { echo on >"$GUEST_INPUT"; }
until_true() { what=$1; shift; n=0; until "$@" >/dev/null 2>&1; do n=$((n + 1)); [ $n -lt $((600 + out_bytes / 5000)) ] || { echo "in vain: $what"; return 1; }; usleep 50000; done; }
size() { wc -c </tmp/out; }
has() { [ "$(size)" -ge "$1" ]; }
shows() { tail -c +"$from" /tmp/out | grep -qa "$1"; }
has_tty() { xenstore-read "/local/domain/$GUEST_DOMID/console/tty"; }

# Before the guest has said anything that matters.
kill "$(cat /run/xen/xenconsoled.pid)"; sleep 1
xenstore-rm "/local/domain/$GUEST_DOMID/console/tty"
xenconsoled --pid-file=/run/xen/xenconsoled.pid --log=guest --log-dir=/xh/console --overflow-data=keep
until_true tty has_tty
xenconsoled=$(pidof xenconsoled)
ready replay
pty=$(has_tty)
cat "$pty" >/tmp/out & cat=$!
exec 7>"$pty"
sleep 2
i=0 lines=0; while [ $i -lt 100 ]; do grep -qa "early line $i of the log" "$GUEST_CONSOLE" && lines=$((lines + 1)); i=$((i + 1)); done
echo "replayed $lines lines"
go
ready out; before=$(size); go
until_true half_out has $((before + out_bytes / 2))
kill -STOP $cat; sleep 3; kill -CONT $cat
ready out_end
until_true out has $((before + out_bytes))
sleep 1
echo "got $(tail -c +$((before + 1)) /tmp/out | sha256sum)"
go
ready in
head -c $((in_bytes + in_bytes / 50)) /dev/urandom | tr -d '\017' | head -c $in_bytes >/tmp/in
echo "sent $(sha256sum </tmp/in)"
from=$(size)
go
cat /tmp/in >&7
ready login
until_true prompt shows 'login: '
printf 'tester\r' >&7; until_true password shows 'Password: '
from=$(size); printf 'wrong\r' >&7; until_true refusal shows 'incorrect' && echo "login: a wrong password is refused"
until_true prompt2 shows 'login: '
from=$(size); printf 'tester\r' >&7; until_true password2 shows 'Password: '
printf 'secret\r' >&7; sleep 2; printf 'echo "$((40 + 2)) on $(tty)"\r' >&7
until_true shell shows "42 on /dev/$tty" && echo "login: a shell on /dev/$tty"
printf 'exit\r' >&7; sleep 1
go
ready stuck; kill -STOP "$xenconsoled"; go
ready unstuck; kill -CONT "$xenconsoled"; go
ready unload; go
ready stuck_again; kill -STOP "$xenconsoled"; go
ready over; kill -CONT "$xenconsoled"; sleep 1
grep -qa 'the last line' "$GUEST_CONSOLE" && echo "the last line came out"
go
kill $cat
EOF
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" \
	--timeout $((500 + out_bytes / 50000 + in_bytes / 10000)) "${modules[@]}" \
	--dom0 "$work/dom0.sh" "$work/guest.sh") || status=$?
dom0=$(cat "$dir/dom0-script.out")

sum()
{
	sed -n "s/^$2 \([0-9a-f]\{64\}\).*/\1/p" <<<"$1"
}

# number TEXT PATTERN: what the parentheses of PATTERN stand for.
number()
{
	local found

	found=$(sed -nE "s/^.*$2.*/\1/p" <<<"$1")
	echo "${found:-none}"
}

between()
{
	if [[ ! $1 =~ ^[0-9]+$ ]] || (($1 < $2 || $1 > $3)); then
		diagnose "$1 is not in $2..$3"
		return 1
	fi
}

# A PV kernel prints on hvc0 by itself unless told console=hvc1; a PVH one does not.
own_printk()
{
	local log=build/xenhost/$name-printk/guest-console.log console options

	options="panic=1 oops=panic nokaslr mitigations=off pci=noearly console=ttynull"
	options+=" initcall_blacklist=__gnttab_init,xenbus_init,xenbus_probe_frontend_init"
	options+=",xenbus_probe_backend_init,xenbus_probe_initcall,xenbus_backend_init"
	options+=",xen_hvc_init,boot_wait_for_devices"
	scripts/xenhost run --guest pvh --name "$name-printk" --kernel "$kernel" --timeout 300 \
		"${modules[@]}" --config "cmdline=\"$options\"" \
		'insmod xendomu.ko; insmod xendomu-events.ko; insmod xendomu-console.ko printk=1
		echo "while loaded" >/dev/kmsg; rmmod xendomu-console; echo "after all" >/dev/kmsg; sleep 1' || return 1
	console=$(tr -d '\r' <"$log")
	has "$console" 'Linux version' && has "$console" 'while loaded' || return 1
	! grep -q 'after all' <<<"$console"
}

# What printk says in a panic comes out, though nobody takes interrupts any more.
last_words()
{
	local log=build/xenhost/$name-panic/console/guest-guest.log

	# shellcheck disable=SC2016 # for the guest's shell
	scripts/xenhost run --guest "$guest" --name "$name-panic" --kernel "$kernel" --timeout 60 \
		"${modules[@]}" 'for m in xendomu xendomu-events xendomu-console; do insmod $m.ko; done
		sleep 1; echo c >/proc/sysrq-trigger' && return 1
	has "$(tr -d '\r' <"$log")" 'Kernel panic - not syncing' && has "$(tr -d '\r' <"$log")" 'Rebooting in 1 seconds'
}

result "the log from before the module comes out" has "$dom0" '^replayed 100 lines$'
result "$out_bytes bytes go out unchanged, though the reader stops for a while" \
	same "$(sum "$dom0" got)" "$(sum "$out" sent)"
result "$in_bytes bytes come in unchanged, though the reader stops for a while" \
	same "$(sum "$out" got)" "$(sum "$dom0" sent)"
result "a login with a wrong password fails" has "$dom0" '^login: a wrong password is refused$'
result "one with the right password gives a shell" has "$dom0" "^login: a shell on /dev/$tty\$"
result "a backend that stands still does not hold up printk" \
	between "$(number "$out" 'wrote 2000 lines in ([0-9]+) s')" 0 30
result "nor lets it grow without bound" between "$(number "$out" 'stuck: dropped .* spilled ([0-9]+)')" 1 131072
result "what is dropped is counted" between "$(number "$out" 'stuck: dropped ([0-9]+)')" 1 300000
result "and said once" between "$(number "$out" 'stuck: dropped .* complaints ([0-9]+)')" 1 1
result "a terminal's writer waits meanwhile" has "$out" "^stuck: the terminal's writer waits"
result "all goes on when the backend does" has "$out" '^unstuck: in_ring 0 spilled 0 waiting 0$'
result "the module unloads at once" between "$(number "$out" 'unloaded in ([0-9]+) s')" 0 2
result "having sent all" has "$dom0" '^the last line came out$'
result "it unloads also while the backend stands still" \
	between "$(number "$out" 'unloaded while stuck, in ([0-9]+) s')" 0 6
result "and says what that cost" has "$out" 'console 0: its backend did not take the last [0-9]+ bytes: lost'
if [[ $guest == pvh ]]; then
	result "printk=1 has the whole log, and ends with the module" own_printk
fi
result "a panic's last words come out" last_words
result "the scripts came to their ends" test "$status" -eq 0 -a -z "$(grep -hE '^in vain' <<<"$out$dom0")"
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
diagnose "$(grep -vE '^ready' <<<"$out"; echo "--- dom0"; echo "$dom0")"
finish
