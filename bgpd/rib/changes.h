/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changes - which prefixes changed, in the order of their latest change, and how far
 * each reader has come.
 *
 * A prefix stands in the list once: when it changes again, its place becomes a hole
 * and it gets a new one at the end. What all readers have passed leaves the list, so
 * however slow a reader is, the list never outgrows the table. Positions are plain
 * array indices; when the list is packed, its readers are moved with it.
 *
 * A fresh prefix is one of which no reader had been told when it came into the list:
 * if it goes before any reader came to it, there is nothing to tell.
 */
#ifndef BGPD_RIB_CHANGES_H
#define BGPD_RIB_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

struct changes_ops {
	/* All readers have passed the prefix. */
	void (*passed)(void *arg, uint32_t index);
};

struct change_reader {
	uint32_t pos; /* all before it is read */
	struct change_reader *next, *prev;
};

#define CHANGE_FRESH 0x80000000u
#define CHANGE_INDEX 0x7fffffffu

struct changes {
	uint32_t *list; /* owned: prefix indices | CHANGE_FRESH, 0 is a hole */
	uint32_t head;  /* before it nothing is left */
	uint32_t tail;
	uint32_t seen; /* behind it no reader has come */
	uint32_t cap;
	uint32_t n;      /* without holes */
	uint32_t *place; /* owned: by prefix index, position + 1 or 0 */
	uint32_t place_cap;
	uint32_t epoch; /* positions of another epoch mean nothing now */
	struct change_reader *readers;
	const struct changes_ops *ops;
	void *arg;
};

void changes_init(struct changes *, const struct changes_ops *, void *arg);
void changes_fini(struct changes *); /* tells of all that was not passed */

void changes_join(struct changes *, struct change_reader *); /* at the end */
/* A second reader where another one stands. */
void changes_follow(struct changes *, struct change_reader *,
    const struct change_reader *other);
/* The last one leaves the list as it is, for changes_end(). */
void changes_leave(struct changes *, struct change_reader *);
/* Tells of as many that no reader will pass any more. True: of all. */
bool changes_end(struct changes *, uint32_t most);
/* All readers may have been told by other means of what is in the list now. */
void changes_expose(struct changes *);
/*
 * fresh: nobody was told of the prefix, should it not be in the list yet. gone: there
 * is nothing of it to tell any more. With no reader there is nobody to remember for.
 */
void changes_add(struct changes *, uint32_t index, bool fresh, bool gone);
/* The reader has read all before pos. */
void changes_read(struct changes *, struct change_reader *, uint32_t pos);
/* The indices are others now; map gives those of the old ones that are in the list. */
void changes_renumber(struct changes *, const uint32_t *map);
bool changes_has(const struct changes *, uint32_t index);
/* … and the reader has not come to it. */
bool changes_waits(
    const struct changes *, const struct change_reader *, uint32_t index);
#endif
