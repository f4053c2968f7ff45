# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# Packages of a Debian suite, fetched by apt, which checks the archive's
# signatures, and unpacked below the cache. Nothing is installed.
#
# Each suite has apt state of its own (lists, cache), so that suites other than
# the machine's can be asked, and no root is needed. apt's status file is empty:
# apt resolves every dependency, down to the C library.
#
# A folder of unpacked packages is called a unit:
#   NAME/DIGEST/root    what the packages hold
#   NAME/DIGEST/made-of the packages, a line each: file name, digest
#   NAME/current        a link to the newest DIGEST
# DIGEST is that of made-of and of what was done after unpacking. A unit appears
# by a rename, once it is whole.
#
# apt/SUITE is apt's state for a suite, and the place where its units are made. Who
# changes it holds its lock, so what a killed fetch has left there is removed by the
# next one.

# The machine's own suite, for example bookworm; empty where this is no Debian.
own_suite()
{
	(
		# shellcheck source=/dev/null
		. /etc/os-release 2>/dev/null || true
		[[ ${ID:-} != debian ]] || echo "${VERSION_CODENAME:-}"
	)
}

# Suites are named by letters, -backports may follow.
assert_suite_name()
{
	[[ $1 =~ ^[a-z]+(-backports)?$ ]] ||
		fail setup "'$1' is no name of a Debian suite: say bookworm, trixie or trixie-backports, for example"
}

base_suite()
{
	echo "${1%-backports}"
}

# Sets archive and archive_security to where the machine's own apt gets Debian
# from, or to the words of $XENHOST_ARCHIVE.
find_archive()
{
	local uri release

	archive='' archive_security=''
	if [[ -n ${XENHOST_ARCHIVE:-} ]]; then
		read -r archive archive_security <<<"$XENHOST_ARCHIVE"
		for uri in "$archive" ${archive_security:+"$archive_security"}; do
			[[ $uri =~ ^[a-z][a-z+]*:[^][:space:][]+$ ]] ||
				fail setup "XENHOST_ARCHIVE: '$uri' is no URI: say http://deb.debian.org/debian, for example"
		done
		return
	fi
	# Others than Debian's may use its names of suites.
	while read -r uri release; do
		case $release in
		*-security) : "${archive_security:=$uri}" ;;
		"$(own_suite)") : "${archive:=$uri}" ;;
		esac
	done < <(apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE)' \
		'Created-By: Packages' 'Component: main' 2>/dev/null)
	[[ -n $archive ]] ||
		fail setup "no Debian archive in this machine's apt sources: set XENHOST_ARCHIVE='URI [URI-OF-SECURITY]'"
	# debootstrap leaves a line for the archive alone.
	: "${archive_security:=${archive%/}-security}"
}

# The keys that sign the archive: Debian's, or the file $XENHOST_KEYRING.
find_keyring()
{
	local file=${XENHOST_KEYRING:-}

	if [[ -n $file ]]; then
		[[ $file =~ ^/[^][:space:][]+$ && -r $file ]] ||
			fail setup "XENHOST_KEYRING: cannot read '$file': name a file of keys by its absolute path, without blanks"
		echo "$file"
		return
	fi
	for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
		[[ ! -r $file ]] || { echo "$file"; return; }
	done
	fail setup "no keys of the Debian archive here: apt-get install debian-archive-keyring"
}

sources_of()
{
	local suite=$1 base key

	base=$(base_suite "$suite")
	key=$(find_keyring) || exit
	key="[signed-by=$key]"
	echo "deb $key $archive $base main"
	case $base in
	sid | unstable) ;;
	*)
		echo "deb $key $archive $base-updates main"
		[[ -z $archive_security ]] || echo "deb $key $archive_security $base-security main"
		;;
	esac
	[[ $suite == "$base" ]] || echo "deb $key $archive $suite main"
}

# How this machine's apt gets to archives: proxies, for example.
machine_apt_config()
{
	apt-config dump 2>/dev/null | grep -E '^Acquire::(https?::|ForceIPv)' || true
	echo 'Dir::Etc::netrc "/etc/apt/auth.conf";'
	echo 'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";'
}

# write_apt_config SUITE DIR SOURCES. By renames, because the cache may be a copy whose
# files are links to the original's.
write_apt_config()
{
	local suite=$1 dir=$2 new=$2/new

	mkdir -p "$dir"/{lists,archives}/partial "$dir"/{debs,empty/{apt.conf,preferences}.d} "$new" &&
		: >"$new/status" && echo "$3" >"$new/sources.list" &&
		apt_config "$suite" "$dir" >"$new/apt.conf" && mv "$new"/* "$dir/" && rmdir "$new"
}

apt_config()
{
	local suite=$1 dir=$2

	machine_apt_config
	cat <<-END
	Dir "$dir";
	Dir::State "$dir";
	Dir::State::lists "$dir/lists";
	Dir::State::status "$dir/status";
	Dir::Cache "$dir";
	Dir::Cache::archives "$dir/archives";
	Dir::Etc "$dir/empty";
	Dir::Etc::sourcelist "$dir/sources.list";
	Dir::Etc::sourceparts "$dir/empty";
	APT::Architecture "amd64";
	APT::Architectures "amd64";
	$([[ $suite == "$(base_suite "$suite")" ]] || echo "APT::Default-Release \"$suite\";")
	APT::Install-Recommends "false";
	APT::Sandbox::User "root";
	Acquire::Languages "none";
	Acquire::Retries "2";
	Acquire::ForceHash "SHA256";
	END
}

# What apt's words mean, and what to do about it: reads its output.
explain_apt()
{
	local suite=$1 text line

	text=$(cat)
	line=$(sed -nE '/^E: Some index files/d; s/^E: //p' <<<"$text" | head -n 1)
	: "${line:=$(sed -nE '/^W: Unable to read/d; s/^(W|Err):[0-9]* ?//p' <<<"$text" | head -n 1)}"
	case $text in
	*NO_PUBKEY* | *BADSIG* | *EXPKEYSIG* | *'is not signed'* | *'signatures were invalid'* | \
		*"couldn't be verified"* | *'signature verification'*)
		echo "the signature of suite '$suite' is wrong or its key unknown, nothing was taken ($line): set XENHOST_ARCHIVE to another mirror, or upgrade debian-archive-keyring" ;;
	*'is expired'* | *'is not valid yet'*)
		echo "the archive's list of suite '$suite' is out of date or this machine's clock is wrong, nothing was taken ($line): set the clock, or XENHOST_ARCHIVE to another mirror" ;;
	*'does not have a Release file'*)
		echo "the archive has no suite '$suite' ($line): check the name, or set XENHOST_ARCHIVE" ;;
	*'Hash Sum mismatch'* | *'unexpected size'*)
		echo "the archive of suite '$suite' sent other bytes than its signed list says, nothing was taken ($line): try again later, or set XENHOST_ARCHIVE to another mirror" ;;
	*' 404 '*'.deb '*)
		echo "a package of suite '$suite' is gone from the archive ($line): try again, which asks for a new list, or set XENHOST_ARCHIVE to another mirror" ;;
	*'Could not resolve'* | *'Could not connect'* | *'Unable to connect'* | *'Connection timed out'* | \
		*'Connection failed'* | *'Failed to fetch'*)
		echo "cannot reach the archive of suite '$suite' (${line:-no answer}): try again, or set XENHOST_ARCHIVE to another mirror" ;;
	*'Unable to locate package'* | *'no installation candidate'* | *"Couldn't find any package"*)
		echo "suite '$suite' lacks a package ($line): try scripts/xenhost hosts update $suite" ;;
	*)
		echo "apt failed for suite '$suite' (${line:-$(tail -n 1 <<<"$text")}): see scripts/xenhost doctor" ;;
	esac
}

# with_apt SUITE COMMAND...: apt as it is for the suite; its output, or the end.
with_apt()
{
	local suite=$1 said

	shift
	# Without it, apt would take the machine's own.
	[[ -r $cache/apt/$suite/apt.conf ]] ||
		fail archive "what was known of suite '$suite' was removed meanwhile: try again"
	said=$(LC_ALL=C APT_CONFIG=$cache/apt/$suite/apt.conf "$@" 2>&1) || {
		if disk_is_full "$cache" || [[ $said == *'No space left'* || $said == *'enough free space'* ]]; then
			no_cache "No space left on device"
		fi
		fail archive "$(explain_apt "$suite" <<<"$said")"
	}
	printf '%s\n' "$said"
}

# lock_suite SUITE [try]: one at a time for each suite; with try, returns 1 if it is
# locked. The lock is on the suite's folder itself, and goes with the process and what
# that has started.
lock_suite()
{
	local dir=$cache/apt/$1 why

	while :; do
		why=$(mkdir -p "$dir" 2>&1) || no_cache "$why"
		{ exec {suite_lock}<"$dir"; } 2>/dev/null || {
			[[ ! -e $dir ]] || no_cache "Permission denied"
			continue
		}
		if ! flock -n "$suite_lock"; then
			[[ -z ${2:-} ]] || { unlock_suite; return 1; }
			echo "xenhost: waiting for another fetch from suite $1 to end ..." >&2
			flock "$suite_lock"
		fi
		# It may have been removed meanwhile.
		[[ ! $dir -ef /dev/fd/$suite_lock ]] || break
		unlock_suite
	done
	rm -rf "$dir"/tmp.*
}

unlock_suite()
{
	exec {suite_lock}<&-
}

# suite_open SUITE [fresh]: its lists are there, not older than a day; with fresh,
# those of now.
suite_open()
{
	local suite=$1 dir=$cache/apt/$1 sources why

	assert_suite_name "$suite"
	command -v apt-get >/dev/null ||
		fail setup "no apt-get here, which fetches a suite's packages: install Debian's apt"
	find_archive
	sources=$(sources_of "$suite") || exit
	lock_suite "$suite"
	[[ ! -e $dir/complete || $(<"$dir/sources.list") == "$sources" ]] || rm "$dir/complete"
	# Each time, because a cache may have been moved.
	why=$(write_apt_config "$suite" "$dir" "$sources" 2>&1) || no_cache "$why"
	if [[ -n ${2:-} || -z $(find "$dir/complete" -mtime -1 2>/dev/null) ]]; then
		echo "xenhost: asking the archive what suite $suite has ..." >&2
		# apt changes its lists only once all of them are there and right.
		(with_apt "$suite" apt-get update --error-on=any >/dev/null) || {
			# Nothing is left of a suite that nothing was fetched from.
			[[ -e $dir/complete || -s $dir/gcc ]] || rm -rf "$dir"
			exit 125
		}
		touch "$dir/complete"
	fi
	unlock_suite
}

# suite_names SUITE REGEX: its packages' names, by version.
suite_names()
{
	local names

	names=$(with_apt "$1" apt-cache pkgnames) || exit
	grep -xE "$2" <<<"$names" | sort -V || true
}

# suite_has SUITE PACKAGE
suite_has()
{
	local policy

	policy=$(with_apt "$1" apt-cache policy "$2") || exit
	[[ $policy =~ Candidate:\ [0-9] ]]
}

# suite_resolve SUITE PACKAGE...: these and all that they need, "FILE DIGEST" a line.
suite_resolve()
{
	local suite=$1

	shift
	with_apt "$suite" apt-get install --print-uris -y "$@" |
		sed -nE "s/^'[^']*' ([^ ]+) [0-9]+ (.*)/\1 \2/p" | sort
}

# Fills a new root with packages, in the merged layout whatever the suite's age.
unpack_packages()
{
	local root=$1 file

	mkdir -p "$root"/usr/{bin,sbin,lib,lib64}
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root/"
	while read -r file; do
		dpkg-deb --fsys-tarfile "$file" |
			tar -x -C "$root" --keep-directory-symlink --no-same-owner --no-same-permissions
	done
	relative_links "$root"
}

# A link to /etc/x of an unpacked package means its own root.
relative_links()
{
	local root=$1 link target

	find "$root" -type l -lname '/*' -printf '%P\t%l\n' | while IFS=$'\t' read -r link target; do
		ln -sfnr "$root$target" "$root/$link"
	done
}

# build_unit SUITE LIST FINISH OUT: LIST names the packages, FINISH works on the root.
build_unit()
{
	local suite=$1 list=$2 finish=$3 out=$4

	mkdir "$out"
	cp "$list" "$out/made-of"
	cut -d' ' -f1 "$list" | sed "s|^|$cache/apt/$suite/debs/|" | unpack_packages "$out/root"
	[[ -z $finish ]] || $finish "$out"
}

# unit NAME SUITE FINISH FILTER PACKAGE...: sets $unit to the newest unit of that
# name, which is fetched if the cache has it not. Of the packages that the named
# ones need, those whose file name matches FILTER. FINISH is a function that gets
# the unit's folder once the packages are unpacked, or empty.
unit()
{
	local name=$1 suite=$2 finish=$3 filter=$4 list digest temporary old build_dir=$cache/apt/$2
	shift 4

	lock_suite "$suite"
	make_temporary "$build_dir"
	list=$temporary/list
	suite_resolve "$suite" "$@" >"$list.all" || exit
	[[ -s $list.all ]] || fail archive "$(explain_apt "$suite" <<<"")"
	grep -E "$filter" "$list.all" >"$list" ||
		fail archive "suite '$suite' has nothing like $filter among what $* needs"
	digest=$({ cat "$list"; [[ -z $finish ]] || declare -f "$finish"; } | digest -)
	if [[ ! -e $cache/$name/$digest ]]; then
		echo "xenhost: fetching $(wc -l <"$list") packages of suite $suite for $name ..." >&2
		fetch_packages "$suite" "$list"
		cached "$name/$digest" build_unit "$suite" "$list" "$finish"
		rm -f "$cache/apt/$suite/debs"/*.deb
	fi
	unit=$cache/$name/$digest
	# The time from when on the old one may be forgotten.
	old=$(readlink "$cache/$name/current") || old=$digest
	[[ $old == "$digest" ]] || touch -c "$cache/$name/$old"
	ln -s "$digest" "$temporary/current" && mv -T "$temporary/current" "$cache/$name/current" ||
		no_cache "cannot write $name/current"
	rm -rf "$temporary"
	unlock_suite
}

# used NAME: the unit is used now, so that it is not forgotten.
used()
{
	touch -hc "$cache/$1/current" 2>/dev/null || true
}

# fetch_packages SUITE LIST: those of LIST, which apt has from the signed list, into
# the suite's debs. apt takes a file that is there for whole if its size is right.
fetch_packages()
{
	local suite=$1 list=$2 file digest names=() dir=$cache/apt/$1/debs

	while read -r file digest; do
		! is_whole "$dir/$file" "$digest" || continue
		rm -f "$dir/$file"
		names+=("$(package_of "$file")")
	done <"$list"
	# apt looks at the folder it is in.
	((${#names[@]} == 0)) || (cd "$dir" && with_apt "$suite" apt-get download "${names[@]}" >/dev/null) || {
		# The packages may be gone, then a list of today is wanted.
		rm -f "$dir/../complete"
		exit 125
	}
	while read -r file digest; do
		is_whole "$dir/$file" "$digest" ||
			fail archive "suite '$suite': $file is not what the signed list says: try again, or set XENHOST_ARCHIVE to another mirror"
	done <"$list"
}

# is_whole FILE DIGEST
is_whole()
{
	[[ -r $1 && $2 == "SHA256:$(sha256sum <"$1" | cut -d' ' -f1)" ]]
}

# package_of FILE: "name=version" of a file name as apt writes it, where %3a is a colon.
package_of()
{
	local name=${1%%_*} version=${1#*_}

	version=${version%_*}
	echo "$name=${version//%3a/:}"
}
