/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bmp_words - BMP messages as words, a line for each: "initiation", "up 65002",
 * "pre 65002 +20.0.0.0/24", "post 65002 end4", "table 64517 -3fff::/20". A peer is
 * named by its AS. "+20.0.0.0/24#1 med 7": with a path id (where the test says that
 * there are any) and a MED; "+20.0.0.0/24 as 65002 65003" with the AS path, where the
 * test asks for it. "down 65002 3 6/2 0161": the reason, and what stands in the
 * NOTIFICATION; "down 65002 2 event 29".
 */
#ifndef TESTS_UNIT_BMP_WORDS_H
#define TESTS_UNIT_BMP_WORDS_H

#include <stdio.h>
#include <string.h>

#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "bgpd/wire/bmp.h"
#include "bgpd/wire/msg.h"
#include "common/prefix.h"

static inline void
say(char *text, size_t room, const char *what, uint32_t asn, const char *more)
{
	size_t n = strlen(text);

	snprintf(text + n, room - n, "%s %u%s%s\n", what, asn,
	    more[0] != '\0' ? " " : "", more);
}

static bool path_ids_are_said; /* RFC 7911 */
static bool as_paths_are_told;

#define TOLD_ROOM 200 /* of attributes behind a prefix */

static inline void
hear_prefixes(char *text, size_t room, struct rbuf list, enum family family,
    const char *kind, uint32_t asn, const char *sign, const char *told)
{
	while (list.left > 0) {
		struct prefix p = { .addr.family = family };
		char plain[PREFIX_TEXT], id[16] = "",
					 more[PREFIX_TEXT + 20 + TOLD_ROOM];

		if (path_ids_are_said)
			snprintf(id, sizeof(id), "#%u", rbuf_u32(&list));

		p.len = rbuf_u8(&list);
		memcpy(p.addr.bytes, rbuf_bytes(&list, (p.len + 7u) / 8),
		    (p.len + 7u) / 8);
		snprintf(more, sizeof(more), "%s%s%s%s", sign,
		    prefix_print(&p, plain), id, told);
		say(text, room, kind, asn, more);
	}
}

static inline struct rbuf
attr_next(struct rbuf *attrs, uint8_t *code)
{
	uint8_t flags = rbuf_u8(attrs);

	*code = rbuf_u8(attrs);
	return rbuf_cut(
	    attrs, (flags & ATTR_EXTENDED) ? rbuf_u16(attrs) : rbuf_u8(attrs));
}

static inline void
as_path_say(struct rbuf path, char *text)
{
	struct as_path_iter i = { .path = path };
	size_t n = strlen(text);
	uint32_t asn;

	n += (size_t)snprintf(text + n, TOLD_ROOM - n, " as");
	while ((asn = as_path_next(&i)) != 0 && n < TOLD_ROOM - 12)
		n += (size_t)snprintf(text + n, TOLD_ROOM - n, " %u", asn);
}

/* What is said of the attributes behind a prefix. */
static inline void
told_of(struct rbuf attrs, char told[TOLD_ROOM])
{
	uint8_t code;

	told[0] = '\0';
	while (attrs.left > 0) {
		struct rbuf value = attr_next(&attrs, &code);

		if (code == ATTR_MED)
			snprintf(told, TOLD_ROOM, " med %u", rbuf_u32(&value));
		if (code == ATTR_AS_PATH && as_paths_are_told)
			as_path_say(value, told);
	}
}

/* RFC 4271 4.3, RFC 4760 3 and 4, and no more than update_out writes. */
static inline void
hear_update(
    char *text, size_t room, struct rbuf r, const char *kind, uint32_t asn)
{
	struct rbuf gone, attrs;
	bool any = false;
	char told[TOLD_ROOM];
	uint8_t code;

	rbuf_bytes(&r, 16);
	size_t length = rbuf_u16(&r);

	assert_int_equal(length, r.left + 18);
	assert_int_equal(rbuf_u8(&r), MSG_UPDATE);
	gone = rbuf_cut(&r, rbuf_u16(&r));
	attrs = rbuf_cut(&r, rbuf_u16(&r));
	told_of(attrs, told);
	any = gone.left > 0 || r.left > 0;
	hear_prefixes(text, room, gone, FAMILY_V4, kind, asn, "-", "");
	hear_prefixes(text, room, r, FAMILY_V4, kind, asn, "+", told);
	if (!any && attrs.left == 0)
		say(text, room, kind, asn, "end4");
	while (attrs.left > 0) {
		struct rbuf value = attr_next(&attrs, &code);

		if (code != ATTR_MP_REACH && code != ATTR_MP_UNREACH)
			continue;
		assert_int_equal(rbuf_u16(&value), 2);
		assert_int_equal(rbuf_u8(&value), 1);
		if (code == ATTR_MP_REACH)
			rbuf_bytes(&value, rbuf_u8(&value) + 1u);
		else if (value.left == 0)
			say(text, room, kind, asn, "end6");
		hear_prefixes(text, room, value, FAMILY_V6, kind, asn,
		    code == ATTR_MP_REACH ? "+" : "-",
		    code == ATTR_MP_REACH ? told : "");
	}
}

/* RFC 7854 4.9. */
static inline void
hear_down(char *text, size_t room, struct rbuf r, uint32_t asn)
{
	uint8_t why = rbuf_u8(&r);
	char more[600];
	int n = snprintf(more, sizeof(more), "%u", why);

	if (why == BMP_DOWN_EVENT)
		snprintf(more + n, sizeof(more) - (size_t)n, " event %u",
		    rbuf_u16(&r));
	if (why == BMP_DOWN_NOTIFIED || why == BMP_DOWN_PEER_NOTIFIED) {
		rbuf_bytes(&r, 16);
		size_t length = rbuf_u16(&r);

		assert_int_equal(length, r.left + 18);
		assert_int_equal(rbuf_u8(&r), MSG_NOTIFICATION);
		uint8_t code = rbuf_u8(&r);

		n += snprintf(more + n, sizeof(more) - (size_t)n, " %u/%u%s",
		    code, rbuf_u8(&r), r.left > 0 ? " " : "");
		while (r.left > 0 && n < 590)
			n += snprintf(more + n, sizeof(more) - (size_t)n,
			    "%02x", rbuf_u8(&r));
	}
	assert_false(r.bad);
	say(text, room, "down", asn, more);
}

static inline void
hear_message(char *text, size_t room, struct rbuf *r)
{
	assert_int_equal(rbuf_u8(r), 3);
	struct rbuf m = rbuf_cut(r, rbuf_u32(r) - 5);
	uint8_t type = rbuf_u8(&m);

	assert_false(m.bad);
	if (type == BMP_INITIATION) {
		snprintf(
		    text + strlen(text), room - strlen(text), "initiation\n");
		return;
	}
	uint8_t of = rbuf_u8(&m), flags = rbuf_u8(&m);

	rbuf_bytes(&m, 8 + 16);
	uint32_t asn = rbuf_u32(&m);

	rbuf_bytes(&m, 12);
	if (type == BMP_PEER_UP)
		say(text, room, "up", asn, "");
	else if (type == BMP_PEER_DOWN)
		hear_down(text, room, m, asn);
	else
		hear_update(text, room, m,
		    of == BMP_LOC_RIB             ? "table"
			: flags & BMP_POST_POLICY ? "post"
						  : "pre",
		    asn);
}
#endif
