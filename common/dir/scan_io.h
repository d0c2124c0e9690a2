/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_io - reads what has changed of a directory of manifests, PATH, and of what was
 * written to its objects, PATH.state, into the index.
 *
 * Whatever happens there, all of it is looked at again, and what is another file than
 * before is read. A little at a time: the loop has its turn in between.
 */
#ifndef COMMON_DIR_SCAN_IO_H
#define COMMON_DIR_SCAN_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "common/dir/dir_index.h"

struct err;
struct event_base;
struct scan;
struct store;

struct scan_ops {
	/* Before the first scan, and when PATH.state may have become another. */
	void (*begin)(void *arg);

	/*
	 * All that there is has been looked at, and this object is another than was
	 * told. Not sure: things were moved meanwhile, and what seems to be gone may be
	 * elsewhere. Then all is looked at again.
	 */
	void (*changed)(void *arg, const struct dir_object *, bool is_sure);
	void (*done)(void *arg); /* after the last one */
};

struct scan_options {
	const char *root[DIR_SIDES]; /* borrowed for good */
	bool needs_states;           /* PATH.state has to be there already */
};

/* Begins by itself. NULL and err: PATH, or a needed PATH.state, can't be read. */
struct scan *
scan_new(struct event_base *, const struct scan_options *, const struct store *,
    struct dir_index *, const struct scan_ops *, void *arg, struct err *);
void scan_free(struct scan *);
/* Reads all of it again, also files that look as if they were as before. */
void scan_again(struct scan *);
/* Why PATH can't be read by now, or NULL. */
const struct err *scan_away(const struct scan *);
#endif
