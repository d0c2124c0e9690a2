/* SPDX-License-Identifier: Apache-2.0 */
/* What requests to the dashboard ask for, and the pieces that pages are made of. */
#include <stdlib.h>
#include <string.h>

#include "allocator/dashboard/ask.h"
#include "allocator/dashboard/html.h"
#include "allocator/dashboard/recent.h"
#include "allocator/dashboard/rows.h"
#include "common/alloc.h"
#include "tests/test.h"

static bool
is_plain(const char *host)
{
	return ask_host_is_plain(host, strlen(host));
}

TEST(an_address_or_localhost_may_be_the_host)
{
	static const char *const good[] = { "localhost", "LocalHost:9183",
		"localhost.", "localhost.:9183", "127.0.0.1", "127.0.0.1:8080",
		"[::1]:9183", "[::1]", "192.0.2.1:9183" };
	static const char *const bad[] = { "", ":9183", "evil.example",
		"evil.example:9183", "localhost.evil.example", "localhost..",
		"127.0.0.1.", ".", "127.0.0.1.evil.example:80", "[evil]:80",
		"1270001", "localhost@evil.example", "[::1].evil.example",
		"[::1", "localhost:80.evil.example" };
	char longer[300];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(is_plain(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(is_plain(bad[i]));
	memset(longer, '1', sizeof(longer));
	assert_false(ask_host_is_plain(longer, sizeof(longer)));
	assert_false(ask_host_is_plain(NULL, 0));
	assert_false(ask_host_is_plain("localhost\0.evil.example", 23));
}

static void
assert_filter(const char *query, const char *want)
{
	char filter[ASK_FILTER];

	ask_filter(query, query != NULL ? strlen(query) : 0, filter);
	assert_string_equal(filter, want);
}

#define SPACES "++++++++++++++++++++++++++++++++++++++++++++++++++"

TEST(a_filter_is_decoded)
{
	assert_filter(NULL, "");
	assert_filter("", "");
	assert_filter("q=", "");
	assert_filter("q=web%2Fshop", "web/shop");
	assert_filter("a=b&q=x+y&q=z", "x y");
	assert_filter("xq=1", "");
	assert_filter("q=%3cb%3E%zz%4", "<b>%zz%4");
	assert_filter("q=a%00b", "a%00b");
}

TEST(spaces_around_a_filter_are_not_looked_for)
{
	assert_filter("q=++rack+7%20%09", "rack 7");
	assert_filter("q=+%20", "");
	assert_filter("q=" SPACES SPACES SPACES SPACES "tor", "tor");
}

#define TEN "aaaaaaaaaa"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define EURO "\xe2\x82\xac"
#define EUROS EURO EURO EURO EURO EURO EURO EURO EURO EURO EURO
#define KEY "\xf0\x9f\x94\x91"

/* As long as a browser lets it be, which counts a key as two. */
TEST(a_long_filter_is_cut_at_a_whole_character)
{
	assert_filter("q=" SIXTY "aaaa", SIXTY "aaa");
	assert_filter("q=" SIXTY "aa%C3%BCb", SIXTY "aa\xc3\xbc");
	assert_filter("q=" SIXTY "aaa%C3%BC", SIXTY "aaa");
	assert_filter("q=" SIXTY "a" KEY "b", SIXTY "a" KEY);
	assert_filter("q=" SIXTY "aa" KEY "b", SIXTY "aa");
	assert_filter("q=" EUROS EUROS EUROS EUROS EUROS EUROS EURO EURO KEY,
	    EUROS EUROS EUROS EUROS EUROS EUROS EURO EURO);
	assert_filter(
	    "q=" EUROS EUROS EUROS EUROS EUROS EUROS EURO EURO EURO EURO,
	    EUROS EUROS EUROS EUROS EUROS EUROS EURO EURO EURO);
	assert_filter("q=" SIXTY "\xff\xff\xff\xff", SIXTY "\xff\xff\xff");
}

TEST(case_does_not_matter_to_a_filter)
{
	assert_true(ask_matches("", "x"));
	assert_true(ask_matches("TOR", "rack-tor-1"));
	assert_true(ask_matches("1", "rack-1"));
	assert_false(ask_matches("tor2", "tor"));
	assert_false(ask_matches("a", ""));
}

/* ---- pieces ---- */

struct piece {
	char *text; /* owned */
	size_t n;
	FILE *out;
};

static FILE *
piece_begin(struct piece *p)
{
	p->out = xmemstream(&p->text, &p->n);
	return p->out;
}

static void
assert_piece(struct piece *p, const char *want)
{
	fclose(p->out);
	assert_string_equal(p->text, want);
	free(p->text);
}

TEST(no_text_is_markup)
{
	struct piece p;

	html_text(piece_begin(&p), "<script>\"a\" & 'b'</script>");
	assert_piece(
	    &p, "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
}

/* Controls, what turns the direction, and what is no character at all. */
TEST(no_text_does_something_to_what_stands_around_it)
{
	struct piece p;

	html_text(piece_begin(&p), "a\x1b[1m\xe2\x80\xae\xff\xc3 \xc3\xa4");
	assert_piece(&p, "a?[1m??? \xc3\xa4");
}

TEST(a_state_is_a_word)
{
	struct piece p;

	html_state(piece_begin(&p), SHADE_BAD, "<b>");
	assert_piece(&p, "<span class=\"state bad\">&lt;b&gt;</span>");
}

TEST(ages_have_the_unit_that_fits)
{
#define TIME \
	"<time datetime=\"1970-01-01T00:00:10Z\" title=\"1970-01-01T00:00:10Z\">"
	static const struct {
		int64_t now;
		const char *want;
	} rows[] = { { 5, TIME "0 s</time>" }, { 69, TIME "59 s</time>" },
		{ 70, TIME "1 min</time>" }, { 3609, TIME "59 min</time>" },
		{ 3610, TIME "1 h</time>" },
		{ 10 + 3 * 86400, TIME "3 d</time>" } };
	struct piece p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		html_age(piece_begin(&p), 10, rows[i].now);
		assert_piece(&p, rows[i].want);
	}
	html_age(piece_begin(&p), 0, 70);
	assert_piece(&p, "–");
}

TEST(large_numbers_can_be_read)
{
	static const struct {
		uint64_t n;
		const char *want;
	} rows[] = { { 0, "0" }, { 999, "999" }, { 1000, "1,000" },
		{ 12345, "12,345" }, { 1002003, "1,002,003" },
		{ UINT64_C(1) << 32, "2<sup>32</sup>" },
		{ UINT64_MAX, "2<sup>64</sup>" } };
	struct piece p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		html_count(piece_begin(&p), rows[i].n);
		assert_piece(&p, rows[i].want);
	}
}

static char *
bar(uint64_t used, uint64_t capacity)
{
	struct piece p;

	html_bar(piece_begin(&p), used, capacity);
	fclose(p.out);
	return p.text;
}

TEST(a_bar_turns_when_it_is_nearly_full)
{
	static const struct {
		uint64_t used, capacity;
		const char *class, *percent;
	} rows[] = { { 0, 0, "bar good", ">0 %" },
		{ 1, 1000, "bar good", ">0 %" }, { 3, 4, "bar warn", ">75 %" },
		{ 9, 10, "bar bad", ">90 %" },
		{ UINT64_MAX, UINT64_MAX, "bar bad", ">100 %" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = bar(rows[i].used, rows[i].capacity);

		assert_non_null(strstr(text, rows[i].class));
		assert_non_null(strstr(text, rows[i].percent));
		free(text);
	}
	char *little = bar(1, 1000);

	assert_non_null(strstr(little, "class=\"used\" width=\"1\""));
	free(little);
}

TEST(what_is_worse_comes_first)
{
	static const struct table_row rows[] = { { "b", "x", NULL, SHADE_GOOD },
		{ "a", "y", NULL, SHADE_GOOD }, { "a", "x", NULL, SHADE_GOOD },
		{ "z", "z", NULL, SHADE_BAD }, { "z", "a", NULL, SHADE_WARN } };
	struct table_rows all = { 0 };
	char text[64] = "";

	rows_sort(&all);
	for (size_t i = 0; i < 5; i++)
		rows_add(&all, &rows[i]);
	rows_sort(&all);
	for (size_t i = 0; i < all.n; i++) {
		strcat(text, all.at[i].ns);
		strcat(text, all.at[i].name);
	}
	assert_string_equal(text, "zzzaaxaybx");
	rows_fini(&all);
}

TEST(so_many_events_are_kept)
{
	struct recent *r = recent_new();
	char name[8];

	assert_null(recent_at(r, 0));
	for (unsigned i = 0; i < 2 * RECENT_MOST + 1; i++) {
		snprintf(name, sizeof(name), "%u", i);
		const struct recent_event e = { "Service", "web", name, false,
			"Reason", "text", i };

		recent_add(r, &e);
	}
	assert_string_equal(recent_at(r, 0)->name, "100");
	assert_int_equal(recent_count(r), 101);
	assert_string_equal(recent_at(r, RECENT_MOST - 1)->name, "51");
	assert_null(recent_at(r, RECENT_MOST));
	recent_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_or_localhost_may_be_the_host),
		cmocka_unit_test(a_filter_is_decoded),
		cmocka_unit_test(spaces_around_a_filter_are_not_looked_for),
		cmocka_unit_test(a_long_filter_is_cut_at_a_whole_character),
		cmocka_unit_test(case_does_not_matter_to_a_filter),
		cmocka_unit_test(no_text_is_markup),
		cmocka_unit_test(
		    no_text_does_something_to_what_stands_around_it),
		cmocka_unit_test(a_state_is_a_word),
		cmocka_unit_test(ages_have_the_unit_that_fits),
		cmocka_unit_test(large_numbers_can_be_read),
		cmocka_unit_test(a_bar_turns_when_it_is_nearly_full),
		cmocka_unit_test(what_is_worse_comes_first),
		cmocka_unit_test(so_many_events_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
