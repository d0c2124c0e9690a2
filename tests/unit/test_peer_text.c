/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/peer_text.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

TEST(what_may_be_shown_is_kept_and_the_rest_is_not)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{ "", "" },
		{ "68 69", "hi" },
		{ "c3a4 e282ac f09f9880",
		    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "00 0a 1b 7f", "????" },
		{ "c285", "??" },       /* C1 */
		{ "c0af", "??" },       /* overlong */
		{ "e08080", "???" },    /* overlong */
		{ "eda080", "???" },    /* surrogate */
		{ "f4908080", "????" }, /* beyond U+10FFFF */
		{ "80 c3", "??" },      /* no start, no end */
		{ "c3 41", "?A" },
		{ "ff fe", "??" },
	};
	char text[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(
		    peer_text(text, sizeof(text), hex(rows[i].bytes)),
		    rows[i].text);
}

TEST(it_is_cut_at_a_character)
{
	char text[4];

	assert_string_equal(
	    peer_text(text, sizeof(text), hex("61 62 c3a4")), "ab");
	assert_string_equal(
	    peer_text(text, sizeof(text), hex("61 c3a4 62")), "a\xc3\xa4");
	assert_string_equal(
	    peer_text(text, sizeof(text), hex("00 00 00 00 00")), "???");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_shown_is_kept_and_the_rest_is_not),
		cmocka_unit_test(it_is_cut_at_a_character),
	};

	return cmocka_run_group_tests_name("peer_text", tests, NULL, NULL);
}
