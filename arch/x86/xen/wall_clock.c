// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wall clock's version protocol.
 *
 * The writer makes the version odd, writes, makes it even. A reader that saw
 * an odd version, or another one after than before, reads again. A hostile or
 * broken writer could keep a reader busy for ever, hence the bound.
 *
 * A pure core.
 */
#include <linux/errno.h>
#include <linux/processor.h>
#include <linux/time64.h>

#include <asm/barrier.h>
#include <xen/shared_info.h>

/* Xen writes for well under a microsecond. */
#define MAX_TRIES 1000

/**
 * xen_wall_clock_read() - read the wall clock base by its version protocol
 * @shared: the shared page
 * @base: wall clock time when Xen's system time was 0
 * @version: version that was read, always even
 *
 * Context: Any.
 * Return: 0; -EAGAIN if the writer did not finish within the bound; -EINVAL
 * if the nanoseconds are no nanoseconds.
 */
int xen_wall_clock_read(const struct shared_info *shared,
			struct timespec64 *base, u32 *version)
{
	int tries;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		u32 before = READ_ONCE(shared->wc.version);

		/* Version first, then what it guards; pairs with Xen's wmb. */
		virt_rmb();
		base->tv_sec = (u64)READ_ONCE(shared->wc_sec_hi) << 32 |
			       READ_ONCE(shared->wc.sec);
		base->tv_nsec = READ_ONCE(shared->wc.nsec);
		/* All of it, then the version again. */
		virt_rmb();
		if (!(before & 1) && before == READ_ONCE(shared->wc.version)) {
			*version = before;
			return base->tv_nsec < NSEC_PER_SEC ? 0 : -EINVAL;
		}
		cpu_relax();
	}
	return -EAGAIN;
}
