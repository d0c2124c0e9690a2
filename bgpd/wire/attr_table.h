/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attr_table - the attributes that we know: who reads each, and what a bad one costs
 * (RFC 7606 7).
 *
 * For update_in.c only.
 */
#ifndef BGPD_WIRE_ATTR_TABLE_H
#define BGPD_WIRE_ATTR_TABLE_H

#include "bgpd/wire/update.h"

/* An UPDATE while its attributes are read. */
struct attr_state {
	const struct update_ctx *ctx;
	struct update *u;
	const char *what;     /* why the last parser refused, a literal */
	struct rbuf as_path;  /* as received; 2 or 4 octets by ctx->as4 */
	struct rbuf as4_path; /* the AS4_* attributes wait for the rest */
	bool as4_path_has_set;
	bool has_as4_aggregator;
	uint32_t as4_aggregator_as, as4_aggregator_id;
	bool mp_reach;    /* there was one, of whatever family */
	unsigned count;   /* attributes so far */
	uint32_t seen[8]; /* a bit for each code */
};

typedef bool attr_parser(struct rbuf value, struct attr_state *);

enum attr_scope { FROM_ALL, FROM_INTERNAL, FROM_2_OCTETS };

struct attr_kind {
	attr_parser *parse;
	enum upd_verdict cost;       /* when the value is bad */
	enum upd_verdict flags_cost; /* when the flags are */
	enum attr_scope scope;       /* others are not to send it: discarded */
};

const struct attr_kind *attr_kind(uint8_t code); /* NULL: unknown to us */
/* Unknown to us, but somebody registered the code, as optional. */
bool attr_is_registered(uint8_t code);
#endif
