#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Dom0's part of tests/xen/other_frontends.sh.
# shellcheck source=tests/frontends/dom0.sh
. ./dom0.sh

ready prepared
head -c 500000 /dev/urandom >/tmp/theirs
echo "theirs $(sha256sum /tmp/theirs | cut -c 1-64)"
go
ready written
echo "mine $(sha256sum /tmp/dir/mine | cut -c 1-64)"
go
ready seen
xen_sees attached
go
ready over
xen_sees over
go
