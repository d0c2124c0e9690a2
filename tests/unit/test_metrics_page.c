/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts and dashboards ask for metrics and labels that are in the tables, and each
 * alert has its lines in doc/alerts.md.
 */
#include <ctype.h>

#include "common/metrics.h"
#include "doc/metrics.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define WORD "abcdefghijklmnopqrstuvwxyz0123456789_"
#define RULES "manifests/monitoring/rules.yaml"
#define DASHBOARD "manifests/monitoring/lbbgp.json"

static char *
text_of(const char *name)
{
	char *path = source_path(name);
	char *text = file_text(path);

	free(path);
	return text;
}

struct search { /* for a metric */
	const char *name;
	size_t n;
	const struct metric *found;
};

static void
look(void *arg, const struct metric *m)
{
	struct search *s = arg;

	if (strlen(m->name) == s->n && strncmp(m->name, s->name, s->n) == 0)
		s->found = m;
}

static const struct metric *
metric_find(const char *name, size_t n)
{
	struct search s = { name, n, NULL };
	struct metrics *all[] = { metrics_of_bgpd(), metrics_of_allocator() };

	for (size_t i = 0; i < 2; i++) {
		metrics_each(all[i], look, &s);
		metrics_free(all[i]);
	}
	return s.found;
}

/* Is the word one of those between blanks? */
static bool
words_have(const char *words, const char *word, size_t n)
{
	for (; words != NULL && *words != '\0'; words += strspn(words, " ")) {
		size_t len = strcspn(words, " ");

		if (len == n && strncmp(words, word, n) == 0)
			return true;
		words += len;
	}
	return false;
}

/* Prometheus gives each target its "instance", and a ServiceMonitor its "namespace". */
static bool
labels_have(const struct metric *m, const char *label, size_t n)
{
	return words_have("instance namespace", label, n) ||
	    words_have(m->labels, label, n);
}

/* What an expression asks for: the first fault, or "". */
static struct err
matchers_fault(const struct metric *m, const char *at)
{
	struct err why = { "" };
	const char *end = strchr(at, '}');

	while (why.text[0] == '\0' && at < end) {
		size_t n = strspn(++at, WORD);

		if (!labels_have(m, at, n))
			err_set(
			    &why, "%s has no label %.*s", m->name, (int)n, at);
		at += n;
		at += strspn(at, "=!~\"");
		at += strcspn(at, "\"") + 1;
	}
	return why;
}

/* by (a, b): the labels of the metric that follows, before the next "by". */
static struct err
grouping_fault(const struct metric *m, const char *list)
{
	struct err why = { "" };
	const char *end = strchr(list, ')');

	for (list++; why.text[0] == '\0' && list < end;) {
		size_t n = strspn(list, WORD);

		if (!labels_have(m, list, n))
			err_set(&why, "%s is grouped by %.*s, which it has not",
			    m->name, (int)n, list);
		list += n;
		list += strspn(list, ", ");
	}
	return why;
}

static struct err
expression_fault(const char *expr)
{
	struct err why = { "" };
	const char *list = NULL;

	for (const char *at = expr; why.text[0] == '\0' && *at != '\0';) {
		size_t n = strspn(at, WORD);

		if (n == 2 && strncmp(at, "by", 2) == 0)
			list = strchr(at, '(');
		if (n > 6 && strncmp(at, "lbbgp_", 6) == 0) {
			const struct metric *m = metric_find(at, n);

			if (m == NULL) {
				err_set(&why, "there is no metric %.*s", (int)n,
				    at);
				break;
			}
			if (at[n] == '{')
				why = matchers_fault(m, at + n);
			if (why.text[0] == '\0' && list != NULL)
				why = grouping_fault(m, list);
			list = NULL;
		}
		at += n > 0 ? n : 1;
	}
	return why;
}

/* {{ $labels.x }} or {{x}}: is it a label of what the expression gives? */
static struct err
legend_fault(const char *expr, const char *text)
{
	struct err why = { "" };
	const char *name = strstr(expr, "lbbgp_");
	const char *by = strstr(expr, "by (");
	const struct metric *m =
	    name != NULL ? metric_find(name, strspn(name, WORD)) : NULL;

	while (m != NULL && why.text[0] == '\0' &&
	    (text = strstr(text, "{{")) != NULL) {
		text += 2 + strspn(text + 2, " ");
		if (strncmp(text, "$value", 6) == 0)
			continue;
		if (strncmp(text, "$labels.", 8) == 0)
			text += 8;
		size_t n = strspn(text, WORD);
		char *label = xasprintf("%.*s", (int)n, text);
		const char *in = by != NULL ? strstr(by, label) : NULL;

		if (!labels_have(m, text, n) ||
		    (by != NULL && (in == NULL || in > strchr(by, ')'))))
			err_set(&why, "%s is not a label of %s", label, expr);
		free(label);
	}
	return why;
}

static void
assert_expression(const char *of, const char *expr, const char *text)
{
	struct err why = expression_fault(expr);

	if (why.text[0] == '\0')
		why = legend_fault(expr, text);
	if (why.text[0] != '\0')
		fail_msg("%s: %s", of, why.text);
}

/* runbook_url is the row of the page, which has that anchor. */
static void
assert_runbook(
    const char *name, const char *severity, const char *url, const char *page)
{
	char *anchor = xstrdup(name);

	for (char *at = anchor; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	char *want = xasprintf("doc/alerts.md#%s", anchor);
	char *row = xasprintf(
	    "\n| <a id=\"%s\"></a>`%s` | %s | ", anchor, name, severity);

	assert_string_equal(url, want);
	if (strstr(page, row) == NULL)
		fail_msg("doc/alerts.md has no row%s", row + 1);
	free(row);
	free(want);
	free(anchor);
}

static void
alert_is_whole(const json_t *rule, const char *page)
{
	const char *name = NULL, *expr = NULL, *severity = NULL, *said = NULL;
	const char *url = NULL;

	assert_int_equal(
	    json_unpack((json_t *)rule, "{s:s, s:s, s:{s:s}, s:{s:s, s:s}}",
		"alert", &name, "expr", &expr, "labels", "severity", &severity,
		"annotations", "summary", &said, "runbook_url", &url),
	    0);
	assert_expression(name, expr, said);
	assert_runbook(name, severity, url, page);
}

TEST(alerts_ask_for_what_there_is_and_have_a_row)
{
	char *text = text_of(RULES), *page = text_of("doc/alerts.md");
	json_t *rules = manifest(text);
	const json_t *groups =
	    json_object_get(json_object_get(rules, "spec"), "groups");
	size_t g, r, n = 0, rows = 0;
	const json_t *group, *rule;

	json_array_foreach (groups, g, group)
		json_array_foreach (json_object_get(group, "rules"), r, rule) {
			alert_is_whole(rule, page);
			n++;
		}
	for (const char *at = page; (at = strstr(at, "</a>`Lbbgp")); at++)
		rows++;
	assert_true(n >= 10);
	assert_int_equal(rows, n); /* none of an alert that is gone */
	json_decref(rules);
	free(page);
	free(text);
}

TEST(dashboard_asks_for_what_there_is)
{
	char *text = text_of(DASHBOARD);
	json_t *board = json_loads(text, 0, NULL);
	size_t p, t, n = 0;
	const json_t *panel, *target;

	assert_non_null(board);
	json_array_foreach (json_object_get(board, "panels"), p, panel)
		json_array_foreach (
		    json_object_get(panel, "targets"), t, target) {
			const char *expr =
			    json_string_value(json_object_get(target, "expr"));
			const char *legend = json_string_value(
			    json_object_get(target, "legendFormat"));

			assert_expression(
			    json_string_value(json_object_get(panel, "title")),
			    expr, legend != NULL ? legend : "" /* a table */);
			n++;
		}
	assert_true(n >= 10);
	json_decref(board);
	free(text);
}

/* The check itself: it would pass whatever it does not see. */
TEST(what_there_is_not_is_told)
{
	static const struct {
		const char *expr, *legend, *fault;
	} rows[] = {
		{ "lbbgp_peer_up == 0", "{{peer}} {{ $labels.instance }}", "" },
		{ "lbbgp_peer_ups == 0", "",
		    "there is no metric lbbgp_peer_ups" },
		{ "a + lbbgp_x_total", "", "there is no metric lbbgp_x_total" },
		{ "lbbgp_peer_up{pear=\"a\"}", "",
		    "lbbgp_peer_up has no label pear" },
		{ "lbbgp_peer_up{peer=~\"a,b\",family!=\"c\"}", "",
		    "lbbgp_peer_up has no label family" },
		{ "sum by (instance, group) (lbbgp_peer_up)", "",
		    "lbbgp_peer_up is grouped by group, which it has not" },
		{ "lbbgp_peer_up", "{{group}}",
		    "group is not a label of lbbgp_peer_up" },
		{ "sum by (peer) (lbbgp_peer_up)", "{{ $labels.address }}",
		    "address is not a label of sum by (peer) "
		    "(lbbgp_peer_up)" },
		{ "lbbgp_allocator_leader{pod=\"a\"}", "",
		    "lbbgp_allocator_leader has no label pod" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err why = expression_fault(rows[i].expr);

		if (why.text[0] == '\0')
			why = legend_fault(rows[i].expr, rows[i].legend);
		assert_string_equal(why.text, rows[i].fault);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alerts_ask_for_what_there_is_and_have_a_row),
		cmocka_unit_test(dashboard_asks_for_what_there_is),
		cmocka_unit_test(what_there_is_not_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
