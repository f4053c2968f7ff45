#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Dom0's part of tests/xen/blkfront.sh.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/dom0.sh
. ./dom0.sh

attach()
{
	new_disk "$1" 64 7
	xl block-attach "$GUEST_NAME" phy:/dev/loop7,xvdb,w || echo "attach failed: $1"
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

ready attach_asked
attach asked
go
ready detach_asked
xl block-detach "$GUEST_NAME" xvdb && echo "detached a busy one"
go
ready attach_forced
release asked
attach forced
go
ready detach_forced
xl block-detach --force "$GUEST_NAME" xvdb && echo "detached by force"
go
ready attach_last
release forced
attach last
go
ready seen
xen_sees attached
go
ready over
echo "states when over: $(backend vbd 51712 state) $(backend vbd 51728 state)"
xen_sees over
go
