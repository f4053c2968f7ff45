/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The store buffers, and interrupts.
 */

#define LOAD_HOT(c)	(buffered[c] == 0 -> hot[c] : \
			 (buffered[c] == 1 -> sb0[c] : sb1[c]))
#define CAN_STORE(c)	(buffered[c] < SB)

inline store_hot(c, x)
{
	if
	:: buffered[c] == 0 -> sb0[c] = x
	:: else -> sb1[c] = x
	fi;
	buffered[c]++
}

inline flush(c)
{
	if
	:: buffered[c] == 0
	:: buffered[c] == 1 -> hot[c] = sb0[c]
	:: buffered[c] == 2 -> hot[c] = sb1[c]
	fi;
	sb0[c] = 0;
	sb1[c] = 0;
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
