/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The store buffers, and interrupts.
 */

#define SLOT(c, s)	((c) * SLOTS + (s))
#define LOAD_SLOT(c, s)	(buffered[c] == 2 && sb1_at[c] == (s) -> sb1[c] : \
			 (buffered[c] && sb0_at[c] == (s) -> sb0[c] : \
			  slot[SLOT(c, s)]))
#define CAN_STORE(c)	(buffered[c] < SB)

inline store_slot(c, s, x)
{
	if
	:: buffered[c] == 0 -> sb0[c] = x; sb0_at[c] = s
	:: else -> sb1[c] = x; sb1_at[c] = s
	fi;
	buffered[c]++
}

inline flush(c)
{
	if
	:: buffered[c] -> slot[SLOT(c, sb0_at[c])] = sb0[c]
	:: else
	fi;
	if
	:: buffered[c] == 2 -> slot[SLOT(c, sb1_at[c])] = sb1[c]
	:: else
	fi;
	sb0[c] = 0;
	sb1[c] = 0;
	sb0_at[c] = 0;
	sb1_at[c] = 0;
	buffered[c] = 0
}

inline disable_irqs(c)
{
#ifndef IRQS_ON
	irqs_off[c] = 1
#else
	skip
#endif
}
