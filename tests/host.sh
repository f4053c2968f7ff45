# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The hosts that tests run on, oldest first, and the one of this run.

hosts()
{
	sed -n 's/^host  *//p' scripts/supported
}

# The same host on every machine, unless one is named.
export XENHOST_HOST=${XENHOST_HOST:-$(hosts | sed -n 1p)}
