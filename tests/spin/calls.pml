/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a driver calls.
 */

/*
 * Which slot the number says: any, or none, as it may be off. What the owner then
 * looks at: some of its slots.
 */
inline choose()
{
	if
	:: at = 0; all = 1
#if SLOTS > 1
	:: at = 0; all = 0
	:: at = 1; all = 0
	:: at = 1; all = 1
#endif
	:: at = SLOTS
	fi
}

/* A slot in use again. What is parked is true: the store buffer is empty. */
inline rearm(i)
{
	if
	:: slot[i] == REVOKED ->
#ifndef FORGET_PARKED
		slot[i] = (parked[i] == NONE -> EMPTY : parked[i]);
#else
		slot[i] = EMPTY;
#endif
		parked[i] = NONE
	:: else
	fi
}

/* The owner has L, and its store buffer is empty: half its slots, one, is filled. */
inline balance(c)
{
	if
	:: at < SLOTS && (!caches_off || BLIND) ->
#if SLOTS > 1
		if
		:: all || at == 1 ->
			rearm(SLOT(c, 1));
			to_pool(slot[SLOT(c, 1)]);
			slot[SLOT(c, 1)] = EMPTY
		:: else
		fi;
#endif
		if
		:: all || at == 0 ->
			rearm(SLOT(c, 0));
			if
			:: slot[SLOT(c, 0)] == EMPTY ->
				slot[SLOT(c, 0)] = FIRST_OF(pool);
				pool = pool & ~FIRST_OF(pool)
			:: else
			fi
		:: else
		fi
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
	choose();
	d_step {
		in_alloc = in_alloc | ME;
		if
		:: free == 0 && AT_LIMIT -> saw_none = saw_none | ME
		:: else
		fi;
		if
		:: at < SLOTS -> r = LOAD_SLOT(c, at)
		:: else
		fi;
		if
		:: IS_REF(r)
		:: else -> r = 0
		fi
	};
	if
	:: r -> d_step {
		CAN_STORE(c) ->
		if
		:: LOAD_SLOT(c, at) == r -> store_slot(c, at, EMPTY); take(r)
		:: else -> v = LOAD_SLOT(c, at); store_slot(c, at, v); r = 0; v = 0
		fi
	   }
	:: else
	fi
}

inline alloc_pool(c)
{
	d_step {
		!lock_l ->
		flush(c);
		take_from_pool();
		balance(c)
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
	:: !r -> alloc_pool(c);
		if
		:: !r -> alloc_grow(c)
		:: else
		fi
	:: else
	fi;
	d_step {
		r = 0;
		at = 0;
		all = 0;
		in_alloc = in_alloc & ~ME;
		saw_none = saw_none & ~ME
	}
}

#ifdef NO_LOCK
/* As balance() should not: what it saw of caches_off may be of the past. */
inline rearm_without_lock(c)
{
	d_step { off = caches_off || LOAD_SLOT(c, 0) != REVOKED };
	if
	:: !off -> d_step { CAN_STORE(c) -> store_slot(c, 0, EMPTY) }
	:: else -> off = 0
	fi
}
#endif

inline free_fast(c)
{
#ifdef NO_LOCK
	rearm_without_lock(c);
#endif
	choose();
	d_step {
		at == SLOTS || CAN_STORE(c) ->
		r = FIRST_OF(held);
		held = held & ~r;
		if
		:: at == SLOTS
		:: at < SLOTS && LOAD_SLOT(c, at) == EMPTY ->
			give(r);
			store_slot(c, at, r);
			r = 0
		:: else ->
			v = LOAD_SLOT(c, at);
			store_slot(c, at, v);
			v = 0
		fi
	}
}

inline free_pool(c)
{
	d_step {
		!lock_l ->
		flush(c);
		give(r);
		to_pool(r);
		balance(c);
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
	:: r -> free_pool(c)
	:: else
	fi;
	at = 0;
	all = 0
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
