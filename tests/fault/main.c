// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes hypercalls of xendomu's modules fail, without a hook in them.
 *
 * All of them go through one exported function, xendomu_hypercall(). A probe
 * at its first instruction sees the arguments in their registers, and where
 * the plan says so lets it return at once with what Xen might have said.
 *
 * A line written to debugfs xendomu-fault/plan is the plan (see plan.c).
 * Reading the file tells how often it matched and fired, and each hypercall
 * since it was written.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "fault.h"

#define LINE_MAX_BYTES 80
#define NR_SEEN_MAX 512

static struct dentry *dir;
/* Guards all below; raw, as it is taken in a probe. */
static DEFINE_RAW_SPINLOCK(lock);
static struct fault_plan plan;
static char plan_line[LINE_MAX_BYTES + 1] = "none";
static unsigned int nr_matched;
static unsigned int nr_fired;
static unsigned int nr_seen;
static struct {
	unsigned int op;
	unsigned int cmd;
} seen[NR_SEEN_MAX];

static void remember(const struct hypercall *call)
{
	if (nr_seen < NR_SEEN_MAX) {
		seen[nr_seen].op = call->op;
		seen[nr_seen].cmd = call->cmd;
	}
	nr_seen++;
}

NOKPROBE_SYMBOL(remember);

static bool is_due(const struct hypercall *call)
{
	if (!plan.nth || !fault_plan_matches(&plan, call))
		return false;
	nr_matched++;
	return nr_matched == plan.nth ||
	       (plan.goes_on && nr_matched > plan.nth);
}

NOKPROBE_SYMBOL(is_due);

/*
 * Stands in for the rest of the probed function: returns to its caller, and
 * leaves RAX as it is. (The stack pointer cannot be changed by a probe that
 * sits on an ftrace location, so the return must be a real one.)
 */
static noinline notrace void just_return(void)
{
}

NOKPROBE_SYMBOL(just_return);

static int at_hypercall(struct kprobe *unused, struct pt_regs *regs)
{
	struct hypercall call = {
		.op = regs->di,
		.cmd = regs->si,
		.arg = (void *)regs->dx,
		.count = regs->cx,
	};
	unsigned long flags;
	bool fires;

	raw_spin_lock_irqsave(&lock, flags);
	remember(&call);
	fires = is_due(&call);
	if (fires) {
		nr_fired++;
		regs->ax = fault_plan_answer(&plan, &call);
		regs->ip = (unsigned long)just_return;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	return fires;
}

NOKPROBE_SYMBOL(at_hypercall);

/* That there is one keeps the probe from becoming a jump, which cannot divert. */
static void after_hypercall(struct kprobe *unused, struct pt_regs *regs,
			    unsigned long flags)
{
}

NOKPROBE_SYMBOL(after_hypercall);

static struct kprobe probe = {
	.symbol_name = "xendomu_hypercall",
	.pre_handler = at_hypercall,
	.post_handler = after_hypercall,
};

static int set_plan(char *line)
{
	struct fault_plan new;
	unsigned long flags;
	int err = fault_plan_parse(line, &new);

	if (err)
		return err;
	raw_spin_lock_irqsave(&lock, flags);
	plan = new;
	strscpy(plan_line, line, sizeof(plan_line));
	nr_matched = 0;
	nr_fired = 0;
	nr_seen = 0;
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static ssize_t plan_write(struct file *file, const char __user *data,
			  size_t len, loff_t *pos)
{
	char *line;
	int err;

	if (len > LINE_MAX_BYTES)
		return -E2BIG;
	line = memdup_user_nul(data, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	err = set_plan(strim(line));
	kfree(line);
	return err ?: len;
}

static int plan_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	seq_printf(m, "plan: %s\nmatched: %u\nfired: %u\nseen: %u\n", plan_line,
		   READ_ONCE(nr_matched), READ_ONCE(nr_fired),
		   READ_ONCE(nr_seen));
	for (i = 0; i < min(READ_ONCE(nr_seen), NR_SEEN_MAX); i++) {
		seq_printf(m, "call %u %s", i + 1, fault_op_name(seen[i].op));
		/* Addresses are no commands. */
		if (seen[i].cmd < 256)
			seq_printf(m, " %u", seen[i].cmd);
		seq_putc(m, '\n');
	}
	return 0;
}

static int plan_open(struct inode *inode, struct file *file)
{
	return single_open(file, plan_show, NULL);
}

static const struct file_operations plan_fops = {
	.owner = THIS_MODULE,
	.open = plan_open,
	.read = seq_read,
	.write = plan_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init fault_init(void)
{
	int err = register_kprobe(&probe);

	if (err) {
		pr_err("cannot put a probe on %s (%d): load xendomu first\n",
		       probe.symbol_name, err);
		return err;
	}
	dir = debugfs_create_dir("xendomu-fault", NULL);
	debugfs_create_file("plan", 0600, dir, NULL, &plan_fops);
	return 0;
}

static void __exit fault_exit(void)
{
	debugfs_remove(dir);
	unregister_kprobe(&probe);
}

module_init(fault_init);
module_exit(fault_exit);

MODULE_DESCRIPTION("Faults for the tests of xendomu");
MODULE_LICENSE("GPL");
