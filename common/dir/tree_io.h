/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_io - the files below a directory, and what happens to them (inotify).
 *
 * Names that start with "." are not there. Paths are told without the root. A
 * file is told when it is complete: closed by its writer, or moved into place.
 * What happens within a few milliseconds is told at once, what is gone first.
 */
#ifndef COMMON_DIR_TREE_IO_H
#define COMMON_DIR_TREE_IO_H

#include <stdbool.h>

struct err;
struct event_base;
struct tree;

struct tree_ops {
	void (*file)(void *arg, const char *path); /* it is there, or is new */
	/* A file, or a directory with all that was below it. */
	void (*gone)(void *arg, const char *path);
	void (*settled)(void *arg); /* all that happened has been told */
	/* Too much happened, or the root went: tree_scan() is needed. */
	void (*lost)(void *arg);
};

/*
 * The root must be a directory that can be read. Tells nothing by itself yet.
 */
struct tree *tree_new(struct event_base *, const char *root,
    const struct tree_ops *, void *arg, struct err *);
void tree_free(struct tree *);
/*
 * A file that has just been made, with its directories: what happens to it is told,
 * be it before we have heard of them.
 */
void tree_expect(struct tree *, const char *path);
/* Tells every file there is. False: the root can't be read. */
bool tree_scan(struct tree *, struct err *);
#endif
