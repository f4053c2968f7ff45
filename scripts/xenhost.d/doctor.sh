# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Is everything there that xenhost needs?

xen_installed()
{
	local image
	for image in /boot/xen-[0-9]*-amd64.gz; do
		[[ -e $image ]] || fail setup "Xen is not installed; see scripts/xenhost doctor"
		image=${image#/boot/xen-}
		echo "${image%-amd64.gz}"
		return
	done
}
