/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/kube_watch.h"
#include "common/source/store.h"
#include "tests/test.h"

/* What was told, as one line: "+a" listed, "A:a" added, "!" skipped, "E410". */
struct seen {
	char line[512];
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
saw(struct seen *seen, const char *fmt, ...)
{
	size_t room = sizeof(seen->line) - seen->len;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(seen->line + seen->len, room, fmt, ap);
	va_end(ap);
	assert_true(n >= 0 && (size_t)n < room);
	seen->len += (size_t)n;
}

static void
saw_object(void *arg, enum kube_change change, const struct json_t *obj)
{
	static const char *const marks[] = { "+", "A:", "M:", "D:" };
	const json_t *meta = json_object_get(obj, "metadata");

	saw(arg, "%s%s%s ", marks[change],
	    json_string_value(json_object_get(meta, "name")),
	    json_is_array(json_object_get(meta, "managedFields")) ? "[]" : "");
}

static void
saw_skipped(void *arg, const struct err *err)
{
	assert_true(err->text[0] != '\0');
	saw(arg, "! ");
}

static void
saw_error(void *arg, long code, const char *message)
{
	saw(arg, "E%ld:%s ", code, message);
}

static const struct kube_watch_ops ops = {
	.object = saw_object,
	.skipped = saw_skipped,
	.error = saw_error,
};

/* In pieces of at most n bytes, each in a block of its exact size. */
static bool
input(struct kube_watch *w, const char *text, size_t n)
{
	size_t left = strlen(text);
	struct err err = { "" };
	bool good = true;

	for (; left > 0 && good; text += n, left -= n) {
		if (n > left)
			n = left;
		char *piece = xcalloc(1, n);

		memcpy(piece, text, n);
		good = kube_watch_input(w, piece, n, &err);
		free(piece);
	}
	assert_int_equal(good, err.text[0] == '\0');
	return good;
}

static struct seen
list_seen(const char *text, size_t n, bool complete)
{
	struct seen seen = { "", 0 };
	struct kube_watch *w = kube_watch_new_list(&ops, &seen);

	input(w, text, n);
	assert_int_equal(kube_watch_complete(w), complete);
	if (complete)
		saw(&seen, "rv=%s", kube_watch_version(w));
	if (kube_watch_continue(w) != NULL)
		saw(&seen, " more=%s", kube_watch_continue(w));
	kube_watch_free(w);
	return seen;
}

static struct seen
events_seen(const char *text, size_t n)
{
	struct seen seen = { "", 0 };
	struct kube_watch *w = kube_watch_new_events(&ops, &seen);

	assert_true(input(w, text, n));
	if (kube_watch_version(w) != NULL)
		saw(&seen, "rv=%s", kube_watch_version(w));
	kube_watch_free(w);
	return seen;
}

static void
assert_list(const char *text, size_t n, const char *line)
{
	assert_string_equal(list_seen(text, n, true).line, line);
}

static void
assert_events(const char *text, size_t n, const char *line)
{
	assert_string_equal(events_seen(text, n).line, line);
}

static const char two[] =
    "{\"kind\":\"ServiceList\",\"metadata\":"
    "{\"resourceVersion\":\"77\",\"continue\":\"t\\\"o}k\"},"
    "\"items\":[{\"metadata\":{\"name\":\"a\"},\"x\":[1,{},\"]}\"]},"
    " {\"metadata\":{\"name\":\"b\\\\\"},\"y\":\"{\\\"\"}]}\n";

TEST(list_is_cut_into_items_wherever_the_bytes_are_cut)
{
	for (size_t n = 1; n <= sizeof(two); n++)
		assert_list(two, n, "+a +b\\ rv=77 more=t\"o}k");
}

#define LONG(name) \
	"{\"metadata\":{\"managedFields\":[{\"a\":1}],\"name\":\"" name "\"}}"

TEST(what_nobody_reads_is_not_parsed)
{
	assert_list(
	    "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" LONG(
		"a") "," LONG("b") "]}",
	    9, "+a +b rv=7");
	assert_events(
	    "{\"type\":\"ADDED\",\"object\":" LONG(
		"a") "}"
		     "{\"type\":\"DELETED\",\"object\":" LONG("b") "}",
	    1000, "A:a D:b ");
}

TEST(list_without_its_end_is_not_complete)
{
	for (size_t n = 0; n + 1 < strlen(two); n++) {
		char *head = xcalloc(1, n + 1);

		memcpy(head, two, n);
		list_seen(head, 7, false);
		free(head);
	}
}

TEST(metadata_may_follow_the_items)
{
	assert_list("{\"items\":[{\"metadata\":{\"name\":\"a\"}}],"
		    "\"n\":-1.5e3,\"t\":true,\"s\":\"items\",\"a\":[[]],"
		    "\"metadata\":{\"resourceVersion\":\"5\"}}",
	    3, "+a rv=5");
}

TEST(empty_lists_are_lists)
{
	assert_list("{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[]}",
	    4, "rv=5");
	assert_list("{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":null}",
	    4, "rv=5");
	assert_list(" { \"items\" : [ ] , \"metadata\" : "
		    "{\"resourceVersion\":\"5\",\"continue\":\"\"} } \n",
	    4, "rv=5");
}

TEST(list_without_a_version_is_not_complete)
{
	list_seen("{}", 1, false);
	list_seen("{\"metadata\":7,\"items\":[]}", 1, false);
	list_seen("{\"metadata\":{\"resourceVersion\":\"\"}}", 1, false);
}

TEST(bad_object_costs_only_itself)
{
	assert_list("{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":["
		    "{\"metadata\":{\"name\":\"a\"}},{\"x\":[}},{nonsense},"
		    "{\"metadata\":{\"name\":\"b\"}}]}",
	    5, "+a ! ! +b rv=5");
}

TEST(nonsense_ends_a_list)
{
	static const char *const texts[] = {
		"x",
		"[",
		"{x",
		"{\"a\" 1",
		"{\"items\":7",
		"{\"items\":[7",
		"{\"items\":[{} {}",
		"{\"items\":[{},]",
		"{\"metadata\":{\"resourceVersion\":\"5\"}} {",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct seen seen = { "", 0 };
		struct kube_watch *w = kube_watch_new_list(&ops, &seen);

		assert_false(input(w, texts[i], 2));
		assert_false(kube_watch_complete(w));
		kube_watch_free(w);
	}
}

#define EVENT(type, name, rv)                                               \
	"{\"type\":\"" type "\",\"object\":{\"metadata\":{\"name\":\"" name \
	"\",\"resourceVersion\":\"" rv "\"}}}\n"

TEST(events_come_one_by_one)
{
	static const char text[] = EVENT("ADDED", "a", "5") EVENT("MODIFIED",
	    "a", "6") EVENT("DELETED", "a", "7") EVENT("BOOKMARK", "", "9");

	for (size_t n = 1; n <= sizeof(text); n++)
		assert_events(text, n, "A:a M:a D:a rv=9");
}

TEST(event_is_told_with_its_last_byte)
{
	static const char text[] = EVENT("ADDED", "a", "5");
	struct seen seen = { "", 0 };
	struct kube_watch *w = kube_watch_new_events(&ops, &seen);
	struct err err;

	assert_true(kube_watch_input(w, text, sizeof(text) - 3, &err));
	assert_string_equal(seen.line, "");
	assert_true(kube_watch_input(w, "}", 1, &err));
	assert_string_equal(seen.line, "A:a ");
	kube_watch_free(w);
}

TEST(error_event_gives_code_and_message)
{
	assert_events("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\","
		      "\"code\":410,\"message\":\"too old\"}}\n",
	    11, "E410:too old ");
	assert_events(
	    "{\"type\":\"ERROR\",\"object\":7}\n", 11, "E0:no message ");
}

TEST(unknown_event_is_skipped)
{
	assert_events("{\"type\":\"X\",\"object\":{}}"
		      "{\"object\":{}}" EVENT("ADDED", "a", "5"),
	    9, "! ! A:a rv=5");
}

static char *
repeated(char c, size_t n)
{
	char *text = xcalloc(1, n + 1);

	memset(text, c, n);
	return text;
}

TEST(too_large_object_is_skipped)
{
	char *spaces = repeated(' ', STORE_OBJECT_MAX);
	char *text = xasprintf("{\"items\":[{\"metadata\":{\"name\":\"a\"}%s},"
			       "{\"metadata\":{\"name\":\"b\"}}],"
			       "\"metadata\":{\"resourceVersion\":\"5\"}}",
	    spaces);

	assert_list(text, 4096, "! +b rv=5");
	assert_list(text, strlen(text), "! +b rv=5");
	free(text);
	free(spaces);
}

TEST(the_largest_object_that_etcd_takes_is_read)
{
	size_t n = 3u << 19;
	char *marks = xcalloc(1, 6 * n + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(marks + 6 * i, "\\u003c", 6);
	char *text = xasprintf("{\"items\":[{\"metadata\":{\"name\":\"a\","
			       "\"ownerReferences\":[{\"name\":\"%s\"}]}}],"
			       "\"metadata\":{\"resourceVersion\":\"5\"}}",
	    marks);

	assert_list(text, 4096, "+a rv=5");
	free(text);
	free(marks);
}

TEST(deep_nesting_is_skipped)
{
	char *open = repeated('[', 100000), *close = repeated(']', 100000);
	char *text = xasprintf("{\"type\":\"ADDED\",\"object\":%s%s}%s", open,
	    close, EVENT("ADDED", "a", "5"));

	assert_events(text, 4096, "! A:a rv=5");
	free(text);
	free(open);
	free(close);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    list_is_cut_into_items_wherever_the_bytes_are_cut),
		cmocka_unit_test(what_nobody_reads_is_not_parsed),
		cmocka_unit_test(list_without_its_end_is_not_complete),
		cmocka_unit_test(metadata_may_follow_the_items),
		cmocka_unit_test(empty_lists_are_lists),
		cmocka_unit_test(list_without_a_version_is_not_complete),
		cmocka_unit_test(bad_object_costs_only_itself),
		cmocka_unit_test(nonsense_ends_a_list),
		cmocka_unit_test(events_come_one_by_one),
		cmocka_unit_test(event_is_told_with_its_last_byte),
		cmocka_unit_test(error_event_gives_code_and_message),
		cmocka_unit_test(unknown_event_is_skipped),
		cmocka_unit_test(too_large_object_is_skipped),
		cmocka_unit_test(the_largest_object_that_etcd_takes_is_read),
		cmocka_unit_test(deep_nesting_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
