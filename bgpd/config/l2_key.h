/* SPDX-License-Identifier: Apache-2.0 */
/*
 * l2_key - the key with which a node signs what it says on its links.
 */
#ifndef BGPD_CONFIG_L2_KEY_H
#define BGPD_CONFIG_L2_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

struct bgp_configuration;
struct secret;
struct secret_value;
struct store;

enum l2_key_state {
	L2_KEY_NONE,    /* nobody names one: nothing is signed */
	L2_KEY_GOOD,    /* value is it */
	L2_KEY_MISSING, /* one is named, or meant: nothing goes out without it */
};

struct l2_key {
	enum l2_key_state state;
	const struct secret_value *value; /* borrowed from the Secret */
	struct err why;                   /* with L2_KEY_MISSING */
	/* Good in form, but easily guessed; "": nothing. */
	struct err doubt;
};

/* Name of the Secret in our namespace that is meant. config NULL: there is none. */
const char *l2_key_secret(const struct bgp_configuration *config);
/*
 * ns: our namespace. secret: the one of that name in it, NULL: there is none.
 * unreadable: there is one, but not as a whole.
 */
struct l2_key l2_key_choose(const struct bgp_configuration *config,
    const char *ns, const struct secret *secret, bool unreadable);
/* The same with the Secret that the store has; kind: their row in its table. */
struct l2_key l2_key_find(
    const struct bgp_configuration *config, const struct store *, size_t kind);
#endif
