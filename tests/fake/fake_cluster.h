/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_cluster - an API server in memory with an allocator at work on it.
 *
 * Objects are written as JSON with ' for ". Nothing happens by itself: events are
 * delivered and writes are answered by cluster_step(), in an order that depends on
 * the seed, or all of them by cluster_settle(). The clock is virtual.
 */
#ifndef TESTS_FAKE_CLUSTER_H
#define TESTS_FAKE_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/rng.h"

struct allocator;
struct cluster;
struct dashboard;
struct instance;
struct json_t;

struct cluster *cluster_new(uint64_t seed); /* its allocator is running */
/* The same; it tells whether nodes announce what there is, too. */
struct cluster *cluster_new_telling(uint64_t seed);
void cluster_free(struct cluster *);

/* kind is as in a manifest; where is "ns/name" or "name". */
/* Creates the object, or lays the patch over it. Text may be NULL: no change. */
void cluster_put(
    struct cluster *, const char *kind, const char *where, const char *text);
void cluster_delete(struct cluster *, const char *kind, const char *where);
/* The object as the cluster has it, borrowed; NULL: there is none. */
const struct json_t *
cluster_get(const struct cluster *, const char *kind, const char *where);
/* All objects of the kind, borrowed: an object of "ns/name": object. */
struct json_t *cluster_all(const struct cluster *, const char *kind);

/* One event is delivered, or one write answered, or time goes on. False: all quiet. */
bool cluster_step(struct cluster *);
void cluster_settle(struct cluster *);
uint64_t cluster_now(const struct cluster *);     /* ms */
void cluster_wait(struct cluster *, uint64_t ms); /* all quiet meanwhile */

/* The allocator ends without a word and a new one reads everything. */
void cluster_restart(struct cluster *);
/* The same, but some of what it has sent is carried out. */
void cluster_crash(struct cluster *);
void cluster_stop(struct cluster *); /* ends; cluster_restart() starts it */

/*
 * Two allocators, one of which leads; their lists come by themselves, and the time
 * never stops. Writes arrive within 4 s or not at all.
 */
struct cluster *cluster_new_pair(uint64_t seed);
/*
 * Two instances with an allocator each and no Lease: the default one, and another,
 * borrowed for good.
 */
struct cluster *
cluster_new_instances(uint64_t seed, const struct instance *second);
struct cluster *cluster_new_telling_pair(uint64_t seed);
struct cluster *
cluster_new_telling_instances(uint64_t seed, const struct instance *second);
bool cluster_pair_step(struct cluster *);
void cluster_run(struct cluster *, unsigned ms);
/* It stands still for so long, but what it has sent may arrive. */
void cluster_set_away(struct cluster *, unsigned replica, unsigned ms);
void cluster_set_cut(struct cluster *, unsigned replica, unsigned ms);
void cluster_step_clock(struct cluster *, unsigned replica, int64_t ms);
void cluster_kill(struct cluster *, unsigned replica); /* and starts another */
void cluster_end(struct cluster *, unsigned replica);  /* and starts another */
int cluster_leader(const struct cluster *); /* by the Lease; -1: none */

/* Of 256 writes so many fail, half of them after they have been carried out. */
void cluster_set_faults(struct cluster *, unsigned of_256);
/* Its disk is: all writes fail, and none is carried out. */
void cluster_set_full(struct cluster *, bool);
/* Who writes stands still for so many ms, as for a disk. */
void cluster_set_slow(struct cluster *, unsigned ms);
/* The next write is a conflict though nothing has changed. */
void cluster_conflict_once(struct cluster *);
/*
 * Writes to objects of this name, which is borrowed, are not answered. NULL: they are.
 */
void cluster_mute(struct cluster *, const char *name);
/* Writes to objects of this name, which is borrowed, are refused. NULL: none are. */
void cluster_refuse(struct cluster *, const char *name);
/* Of such writes only those that bring annotations. */
void cluster_refuse_annotations(struct cluster *, const char *name);
/* Nothing is heard of this kind. NULL: what was withheld is listed. */
void cluster_withhold(struct cluster *, const char *kind);
struct rng *cluster_rng(struct cluster *);

/* The creation times of what is put from now on. */
void cluster_set_age(struct cluster *, unsigned seconds_since_1970);

/* What people see. Text is valid until the next call of the same. */
const char *
cluster_addresses(const struct cluster *, const char *where); /* "a,b" or "" */
/* "True Assigned", "False PoolExhausted", "" */
const char *cluster_condition(const struct cluster *, const char *where);
const char *cluster_message(const struct cluster *, const char *where);
/* Any object's condition of a type, as the first, or its message. */
const char *cluster_says(const struct cluster *, const char *kind,
    const char *where, const char *type);
const char *cluster_tells(const struct cluster *, const char *kind,
    const char *where, const char *type);
const char *cluster_annotation(
    const struct cluster *, const char *where, const char *key); /* or "" */
unsigned cluster_writes(const struct cluster *); /* to Services, answered */
/* … that took the last address from a Service. */
unsigned cluster_emptied(const struct cluster *);
/* … to statuses of ours, answered. */
unsigned cluster_applied(const struct cluster *);
unsigned cluster_in_flight(const struct cluster *); /* writes, not answered */
unsigned cluster_events(const struct cluster *);    /* for people */
const char *cluster_last_event(const struct cluster *); /* "reason: message" */
char *cluster_metrics(struct cluster *);                /* as scraped; owned */
const struct dashboard *
cluster_dashboard(const struct cluster *, unsigned replica);
const char *
cluster_unready(const struct cluster *, unsigned replica); /* why, or "" */
#endif
