/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writes - the names of resources that are being written, until the answer comes.
 *
 * A source that is freed answers no more (source_free()), so what has no answer yet is
 * owned here, and not by who would hear it.
 */
#ifndef BGPD_STATUS_WRITES_H
#define BGPD_STATUS_WRITES_H

struct write_name {
	struct write_name *next, *prev;
	struct writes *of;
	char *name; /* owned */
};

struct writes { /* zeroed: none */
	struct write_name *first;
};

/* For source_write() to take along; it holds until write_end(). */
struct write_name *writes_begin(struct writes *, const char *name);
void write_end(struct write_name *);
void writes_fini(struct writes *);
#endif
