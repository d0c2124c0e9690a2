/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict - says what update_parse makes of each UPDATE on its standard input.
 *
 * For tests/differential, which asks gobgp/verdict.go the same. A record is a length of
 * four octets, an octet of what the session agreed (as fuzz_update.c has it) and the
 * body; a line is "verdict TAB reason TAB prefixes", the last as +family/length/hex/id
 * where announced and with - where withdrawn.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_in.h"
#include "common/alloc.h"

static uint8_t room[UPDATE_SCRATCH(MSG_MAX_EXTENDED)];

static void
print_routes(struct nlri n, char sign)
{
	struct prefix p;
	uint32_t id;

	while (nlri_next(&n, &p, &id)) {
		printf(" %c%d/%u/", sign, p.addr.family, p.len);
		for (unsigned i = 0; i < family_bytes(p.addr.family); i++)
			printf("%02x", p.addr.bytes[i]);
		printf("/%" PRIu32, id);
	}
}

static void
print_reason(
    enum upd_verdict v, const struct update *u, const struct bgp_err *err)
{
	if (v == UPD_RESET)
		printf("\t%s\t", err->what);
	else if (v != UPD_OK)
		printf("\t%s: %s\t", attr_name(u->what_attr), u->what);
	else
		printf("\t\t");
}

static void
judge(struct rbuf body)
{
	static const char *const names[UPD_VERDICTS] = {
		[UPD_OK] = "ok",
		[UPD_DISCARD] = "discard",
		[UPD_WITHDRAW] = "withdraw",
		[UPD_RESET] = "reset",
	};
	struct wbuf scratch = wbuf_of(room, UPDATE_SCRATCH(body.left));
	uint8_t agreed = rbuf_u8(&body);
	struct update_ctx ctx = {
		.ebgp = agreed & 1,
		.as4 = agreed & 2,
		.family = { false, agreed & 8, agreed & 16 },
		.add_path = { false, (agreed & 40) == 40, (agreed & 80) == 80 },
		.extended_next_hop = agreed & 128,
	};
	struct update u;
	struct bgp_err err = { 0 };
	enum upd_verdict v = update_parse(body, &ctx, &scratch, &u, &err);

	fputs(names[v], stdout);
	print_reason(v, &u, &err);
	for (int i = 0; i < 2 && v != UPD_RESET; i++) {
		print_routes(u.unreach[i], '-');
		print_routes(u.reach[i].nlri, v == UPD_WITHDRAW ? '-' : '+');
	}
	putchar('\n');
}

/* In a block of exactly its size, so that a sanitizer sees its end. */
static bool
next_record(void)
{
	uint8_t length[4];

	if (fread(length, 1, sizeof(length), stdin) != sizeof(length))
		return false;

	struct rbuf r = rbuf_of(length, sizeof(length));
	uint32_t n = rbuf_u32(&r);

	if (n > MSG_MAX_EXTENDED)
		return false;

	uint8_t *bytes = xrealloc(NULL, n, 1);
	bool whole = fread(bytes, 1, n, stdin) == n;

	if (whole)
		judge(rbuf_of(bytes, n));
	free(bytes);
	return whole;
}

int
main(void)
{
	while (next_record())
		continue;
	return ferror(stdin) || fflush(stdout) != 0;
}
