/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capabilities of an OPEN. What a peer may tell is a table of parsers by code: each
 * gets one value, cut to its length, and adds to struct caps or says that it is
 * malformed; then it is left out and counted, and the OPEN stands (RFC 5492 3). What of
 * several of one code counts is the parser's to know. What we tell is built one behind
 * the other, and what holds on the session comes of both.
 */
#include "bgpd/wire/caps.h"

enum cap_code {
	CAP_MULTIPROTOCOL = 1,
	CAP_ROUTE_REFRESH = 2,
	CAP_EXTENDED_NEXT_HOP = 5,
	CAP_EXTENDED_MESSAGE = 6,
	CAP_ROLE = 9,
	CAP_RESTART = 64,
	CAP_AS4 = 65,
	CAP_ADD_PATH = 69,
	CAP_ENHANCED_REFRESH = 70,
	CAP_LONG_LIVED = 71,
	CAP_FQDN = 73,
	CAP_SOFTWARE = 75,
	CAP_CODES
};

enum { /* RFC 4724 3, RFC 8538 2 */
	RESTART_RESTARTING = 0x8000,
	RESTART_NOTIFICATION = 0x4000,
	RESTART_TIME = 0x0fff,
	RESTART_FORWARDING = 0x80, /* of a family; RFC 9494 has it there, too */
};

/* The family of a known AFI with SAFI unicast, else FAMILY_NONE. */
static enum family
family_of(uint16_t afi, uint8_t safi)
{
	if (safi != SAFI_UNICAST || (afi != FAMILY_V4 && afi != FAMILY_V6))
		return FAMILY_NONE;
	return afi;
}

static bool
multiprotocol_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	uint16_t afi = rbuf_u16(&r);

	rbuf_u8(&r); /* reserved */

	enum family family = family_of(afi, rbuf_u8(&r));

	if (!rbuf_done(&r))
		return false;
	seen->multiprotocol = true;
	if (family != FAMILY_NONE)
		c->family[family] = true;
	return true;
}

static bool
route_refresh_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	(void)seen;
	if (!rbuf_done(&r))
		return false;
	c->route_refresh = true;
	return true;
}

static bool
enhanced_refresh_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	(void)seen;
	if (!rbuf_done(&r))
		return false;
	c->enhanced_refresh = true;
	return true;
}

static bool
extended_message_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	(void)seen;
	if (!rbuf_done(&r))
		return false;
	c->extended_message = true;
	return true;
}

/* RFC 8950 4. */
static bool
extended_next_hop_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	bool v4_by_v6 = false;

	(void)seen;
	while (r.left > 0) {
		uint16_t afi = rbuf_u16(&r);
		uint16_t safi = rbuf_u16(&r);
		uint16_t next_hop_afi = rbuf_u16(&r);

		if (afi == FAMILY_V4 && safi == SAFI_UNICAST &&
		    next_hop_afi == FAMILY_V6)
			v4_by_v6 = true;
	}
	if (!rbuf_done(&r))
		return false;
	c->extended_next_hop |= v4_by_v6;
	return true;
}

const char *
role_name(enum role role)
{
	static const char *const names[ROLES] = {
		[ROLE_PROVIDER] = "Provider",
		[ROLE_RS] = "RouteServer",
		[ROLE_RS_CLIENT] = "RouteServerClient",
		[ROLE_CUSTOMER] = "Customer",
		[ROLE_PEER] = "Peer",
	};

	return names[role];
}

/* RFC 9234 4.1. */
static bool
role_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	uint8_t role = rbuf_u8(&r);

	if (!rbuf_done(&r))
		return false;
	if (c->has_role && c->role != role) {
		seen->roles_differ = true;
		return false;
	}
	c->has_role = true;
	c->role = role;
	return true;
}

/* RFC 4724 3; the last one wins. */
static bool
restart_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	uint16_t flags = rbuf_u16(&r);
	struct caps_restart restart = {
		.present = true,
		.restarting = flags & RESTART_RESTARTING,
		.notification = flags & RESTART_NOTIFICATION,
		.time = flags & RESTART_TIME,
	};

	(void)seen;
	while (r.left > 0) {
		uint16_t afi = rbuf_u16(&r);
		enum family family = family_of(afi, rbuf_u8(&r));
		uint8_t bits = rbuf_u8(&r);

		restart.family[family] = true;
		restart.forwarding[family] = bits & RESTART_FORWARDING;
	}
	if (!rbuf_done(&r))
		return false;
	restart.family[FAMILY_NONE] = restart.forwarding[FAMILY_NONE] = false;
	c->restart = restart;
	return true;
}

/* RFC 9494 3.1; the last one wins, as of the capability that it goes with. */
static bool
long_lived_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	struct caps_long_lived l = { .present = true };

	(void)seen;
	while (r.left > 0) {
		uint16_t afi = rbuf_u16(&r);
		enum family family = family_of(afi, rbuf_u8(&r));
		uint8_t bits = rbuf_u8(&r);
		uint32_t high = rbuf_u8(&r);

		l.family[family] = true;
		l.forwarding[family] = bits & RESTART_FORWARDING;
		l.time[family] = high << 16 | rbuf_u16(&r);
	}
	if (!rbuf_done(&r))
		return false;
	l.family[FAMILY_NONE] = l.forwarding[FAMILY_NONE] = false;
	l.time[FAMILY_NONE] = 0;
	c->long_lived = l;
	return true;
}

/* RFC 6793 3. */
static bool
as4_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	uint32_t asn = rbuf_u32(&r);

	if (!rbuf_done(&r) || (c->as4 && seen->asn != asn))
		return false;
	c->as4 = true;
	seen->asn = asn;
	return true;
}

/* RFC 7911 4: a value out of range leaves that family out. */
static bool
add_path_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	uint8_t modes[FAMILIES] = { 0 };

	(void)seen;
	while (r.left > 0) {
		uint16_t afi = rbuf_u16(&r);
		enum family family = family_of(afi, rbuf_u8(&r));
		uint8_t mode = rbuf_u8(&r);

		if (mode <= (ADD_PATH_RECEIVE | ADD_PATH_SEND) &&
		    modes[family] == 0)
			modes[family] = mode;
	}
	if (!rbuf_done(&r))
		return false;
	for (int f = FAMILY_V4; f < FAMILIES; f++)
		if (c->add_path[f] == 0)
			c->add_path[f] = modes[f];
	return true;
}

/* draft-walton-bgp-hostname-capability: both names with their lengths. */
static bool
fqdn_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	struct rbuf hostname = rbuf_cut(&r, rbuf_u8(&r));
	struct rbuf domain = rbuf_cut(&r, rbuf_u8(&r));

	(void)c;
	if (!rbuf_done(&r))
		return false;
	if (seen->hostname.p != NULL) /* the first one wins */
		return rbuf_eq(seen->hostname, hostname) &&
		    rbuf_eq(seen->domain, domain);
	seen->hostname = hostname;
	seen->domain = domain;
	return true;
}

/* draft-abraitis-bgp-version-capability: one text with its length, not empty. */
static bool
software_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	struct rbuf software = rbuf_cut(&r, rbuf_u8(&r));

	(void)c;
	if (!rbuf_done(&r) || software.left == 0)
		return false;
	if (seen->software.p != NULL) /* the first one wins */
		return rbuf_eq(seen->software, software);
	seen->software = software;
	return true;
}

typedef bool cap_parser(struct rbuf, struct caps *, struct caps_seen *);

static cap_parser *const parsers[CAP_CODES] = {
	[CAP_MULTIPROTOCOL] = multiprotocol_parse,
	[CAP_ROUTE_REFRESH] = route_refresh_parse,
	[CAP_EXTENDED_NEXT_HOP] = extended_next_hop_parse,
	[CAP_EXTENDED_MESSAGE] = extended_message_parse,
	[CAP_ROLE] = role_parse,
	[CAP_RESTART] = restart_parse,
	[CAP_AS4] = as4_parse,
	[CAP_ADD_PATH] = add_path_parse,
	[CAP_ENHANCED_REFRESH] = enhanced_refresh_parse,
	[CAP_LONG_LIVED] = long_lived_parse,
	[CAP_FQDN] = fqdn_parse,
	[CAP_SOFTWARE] = software_parse,
};

bool
caps_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	while (r.left > 0) {
		uint8_t code = rbuf_u8(&r);
		struct rbuf value = rbuf_cut(&r, rbuf_u8(&r));

		if (r.bad)
			return false;
		if (code >= CAP_CODES || parsers[code] == NULL)
			continue; /* RFC 5492 3: an unknown one is ignored */
		if (parsers[code](value, c, seen))
			continue;
		seen->ignored++;
		seen->ignored_code = code;
	}
	return true;
}

static uint8_t
forwarding_bits(bool forwarding)
{
	return forwarding ? RESTART_FORWARDING : 0;
}

/* RFC 4724 3. */
static void
restart_build(struct wbuf *w, const struct caps_restart *r)
{
	int n = r->family[FAMILY_V4] + r->family[FAMILY_V6];

	wbuf_bytes(w, (uint8_t[]){ CAP_RESTART, (uint8_t)(2 + 4 * n) }, 2);
	wbuf_u16(w,
	    (uint16_t)((r->restarting ? RESTART_RESTARTING : 0) |
		(r->notification ? RESTART_NOTIFICATION : 0) |
		(r->time & RESTART_TIME)));
	for (int f = FAMILY_V4; f < FAMILIES; f++) {
		if (!r->family[f])
			continue;
		wbuf_u16(w, (uint16_t)f);
		wbuf_u8(w, SAFI_UNICAST);
		wbuf_u8(w, forwarding_bits(r->forwarding[f]));
	}
}

/* RFC 9494 3.1. */
static void
long_lived_build(struct wbuf *w, const struct caps_long_lived *l)
{
	int n = l->family[FAMILY_V4] + l->family[FAMILY_V6];

	wbuf_bytes(w, (uint8_t[]){ CAP_LONG_LIVED, (uint8_t)(7 * n) }, 2);
	for (int f = FAMILY_V4; f < FAMILIES; f++) {
		if (!l->family[f])
			continue;
		wbuf_u16(w, (uint16_t)f);
		wbuf_u8(w, SAFI_UNICAST);
		wbuf_u8(w, forwarding_bits(l->forwarding[f]));
		wbuf_u8(w, (uint8_t)(l->time[f] >> 16));
		wbuf_u16(w, (uint16_t)l->time[f]);
	}
}

/* RFC 7911 4: only of families with a mode. */
static void
add_path_build(struct wbuf *w, const uint8_t modes[FAMILIES])
{
	int n = (modes[FAMILY_V4] != 0) + (modes[FAMILY_V6] != 0);

	if (n == 0)
		return;
	wbuf_bytes(w, (uint8_t[]){ CAP_ADD_PATH, (uint8_t)(4 * n) }, 2);
	for (int f = FAMILY_V4; f < FAMILIES; f++) {
		if (modes[f] == 0)
			continue;
		wbuf_u16(w, (uint16_t)f);
		wbuf_u8(w, SAFI_UNICAST);
		wbuf_u8(w, modes[f]);
	}
}

/* RFC 8950 4. */
static void
extended_next_hop_build(struct wbuf *w)
{
	wbuf_bytes(w, (uint8_t[]){ CAP_EXTENDED_NEXT_HOP, 6 }, 2);
	wbuf_u16(w, FAMILY_V4);
	wbuf_u16(w, SAFI_UNICAST);
	wbuf_u16(w, FAMILY_V6);
}

bool
caps_build(struct wbuf *w, const struct caps *c, uint32_t asn)
{
	size_t start = w->len;

	for (int f = FAMILY_V4; f < FAMILIES; f++) {
		if (!c->family[f])
			continue;
		wbuf_bytes(w, (uint8_t[]){ CAP_MULTIPROTOCOL, 4 }, 2);
		wbuf_u16(w, (uint16_t)f);
		wbuf_u8(w, 0);
		wbuf_u8(w, SAFI_UNICAST);
	}
	if (c->route_refresh)
		wbuf_bytes(w, (uint8_t[]){ CAP_ROUTE_REFRESH, 0 }, 2);
	if (c->enhanced_refresh)
		wbuf_bytes(w, (uint8_t[]){ CAP_ENHANCED_REFRESH, 0 }, 2);
	if (c->extended_next_hop)
		extended_next_hop_build(w);
	if (c->extended_message)
		wbuf_bytes(w, (uint8_t[]){ CAP_EXTENDED_MESSAGE, 0 }, 2);
	if (c->has_role)
		wbuf_bytes(w, (uint8_t[]){ CAP_ROLE, 1, c->role }, 3);
	if (c->as4) {
		wbuf_bytes(w, (uint8_t[]){ CAP_AS4, 4 }, 2);
		wbuf_u32(w, asn);
	}
	add_path_build(w, c->add_path);
	if (c->restart.present)
		restart_build(w, &c->restart);
	if (c->long_lived.present)
		long_lived_build(w, &c->long_lived);
	return wbuf_end(w, start);
}

/* What one side sends, the other has to be ready to receive. */
static uint8_t
add_path_agree(uint8_t ours, uint8_t theirs)
{
	uint8_t agreed = 0;

	if ((ours & ADD_PATH_RECEIVE) && (theirs & ADD_PATH_SEND))
		agreed |= ADD_PATH_RECEIVE;
	if ((ours & ADD_PATH_SEND) && (theirs & ADD_PATH_RECEIVE))
		agreed |= ADD_PATH_SEND;
	return agreed;
}

/* Of a family that the session does not have nothing is kept. */
static void
restart_agree(
    struct caps *c, const struct caps *ours, const struct caps *theirs)
{
	if (!ours->restart.present || !theirs->restart.present)
		return;
	c->restart = theirs->restart;
	c->restart.notification &= ours->restart.notification;
	if (ours->long_lived.present && theirs->long_lived.present)
		c->long_lived = theirs->long_lived;
	for (int f = FAMILY_V4; f < FAMILIES; f++) {
		c->restart.family[f] &= c->family[f];
		c->restart.forwarding[f] &= c->family[f];
		c->long_lived.family[f] &= c->family[f];
		c->long_lived.forwarding[f] &= c->family[f];
	}
}

struct caps
caps_agree(const struct caps *ours, const struct caps *theirs)
{
	struct caps c = {
		.as4 = ours->as4 && theirs->as4,
		.route_refresh = ours->route_refresh && theirs->route_refresh,
		.enhanced_refresh =
		    ours->enhanced_refresh && theirs->enhanced_refresh,
		.extended_message =
		    ours->extended_message && theirs->extended_message,
		.extended_next_hop =
		    ours->extended_next_hop && theirs->extended_next_hop,
		.has_role = ours->has_role && theirs->has_role,
		.role = ours->role,
	};

	for (int f = FAMILY_V4; f < FAMILIES; f++) {
		c.family[f] = ours->family[f] && theirs->family[f];
		if (c.family[f])
			c.add_path[f] = add_path_agree(
			    ours->add_path[f], theirs->add_path[f]);
	}
	restart_agree(&c, ours, theirs);
	return c;
}
