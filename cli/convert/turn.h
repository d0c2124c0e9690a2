/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turn - values as other systems write them, as ours.
 *
 * Each returns what is owned, or NULL and err: the value, and what is wrong
 * with it.
 */
#ifndef CLI_CONVERT_TURN_H
#define CLI_CONVERT_TURN_H

#include <stdbool.h>
#include <stdint.h>

typedef struct json_t json_t;
struct err;

json_t *turn_as_number(const json_t *, struct err *); /* 1.10 is 65546 */
json_t *turn_seconds(const json_t *, struct err *);   /* "1m30s" is 90 */
/* A prefix without host bits, which others allow. */
json_t *turn_network(const json_t *, struct err *);
/* {secretKeyRef: {name, key: password}} for the name of a Secret */
json_t *turn_secret_name(const json_t *, struct err *);
json_t *turn_hops(const json_t *, struct err *);       /* true is 255 */
json_t *turn_namespaces(const json_t *, struct err *); /* once each */
json_t *turn_priority(const json_t *, struct err *);
/* "10.0.0.1", and with a port that is not 179 (or NULL) "10.0.0.1:1790". */
json_t *turn_peer(const json_t *address, const json_t *port, struct err *);
/* The text or number as a port, 0 for none; NULL and err. */
json_t *turn_port(const json_t *, struct err *);
json_t *turn_community(const json_t *, struct err *); /* "large:1:2:3" too */
/* 4259840100 is 65000:100, else as above. */
json_t *turn_community_number(const json_t *, struct err *);
/* Is it a whole number from least to most? */
bool turn_is_within(const json_t *, int64_t least, int64_t most);
#endif
