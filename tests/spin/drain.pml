/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Emptying the caches of all CPUs.
 */

/* What was parked for a slot that is not REVOKED is stale: the owner was first. */
inline revoke()
{
	n = 0;
	do
	:: n < CPUS * SLOTS -> d_step {
		if
		:: slot[n] != REVOKED ->
			parked[n] = slot[n];
			slot[n] = REVOKED
		:: else
		fi;
		n++
	   }
	:: else -> break
	od
}

inline barrier()
{
	n = 0;
	do
	:: n < CPUS -> d_step {
#ifndef NO_BARRIER
		flush(n);
#endif
		n++
	   }
	:: n == CPUS -> break
#if FAILS
	:: fails < FAILS -> d_step { fails++; failed = 1 }; break
#endif
	od
}

inline settle()
{
	n = 0;
	again = 0;
	do
	:: n < CPUS * SLOTS -> d_step {
		if
		:: parked[n] == NONE
#if defined(NO_DOUBLE_CHECK)
		:: parked[n] != NONE ->
#elif defined(TRUST_EMPTY)
		:: IS_REF(parked[n]) && slot[n] != REVOKED -> again = 1
		:: parked[n] == EMPTY || parked[n] != NONE && slot[n] == REVOKED ->
#else
		:: parked[n] != NONE && slot[n] != REVOKED -> again = 1
		:: parked[n] != NONE && slot[n] == REVOKED ->
#endif
			to_pool(parked[n]);
			parked[n] = NONE
		fi;
		n++
	   }
	:: else -> break
	od
}

#ifdef PUT_BACK
inline put_back()
{
	n = 0;
	do
	:: n < CPUS * SLOTS -> d_step {
		if
		:: parked[n] != NONE && slot[n] == REVOKED -> slot[n] = parked[n]
		:: else
		fi;
		parked[n] = NONE;
		n++
	   }
	:: else -> break
	od
}
#endif

/*
 * Gives up when the hypercall fails, or after ROUNDS rounds in which an owner was
 * first. Either leaves caches that are not empty. Needs lock L, interrupts off, an
 * empty store buffer, and caches_off set.
 */
inline drain()
{
	rounds = 0;
	do
	:: revoke();
	   barrier();
	   if
	   :: failed ->
#ifdef PUT_BACK
		put_back();
#endif
		break
	   :: else
	   fi;
	   settle();
	   rounds++;
	   if
	   :: !again || rounds == ROUNDS -> break
	   :: else
	   fi
	od;
	n = 0;
	rounds = 0
}

/*
 * What ends each section that drained; a part of its last step. Those who wait
 * must not depend on an owner that was not made to look: try again, later.
 */
inline drained()
{
	caches_on_again();
#ifndef NO_WORK
	if
	:: (failed || again) && ANY_WAITING -> work = 1
	:: else
	fi;
#endif
	assert(!again || failed || ROUNDS < 8);
	again = 0;
	failed = 0
}
