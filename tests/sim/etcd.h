/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcd - the objects of a virtual cluster, with versions, and a past to go back to.
 */
#ifndef TESTS_SIM_ETCD_H
#define TESTS_SIM_ETCD_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct etcd; /* private to etcd.c */

/* An object is new, another, or (NULL) gone; borrowed. */
typedef void etcd_news(void *arg, const char *kind, const char *ns,
    const char *name, const json_t *object);

struct etcd *etcd_new(void);
void etcd_free(struct etcd *);
/* At most a few, for good. */
void etcd_follow(struct etcd *, etcd_news *, void *arg);

/* One object of YAML. */
void etcd_put(struct etcd *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void etcd_set(struct etcd *, json_t *object); /* takes it over */
void
etcd_drop(struct etcd *, const char *kind, const char *ns, const char *name);
/* Borrowed; NULL: there is none. */
json_t *etcd_get(
    const struct etcd *, const char *kind, const char *ns, const char *name);
/* "kind/ns/name": object; borrowed. */
json_t *etcd_all(const struct etcd *);

/* Any object as it was before its last change, and may be no more; NULL: none was. */
const json_t *etcd_before(const struct etcd *, uint32_t nth);

/* Remembers the present; back to what was remembered. Nobody is told of that. */
void etcd_back_up(struct etcd *);
void etcd_restore(struct etcd *);

const char *etcd_text(const json_t *object, const char *key); /* or "" */
#endif
