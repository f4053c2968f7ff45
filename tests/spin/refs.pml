/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of references, and who waits for them.
 */

/* Reference x changes hands: to the caller, and back. */
inline take(x)
{
	assert(free & x);
	free = free & ~x;
	held = held | x;
	if
	:: free == 0 && AT_LIMIT -> saw_none = saw_none | in_alloc
	:: else
	fi
}

inline give(x)
{
	assert(!(free & x) && !(held & x));
	free = free | x
}

inline to_pool(set)
{
	assert(!(pool & (set)));
	pool = pool | (set)
}

inline run_callbacks()
{
	if
	:: waiting[0] && waiting[0] <= COUNT(pool) -> waiting[0] = 0
	:: else
	fi;
	if
	:: waiting[1] && waiting[1] <= COUNT(pool) -> waiting[1] = 0
	:: else
	fi
}

#define ANY_WAITING	(waiting[0] || waiting[1])

inline caches_on_again()
{
	caches_off = (ANY_WAITING -> 1 : 0)
}
