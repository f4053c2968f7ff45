/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: events/xendomu_grant in tracefs. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xendomu_grant

#if !defined(_XENDOMU_GRANT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _XENDOMU_GRANT_TRACE_H

#include <linux/tracepoint.h>

#include <xen/interface/xen.h>
#include <xen/interface/grant_table.h>

TRACE_EVENT(gnttab_grant,
	TP_PROTO(grant_ref_t ref, domid_t domid, unsigned long frame, int readonly),
	TP_ARGS(ref, domid, frame, readonly),
	TP_STRUCT__entry(
		__field(u32, ref)
		__field(u16, domid)
		__field(unsigned long, frame)
		__field(bool, readonly)
	),
	TP_fast_assign(
		__entry->ref = ref;
		__entry->domid = domid;
		__entry->frame = frame;
		__entry->readonly = readonly;
	),
	TP_printk("ref=%u domid=%u frame=%#lx %s", __entry->ref, __entry->domid,
		  __entry->frame, __entry->readonly ? "ro" : "rw")
);

TRACE_EVENT(gnttab_end,
	TP_PROTO(grant_ref_t ref, bool has_ended),
	TP_ARGS(ref, has_ended),
	TP_STRUCT__entry(
		__field(u32, ref)
		__field(bool, has_ended)
	),
	TP_fast_assign(
		__entry->ref = ref;
		__entry->has_ended = has_ended;
	),
	TP_printk("ref=%u %s", __entry->ref,
		  __entry->has_ended ? "ended" : "in use")
);

TRACE_EVENT(gnttab_reclaim,
	TP_PROTO(grant_ref_t ref, domid_t domid, unsigned int seconds),
	TP_ARGS(ref, domid, seconds),
	TP_STRUCT__entry(
		__field(u32, ref)
		__field(u16, domid)
		__field(unsigned int, seconds)
	),
	TP_fast_assign(
		__entry->ref = ref;
		__entry->domid = domid;
		__entry->seconds = seconds;
	),
	TP_printk("ref=%u domid=%u waited=%us", __entry->ref, __entry->domid,
		  __entry->seconds)
);

TRACE_EVENT(gnttab_exhausted,
	TP_PROTO(unsigned int wanted, unsigned int nr_frames, int err),
	TP_ARGS(wanted, nr_frames, err),
	TP_STRUCT__entry(
		__field(unsigned int, wanted)
		__field(unsigned int, nr_frames)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->wanted = wanted;
		__entry->nr_frames = nr_frames;
		__entry->err = err;
	),
	TP_printk("wanted=%u frames=%u err=%d", __entry->wanted,
		  __entry->nr_frames, __entry->err)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
