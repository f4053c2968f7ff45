/* SPDX-License-Identifier: GPL-2.0-only */
/* The test driver: commands from user space become calls of the API. */
#ifndef _TESTDRV_H
#define _TESTDRV_H

#include <linux/fs.h>
#include <linux/seq_file.h>

/**
 * struct command - something a test can ask for
 * @name: its first word
 * @run: called with the rest of the line; prints the answer
 */
struct command {
	const char *name;
	int (*run)(char *args, struct seq_file *answer);
};

extern const struct command grant_commands[];
extern const struct command bad_grant_commands[];
extern const struct command store_commands[];
extern const struct command store_load_commands[];
extern const struct command map_commands[];
extern const struct command map_more_commands[];
extern const struct command event_commands[];
extern const struct command bad_event_commands[];
extern const struct command store_more_commands[];
extern const struct file_operations task_fops;
int run_command(char *line, struct seq_file *answer);
void grant_exit(void);
void store_exit(void);
void store_more_exit(void);
void store_load_exit(void);
void map_exit(void);
void event_exit(void);

#endif
