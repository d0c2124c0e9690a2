/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_classes - objects whose class no lbbgp of a cluster has: nobody goes by them.
 *
 * By the rule of the allocators (UnknownClass), and without waiting for one to say so.
 */
#ifndef CLI_DOCTOR_CLASSES_H
#define CLI_DOCTOR_CLASSES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct json_t json_t;
struct err;
struct findings;
struct store;

/* What is kept of an object, owned: its class. These fit into a row of kinds. */
void *doctor_class_decode(const json_t *, struct err *);
void *doctor_class_of_service(const json_t *, struct err *);
void *doctor_class_of_namespace(const json_t *, struct err *);

/* kinds: rows of the store with items of the first two, and behind them namespaces. */
void doctor_classes(const struct store *, const size_t *kinds,
    size_t namespaces, struct findings *);
#endif
