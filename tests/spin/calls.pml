/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a driver calls.
 */

/* The owner with M: off is what it saw of caches_off. */
inline lock_magazine(c)
{
	d_step {
		!lock_m[c] ->
		disable_irqs(c);
		lock_m[c] = 1;
		flush(c);
#ifdef NO_RECHECK
		off = 0
#else
		off = caches_off
#endif
	}
}

/* What is parked is true: the store buffer is empty, and hot is REVOKED. */
inline rearm(c)
{
	if
	:: !off && LOAD_HOT(c) == REVOKED ->
		if
		:: parked[c] == NONE -> store_hot(c, EMPTY)
#ifdef FORGET_PARKED
		:: parked[c] != NONE -> store_hot(c, EMPTY); parked[c] = NONE
#endif
		:: else -> store_hot(c, parked[c]); parked[c] = NONE
		fi
	:: else
	fi
}

inline unlock_magazine(c)
{
	d_step {
		flush(c);
		lock_m[c] = 0;
		irqs_off[c] = 0;
		off = 0
	}
}

inline refill(c)
{
	if
	:: !caches_off && COUNT(mag[c]) < MAG ->
		mag[c] = mag[c] | FIRST_OF(pool);
		pool = pool & ~FIRST_OF(pool)
	:: else
	fi
}

inline take_from_pool()
{
	r = FIRST_OF(pool);
	pool = pool & ~r;
	if
	:: r -> take(r)
	:: else
	fi
}

inline alloc_fast(c)
{
	d_step {
		in_alloc = in_alloc | ME;
		if
		:: free == 0 && AT_LIMIT -> saw_none = saw_none | ME
		:: else
		fi;
		r = LOAD_HOT(c);
		if
		:: IS_REF(r)
		:: else -> r = 0
		fi
	};
	if
	:: r -> d_step {
		CAN_STORE(c) ->
		if
		:: LOAD_HOT(c) == r -> store_hot(c, EMPTY); take(r)
		:: else -> v = LOAD_HOT(c); store_hot(c, v); r = 0; v = 0
		fi
	   }
	:: else
	fi
}

inline alloc_magazine(c)
{
	lock_magazine(c);
	d_step {
		rearm(c);
		if
		:: !off ->
			r = FIRST_OF(mag[c]);
			mag[c] = mag[c] & ~r;
			if
			:: r -> take(r)
			:: else
			fi
		:: else
		fi
	};
	unlock_magazine(c)
}

/*
 * Here, too, the magazine is changed under its M; but nobody else can have it,
 * since whoever drains holds L.
 */
inline alloc_pool(c)
{
	d_step {
		!lock_l ->
		flush(c);
		take_from_pool();
		refill(c)
	}
}

inline alloc_at_limit(c)
{
	drain();
	d_step {
#ifndef NO_SECOND_LOOK
		take_from_pool();
#endif
		#ifdef NO_EXCUSE
		assert(r || (saw_none & ME));
#else
		assert(r || failed || again || (saw_none & ME));
#endif
		drained();
		lock_l = 0;
		lock_g = 0;
		irqs_off[c] = 0
	}
}

/* The new reference is for who made it, or the others would starve it. */
inline alloc_grow(c)
{
	d_step {
		!lock_g ->
		disable_irqs(c);
		lock_g = 1;
		flush(c)
	};
#if GROW_FAILS
	if
	:: fails < GROW_FAILS -> fails++; off = 1
	:: skip
	fi;
#endif
	d_step {
		!lock_l ->
		if
		:: pool == 0 && nrefs < LIMIT && !off ->
			give(1 << nrefs);
			to_pool(1 << nrefs);
			nrefs++
		:: else
		fi;
		off = 0;
		take_from_pool();
		if
		:: r ->
			run_callbacks();
			caches_on_again();
			lock_g = 0;
			irqs_off[c] = 0
		:: else ->
			lock_l = 1;
			caches_off = 1
		fi
	};
	if
	:: !r -> alloc_at_limit(c)
	:: else
	fi
}

inline alloc(c)
{
	alloc_fast(c);
	if
	:: !r -> alloc_magazine(c);
		if
		:: !r -> alloc_pool(c);
			if
			:: !r -> alloc_grow(c)
			:: else
			fi
		:: else
		fi
	:: else
	fi;
	d_step {
		r = 0;
		in_alloc = in_alloc & ~ME;
		saw_none = saw_none & ~ME
	}
}

inline free_fast(c)
{
	d_step {
		CAN_STORE(c) ->
		r = FIRST_OF(held);
		held = held & ~r;
		if
		:: LOAD_HOT(c) == EMPTY -> give(r); store_hot(c, r); r = 0
		:: else -> v = LOAD_HOT(c); store_hot(c, v); v = 0
		fi
	}
}

inline free_magazine(c)
{
	lock_magazine(c);
	d_step {
		rearm(c);
		if
		:: !off && COUNT(mag[c]) < MAG ->
			give(r);
			mag[c] = mag[c] | r;
			r = 0
		:: else
		fi
	};
	unlock_magazine(c)
}

inline free_pool(c)
{
	d_step {
		!lock_l ->
		flush(c);
		give(r);
		to_pool(r);
		if
		:: COUNT(mag[c]) == MAG ->
			to_pool(FIRST_OF(mag[c]));
			mag[c] = mag[c] & ~FIRST_OF(mag[c])
		:: else
		fi;
#ifndef NO_CALLBACKS
		run_callbacks();
#endif
		caches_on_again();
		r = 0
	}
}

inline release(c)
{
	free_fast(c);
	if
	:: r -> free_magazine(c);
		if
		:: r -> free_pool(c)
		:: else
		fi
	:: else
	fi
}

inline request(c, count)
{
	d_step {
		!lock_l ->
		lock_l = 1;
		disable_irqs(c);
		flush(c);
		waiting[_pid] = count;
#ifndef NO_REVOKE_FOR_WAITERS
		caches_off = 1;
#endif
		r = (COUNT(pool) < count)
	};
	if
#ifndef NO_REVOKE_FOR_WAITERS
	:: r -> drain()
#endif
	:: else
	fi;
	d_step {
		run_callbacks();
#ifdef NO_REVOKE_FOR_WAITERS
		again = 0;
#else
		drained();
#endif
		lock_l = 0;
		irqs_off[c] = 0;
		r = 0
	}
}

inline cancel(c)
{
	d_step {
		!lock_l ->
		flush(c);
		waiting[_pid] = 0;
		caches_on_again()
	}
}

inline operation(c)
{
	if
	:: alloc(c)
	:: held -> release(c)
#if CALLBACKS
	:: _pid < CALLBACKS && !waiting[_pid] -> request(c, _pid + 1)
	:: _pid < CALLBACKS && waiting[_pid] -> cancel(c)
#endif
	fi
}
