#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Dom0's part of tests/xen/blkfront.sh, of the disk that goes by force.
# shellcheck source=tests/frontends/dom0.sh
. ./dom0.sh

ready attach
attach_disk forced 64 7 xvdb
go
ready force
xl block-detach --force "$GUEST_NAME" xvdb && echo "detached by force"
go
ready attach_other
attach_disk other 64 6 xvdc
go
ready detach_other
xl block-detach "$GUEST_NAME" xvdc && echo "detached the other"
go
