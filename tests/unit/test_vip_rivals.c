/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/vip_addrs.h"
#include "allocator/pool/vip_rivals.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define OURS "lbbgp.io/lbbgp"
#define OTHER "lbbgp.io/b"

struct world {
	struct vip_rivals *rivals;
	struct vip_addrs *vips[3]; /* called a, b and c; owned */
};

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->rivals = vip_rivals_new(OURS);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	vip_rivals_free(w->rivals);
	for (size_t i = 0; i < 3; i++)
		vip_addrs_free(w->vips[i]);
	free(w);
	return 0;
}

/* addresses NULL: it is gone. */
static void
put(struct world *w, char name, const char *class, const char *addresses)
{
	struct vip_addrs **at = &w->vips[name - 'a'], *was = *at;
	char word[2] = { name };
	struct err err;

	*at = NULL;
	if (addresses != NULL) {
		char *text = xasprintf(
		    "{metadata: {name: %c, annotations: {lbbgp.io/class: %s}}, "
		    "spec: {addresses: [%s]}}",
		    name, class, addresses);
		json_t *obj = manifest(text);

		*at = vip_addrs_decode(obj, &err);
		assert_non_null(*at);
		json_decref(obj);
		free(text);
	}
	vip_rivals_set(w->rivals, word, *at);
	vip_addrs_free(was);
}

/* "" or "OURS ADDRESS OTHER". */
static void
assert_next(struct world *w, uint64_t now, const char *text)
{
	char said[64] = "", addr[ADDR_TEXT];
	struct vip_rival r;

	if (vip_rivals_next(w->rivals, now, &r))
		snprintf(said, sizeof(said), "%s %s %s", r.ours->meta.name,
		    addr_print(r.addr, addr), r.other->meta.name);
	assert_string_equal(said, text);
}

TEST(address_of_two_classes_is_told_after_a_while_and_again)
{
	struct world *w = *state;

	put(w, 'a', OURS, "192.0.2.7, 192.0.2.1/24");
	put(w, 'b', OTHER, "192.0.2.1");
	assert_next(w, 5000, "");
	assert_int_equal(vip_rivals_due(w->rivals), 5000 + VIP_RIVALS_WAIT);
	assert_next(w, 4999 + VIP_RIVALS_WAIT, "");
	assert_next(w, 5000 + VIP_RIVALS_WAIT, "a 192.0.2.1 b");
	assert_next(w, 5000 + VIP_RIVALS_WAIT, "");
	assert_next(
	    w, 5000 + VIP_RIVALS_WAIT + VIP_RIVALS_AGAIN, "a 192.0.2.1 b");
}

TEST(address_of_one_class_is_for_the_daemons_to_tell)
{
	struct world *w = *state;

	put(w, 'a', OURS, "192.0.2.1");
	put(w, 'b', OURS, "192.0.2.1");
	put(w, 'c', OTHER, "192.0.2.2");
	assert_next(w, 0, "");
	assert_int_equal(vip_rivals_due(w->rivals), UINT64_MAX);
}

TEST(those_of_others_are_told_by_their_own)
{
	struct world *w = *state;

	put(w, 'a', OTHER, "192.0.2.1");
	put(w, 'b', "lbbgp.io/c", "192.0.2.1");
	assert_next(w, 0, "");
	assert_int_equal(vip_rivals_due(w->rivals), UINT64_MAX);
}

TEST(a_rival_that_is_gone_is_not_told)
{
	struct world *w = *state;

	put(w, 'a', OURS, "192.0.2.1");
	put(w, 'b', OTHER, "192.0.2.1");
	assert_next(w, 0, "");
	put(w, 'b', OTHER, NULL);
	assert_next(w, VIP_RIVALS_WAIT, "");
	put(w, 'b', OTHER, "192.0.2.1");
	assert_next(w, VIP_RIVALS_WAIT, "");
	put(w, 'a', OURS, NULL);
	assert_next(w, 2 * VIP_RIVALS_WAIT, "");
	assert_int_equal(vip_rivals_due(w->rivals), UINT64_MAX);
}

/* As when its status is written. */
TEST(a_change_of_either_does_not_begin_anew)
{
	struct world *w = *state;

	put(w, 'a', OURS, "192.0.2.1");
	put(w, 'b', OTHER, "192.0.2.1");
	assert_next(w, 0, "");
	put(w, 'a', OURS, "192.0.2.1");
	put(w, 'b', OTHER, "192.0.2.1");
	assert_next(w, 5000, "");
	assert_next(w, VIP_RIVALS_WAIT, "a 192.0.2.1 b");
	put(w, 'b', OTHER, "192.0.2.1");
	assert_next(w, VIP_RIVALS_WAIT, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    address_of_two_classes_is_told_after_a_while_and_again,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    address_of_one_class_is_for_the_daemons_to_tell, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    those_of_others_are_told_by_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_rival_that_is_gone_is_not_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_change_of_either_does_not_begin_anew, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
