/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_parts - what fake_cluster.c, the objects and the time, and fake_replica.c,
 * an allocator and its way to them, have in common. Nobody else includes it.
 */
#ifndef TESTS_FAKE_CLUSTER_PARTS_H
#define TESTS_FAKE_CLUSTER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/lead/leader.h"
#include "common/api/instance.h"
#include "common/clock.h"
#include "common/rng.h"
#include "common/source/source.h"

#define REPLICAS 2

struct json_t;

enum {
	SERVICES,
	GROUPS,
	NODES,
	NAMESPACES,
	SLICES,
	VIPS,
	PEERS,
	CONFIGURATIONS,
	LEASES,
	/* Of cluster_new_telling(): */
	CONFIGURATIONS_AGAIN, /* the same objects, in another row */
	PEERS_AGAIN,
	STATUSES,
	SLICES_AGAIN,
	KINDS
};

struct note { /* an event on its way to the allocator */
	size_t kind;
	struct json_t *obj; /* owned */
	bool deleted;
	struct note *prev, *next;
};

struct job { /* a write on its way to the cluster */
	enum source_how how;
	size_t kind;
	char *ns, *name, *body; /* owned */
	char *part;             /* owned; as in struct source_write */
	source_done *done;
	void *arg;
	uint64_t since;
	bool late;    /* sent beyond the fence: it never leaves */
	bool arrived; /* and this is what came of it */
	enum source_code code;
	char version[32];
	struct job *prev, *next;
};

struct replica {
	struct cluster *c;
	struct allocator *allocator; /* NULL: it is down */
	struct source *source;
	struct note *notes;
	struct job *jobs;
	struct job *unanswered; /* those of the cluster's mute object */
	uint64_t armed, fence;
	uint64_t away, cut; /* stands still, or reaches nobody, until then */
	int64_t wall;       /* what its wall clock is wrong by */
	bool lists[KINDS];  /* it has asked for these */
	bool ended;
	unsigned lives;
	char identity[24];
	struct instance instance;
	struct leader_spec election;
	struct clock clock;
};

struct cluster {
	struct json_t *kinds[KINDS]; /* owned; "ns/name" to object */
	struct json_t *parts; /* owned; "uid type" to whose condition it is */
	struct replica replicas[REPLICAS];
	unsigned n;     /* replicas */
	bool instances; /* … of an lbbgp each, not of one */
	bool telling;   /* cluster_new_telling() */
	uint64_t now;
	uint64_t version, uid;
	unsigned age;
	unsigned faults, writes, events, emptied;
	unsigned applied; /* writes to other kinds that are no records */
	bool full;        /* no write is carried out */
	bool conflict;    /* the next write is one */
	unsigned slow;    /* ms that who writes stands still */
	/* Borrowed; names of objects, or NULL. */
	const char *mute, *refused, *brimful; /* the last: by annotations */
	size_t withheld; /* of this kind nothing is heard; KINDS: of all */
	char last_event[512];
	struct rng rng;
};

/* The row that has the objects of this one. */
size_t kind_twin(size_t kind);
/* What the API server would say, and do if it is to be carried out. */
enum source_code job_carry_out(struct cluster *, const struct job *);

/* It reads everything at once. */
void replica_start(struct replica *);
void replica_stop(struct replica *); /* without a word */
/* Some of what it has sent, though it will not hear of it. */
void replica_arrive(struct replica *);
unsigned replica_in_flight(const struct replica *); /* writes */
/* One thing that can happen to it now; false: nothing can. */
bool replica_step(struct replica *);
#endif
