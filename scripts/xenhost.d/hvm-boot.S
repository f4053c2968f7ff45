/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How an HVM guest gets its kernel in a second instead of a minute.
 *
 * QEMU's own -kernel passes kernel and initramfs through an I/O port, a word at
 * a time, and then the guest unpacks the kernel; both are emulated twice. Here
 * the device model puts the unpacked kernel and the initramfs into the guest's
 * memory before it starts (-device loader), and the guest boots this disk:
 *
 *   sector 0       the boot sector below: loads the rest, starts the setup code
 *   sectors 1-64   the 16-bit setup code of the kernel's bzImage, which asks the
 *                  firmware for the memory map and switches to protected mode
 *   sectors 65-68  the kernel's command line
 *
 * The setup code then jumps to what its header says (code32_start): start32,
 * loaded beside the kernel. That turns on 64-bit paging and enters the kernel,
 * as the unpacking code of a bzImage would have done.
 */
#define SETUP_SEG	0x9000
#define COMMAND_SEG	0x9e00
#define STACK_TOP	0xe000
#define TABLES		0xf10000	/* six pages, to map 4 GiB in pages of 2 MiB */

	.section .sector, "ax"
	.code16
	.globl sector
sector:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
	sti
	movw	$(0x7c00 + read_setup - sector), %si
	call	read
	movw	$(0x7c00 + read_command - sector), %si
	call	read
	cli
	movw	$SETUP_SEG, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movw	$STACK_TOP, %sp
	ljmpw	$(SETUP_SEG + 0x20), $0

	/* Extended read; the drive's number is still in %dl. */
read:
	movb	$0x42, %ah
	int	$0x13
	jnc	1f
	movw	$0x0e45, %ax		/* print an E, and stop */
	int	$0x10
	hlt
1:	ret

	.balign	4
read_setup:
	.byte	16, 0
	.word	64, 0, SETUP_SEG
	.quad	1
read_command:
	.byte	16, 0
	.word	4, 0, COMMAND_SEG
	.quad	65

	.org	510
	.word	0xaa55

	/* %esi: boot_params; flat segments, no paging. */
	.section .start32, "ax"
	.code32
	.globl start32
start32:
	jmp	1f
	.org	4
entry:	.long	0			/* the kernel's entry, filled in by xenhost */
1:
	/* The page tables: one PML4 entry, four PDPT entries, 2048 of 2 MiB. */
	movl	$TABLES, %edi
	xorl	%eax, %eax
	movl	$(6 * 4096 / 4), %ecx
	cld
	rep stosl
	movl	$(TABLES + 0x1000 + 3), TABLES
	movl	$(TABLES + 0x2000 + 3), %eax
	movl	$(TABLES + 0x1000), %edi
	movl	$4, %ecx
2:	movl	%eax, (%edi)
	addl	$0x1000, %eax
	addl	$8, %edi
	loop	2b
	movl	$0x83, %eax		/* present, writable, 2 MiB */
	movl	$(TABLES + 0x2000), %edi
	movl	$2048, %ecx
3:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	3b

	movl	%cr4, %eax
	orl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	movl	$TABLES, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx	/* EFER: long mode */
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000000, %eax
	movl	%eax, %cr0
	call	4f			/* learn where this runs */
4:	popl	%ebx
	leal	gdt - 4b(%ebx), %eax
	movl	%eax, gdt_pointer + 2 - 4b(%ebx)
	lgdt	gdt_pointer - 4b(%ebx)
	movl	entry - 4b(%ebx), %edi
	pushl	$8
	leal	start64 - 4b(%ebx), %eax
	pushl	%eax
	lret

	.code64
start64:
	movl	%esi, %esi		/* clears the upper half */
	movl	%edi, %eax
	jmp	*%rax

	.balign	8
gdt:
	.quad	0
	.quad	0x00af9a000000ffff	/* 64-bit code */
	.quad	0x00cf92000000ffff	/* data */
gdt_pointer:
	.word	gdt_pointer - gdt - 1
	.quad	0
