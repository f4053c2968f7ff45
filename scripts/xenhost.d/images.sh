# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# Kernels, programs and initramfs images, built once and kept in the cache.
# Nothing is compressed: unpacking is what emulated processors are worst at.

# --- kernels ---

# field FILE OFFSET BYTES: an unsigned little-endian field of a bzImage's header.
field()
{
	od -An -v -j "$2" -N "$3" -t "u$3" "$1" | tr -d ' '
}

# unpack_kernel BZIMAGE OUT: the ELF file inside. The payload ends with its
# unpacked size in four bytes (except gzip's, which has that by itself).
unpack_kernel()
{
	local image=$1 out=$2 sectors offset length magic skip
	sectors=$(field "$image" 497 1)
	offset=$(field "$image" 584 4)
	length=$(field "$image" 588 4)
	skip=$(((sectors + 1) * 512 + offset))
	magic=$(od -An -v -j "$skip" -N 4 -t x1 "$image" | tr -d ' ')
	payload()
	{
		head -c $((skip + $1)) "$image" | tail -c "$1"
	}
	case $magic in
	fd377a58) payload $((length - 4)) | xz -dc >"$out" ;;
	28b52ffd) payload $((length - 4)) | zstd -dcq >"$out" ;;
	1f8b*) payload "$length" | gzip -dc >"$out" ;;
	5d0000*) payload $((length - 4)) | xz --format=lzma -dc >"$out" ;;
	02214c18) payload $((length - 4)) | lz4 -dc >"$out" ;;
	*) echo "unknown compression $magic in $image" >&2; return 1 ;;
	esac
	is_elf "$out"
}

# elf_kernel FILE: sets $cached to its uncompressed ELF form.
elf_kernel()
{
	if is_elf "$1"; then
		cached=$1
	else
		cached "vmlinux-$(digest "$1")" unpack_kernel "$1"
	fi
}

unpack_xen()
{
	zcat "$1" >"$2" && is_elf "$2"
}

# --- programs ---

compile_agent()
{
	gcc -static -Os -Wall -o "$2" "$1/agent.c"
}

compile_mailbox()
{
	host_cc -Os -Wall -o "$2" "$1"/{mailbox,frames,lastwords}.c -lxenctrl -lxenforeignmemory
}

# --- initramfs ---

# pack DIR: an initramfs archive of what is in DIR, owned by root, on stdout.
pack()
{
	(cd "$1" && find . -mindepth 1 -print0 | sort -z |
		cpio --quiet -0 -o -H newc --owner=+0:+0 --reproducible)
}

busybox_tree()
{
	local dir=$1 name

	mkdir -p "$dir"/{bin,sbin,usr/bin,usr/sbin,etc,root,run,tmp,proc,sys,dev,var/log}
	ln -s ../run "$dir/var/run"
	cp "$host_busybox" "$dir/bin/busybox"
	"$host_busybox" --list | while read -r name; do
		[[ $name == busybox ]] || ln -s busybox "$dir/bin/$name"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$dir/etc/passwd"
	echo 'root:x:0:' >"$dir/etc/group"
}

build_guest_base()
{
	local tree=$2.tree

	busybox_tree "$tree"
	mkdir -p "$tree/xenhost" "$tree/run/xenhost"
	cp "$1" "$tree/init"
	pack "$tree" >"$2"
}

# The programs of dom0.
dom0_programs()
{
	local name

	for name in xl xenstored oxenstored xenconsoled xen-init-dom0 libxl-save-helper lsevtchn \
		xenctx xenstore-control xen-hvmctx xen-diag xen-mfndump; do
		[[ ! -e $host_bin/$name ]] || echo "$host_bin/$name"
	done
	for name in "$host_root"/usr/bin/xenstore "$host_root"/usr/bin/xenstore-*; do
		[[ $name == */xenstore-control ]] || echo "$name"
	done
}

copy_libraries()
{
	local dir=$1 file
	shift

	mkdir -p "$dir/lib" "$dir/lib64"
	libraries "$@" | while read -r file; do
		case $file in
		*/ld-linux*) cp -L "$file" "$dir/lib64/" ;;
		*) cp -L "$file" "$dir/lib/" ;;
		esac
	done
}

dom0_modules=(virtio_pci 9pnet_virtio 9p xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs
	xen-blkback xen-netback bridge stp llc loop ext4 tun)

# module_files RELEASE NAME...: a kernel's modules and those that they need, in order.
module_files()
{
	local root

	root=$(kernel_root "$1")
	modprobe -d "$root/" -S "$1" -aD "${@:2}" | awk '$1 == "insmod" { print $2 }'
}

# Kernel modules with all that they need, unpacked, and a modules.dep.
copy_modules()
{
	local dir=$1 release=$2 file target root

	root=$(kernel_root "$release")
	module_files "$release" "${dom0_modules[@]}" | sort -u | while read -r file; do
		target=${file#"$root/"}
		target=$dir/${target%.[xgz][zs]*}
		mkdir -p "$(dirname "$target")"
		unpack_module "$file" "$target"
	done
	depmod -b "$dir" "$release"
}

unpack_module()
{
	case $1 in
	*.xz) xz -dc "$1" >"$2" ;;
	*.zst) zstd -dcq "$1" >"$2" ;;
	*.gz) gzip -dc "$1" >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
}

build_dom0()
{
	local release=$1 mailbox=$2 out=$3 tree=$3.tree
	local -a programs

	mapfile -t programs < <(dom0_programs)
	busybox_tree "$tree"
	mkdir -p "$tree"/{etc/xen/scripts,usr/lib/xen/bin,run/xen,run/xenstored,var/lib/xen,xh,xc} \
		"$tree"/var/log/xen "$tree/usr/lib/xen-$host_xen_version/bin" "$tree/var/lib/xenstored"
	: >"$tree/etc/xen/xl.conf"
	# oxenstored has no defaults for these two.
	printf '%s\n' 'xenstored-kva = /proc/xen/xsd_kva' 'xenstored-port = /proc/xen/xsd_port' \
		'persistent = false' >"$tree/etc/xen/oxenstored.conf"
	cp -L "${programs[@]}" "$tree/usr/lib/xen/bin/"
	ln -s /usr/lib/xen/bin/libxl-save-helper "$tree/usr/lib/xen-$host_xen_version/bin/"
	cp "$mailbox" "$tree/bin/mailbox"
	copy_libraries "$tree" "${programs[@]}" "$mailbox"
	# pthread_cancel() loads it by name.
	cp -L "$host_root/lib/x86_64-linux-gnu/libgcc_s.so.1" "$tree/lib/"
	copy_modules "$tree" "$release"
	install -m 755 "$here/xenhost.d/dom0-init" "$tree/init"
	install -m 755 "$here/xenhost.d/grant-dump" "$tree/bin/grant-dump"
	install -m 755 "$here/xenhost.d/hotplug-block" "$tree/etc/xen/scripts/block"
	install -m 755 "$here/xenhost.d/hotplug-vif" "$tree/etc/xen/scripts/vif-bridge"
	pack "$tree" >"$out"
}

# dom0_image MAILBOX: sets $cached.
dom0_image()
{
	local mailbox=$1 key

	key=$(digest "$mailbox" <(echo "$host_digest") <(kernel_key "$host_dom0") \
		"$here"/xenhost.d/{dom0-init,grant-dump,hotplug-block,hotplug-vif,images.sh})
	cached "dom0-$host_dom0-$key" build_dom0 "$host_dom0" "$mailbox"
}

# Where it lies in dom0.
hvm_qemu=/usr/libexec/xen-qemu-system-i386

# The device model and firmware: big, and only HVM guests and --device-model need them.
build_hvm_layer()
{
	local out=$1 tree=$1.tree boot=usr/lib/xen-$host_xen_version/boot

	mkdir -p "$tree"/usr/{libexec,share} "$tree/$boot"
	cp -L "$host_device_model" "$tree$hvm_qemu"
	cp -L "$host_hvmloader" "$tree/$boot/"
	copy_libraries "$tree" "$host_device_model"
	cp -rL "$host_seabios" "$tree/usr/share/"
	hvm_roms "$tree/usr/share/qemu"
	pack "$tree" >"$out"
}

# Of QEMU's own data, the few that a PC without a screen or a disk asks for.
hvm_roms()
{
	local name

	mkdir -p "$1/keymaps"
	cp -L "$host_qemu_data"/keymaps/{en-us,common,modifiers} "$1/keymaps/" 2>/dev/null || true
	for name in kvmvapic.bin linuxboot.bin linuxboot_dma.bin multiboot.bin pvh.bin; do
		if [[ -e $host_qemu_data/$name ]]; then
			cp -L "$host_qemu_data/$name" "$1/"
		fi
	done
}

# join_files FILE... OUT: archives one after the other are one archive.
join_files()
{
	local out=${*: -1}
	cat -- "${@:1:$#-1}" >"$out"
}

# hvm_layer: sets $cached.
hvm_layer()
{
	[[ -x $host_device_model ]] ||
		fail setup "host $host_name has no device model (package qemu-system-xen); see scripts/xenhost doctor"
	cached "hvm-$(digest "$here/xenhost.d/images.sh" <(echo "$host_digest"))" build_hvm_layer
}

# --- how an HVM guest boots (hvm-boot.S) ---

hvm_start32_address=$((0xf00000))
hvm_ramdisk_address=$((0x8000000))
hvm_setup_sectors=64
hvm_command_sectors=4

build_hvm_boot()
{
	local source=$1 out=$2 section

	mkdir "$out"
	gcc -m32 -c -o "$out/hvm-boot.o" "$source"
	for section in sector start32; do
		objcopy -O binary -j ".$section" "$out/hvm-boot.o" "$out/$section"
	done
}

# patch FILE OFFSET VALUE: a little-endian 32-bit word.
patch()
{
	local bytes i

	for ((i = 0; i < 32; i += 8)); do
		printf -v bytes '%s\\x%02x' "${bytes:-}" $((($3 >> i) & 255))
	done
	printf '%b' "$bytes" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# hvm_boot_disk BZIMAGE ELF COMMAND-LINE INITRD DIR: writes boot.img and start32.
hvm_boot_disk()
{
	local image=$1 elf=$2 command=$3 initrd=$4 out=$5 sectors disk=$5/boot.img

	is_bzimage "$image" || fail setup "$image is no bzImage, and an HVM guest needs one"
	cached "hvm-boot-$(digest "$here/xenhost.d/hvm-boot.S")" build_hvm_boot \
		"$here/xenhost.d/hvm-boot.S"
	sectors=$(($(field "$image" 497 1) + 1))
	((sectors <= hvm_setup_sectors)) || fail setup "$image has too much setup code"
	((${#command} < hvm_command_sectors * 512)) || fail setup "the command line is too long"
	cp "$cached/start32" "$out/start32"
	patch "$out/start32" 4 "$(field "$elf" 24 4)"
	{
		cat "$cached/sector"
		head -c $((sectors * 512)) "$image"
	} >"$disk"
	truncate -s $(((1 + hvm_setup_sectors) * 512)) "$disk"
	printf '%s' "$command" >>"$disk"
	truncate -s 1M "$disk"
	patch_setup "$disk" "$(stat -c %s "$initrd")"
}

is_bzimage()
{
	[[ $(field "$1" 514 4) == $((0x53726448)) ]]
}

# What the boot protocol (Documentation/arch/x86/boot.rst) has a loader fill in.
# The setup code starts at the disk's second sector.
patch_setup()
{
	local disk=$1 initrd_bytes=$2 setup=512 flags

	flags=$(field "$disk" $((setup + 0x211)) 1)
	printf '\xff' | dd of="$disk" bs=1 seek=$((setup + 0x210)) conv=notrunc status=none
	printf '%b' "\\x$(printf %02x $((flags | 0x80)))" |
		dd of="$disk" bs=1 seek=$((setup + 0x211)) conv=notrunc status=none
	patch "$disk" $((setup + 0x214)) $hvm_start32_address
	patch "$disk" $((setup + 0x218)) $hvm_ramdisk_address
	patch "$disk" $((setup + 0x21c)) "$initrd_bytes"
	# heap_end_ptr, and the high byte pair of the extended loader type: none
	patch "$disk" $((setup + 0x224)) $((0xde00))
	patch "$disk" $((setup + 0x228)) $((0x9e000))
}

# --- the guest's image of one run ---

# guest_image AGENT OUT STAGE: base and this run's files as one file. Linux
# unpacks concatenated archives.
guest_image()
{
	local agent=$1 out=$2 tree=$3 why

	cached "guest-$(digest "$agent" "$host_busybox" "$here/xenhost.d/images.sh")" \
		build_guest_base "$agent"
	if ! why=$({ cat "$cached" && pack "$tree"; } 2>&1 >"$out"); then
		fail setup "cannot write $out: ${why##*$'\n'}; is the disk full?"
	fi
}
