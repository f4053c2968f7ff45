// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Xen says about itself: XENVER texts and the build ID.
 *
 * The first queries of this kind fill arrays of fixed size and cut what does
 * not fit: 16 bytes for the extra version, 64 for the changeset, 1024 for the
 * capabilities. Since Xen 4.20 each of them has a second form, which tells the
 * length first and returns all of it (version.h of Xen's public headers). That
 * form is asked first. There is none for what the compiler was and who ran it.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/xen/hypercall.h>
#include <xen/interface/version.h>
#include <xen/newer_abi.h>

#include "internal.h"

/* Xen has no longer ones (xenver_varbuf_op() of Xen 4.20). */
#define ANSWER_BYTES_MAX SZ_64K
/* What the older queries say in place of what a domain may not know. */
#define DENIED "<denied>"

/* The answer to any of the older queries. */
union answer {
	struct xen_extraversion version;
	struct xen_compile_info compile;
	struct xen_capabilities_info capabilities;
	struct xen_changeset_info changeset;
	struct xen_commandline commandline;
};

#define NO_QUERY -1
#define TEXT(_name, _query, _old, _member)                                   \
	{ .name = _name, .query = _query, .old_query = _old,                  \
	  .at = offsetof(union answer, _member),                              \
	  .bytes = sizeof_field(union answer, _member) }

static const struct {
	const char *name;
	int query;
	int old_query;
	size_t at;
	size_t bytes;
} texts[] = {
	[XEN_TEXT_EXTRAVERSION] = TEXT("extraversion", XENVER_extraversion2,
				       XENVER_extraversion,
				       version.extraversion),
	[XEN_TEXT_CHANGESET] = TEXT("changeset", XENVER_changeset2,
				    XENVER_changeset, changeset.info),
	[XEN_TEXT_CAPABILITIES] = TEXT("capabilities", XENVER_capabilities2,
				       XENVER_capabilities, capabilities.info),
	[XEN_TEXT_COMMANDLINE] = TEXT("commandline", XENVER_commandline2,
				      XENVER_commandline, commandline.buf),
	[XEN_TEXT_COMPILER] = TEXT("compiler", NO_QUERY, XENVER_compile_info,
				   compile.compiler),
	[XEN_TEXT_COMPILE_BY] = TEXT("compile_by", NO_QUERY,
				     XENVER_compile_info, compile.compile_by),
	[XEN_TEXT_COMPILE_DOMAIN] = TEXT("compile_domain", NO_QUERY,
					 XENVER_compile_info,
					 compile.compile_domain),
	[XEN_TEXT_COMPILE_DATE] = TEXT("compile_date", NO_QUERY,
				       XENVER_compile_info,
				       compile.compile_date),
};

/* An answer of any length; it is followed by a NUL. kfree() it. */
static struct xen_build_id *ask(int query)
{
	int ret, bytes = HYPERVISOR_xen_version(query, NULL);
	struct xen_build_id *answer;

	if (bytes < 0)
		return ERR_PTR(bytes);
	if (bytes > ANSWER_BYTES_MAX)
		return ERR_PTR(-E2BIG);
	answer = kzalloc(struct_size(answer, buf, bytes + 1), GFP_KERNEL);
	if (!answer)
		return ERR_PTR(-ENOMEM);
	answer->len = bytes;
	ret = HYPERVISOR_xen_version(query, answer);
	if (ret < 0 || ret > bytes) {
		kfree(answer);
		return ERR_PTR(ret < 0 ? ret : -EPROTO);
	}
	answer->len = ret;
	answer->buf[ret] = '\0';
	return answer;
}

static char *ask_whole(int query)
{
	struct xen_build_id *answer = ask(query);
	char *text;

	if (IS_ERR(answer))
		return ERR_CAST(answer);
	text = kstrdup((char *)answer->buf, GFP_KERNEL);
	kfree(answer);
	return text ?: ERR_PTR(-ENOMEM);
}

static char *ask_old(enum xen_text which)
{
	union answer *answer = kzalloc(sizeof(*answer), GFP_KERNEL);
	char *text;
	int err;

	if (!answer)
		return ERR_PTR(-ENOMEM);
	err = HYPERVISOR_xen_version(texts[which].old_query, answer);
	text = err < 0 ? ERR_PTR(err) :
			 kstrndup((char *)answer + texts[which].at,
				  texts[which].bytes, GFP_KERNEL);
	kfree(answer);
	return text ?: ERR_PTR(-ENOMEM);
}

/**
 * xen_version_text() - what Xen says about itself
 * @which: the text
 *
 * The text is whole if this Xen has a query that does not cut it, else as much
 * as the older query returns.
 *
 * Context: Process; sleeps.
 * Return: The text, kfree() it; "<denied>" if Xen does not tell this domain;
 * ERR_PTR: -ENOMEM; -E2BIG or -EPROTO for an answer that is too long; or Xen's
 * error.
 */
char *xen_version_text(enum xen_text which)
{
	char *text = ERR_PTR(-ENOSYS);

	if (texts[which].query != NO_QUERY)
		text = ask_whole(texts[which].query);
	if (text == ERR_PTR(-ENOSYS))
		text = ask_old(which);
	if (text == ERR_PTR(-EPERM))
		text = kstrdup(DENIED, GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
	return text;
}

/**
 * xen_build_id() - the build ID of the hypervisor
 *
 * Context: Process; sleeps.
 * Return: Its length and its bytes, which are not text, kfree() it; ERR_PTR:
 * -EPERM if Xen does not tell this domain, -ENODATA if it has none, -ENOMEM;
 * -E2BIG or -EPROTO for an answer that is too long.
 */
struct xen_build_id *xen_build_id(void)
{
	return ask(XENVER_build_id);
}

/* Texts come from whoever built or booted Xen: no line may begin in them. */
static void show_text(struct seq_file *m, enum xen_text which)
{
	char *text = xen_version_text(which);

	seq_printf(m, "%s: ", texts[which].name);
	if (IS_ERR(text)) {
		seq_printf(m, "error %ld\n", PTR_ERR(text));
		return;
	}
	seq_escape(m, text, "\n\\");
	seq_putc(m, '\n');
	kfree(text);
}

static void show_build_id(struct seq_file *m)
{
	struct xen_build_id *id = xen_build_id();
	u32 i;

	seq_puts(m, "build_id: ");
	if (id == ERR_PTR(-EPERM)) {
		seq_puts(m, DENIED "\n");
		return;
	}
	if (IS_ERR(id)) {
		seq_printf(m, "error %ld\n", PTR_ERR(id));
		return;
	}
	for (i = 0; i < id->len; i++)
		seq_printf(m, "%02x", id->buf[i]);
	seq_putc(m, '\n');
	kfree(id);
}

/**
 * xen_version_show() - print all that Xen says about itself
 * @m: where to
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno if Xen does not tell its version.
 */
int xen_version_show(struct seq_file *m)
{
	int version = HYPERVISOR_xen_version(XENVER_version, NULL);
	enum xen_text which;

	if (version < 0)
		return version;
	seq_printf(m, "version: %u.%u\n", version >> 16, version & 0xffff);
	for (which = 0; which < ARRAY_SIZE(texts); which++)
		show_text(m, which);
	show_build_id(m);
	return 0;
}
