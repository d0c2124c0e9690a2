/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lan_terms - on which terms an address is announced on the links of nodes, by ARP and
 * NDP: which interfaces, which nodes rather than others, what a holder does.
 *
 * A part of several resources, and the rows for their tables.
 */
#ifndef COMMON_API_LAN_TERMS_H
#define COMMON_API_LAN_TERMS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/api/rows.h"
#include "common/api/selector.h"
#include "common/prefix.h"

struct lan_preference {
	int weight; /* 1 to 100 */
	struct selector nodes;
};

struct lan_terms {
	/* Owned; POSIX extended expressions that match a whole name. None: any. */
	char **interfaces;
	size_t n_interfaces;
	struct lan_preference *preferred; /* owned */
	size_t n_preferred;
	bool
	    fail_back; /* the preferred node takes it from one that may hold it */
	bool detect;   /* asks whether a stranger has it before it is taken */
};

/* An address that some resource wants on links; borrowed by whoever is told of it. */
struct lan_want {
	struct addr addr;
	const struct lan_terms *terms;
	bool always; /* on each interface that terms select */
	/* How much this node is preferred, 0 or more; -1: it may not hold it. */
	int preference;
	const char *why_not; /* a literal, with -1 */
};

extern const struct field_rule
    *const rules_interface[]; /* such an expression */

/* obj is what LAN_TERMS_ROWS let pass, or NULL: then all is at its default. */
void lan_terms_decode(struct lan_terms *, const json_t *obj);
void lan_terms_fini(struct lan_terms *);
/* How much a node with these labels is preferred: its weights together, 0 or more. */
int lan_terms_weight(const struct lan_terms *, const struct labels *);

#define INTERFACE_MAX_CHARS 15 /* IFNAMSIZ with NUL is 16 */

/* clang-format off */
#define LAN_TERMS_ROWS(at) \
	{ at ".interfaces", FIELD_LIST, FIELD_SET, .max = 16, \
	  .text = "Interfaces of the nodes on which the addresses are announced: " \
		  "names, or regular expressions (POSIX extended) that match a " \
		  "whole name, as bond0[.][0-9]+. Without it: any." }, \
	{ at ".interfaces[]", FIELD_STRING, .min = 1, .max = 63, \
	  .pattern = "^[][A-Za-z0-9_.:@*+?{},|()^$-]+$", \
	  .rules = rules_interface, \
	  .text = "A name, or a regular expression." }, \
	{ at ".preferred", FIELD_LIST, .max = 16, \
	  .text = "Nodes that hold the addresses rather than others: of those that " \
		  "are up the ones whose weights, added, are highest. Among equals " \
		  "addresses are spread evenly." }, \
	{ at ".preferred[]", .type = FIELD_OBJECT, .text = "Some nodes." }, \
	{ at ".preferred[].weight", FIELD_INT, FIELD_REQUIRED, .min = 1, .max = 100, \
	  .text = "How much they are preferred." }, \
	SELECTOR_ROWS(at ".preferred[].nodeSelector", \
	    "Which nodes; without it: all."), \
	{ at ".failBack", FIELD_BOOL, .initial = "true", \
	  .text = "Whether a node that comes back, or is preferred, takes an address " \
		  "from another one that is well. When false it waits until that one " \
		  "gives it up." }, \
	{ at ".duplicateDetection", FIELD_BOOL, .initial = "true", \
	  .text = "Whether a node asks on the link if somebody else has an address " \
		  "before it takes it (RFC 5227, RFC 4862). If somebody has, it is " \
		  "not taken, and a condition names the MAC address." }
/* clang-format on */
#endif
