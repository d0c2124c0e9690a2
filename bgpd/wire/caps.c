/* SPDX-License-Identifier: Apache-2.0 */
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
	CAP_FQDN = 73,
	CAP_SOFTWARE = 75,
	CAP_CODES
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

/* RFC 9234 4.1. */
static bool
role_parse(struct rbuf r, struct caps *c, struct caps_seen *seen)
{
	uint8_t role = rbuf_u8(&r);

	(void)seen;
	if (!rbuf_done(&r) || (c->has_role && c->role != role))
		return false;
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
		.restarting = flags & 0x8000,
		.notification = flags & 0x4000,
		.time = flags & 0x0fff,
	};

	(void)seen;
	while (r.left > 0) {
		uint16_t afi = rbuf_u16(&r);
		enum family family = family_of(afi, rbuf_u8(&r));
		uint8_t bits = rbuf_u8(&r);

		restart.family[family] = true;
		restart.forwarding[family] = bits & 0x80;
	}
	if (!rbuf_done(&r))
		return false;
	restart.family[FAMILY_NONE] = restart.forwarding[FAMILY_NONE] = false;
	c->restart = restart;
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
	if (c->as4) {
		wbuf_bytes(w, (uint8_t[]){ CAP_AS4, 4 }, 2);
		wbuf_u32(w, asn);
	}
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
		c.add_path[f] =
		    add_path_agree(ours->add_path[f], theirs->add_path[f]);
	}
	if (ours->restart.present && theirs->restart.present)
		c.restart = theirs->restart;
	return c;
}
