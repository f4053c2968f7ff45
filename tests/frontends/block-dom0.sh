#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Dom0's part of tests/xen/blkfront.sh.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/dom0.sh
. ./dom0.sh

# attach NAME: a new disk of that name, as the guest's xvdb.
attach()
{
	attach_disk "$1" 64 7 xvdb
}

# The loop device is free only when blkback has let go.
release()
{
	until_true "blkback lets go of $1" losetup -d /dev/loop7
}

ready plug
attach plug
go
ready unplug
xl block-detach "$GUEST_NAME" xvdb && echo "detached"
echo "arrived $(head -c 16000000 /run/plug | sha256sum | cut -c 1-64)"
release plug
go

ready attach_busy
attach busy
go
ready detach_busy
xl block-detach "$GUEST_NAME" xvdb && echo "detached a busy one"
go
ready attach_last
release busy
attach last
go
ready seen
xen_sees attached
go
ready over
echo "states when over: $(backend vbd 51712 state) $(backend vbd 51728 state)"
xen_sees over
go
