/* SPDX-License-Identifier: GPL-2.0-only */
#include "../shim.h"
#ifndef offsetofend
#define offsetofend(type, member) \
	(__builtin_offsetof(type, member) + sizeof(((type *)0)->member))
#endif
