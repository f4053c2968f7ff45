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
# DIGEST is that of made-of and of what was done after unpacking.

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
		return
	fi
	while read -r uri release; do
		case $release in
		*-security) archive_security=$uri ;;
		"$(own_suite)") archive=$uri ;;
		esac
	done < <(apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE)' \
		'Created-By: Packages' 2>/dev/null)
	[[ -n $archive ]] ||
		fail setup "no Debian archive in this machine's apt sources: set XENHOST_ARCHIVE='URI [URI-OF-SECURITY]'"
	# debootstrap leaves a line for the archive alone.
	: "${archive_security:=${archive%/}-security}"
}

find_keyring()
{
	local file

	for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
		[[ ! -r $file ]] || { echo "$file"; return; }
	done
	fail setup "no keys of the Debian archive here: apt-get install debian-archive-keyring"
}

sources_of()
{
	local suite=$1 base key

	base=$(base_suite "$suite")
	key="[signed-by=$(find_keyring)]"
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

# write_apt_config SUITE DIR SOURCES
write_apt_config()
{
	local suite=$1 dir=$2

	mkdir -p "$dir"/{lists,archives}/partial "$dir"/{debs,empty} || fail setup "cannot create $dir"
	: >"$dir/status"
	echo "$3" >"$dir/sources.list"
	cat >"$dir/apt.conf" <<-END
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
	END
}

# What apt's words mean, and what to do about it: reads its output.
explain_apt()
{
	local suite=$1 text line

	text=$(cat)
	line=$(grep -m 1 -E '^(E|W|Err):' <<<"$text" | sed -E 's/^(E|W|Err):[0-9]* ?//') || true
	case $text in
	*'does not have a Release file'* | *'404 '*Release*)
		echo "the archive $archive has no suite '$suite': see its name, or set XENHOST_ARCHIVE" ;;
	*NO_PUBKEY* | *BADSIG* | *'is not signed'* | *'signatures were invalid'* | *"couldn't be verified"*)
		echo "the signature of suite '$suite' is wrong or its key unknown, nothing was taken: $line" ;;
	*'is expired'* | *'is not valid yet'*)
		echo "the archive's list of suite '$suite' is out of date (or this machine's clock wrong), nothing was taken: $line" ;;
	*'Could not resolve'* | *'Could not connect'* | *'Unable to connect'* | *'Connection timed out'* | *'Failed to fetch'*)
		echo "cannot reach the archive of suite '$suite' ($archive): ${line:-no answer}; try again, or set XENHOST_ARCHIVE" ;;
	*'No space left'* | *'enough free space'*)
		echo "the disk that holds $cache is full" ;;
	*'Unable to locate package'* | *'no installation candidate'* | *"Couldn't find any package"*)
		echo "suite '$suite' has it not (any more): ${line:-unknown}; try scripts/xenhost hosts update $suite" ;;
	*)
		echo "apt: ${line:-$(tail -n 1 <<<"$text")}" ;;
	esac
}

# with_apt SUITE COMMAND...: apt as it is for the suite; its output, or the end.
with_apt()
{
	local suite=$1 said

	shift
	said=$(LC_ALL=C APT_CONFIG=$cache/apt/$suite/apt.conf "$@" 2>&1) || {
		! disk_is_full "$cache" || said+=' No space left'
		fail archive "$(explain_apt "$suite" <<<"$said")"
	}
	printf '%s\n' "$said"
}

# One at a time for each suite; the lock goes with the process.
lock_suite()
{
	mkdir -p "$cache/apt" 2>/dev/null || fail setup "cannot create the cache $cache"
	exec {suite_lock}>"$cache/apt/.lock-$1" || fail setup "cannot write to $cache/apt"
	flock "$suite_lock"
}

unlock_suite()
{
	exec {suite_lock}>&-
}

# suite_open SUITE [fresh]: its lists are there; with fresh, those of today.
suite_open()
{
	local suite=$1 dir=$cache/apt/$1 sources

	assert_suite_name "$suite"
	command -v apt-get >/dev/null || fail setup "no apt-get here, which fetches a suite's packages"
	find_archive
	lock_suite "$suite"
	sources=$(sources_of "$suite") || exit
	[[ ! -e $dir/complete || $(<"$dir/sources.list") == "$sources" ]] || rm "$dir/complete"
	# Each time, because a cache may have been moved.
	write_apt_config "$suite" "$dir" "$sources"
	if [[ -n ${2:-} || ! -e $dir/complete ]]; then
		rm -f "$dir/complete"
		echo "xenhost: asking the archive what suite $suite has ..." >&2
		with_apt "$suite" apt-get update --error-on=any >/dev/null
		touch "$dir/complete"
	fi
	unlock_suite
}

# suite_names SUITE REGEX: its packages' names, by version.
suite_names()
{
	with_apt "$1" apt-cache pkgnames | grep -xE "$2" | sort -V || true
}

# suite_has SUITE PACKAGE
suite_has()
{
	[[ $(with_apt "$1" apt-cache policy "$2") =~ Candidate:\ [0-9] ]]
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
	local name=$1 suite=$2 finish=$3 filter=$4 list digest
	shift 4

	lock_suite "$suite"
	list=$(mktemp "$cache/tmp.XXXXXX") || fail setup "cannot write to the cache $cache: is the disk full?"
	suite_resolve "$suite" "$@" >"$list.all" || exit
	[[ -s $list.all ]] || fail archive "$(explain_apt "$suite" <<<"")"
	grep -E "$filter" "$list.all" >"$list" ||
		fail archive "suite '$suite' has nothing like $filter among what $* needs"
	digest=$({ cat "$list"; [[ -z $finish ]] || declare -f "$finish"; } | digest -)
	if [[ ! -e $cache/$name/$digest ]]; then
		echo "xenhost: fetching $(wc -l <"$list") packages of suite $suite for $name ..." >&2
		fetch_packages "$suite" "$list" "$@"
		cached "$name/$digest" build_unit "$suite" "$list" "$finish"
		rm -f "$cache/apt/$suite/debs"/*.deb
	fi
	rm -f "$list" "$list.all"
	unit=$cache/$name/$digest
	ln -sfn "$digest" "$cache/$name/.current.$$" && mv -T "$cache/$name/.current.$$" "$cache/$name/current"
	unlock_suite
}

# fetch_packages SUITE LIST PACKAGE...: those of LIST into the suite's debs, each
# as apt has checked it.
fetch_packages()
{
	local suite=$1 list=$2 file names=() dir=$cache/apt/$1/debs

	while read -r file _; do
		names+=("$(package_of "$file")")
	done <"$list"
	# apt looks at the folder it is in.
	(cd "$dir" && with_apt "$suite" apt-get download "${names[@]}" >/dev/null)
	while read -r file _; do
		[[ -s $dir/$file ]] || fail archive "suite '$suite': apt did not bring $file"
	done <"$list"
}

# package_of FILE: "name=version" of a file name as apt writes it, where %3a is a colon.
package_of()
{
	local name=${1%%_*} version=${1#*_}

	version=${version%_*}
	echo "$name=${version//%3a/:}"
}
