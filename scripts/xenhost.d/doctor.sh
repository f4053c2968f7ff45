# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# Is everything there that xenhost needs?

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

	missing=$("$here/packages" --missing host build)
	for name in $("$here/packages" host build); do
		check "package $name" not_in "$name" "$missing"
	done
	for name in $("$here/packages" --missing check); do
		printf '%-9s%s\n' absent "package $name (only for make check)"
	done
}

# Those that a test would take, each with its parts.
check_host()
{
	local name=${opt_host:-$(default_host)}

	if [[ -z $name ]] || ! (host_open "$name") 2>/dev/null; then
		check "host ${name:-SUITE}: scripts/xenhost hosts add ${name:-trixie}" false
		return
	fi
	host_open "$name"
	opt_qemu_host=''
	find_qemu
	check "host $name: Xen $host_xen_version" test -r "$host_hypervisor"
	check "host $name: toolstack" test -x "$host_bin/xl"
	check "host $name: kernel ${host_dom0:-none} for dom0" test -n "$(kernel_image "${host_dom0:-none}")"
	check "host $name: device model for HVM guests" test -x "$host_device_model"
	check "host $name: $(qemu_version), 7 or newer" qemu_version_ok
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
	[[ $(qemu_version) =~ ^QEMU\ ([0-9]+) ]] && ((BASH_REMATCH[1] >= 7))
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

# install_packages GROUP...: what is missing of these.
install_packages()
{
	local -a missing
	mapfile -t missing < <("$here/packages" --missing "$@")

	((${#missing[@]})) || return 0
	[[ $(id -u) == 0 ]] ||
		fail setup "missing packages; as root: apt-get install --no-install-recommends ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	local -a install=(apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends)
	"${install[@]}" "${missing[@]}" || { apt-get update && "${install[@]}" "${missing[@]}"; } ||
		fail setup "apt-get could not install ${missing[*]}"
}

# What "make check" runs on; the long forms fetch what else they need.
fetch_supported()
{
	local name kernels

	for name in $(supported host); do
		hosts add "$name"
	done
	kernels=$("$here/kernels" --ends) || exit 125
	for name in $kernels; do
		"$here/kernels" --tools "$name" >/dev/null || exit 125
	done
	# Where the archive has a newer one instead, the test says that it is left out.
	for name in $("$here/kernels" --smoke) $("$here/kernels" --built); do
		"$here/kernels" --tools "$name" >/dev/null || true
	done
}

doctor()
{
	local -a missing groups
	local name

	case ${1:-} in
	'') ;;
	-h | --help) usage; return 0 ;;
	--install)
		shift
		groups=("$@")
		((${#groups[@]})) || groups=(host build)
		# A new machine's apt knows no package yet.
		[[ $(id -u) != 0 ]] || apt-cache show make >/dev/null 2>&1 || apt-get update
		install_packages "${groups[@]}"
		name=${opt_host:-$(default_host)}
		[[ -z $name || $name == local ]] || hosts add "$name"
		[[ " ${groups[*]} " != *' check '* ]] || fetch_supported
		;;
	*) usage_error "doctor: unknown option '$1'" ;;
	esac
	check_packages
	check_host
	check "1 GiB free for the cache $cache" has_room "$cache" 1024
	check "256 MiB free for the logs $run_base" has_room "$run_base" 256
	printf '%-9s%s\n' note "KVM $(kvm_line)"
	if ! $doctor_ok; then
		mapfile -t missing < <("$here/packages" --missing host build)
		((${#missing[@]} == 0)) ||
			echo "To install what is missing: apt-get install -y --no-install-recommends ${missing[*]}"
		return 1
	fi
}
