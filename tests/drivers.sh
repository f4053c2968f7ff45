#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the modules, the test drivers and dom0's sample for the tests on Xen.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

result "modules, test drivers and dom0's sample build" make -s test-drivers
finish
