#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of tests/xen/blkfront.sh, of the disk that goes by force.
# shellcheck source=tests/frontends/guest.sh
. ./guest.sh
# shellcheck source=tests/frontends/fio.sh
. ./fio.sh
use_programs programs
# Linux's blkfront may wait for ever here, see the test: no complaint about that.
echo 0 >/proc/sys/kernel/hung_task_timeout_secs

until_true xvda test -b /dev/xvda
turn attach
until_true xvdb test -b /dev/xvdb
busy /dev/xvdb &
until_true "I/O" has_written
turn force
until_true "the bus takes it away" gone $bus/devices/vbd-51728
echo "after force: xvda $(read_disk /dev/xvda)"
turn attach_other
until_true xvdc test -b /dev/xvdc
verify /dev/xvdc 16
turn detach_other
until_true "xvdc goes" gone $bus/devices/vbd-51744
echo "unplugged the other"
