/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nodes say to each other. What is parsed has only values that its readers bear,
 * and is built and parsed to the same again. The bytes are those before the MAC.
 */
#include "bgpd/l2/hello.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

const char fuzz_name[] = "hello";

static void
comes_back(const struct hello *h, const struct hello_keys *keys)
{
	uint8_t bytes[HELLO_MAX], again[HELLO_MAX];
	struct hello got;
	struct rbuf r = rbuf_of(bytes, hello_build(h, keys, bytes));

	assert(hello_is_authentic(r, keys));
	assert(hello_parse(r, &got));
	assert(hello_build(&got, keys, again) == r.left);
	assert(memcmp(bytes, again, r.left) == 0);
}

/* More fits into the bytes of a frame than we ever put there. */
static bool
is_ours(const struct hello *h)
{
	struct hello copy = *h;

	if (h->kind != HELLO_CLAIMS)
		return true;
	hello_clear(&copy);
	for (size_t i = 0; i < h->n_heard; i++)
		if (!hello_add_heard(&copy, &h->heard[i]))
			return false;
	for (size_t i = 0; i < h->n_entries; i++)
		if (!hello_add(&copy, &h->entries[i]))
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct hello_keys keys = { .key = { { .bytes = "key", .n = 3 } },
		.n = 1 };
	struct hello h;

	(void)hello_is_authentic(rbuf_of(bytes, size), &keys);
	if (!hello_parse(rbuf_of(bytes, size), &h))
		return 0;
	assert(h.kind >= HELLO_ALIVE && h.kind <= HELLO_ASK);
	assert(
	    h.n_heard <= HELLO_HEARD_MAX && h.n_entries <= HELLO_ENTRIES_MAX);
	assert(strlen(h.name) > 0 && strlen(h.name) <= HELLO_NAME_MAX);
	for (size_t i = 0; i < h.n_entries; i++)
		assert(h.entries[i].claim < CLAIMS);
	if (is_ours(&h))
		comes_back(&h, &keys);
	return 0;
}
