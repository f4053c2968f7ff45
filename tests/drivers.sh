#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests on Xen need: the modules, the test drivers and dom0's sample.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

result "modules, test drivers and dom0's sample build" make -s test-drivers
finish
