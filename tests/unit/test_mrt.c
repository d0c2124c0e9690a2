/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies in, a file out, compared octet by octet with what RFC 6396 and RFC 8050 draw.
 * Expected records are written as hex, field by field.
 */
#include "cli/mrt.h"

#include <stdlib.h>

#include "common/err.h"
#include "common/json.h"
#include "tests/test.h"
#include "tests/unit/reply.h"

#define NOW 0x65531000u
#define HEAD(subtype) "65531000 000d 00" subtype /* … and the length */

#define PEERS                                                          \
	"\"self\":{\"node\":\"n1\",\"asNumber\":64517,"                \
	"\"routerID\":\"10.31.90.1\"},\"peers\":[{\"name\":\"tor-a\"," \
	"\"address\":\"192.0.2.2\",\"asNumber\":65002,"                \
	"\"routerID\":\"10.0.0.2\"},{\"name\":\"tor-b\",\"address\":"  \
	"\"2001:db8::2\",\"asNumber\":4200000000,\"routerID\":"        \
	"\"0.0.0.0\"}]"

/* RFC 6396 4.3.1: collector, name, three peers of types 2, 2 and 3. */
#define INDEX                              \
	HEAD("01")                         \
	"0000003d 0a1f5a01 0002 6e31 0003" \
	"02 0a1f5a01 00000000 0000fc05"    \
	"02 0a000002 c0000202 0000fdea"    \
	"03 00000000 20010db8000000000000000000000002 fa56ea00"

#define ROUTE(prefix, peer, path_id, attributes)            \
	"{\"prefix\":\"" prefix "\",\"neighborName\":" peer \
	",\"pathID\":" path_id ",\"attributes\":\"" attributes "\"}"

struct dump {
	struct mrt *m;
	FILE *to;
	char *bytes; /* owned */
	size_t n;
};

static bool
add(struct dump *d, const char *text, struct err *err)
{
	json_t *reply = json_of(text);
	struct json_at at = json_at_root(reply);
	bool good = mrt_add(d->m, &at, err);

	json_decref(reply);
	return good;
}

static struct mrt_counts
end(struct dump *d)
{
	struct mrt_counts n = mrt_end(d->m);

	mrt_free(d->m);
	fclose(d->to);
	return n;
}

/* All that was written, as hex. */
static void
assert_written(struct dump *d, const char *want)
{
	char *is = calloc(d->n * 2 + 1, 1),
	     *plain = calloc(strlen(want) + 1, 1);

	for (size_t i = 0; i < d->n; i++)
		snprintf(is + i * 2, 3, "%02x", (unsigned char)d->bytes[i]);
	for (size_t i = 0, n = 0; want[i] != '\0'; i++)
		if (want[i] != ' ')
			plain[n++] = want[i];
	assert_string_equal(is, plain);
	free(is);
	free(plain);
	free(d->bytes);
}

static void
begin(struct dump *d)
{
	*d = (struct dump){ 0 };
	d->to = open_memstream(&d->bytes, &d->n);
	d->m = mrt_new(d->to, NOW);
}

TEST(peers_come_first)
{
	struct dump d;
	struct err err;

	begin(&d);
	assert_true(add(&d, "{" PEERS ",\"routes\":[]}", &err));
	assert_int_equal(end(&d).prefixes, 0);
	assert_written(&d, INDEX);
}

/* Of a prefix in two parts of the reply, too. */
TEST(routes_of_a_prefix_are_one_record)
{
	struct dump d;
	struct err err;

	begin(&d);
	assert_true(add(&d,
	    "{" PEERS ",\"routes\":[" ROUTE(
		"10.33.5.0/24", "null", "0", "QAEBAA==") "," ROUTE("20.0.0.0/9",
		"\"tor-a\"", "0", "QAEBAg==") "]}",
	    &err));
	assert_true(add(&d,
	    "{\"routes\":[" ROUTE("20.0.0.0/9", "\"tor-b\"", "0",
		"QAEBAQ==") "," ROUTE("2001:db8::/32", "\"tor-b\"", "0",
		"QAEBAA==") "]}",
	    &err));
	struct mrt_counts n = end(&d);

	assert_int_equal(n.prefixes, 3);
	assert_int_equal(n.routes, 4);
	assert_int_equal(n.left_out, 0);
	assert_written(&d,
	    INDEX HEAD("02") "00000016 00000000 18 0a2105 0001"
			     "0000 65531000 0004 40010100" //
	    HEAD("02") "00000021 00000001 09 1400 0002"
		       "0001 65531000 0004 40010102"
		       "0002 65531000 0004 40010101" //
	    HEAD("04") "00000017 00000002 20 20010db8 0001"
		       "0002 65531000 0004 40010100");
}

TEST(path_ids_make_another_record)
{
	struct dump d;
	struct err err;

	begin(&d);
	assert_true(add(&d,
	    "{" PEERS ",\"routes\":[" ROUTE("20.0.0.0/8", "\"tor-a\"", "7",
		"QAEBAA==") "," ROUTE("20.0.0.0/8", "null", "0",
		"QAEBAA==") "," ROUTE("::/0", "\"tor-b\"", "1",
		"QAEBAA==") "]}",
	    &err));
	assert_int_equal(end(&d).prefixes, 2);
	assert_written(&d,
	    INDEX HEAD("08") "00000028 00000000 08 14 0002"
			     "0001 65531000 00000007 0004 40010100"
			     "0000 65531000 00000000 0004 40010100" //
	    HEAD("0a") "00000017 00000001 00 0001"
		       "0002 65531000 00000001 0004 40010100");
}

TEST(who_came_later_is_left_out)
{
	struct dump d;
	struct err err;

	begin(&d);
	assert_true(add(&d,
	    "{" PEERS ",\"routes\":[" ROUTE(
		"20.0.0.0/8", "\"new\"", "0", "QAEBAA==") "]}",
	    &err));
	assert_int_equal(end(&d).left_out, 1);
	assert_written(&d, INDEX);
}

TEST(a_reply_that_is_none_is_told)
{
	static const struct {
		const char *reply, *why;
	} rows[] = {
		{ "{\"routes\":[]}",
		    "the daemon is older than this program: it gives no routes "
		    "as bytes" },
		{ "{\"self\":{\"routerID\":\"x\"}}",
		    "self.routerID: x: not an address" },
		{ "{" PEERS
		  ",\"routes\":[" ROUTE("20.0.0.0/8", "null", "0", "!") "]}",
		    "routes[0].attributes: not base64 of 65535 bytes at most" },
		{ "{" PEERS ",\"routes\":[{\"prefix\":\"20.0.0.0/8\"}]}",
		    "routes[0].attributes: not base64 of 65535 bytes at most" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dump d;
		struct err err;

		begin(&d);
		assert_false(add(&d, rows[i].reply, &err));
		assert_string_equal(err.text, rows[i].why);
		end(&d);
		free(d.bytes);
	}
}

/* More routes than a record can count. */
TEST(a_record_holds_65535_routes)
{
	struct dump d;
	struct err err;

	begin(&d);
	assert_true(add(&d, "{" PEERS "}", &err));
	for (unsigned i = 0; i < 65536; i++)
		assert_true(add(&d,
		    "{\"routes\":[" ROUTE(
			"20.0.0.0/8", "null", "0", "QAEBAA==") "]}",
		    &err));
	struct mrt_counts n = end(&d);

	assert_int_equal(n.prefixes, 2);
	assert_int_equal(n.routes, 65536);
	free(d.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers_come_first),
		cmocka_unit_test(routes_of_a_prefix_are_one_record),
		cmocka_unit_test(path_ids_make_another_record),
		cmocka_unit_test(who_came_later_is_left_out),
		cmocka_unit_test(a_reply_that_is_none_is_told),
		cmocka_unit_test(a_record_holds_65535_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
