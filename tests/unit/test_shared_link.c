/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two users of one link_port: what the port hears of it, as a line of words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/link/link_port.h"
#include "bgpd/link/shared_link.h"
#include "common/alloc.h"
#include "common/prefix.h"
#include "tests/test.h"

struct fixture {
	struct link_port port;
	struct shared_link *shared;
	const struct link_port *a, *b; /* as each user has it */
	char heard[512];
};

static void
hear(struct fixture *f, const char *what, int index, const char *more)
{
	size_t used = strlen(f->heard);

	snprintf(f->heard + used, sizeof(f->heard) - used, "%s %d%s;", what,
	    index, more);
}

static void
on_listen(void *arg, const int *index, size_t n)
{
	hear(arg, "listen", index[n - 1], "");
}

static void
on_send(void *arg, int index, const uint8_t *frame, size_t n)
{
	(void)frame;
	hear(arg, "send", index, n == 3 ? " 3" : "");
}

static void
on_send_vrrp(void *arg, int index, const struct addr *src,
    const struct addr *dst, const uint8_t *payload, size_t n)
{
	char text[ADDR_TEXT + 1] = " ";

	(void)src;
	(void)payload;
	addr_print(dst, text + 1);
	hear(arg, "vrrp", index, n == 4 ? text : "");
}

static void
on_join(void *arg, int index, const struct addr *group, bool in)
{
	char text[ADDR_TEXT + 1] = " ";

	addr_print(group, text + 1);
	hear(arg, in ? "join" : "leave", index, text);
}

static void
on_hush(void *arg, int index, bool hush)
{
	hear(arg, hush ? "hush" : "unhush", index, "");
}

static int
setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->port = (struct link_port){ on_listen, on_send, on_send_vrrp, on_join,
		on_hush, f };
	f->shared = shared_link_new(&f->port);
	f->a = f->b = shared_link_port(f->shared);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	shared_link_free(f->shared);
	free(f);
	return 0;
}

static void
group_is_left_with_its_last_user(void **state)
{
	struct fixture *f = *state;
	struct addr group, other;

	assert_true(addr_parse("ff02::1:ff00:9", &group));
	assert_true(addr_parse("ff02::1:ff00:8", &other));
	f->a->join(f->a->arg, 7, &group, true);
	f->b->join(f->b->arg, 7, &group, true);
	f->b->join(f->b->arg, 7, &other, true);
	f->a->join(f->a->arg, 7, &group, false);
	assert_string_equal(
	    f->heard, "join 7 ff02::1:ff00:9;join 7 ff02::1:ff00:8;");
	f->b->join(f->b->arg, 7, &group, false);
	assert_string_equal(f->heard,
	    "join 7 ff02::1:ff00:9;join 7 ff02::1:ff00:8;"
	    "leave 7 ff02::1:ff00:9;");
}

static void
all_else_passes_through(void **state)
{
	struct fixture *f = *state;
	const int indexes[] = { 7, 8 };
	struct addr a = addr_v4(0x0a000001), b = addr_v4(0x0a000002);

	f->a->listen(f->a->arg, indexes, 2);
	f->a->send(f->a->arg, 7, (const uint8_t *)"abc", 3);
	f->b->send_vrrp(f->b->arg, 8, &a, &b, (const uint8_t *)"abcd", 4);
	f->a->hush(f->a->arg, 7, true);
	f->b->hush(f->b->arg, 7, true);
	f->b->hush(f->b->arg, 7, false);
	assert_string_equal(f->heard,
	    "listen 8;send 7 3;vrrp 8 10.0.0.2;hush 7;hush 7;unhush 7;");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(group_is_left_with_its_last_user),
		T(all_else_passes_through),
	};

	return cmocka_run_group_tests_name("shared_link", tests, NULL, NULL);
}
