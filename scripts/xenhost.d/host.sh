# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# A host: hypervisor, toolstack, dom0 kernel, device model and emulator that
# belong together. It is a root folder and a text that says where in it they lie.
#
#   local   what is installed on this machine
#   SUITE   one Debian suite's, the unit hosts/SUITE in the cache

# The packages of a suite's host; %s is its version of Xen. Those of the second
# line come with what they need, the others alone are of no use to us.
host_packages=(xen-hypervisor-%s-amd64 xen-hypervisor-%s-amd64-dbg xen-utils-%s xenstore-utils
	libxen-dev qemu-system-x86 qemu-system-xen seabios busybox-static)

# describe_host ROOT: where things are, relative to it, a shell assignment a line.
describe_host()
{
	local root=$1 file version=

	for file in "$root"/boot/xen-[0-9]*-amd64.gz; do
		[[ ! -r $file ]] || version+=${file##*/xen-}$'\n'
	done
	version=$(sort -V <<<"${version//-amd64.gz/}" | tail -n 1)
	[[ -n $version ]] || return 1
	cat <<-END
	xen_version=$version
	hypervisor=boot/xen-$version-amd64.gz
	symbols=usr/lib/debug/boot/xen-syms-$version-amd64.map
	xen_bin=usr/lib/xen-$version/bin
	hvmloader=usr/lib/xen-$version/boot/hvmloader
	device_model=usr/libexec/xen-qemu-system-i386
	seabios=usr/share/seabios
	qemu_data=usr/share/qemu
	qemu=usr/bin/qemu-system-x86_64
	busybox=bin/busybox
	END
}

# finish_host OUT: what it is, in a text of its own.
finish_host()
{
	{
		describe_host "$1/root"
		echo "dom0_release=$host_dom0"
	} >"$1/host"
}

# The kernel that a suite's metapackage stands for.
suite_default_kernel()
{
	with_apt "$1" apt-cache depends --important linux-image-amd64 |
		sed -nE 's/^ *Depends: linux-image-([0-9].*)/\1/p' | head -n 1
}

# fetch_host SUITE: a host as its archive has it now.
fetch_host()
{
	local suite=$1 version gcc

	suite_open "$suite" fresh
	version=$(suite_names "$suite" 'xen-utils-[0-9.]+' | sed 's/^xen-utils-//' | tail -n 1) || exit
	[[ -n $version ]] || fail archive "suite $suite has no Xen: take another, such as trixie"
	host_dom0=$(suite_default_kernel "$suite") || exit
	[[ -n $host_dom0 ]] || fail archive "suite $suite has no linux-image-amd64: take another, such as trixie"
	fetch_kernel "$suite" "$host_dom0"
	# shellcheck disable=SC2059 # the formats are ours
	unit "hosts/$suite" "$suite" finish_host . $(printf "${host_packages[*]}" "$version" "$version" "$version")
	gcc=$(suite_gcc "$suite") || exit
	suite_tools "$suite" "$gcc" >/dev/null
}

# The suite's own compiler, for example gcc-14.
suite_gcc()
{
	local file=$cache/apt/$1/gcc name

	if [[ ! -s $file ]]; then
		suite_open "$1"
		name=$(with_apt "$1" apt-cache depends --important gcc | sed -nE 's/^ *Depends: (gcc-[0-9]+)$/\1/p' | head -n 1) || exit
		[[ -n $name ]] || fail archive "suite $1 has no gcc: take another, such as trixie"
		echo "$name" >"$file"
	fi
	cat "$file"
}

has_local_host()
{
	compgen -G '/boot/xen-[0-9]*-amd64.gz' >/dev/null && compgen -G '/usr/lib/xen-[0-9]*/bin/xl' >/dev/null
}

# The host when nobody names one: what is installed here, else the machine's suite.
default_host()
{
	if has_local_host; then
		echo local
	else
		own_suite
	fi
}

# host_open NAME: sets the host_ variables; ends the run where there is no such host.
host_open()
{
	local text
	local xen_version hypervisor symbols xen_bin hvmloader device_model seabios qemu_data
	local qemu busybox dom0_release=

	host_name=${1:-$(default_host)}
	case $host_name in
	'') fail setup "no Xen is installed here: scripts/xenhost hosts add trixie fetches one" ;;
	local)
		host_root=''
		text=$(describe_host "") ||
			fail setup "no Xen is installed here: scripts/xenhost hosts add SUITE fetches one, see scripts/xenhost hosts"
		dom0_release=$("$here/kernels" --dom0)
		;;
	*)
		assert_suite_name "$host_name"
		[[ -e $cache/hosts/$host_name/current ]] ||
			fail setup "no host '$host_name' here: scripts/xenhost hosts add $host_name fetches it"
		host_root=$(realpath "$cache/hosts/$host_name/current")
		host_digest=${host_root##*/}
		text=$(<"$host_root/host")
		host_root+=/root
		;;
	esac
	# Made by describe_host alone.
	eval "$text"
	host_xen_version=$xen_version
	host_hypervisor=$host_root/$hypervisor
	host_symbols=$host_root/$symbols
	host_bin=$host_root/$xen_bin
	host_hvmloader=$host_root/$hvmloader
	host_device_model=$host_root/$device_model
	host_seabios=$host_root/$seabios
	host_qemu_data=$host_root/$qemu_data
	host_busybox=$host_root/$busybox
	host_qemu=$host_root/$qemu
	host_dom0=$dom0_release
	[[ $host_name != local ]] || host_digest=$(local_digest)
}

# loader ROOT: the words before a program that run it by its own C library.
loader()
{
	local dirs

	if [[ -n $1 ]]; then
		dirs=$(find "$1/usr/lib/x86_64-linux-gnu" -maxdepth 1 -type d | sort | tr '\n' ':')
		printf '%s\n' "$1/lib64/ld-linux-x86-64.so.2" --library-path "${dirs%:}"
	else
		echo /lib64/ld-linux-x86-64.so.2
	fi
}

# libraries FILE...: the host's shared libraries that they need, and the loader.
libraries()
{
	local file
	local -a with

	mapfile -t with < <(loader "$host_root")
	echo "$host_root/lib64/ld-linux-x86-64.so.2"
	for file; do
		"${with[@]}" --list "$file" 2>/dev/null
	done | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u
}

# A local host changes with what is installed: its programs and their libraries.
# Finding these takes longer than reading them, so the list is kept for as long as
# the programs and the loader's own cache stay as they are.
local_digest()
{
	local key
	local -a inputs

	key=$(digest "$host_hypervisor" "$host_bin/xl" "$host_bin/xenstored" /etc/ld.so.cache)
	cached "local-inputs-$key" list_local_inputs
	mapfile -t inputs <"$cached"
	digest "${inputs[@]}"
}

list_local_inputs()
{
	local file

	{
		mapfile -t programs < <(dom0_programs)
		printf '%s\n' "${programs[@]}" "$host_hypervisor" "$host_busybox"
		libraries "${programs[@]}"
		for file in "$host_device_model" "$host_qemu" "$host_hvmloader" "$host_seabios"/*; do
			[[ ! -f $file ]] || echo "$file"
		done
		[[ ! -x $host_device_model ]] || libraries "$host_device_model"
		[[ ! -x $host_qemu ]] || libraries "$host_qemu"
	} | sort -u >"$1"
}

# host_cc ARG...: the host's compiler, with the headers and libraries of its Xen.
host_cc()
{
	local bin gcc
	local -a words=(gcc)

	if [[ -n $host_root ]]; then
		gcc=$(suite_gcc "$(base_suite "$host_name")")
		bin=$(suite_tools "$host_name" "$gcc")
		words=("$gcc")
		[[ -z $bin ]] || words=("$bin/$gcc" "--sysroot=$bin/../root")
		words+=("-I$host_root/usr/include" "-L$host_root/usr/lib/x86_64-linux-gnu"
			"-Wl,-rpath-link,$host_root/usr/lib/x86_64-linux-gnu")
	fi
	"${words[@]}" "$@"
}

# --- xenhost hosts ---

hosts_usage()
{
	cat <<-'EOF'
	Usage: scripts/xenhost hosts                  the hosts and kernels that are here
	       scripts/xenhost hosts add SUITE...     fetch the host of a Debian suite
	       scripts/xenhost hosts update SUITE...  the same as the archive has it today
	       scripts/xenhost hosts remove NAME...   remove a host (SUITE) or a kernel
	                                              (SUITE:VERSION) from the cache

	A host is the hypervisor, toolstack, dom0 kernel, device model and emulator of one
	suite, such as bookworm, trixie or trixie-backports. Its packages come from the archive
	that this machine's apt uses, with the archive's signatures checked, and are unpacked
	in the cache; nothing is installed, and no root is needed. XENHOST_ARCHIVE='URI
	[URI-OF-SECURITY]' names another archive, XENHOST_KEYRING=FILE the keys that sign it
	if they are not Debian's. See Documentation/testing.rst.
	EOF
}

describe_one_host()
{
	(
		opt_qemu_host=''
		host_open "$1"
		find_qemu
		printf '%-18s Xen %s, dom0 %s, %s\n' "$1" "$host_xen_version" "${host_dom0:-without a kernel}" \
			"$(qemu_version)"
	)
}

list_hosts()
{
	local dir suite release

	! has_local_host || describe_one_host local
	for dir in "$cache"/hosts/*/current; do
		[[ ! -e $dir ]] || describe_one_host "$(basename "$(dirname "$dir")")"
	done
	while read -r suite release; do
		printf 'kernel             %s:%s\n' "$suite" "$release"
	done < <(cached_kernels)
}

# remove NAME: a host, or SUITE:RELEASE, a kernel.
remove()
{
	local release

	if [[ $1 == *:* ]]; then
		release=$(find_cached "${1%%:*}" "${1#*:}")
		[[ -n $release ]] || fail setup "no kernel '$1' in the cache: scripts/xenhost hosts lists those that are"
		not_in "$release" "$(host_kernels)" ||
			fail setup "kernel $1 is dom0's: scripts/xenhost hosts remove takes it with its host"
		forget_kernel "$release"
	else
		assert_suite_name "$1"
		[[ -e $cache/hosts/$1 ]] || fail setup "no host '$1' in the cache: scripts/xenhost hosts lists those that are"
		forget_host "$1"
	fi
}

hosts()
{
	local verb=${1:-} suite

	case $verb in
	'') list_hosts; return ;;
	-h | --help) hosts_usage; return ;;
	add | update | remove) shift ;;
	*) usage_error "hosts: unknown verb '$verb' (add, update, remove)" ;;
	esac
	(($#)) || usage_error "hosts $verb needs the name of a suite"
	for suite; do
		[[ $verb == remove ]] || assert_suite_name "$suite"
		case $verb in
		add)
			[[ -e $cache/hosts/$suite/current ]] || fetch_host "$suite"
			describe_one_host "$suite"
			;;
		update)
			fetch_host "$suite"
			forget_old
			describe_one_host "$suite"
			;;
		remove) remove "$suite" ;;
		esac
	done
}
