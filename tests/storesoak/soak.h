/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of xendomu-teststoresoak.ko share with each other. */
#ifndef _SOAK_H
#define _SOAK_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/prandom.h>
#include <linux/types.h>

#include <xen/xenbus.h>

/* One transaction each: servers allow a domain ten. */
#define NR_TASKS_MAX 8
/* After so many everybody stops. */
#define NR_ERRORS_MAX 10
#define SOAK_DIR "data/soak"
#define SHARED_DIR SOAK_DIR "/shared"

/* What happened; each is printed by its name. */
#define SOAK_COUNTERS(X)                                             \
	X(operations) /* calls of the API */                         \
	X(looks) /* of these, that ask for nodes */                  \
	X(changes) /* of these, that change nodes */                 \
	X(refusals) /* of these, rightly refused */                  \
	X(committed) /* transactions */                              \
	X(undone)                                                    \
	X(spoilt) /* that could not be committed any more */         \
	X(conflicts) /* transactions that ended with EAGAIN */       \
	X(torn) /* that read between another's two writes */         \
	X(increments) /* of both shared counters, reported done */   \
	X(passing_watches) /* registered and unregistered in a row */ \
	X(passing_events)                                            \
	X(own_events) /* for what the task itself writes */          \
	X(dom0_events) /* for what dom0 writes */                    \
	X(errors)

enum soak_counter {
#define SOAK_ENUM(name) NR_##name,
	SOAK_COUNTERS(SOAK_ENUM) NR_COUNTERS
#undef SOAK_ENUM
};

extern atomic64_t soak_counters[NR_COUNTERS];

static inline void count(enum soak_counter counter, unsigned int nr)
{
	atomic64_add(nr, &soak_counters[counter]);
}

static inline s64 counted(enum soak_counter counter)
{
	return atomic64_read(&soak_counters[counter]);
}

/**
 * struct soak_plan - what a run is to do
 * @nr_tasks: threads
 * @nr_operations: of all of them
 * @seconds: after which they stop in any case
 * @seed: of all dice
 * @is_oxenstored: which server it is: the OCaml one, or else the C one
 */
struct soak_plan {
	unsigned int nr_tasks;
	unsigned int nr_operations;
	unsigned int seconds;
	unsigned int seed;
	bool is_oxenstored;
};

extern struct soak_plan plan;
extern domid_t own_domid;

/* model.c: what the store should hold */

/*
 * Every tree has the same places, numbered level by level: the root is 0, the
 * children of n are 4n+1 to 4n+4. All trees full, and what else there is, stay
 * below the 1000 nodes that a domain may have.
 */
#define FANOUT 4
#define NR_PLACES (1 + 4 + 16 + 64)
#define PLACE_PATH_MAX 160
#define TREE_PATH_MAX 32
#define NR_PERMS_MAX 6
/* Room for a value that no message holds. */
#define VALUE_ROOM (4096 + 256)

/**
 * struct value - a value, told briefly
 * @seed: its number, or what its text is made from
 * @len: of a text; ignored for a number
 * @is_number: which of the two it is
 */
struct value {
	u32 seed;
	u16 len;
	bool is_number;
};

/**
 * struct perm - one permission
 * @letter: 'n', 'r', 'w' or 'b'
 * @domid: whose
 */
struct perm {
	char letter;
	domid_t domid;
};

struct perms {
	unsigned int nr;
	struct perm list[NR_PERMS_MAX];
};

struct node {
	bool exists;
	struct value value;
	struct perms perms;
};

/**
 * struct model - a tree
 * @nodes: by place
 * @is_spoilt: what was refused has spoilt the transaction, if it is in one
 * @is_changed: something was changed that was not refused
 */
struct model {
	struct node nodes[NR_PLACES];
	bool is_spoilt;
	bool is_changed;
};

void model_init(struct model *model);
int model_write(struct model *model, unsigned int place,
		const struct value *value, unsigned int path_len);
int model_mkdir(struct model *model, unsigned int place);
int model_rm(struct model *model, unsigned int place);
int model_set_perms(struct model *model, unsigned int place,
		    const struct perms *perms);
unsigned int model_value_limit(const struct model *model, unsigned int place);
unsigned int value_print(const struct value *value, char *text);
const char *place_name(unsigned int place);
void place_path(unsigned int place, char *path);
unsigned int place_pick(struct rnd_state *dice);

/* task.c: threads that roll the dice */

/**
 * struct soak_watch - a watch, and what it saw
 * @watch: the core's while registered
 * @task: whose it is
 * @counter: of its events
 * @seen: what its node held when the last event came; under lock
 * @is_for_node: that event was for the node, not one below; under lock
 * @lock: of @seen
 * @seen_more: completed by each event
 * @is_on: registered, or about to be
 * @is_rising: the node holds numbers that only grow
 * @is_slow: the callback takes its time, so that events are dropped
 * @node: its path
 */
struct soak_watch {
	struct xenbus_watch watch;
	struct task *task;
	enum soak_counter counter;
	char seen[24];
	bool is_for_node;
	spinlock_t lock; /* for @seen */
	struct completion seen_more;
	bool is_on;
	bool is_rising;
	bool is_slow;
	char node[TREE_PATH_MAX + PLACE_PATH_MAX];
};

/**
 * struct task - a thread, and what the store should hold for it
 * @thread: the thread
 * @nr: its number
 * @nr_operations: what it has done
 * @is_done: it has written the last value
 * @dice: its dice
 * @tree: path of its tree
 * @committed: the tree as others would see it
 * @copy: the tree as its open transaction sees it
 * @text: what a value should be, as text
 * @own: watch of its tree
 * @dom0: watch of what dom0 writes for it
 * @passing: a watch that comes and goes
 */
struct task {
	struct task_struct *thread;
	unsigned int nr;
	unsigned int nr_operations;
	bool is_done;
	struct rnd_state dice;
	char tree[TREE_PATH_MAX];
	struct model committed;
	struct model copy;
	char text[VALUE_ROOM];
	struct soak_watch own;
	struct soak_watch dom0;
	struct soak_watch passing;
};

int tasks_run(void);
void tasks_settle(const char *last, unsigned int seconds);
void tasks_leave(void);
bool is_over(void);
void next_operation(struct task *task);

/* The dice of one thread. */
static inline u32 roll(struct rnd_state *dice, u32 below)
{
	return prandom_u32_state(dice) % below;
}

/* Something is not as the model has it. */
__printf(4, 5) void mismatch(const struct task *task, const char *what,
			     const char *path, const char *fmt, ...);
bool expect_err(const struct task *task, const char *what, const char *path,
		int expected, int err);

/* look.c, change.c: one operation, by itself or in a transaction */
void look(struct task *task, struct xenbus_transaction t, struct model *model);
void look_at(struct task *task, struct xenbus_transaction t,
	     const struct model *model, unsigned int place);
void look_at_all(struct task *task);
unsigned int change(struct task *task, struct xenbus_transaction t,
		    struct model *model);
void change_often(struct task *task, unsigned int times);

/* transact.c */
void transact(struct task *task);
void transact_shared(struct task *task);
void transact_check_shared(void);

/* watch.c */
int soak_watch_on(struct soak_watch *watch, struct task *task, const char *node,
		  enum soak_counter counter);
void soak_watch_off(struct soak_watch *watch);
void soak_watch_waits(struct soak_watch *watch, const char *value,
		      unsigned long deadline);
void soak_watch_pass(struct task *task);

#endif
