/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of the grant reference allocator: per-CPU caches that their owners
 * use without a lock or a locked instruction, and that others can empty.
 *
 * Shared state
 *
 *	pool		the free references that no CPU has cached
 *	waiting[]	callbacks, each waiting for so many free references
 *	caches_off	no CPU may put its cache into use again; somebody empties
 *			them, or somebody waits for references
 *	nrefs		how many references there are; grows up to LIMIT
 *
 * pool, waiting and caches_off are under lock L, growth is under lock G. Each CPU
 * has some
 *
 *	slot		each one word: EMPTY, REVOKED or a reference
 *	parked		what the last one who revoked the slot found in it, as long
 *			as it is not known whether that was still true; or NONE
 *
 * Locks are taken in the order G, L, with interrupts off.
 *
 * The owner
 *
 * takes the reference out of a slot, or puts one in, with a compare-exchange
 * without the lock prefix. That is one instruction, so interrupts of its own CPU
 * come before or after it. For other CPUs it is a load and, some time later, a
 * store: the store waits in the CPU's store buffer. Also when the comparison
 * failed: x86 then stores what it loaded. Which slot it tries is told by a number
 * that may be off. If the slot does not help, the owner goes to the pool, and puts
 * its slots in order there, with L: some are filled, others emptied. Then it goes
 * to growth, and to what the other CPUs have cached.
 *
 * Whoever empties the caches (drain)
 *
 * holds L. It sets caches_off: from here on no REVOKED turns into EMPTY. Then it
 * exchanges each slot for REVOKED, with a locked instruction. That may land
 * between the load and the store of the owner's compare-exchange, and what it
 * found then is no longer true: the owner has taken it, or has put one in. So what
 * was found is parked until a hypercall has made each CPU pass an instruction
 * boundary with an empty store buffer. The owner's next load sees REVOKED. If the
 * slot is REVOKED still, then no store was under way, and what is parked is free.
 * If not, the owner was first; again, then, for that slot, up to ROUNDS times.
 *
 * If the hypercall fails, what is parked stays parked. Nobody may put it back:
 * an owner may have loaded REVOKED, compared in vain, and be about to store
 * REVOKED over it (-DPUT_BACK shows how that loses a reference). The next drain
 * that gets its hypercall through finds out; or the owner itself, which after
 * taking L has nothing left in its own store buffer, and reads the slot.
 *
 * Whenever a drain gives up, because the hypercall failed or after ROUNDS rounds,
 * some slot may be in use although caches are off. What is freed there reaches
 * nobody who waits; so if anybody does, a work item drains again.
 *
 * Only the owner turns REVOKED into EMPTY, with L and while caches are on.
 * They are on again when nobody waits and nobody drains.
 *
 * What is checked
 *
 *	- No reference is handed out twice, or freed into two places.
 *	- At the end each reference is held or in exactly one place.
 *	- At the end no callback waits for what is free, wherever that is.
 *	- Allocation fails only at the limit, and only if at some moment during
 *	  the call no reference was free. Unless draining gave up, see below.
 *	- No deadlock: each process comes to its end.
 *
 * How it is modelled
 *
 * A reference is one bit, so that a set of them is a number. The order within a
 * set does not matter and is left out. Each CPU has SLOTS slots and a store buffer
 * for them, the only shared words that are written without a lock; it has SB
 * entries, the CPU's own loads see them, and they become visible at any later
 * time, in order.
 * Locked instructions wait for the buffer to be empty; so does, for others, an
 * unlock, because stores stay in order.
 *
 * What lies between two points at which another CPU or an interrupt could see
 * or change something that matters is one step. Task n runs on CPU n. Irq n
 * interrupts it at instruction boundaries while its interrupts are on, and does
 * one whole call; the interrupted task stands still meanwhile. Each process does
 * any sequence of up to so many calls, from any distribution of references to
 * start with. The number of calls, references, callbacks and failed hypercalls
 * is set with -D. References are freed by anybody, not only by their taker.
 *
 * ROUNDS is larger than what the few calls here can make use of, unless set.
 *
 * What else -D sets breaks one rule each, to show that the model can fail.
 */

#ifndef TASK0_OPS
#define TASK0_OPS	2
#endif
#ifndef TASK1_OPS
#define TASK1_OPS	2
#endif
#ifndef TASK2_OPS
#define TASK2_OPS	1
#endif
#ifndef IRQ_OPS
#define IRQ_OPS		1
#endif
#ifndef IRQS			/* CPUs that have interrupts */
#define IRQS		0
#endif
#ifndef FIRST			/* references to start with */
#define FIRST		1
#endif
#ifndef LIMIT			/* references after all growth */
#define LIMIT		FIRST
#endif
#ifndef SLOTS			/* of each CPU, 1 or 2 */
#define SLOTS		1
#endif
#ifndef CALLBACKS
#define CALLBACKS	0
#endif
#ifndef FAILS			/* hypercalls that fail */
#define FAILS		0
#endif
#ifndef GROW_FAILS		/* attempts to grow that fail */
#define GROW_FAILS	0
#endif
#ifndef ROUNDS
#define ROUNDS		8
#endif
#ifndef SB
#define SB		2
#endif
#ifndef CPUS
#define CPUS		2
#endif

#if FAILS || ROUNDS < 8
#define WORKERS		1
#else
#define WORKERS		0
#endif
#if GROW_FAILS
#define AT_LIMIT	1
#else
#define AT_LIMIT	(nrefs == LIMIT)
#endif

#ifdef NO_RECHECK
#define BLIND		1
#else
#define BLIND		0
#endif

#define ME		(1 << _pid)
#define PROCESSES	(CPUS + IRQS)

#define EMPTY		0
#define REVOKED		128
#define NONE		128
#define IS_REF(x)	((x) != EMPTY && (x) != REVOKED)
#define FIRST_OF(set)	((set) & -(set))
#define COUNT(set)	(((set) & 1) + (((set) >> 1) & 1) + \
			 (((set) >> 2) & 1) + (((set) >> 3) & 1))
#define REFS(n)		((1 << (n)) - 1)

byte pool;
byte waiting[2];
bit caches_off;
byte nrefs = FIRST;

byte slot[CPUS * SLOTS];
byte parked[CPUS * SLOTS] = NONE;

bit lock_g, lock_l;
bit irqs_off[CPUS];
bit suspended[CPUS];

/* The store buffers, oldest entry first. */
byte buffered[CPUS];
byte sb0[CPUS], sb1[CPUS];
byte sb0_at[CPUS], sb1_at[CPUS];

bit ready;
byte done;
byte fails;
bit work;

/* For the checks only. */
byte held;		/* handed out */
byte free;		/* free, wherever they are */
byte in_alloc;		/* processes that allocate */
byte saw_none;		/* ... and that lived when there was nothing free */

#include "hardware.pml"
#include "refs.pml"
#include "drain.pml"
#include "calls.pml"

active [CPUS] proctype Task() provided (!suspended[_pid])
{
	byte ops = (_pid == 0 -> TASK0_OPS : (_pid == 1 -> TASK1_OPS : TASK2_OPS));
	byte r, v, n, rounds, at;
	bit off, again, failed, all;

	ready;
	do
	:: ops > 0 -> ops--; operation(_pid)
	:: ops = 0; break
	od;
	done++
}

#if IRQS
active [IRQS] proctype Irq()
{
	byte ops = IRQ_OPS;
	byte r, v, n, rounds, at;
	bit off, again, failed, all;

	ready;
	do
	:: ops > 0 ->
		ops--;
		d_step {
			!irqs_off[_pid - CPUS] && !suspended[_pid - CPUS] ->
			suspended[_pid - CPUS] = 1
		};
		operation(_pid - CPUS);
		suspended[_pid - CPUS] = 0
	:: ops = 0; break
	od;
	done++
}
#endif

#if WORKERS
/* A work item on CPU 0: it comes to run instead of the task. */
active proctype Worker()
{
	byte n, rounds;
	bit again, failed;

end:	do
	:: d_step {
		work && !irqs_off[0] && !suspended[0] -> suspended[0] = 1
	   };
	   d_step {
		!lock_l ->
		lock_l = 1;
		work = 0;
		irqs_off[0] = 1;
		flush(0);
		caches_off = 1
	   };
	   drain();
	   d_step {
		run_callbacks();
		drained();
		lock_l = 0;
		irqs_off[0] = 0;
		suspended[0] = 0
	   }
	od
}
#endif

/* The oldest entry of a store buffer becomes visible, at any time. */
active [CPUS] proctype Buffer()
{
	byte c = _pid - PROCESSES - WORKERS;

end:	do
	:: d_step {
		buffered[c] ->
		slot[SLOT(c, sb0_at[c])] = sb0[c];
		sb0[c] = sb1[c];
		sb0_at[c] = sb1_at[c];
		sb1[c] = 0;
		sb1_at[c] = 0;
		buffered[c]--
	   }
	od
}

inline place_one(x)
{
	if
	:: pool = pool | x
	:: slot[0] == EMPTY -> slot[0] = x
	:: slot[SLOTS] == EMPTY -> slot[SLOTS] = x
#if SLOTS > 1
	:: slot[SLOTS + 1] == EMPTY -> slot[SLOTS + 1] = x
#endif
	:: held = held | x
	fi;
	free = REFS(FIRST) & ~held
}

inline count_place(set)
{
	assert(!(found & (set)));
	found = found | (set)
}

inline count_slot(i)
{
	if
	:: slot[i] != REVOKED -> count_place(slot[i])
	:: slot[i] == REVOKED && parked[i] != NONE -> count_place(parked[i])
	:: else
	fi
}

inline count_cpu(c)
{
	flush(c);
	count_slot(SLOT(c, 0));
#if SLOTS > 1
	count_slot(SLOT(c, 1));
#endif
}

active proctype Monitor()
{
	byte found;

	atomic {
		place_one(1);
#if FIRST > 1
		place_one(2);
#endif
#if FIRST > 2
		place_one(4);
#endif
		ready = 1
	};
	d_step {
		done == PROCESSES && !work && !lock_l ->
		count_place(pool);
		count_cpu(0);
		count_cpu(1);
#if CPUS > 2
		count_cpu(2);
#endif
		assert(found == free);
		assert(!(found & held));
		assert((found | held) == REFS(nrefs));
		assert(waiting[0] == 0 || waiting[0] > COUNT(free));
		assert(waiting[1] == 0 || waiting[1] > COUNT(free))
	}
}
