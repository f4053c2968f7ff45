# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# Is everything there that xenhost needs?

# The version of the installed hypervisor, for example 4.17.
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

doctor_ok=true

# check WHAT COMMAND...: one line, and the memory of whether all were ok.
check()
{
	local what=$1
	shift
	if "$@"; then
		printf '%-9s%s\n' ok "$what"
	else
		printf '%-9s%s\n' missing "$what"
		doctor_ok=false
	fi
}

check_packages()
{
	local missing name

	missing=$("$here/packages" --missing host hvm build)
	for name in $("$here/packages" host hvm build); do
		check "package $name" not_in "$name" "$missing"
	done
	for name in $("$here/packages" --missing check); do
		printf '%-9s%s\n' absent "package $name (only for make check)"
	done
}

not_in()
{
	! grep -qx -- "$1" <<<"$2"
}

check_kernels()
{
	local release any=false

	for release in $("$here/kernels" --images); do
		any=true
		check "kernel $release readable" test -r "/boot/vmlinuz-$release"
	done
	check "a kernel in /boot" "$any"
	check "a kernel with headers" test -n "$("$here/kernels")"
}

# has_room DIR MIB, for DIR or the nearest parent that exists.
has_room()
{
	local path=$1 free

	while [[ ! -d $path ]]; do
		path=$(dirname "$path")
	done
	free=$(df -Pm "$path" | awk 'NR == 2 { print $4 }')
	[[ -w $path ]] && ((free >= $2))
}

qemu_version_ok()
{
	local version
	version=$(qemu-system-x86_64 --version 2>/dev/null | grep -oE '[0-9]+\.[0-9]+' | head -n 1)
	[[ -n $version ]] && ((${version%%.*} >= 7))
}

kvm_line()
{
	if ! grep -qE '^flags.*\b(vmx|svm)\b' /proc/cpuinfo; then
		echo "not usable: the processor shows neither vmx nor svm; QEMU emulates"
	elif [[ ! -w /dev/kvm ]]; then
		echo "not usable: no access to /dev/kvm; QEMU emulates"
	else
		echo "usable with --accel kvm"
	fi
}

install_packages()
{
	local -a missing
	mapfile -t missing < <("$here/packages" --missing)

	((${#missing[@]})) || return 0
	[[ $(id -u) == 0 ]] || fail setup "--install needs root"
	export DEBIAN_FRONTEND=noninteractive INITRD=No
	apt-get install -y --no-install-recommends "${missing[@]}" ||
		{ apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } ||
		fail setup "apt-get could not install ${missing[*]}"
}

doctor()
{
	local -a missing

	case ${1:-} in
	'') ;;
	-h | --help) usage; return 0 ;;
	--install) install_packages ;;
	*) usage_error "doctor: unknown option '$1'" ;;
	esac
	check_packages
	check "QEMU 7 or newer" qemu_version_ok
	check_kernels
	check "1 GiB free for the cache $cache" has_room "$cache" 1024
	check "256 MiB free for the logs $run_base" has_room "$run_base" 256
	printf '%-9s%s\n' note "KVM $(kvm_line)"
	if ! $doctor_ok; then
		mapfile -t missing < <("$here/packages" --missing)
		((${#missing[@]} == 0)) ||
			echo "To install what is missing: apt-get install -y --no-install-recommends ${missing[*]}"
		return 1
	fi
}
