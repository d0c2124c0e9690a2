/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "common/log.h"
#include "tests/test.h"

static char said[8192];
static enum log_level said_level;

static void
remember(enum log_level level, const char *text)
{
	said_level = level;
	snprintf(said, sizeof(said), "%s", text);
}

static int
sink_on(void **state)
{
	(void)state;
	said[0] = '\0';
	log_set_sink(remember);
	return 0;
}

static int
sink_off(void **state)
{
	(void)state;
	log_set_sink(NULL);
	log_set_json(false);
	log_set_level(LOG_LEVEL_INFO);
	return 0;
}

/* Runs on standard error itself: what one warning writes there. */
static const char *
written(const char *msg)
{
	int pipes[2], old = dup(STDERR_FILENO);

	assert_int_equal(pipe(pipes), 0);
	dup2(pipes[1], STDERR_FILENO);
	log_set_sink(NULL);
	log_warn("%s", msg);
	dup2(old, STDERR_FILENO);
	close(old);
	close(pipes[1]);
	ssize_t n = read(pipes[0], said, sizeof(said) - 1);
	close(pipes[0]);
	assert_true(n > 0);
	said[n] = '\0';
	return said;
}

TEST(level_decides_what_is_written)
{
	log_debug("peer: hidden");
	assert_string_equal(said, "");
	log_info("peer: %d", 7);
	assert_string_equal(said, "peer: 7");
	assert_int_equal(said_level, LOG_LEVEL_INFO);
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("peer: shown");
	assert_string_equal(said, "peer: shown");
	log_set_level(LOG_LEVEL_ERROR);
	log_warn("peer: hidden");
	assert_string_equal(said, "peer: shown");
}

TEST(lines_are_counted_by_level)
{
	uint64_t before = log_count(LOG_LEVEL_WARN);

	log_warn("one");
	log_set_level(LOG_LEVEL_ERROR);
	log_warn("two, hidden");
	assert_int_equal(log_count(LOG_LEVEL_WARN) - before, 2);
}

TEST(levels_have_names)
{
	enum log_level level;

	assert_true(log_level_parse("debug", &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_true(log_level_parse("error", &level));
	assert_int_equal(level, LOG_LEVEL_ERROR);
	assert_false(log_level_parse("Info", &level));
	assert_false(log_level_parse("", &level));
}

TEST(only_clean_text_comes_out)
{
	static const char *const rows[][2] = {
		{ "a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f" },
		{ "\x1b[31m", "\\x1b[31m" },
		{ "é – €", "é – €" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "\x80", "\\x80" },
		{ "\xc0\xaf", "\\xc0\\xaf" },          /* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xc2\x9b", "\\xc2\\x9b" }, /* C1: CSI in one character */
		{ "cut \xe2\x82", "cut \\xe2\\x82" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		log_info("%s", rows[i][0]);
		assert_string_equal(said, rows[i][1]);
	}
}

TEST(text_line_has_time_level_and_message)
{
	const char *line = written("peer 10.0.0.1: established");

	assert_int_equal(line[4], '-');
	assert_int_equal(line[10], 'T');
	assert_int_equal(line[23], 'Z');
	assert_string_equal(line + 24, " warn peer 10.0.0.1: established\n");
}

TEST(json_line_has_subject_and_message)
{
	log_set_json(true);
	json_t *v = json_loads(written("peer \"a\\b\": up\x01: \xff"), 0, NULL);

	assert_non_null(v);
	assert_string_equal(
	    json_string_value(json_object_get(v, "level")), "warn");
	assert_string_equal(
	    json_string_value(json_object_get(v, "subject")), "peer \"a\\b\"");
	assert_string_equal(
	    json_string_value(json_object_get(v, "msg")), "up\\x01: \\xff");
	json_decref(v);
}

TEST(longest_json_line_is_whole)
{
	char junk[5000];

	memset(junk, '\x01', sizeof(junk) - 1);
	junk[sizeof(junk) - 1] = '\0';
	log_set_json(true);
	json_t *v = json_loads(written(junk), 0, NULL);
	assert_non_null(v);
	assert_in_range(strlen(said), LOG_LINE_MOST - 10, LOG_LINE_MOST);
	json_decref(v);
}

#define T(f) cmocka_unit_test_setup_teardown(f, sink_on, sink_off)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(level_decides_what_is_written),
		T(lines_are_counted_by_level),
		T(levels_have_names),
		T(only_clean_text_comes_out),
		T(text_line_has_time_level_and_message),
		T(json_line_has_subject_and_message),
		T(longest_json_line_is_whole),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
