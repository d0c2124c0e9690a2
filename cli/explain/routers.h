/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routers - what to ask a router itself about a route that it is told.
 *
 * Nobody here knows whether it uses the route: its own filters, a better path or its
 * hardware decide. A table has the commands of each kind of router.
 */
#ifndef CLI_EXPLAIN_ROUTERS_H
#define CLI_EXPLAIN_ROUTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/prefix.h"

/* The word for --router, nth from 0, or NULL: "frr", "ios-xe". Literals. */
const char *router_word(size_t nth);
/* All of them, "frr, bird, …", owned. */
char *router_words(void);
bool router_is_known(const char *word);

struct asked_route { /* a route, and who is told */
	struct prefix prefix;
	const char *word; /* the kind of all of them; NULL: it is not known */
	struct addr node; /* from this one, among others; or FAMILY_NONE */
	char **peers;     /* owned, both: name and address, for people */
	size_t n_peers;
};

struct asked_routes {
	struct asked_route *at; /* owned; one for each prefix and kind */
	size_t n;
};

/* Of what a router says that it is, "FRRouting/10.1"; NULL: none of these. Literal. */
const char *router_of(const char *software);

/* Each peer once for a prefix; peer is copied, word is of router_of(). */
void asked_add(struct asked_routes *, const struct prefix *, const char *word,
    const struct addr *node, const char *peer);
void asked_fini(struct asked_routes *);

struct router_question {
	const char *system; /* for people, a literal */
	char *command;      /* owned by the caller */
	const char *tells;  /* what to look for, a literal */
};

/*
 * What to ask about the route: nth from 0 until false. word: which kind they all
 * are, as somebody has said; NULL: as it is known of these, or, where it is not, the
 * questions are those for FRR and BIRD.
 */
bool router_question(const struct asked_route *, const char *word, size_t nth,
    struct router_question *);
#endif
