/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"
#include "tests/test.h"

static void
collect_plain(void *arg, struct metrics_out *out)
{
	metrics_value(out, NULL, 0, *(const double *)arg);
}

static void
collect_labelled(void *arg, struct metrics_out *out)
{
	const struct metric_label labels[] = {
		{ "peer", "10.0.0.1" },
		{ "text", "a\"b\\c\nd" },
	};

	(void)arg;
	metrics_value(out, labels, 2, 1);
	metrics_value(out, labels, 1, 2);
}

static const struct metric plain[] = {
	{ "lbbgp_up", "Is it up.", METRIC_GAUGE, collect_plain, NULL },
};

static const struct metric labelled[] = {
	{ "lbbgp_peers_total", "Peers.", METRIC_COUNTER, collect_labelled,
	    "peer" },
};

static void
assert_text(double value, const char *number)
{
	char want[128];
	struct metrics *m = metrics_new();

	metrics_add(m, plain, 1, &value);
	char *text = metrics_text(m);
	snprintf(want, sizeof(want),
	    "# HELP lbbgp_up Is it up.\n# TYPE lbbgp_up gauge\nlbbgp_up %s\n",
	    number);
	assert_string_equal(text, want);
	free(text);
	metrics_free(m);
}

TEST(numbers_are_written_as_prometheus_reads_them)
{
	assert_text(0, "0");
	assert_text(123456789012, "123456789012");
	assert_text(-1, "-1");
	assert_text(0.25, "0.25");
	assert_text(NAN, "NaN");
	assert_text(INFINITY, "+Inf");
	assert_text(-INFINITY, "-Inf");
}

TEST(labels_are_escaped)
{
	struct metrics *m = metrics_new();

	metrics_add(m, labelled, 1, NULL);
	char *text = metrics_text(m);
	assert_string_equal(text,
	    "# HELP lbbgp_peers_total Peers.\n"
	    "# TYPE lbbgp_peers_total counter\n"
	    "lbbgp_peers_total{peer=\"10.0.0.1\",text=\"a\\\"b\\\\c\\nd\"} 1\n"
	    "lbbgp_peers_total{peer=\"10.0.0.1\"} 2\n");
	free(text);
	metrics_free(m);
}

TEST(tables_follow_each_other)
{
	struct metrics *m = metrics_new();
	double value = 5;

	metrics_add(m, plain, 1, &value);
	metrics_add(m, labelled, 1, NULL);
	char *text = metrics_text(m);
	assert_non_null(strstr(text, "lbbgp_up 5\n# HELP lbbgp_peers_total"));
	free(text);
	metrics_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_as_prometheus_reads_them),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(tables_follow_each_other),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
