/* SPDX-License-Identifier: Apache-2.0 */
/* The dashboard of an allocator on a cluster in memory. */
#include <stdlib.h>
#include <string.h>

#include "allocator/dashboard/dashboard.h"
#include "allocator/dashboard/kept.h"
#include "allocator/dashboard/node_table.h"
#include "allocator/dashboard/page.h"
#include "allocator/dashboard/service_table.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "tests/unit/allocator_cases.h"

#define WALL \
	INT64_C(1767225602) /* the cluster's clock begins a little before */
#define HEARD "'heartbeat':'2026-01-01T00:00:01Z','conditions':[]"
#define UP "'state':'Established','since':'2026-01-01T00:00:00Z'"
#define DOWN "'state':'Active','tcpError':{'text':'Connection <refused>'}"

/* Owned. */
static char *
tables(const struct cluster *c, const char *filter)
{
	return dashboard_tables(cluster_dashboard(c, 0), filter, WALL);
}

static void
assert_shown(const struct cluster *c, const char *filter, const char *text)
{
	char *all = tables(c, filter);

	if (strstr(all, text) == NULL)
		fail_msg("no %s in %s", text, all);
	free(all);
}

static void
assert_not_shown(const struct cluster *c, const char *filter, const char *text)
{
	char *all = tables(c, filter);

	if (strstr(all, text) != NULL)
		fail_msg("%s in %s", text, all);
	free(all);
}

static void
node(struct cluster *c, const char *name, const char *peers)
{
	char text[512];

	cluster_put(c, "Node", name, "{'metadata':{'labels':{'a':'b'}}}");
	if (peers == NULL)
		return;
	snprintf(
	    text, sizeof(text), "{'status':{" HEARD ",'peers':[%s]}}", peers);
	cluster_put(c, "BGPNodeStatus", name, text);
}

static struct cluster *
three_nodes(void)
{
	struct cluster *c = cluster_new_telling(1);

	cluster_put(
	    c, "BGPConfiguration", "default", "{'spec':{'asNumber':65001}}");
	cluster_put(c, "BGPPeer", "tor",
	    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000}}");
	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	node(c, "a", "{'name':'tor'," UP ",'bfd':{'state':'Up'}}");
	node(c, "b",
	    "{'name':'racks/10.1.0.1'," DOWN ",'bfd':{'state':'Down'}},"
	    "{'name':'mesh:a'," UP "}");
	node(c, "c", NULL);
	cluster_wait(c, 3000);
	return c;
}

TEST(sessions_and_bfd_of_nodes_are_shown)
{
	struct cluster *c = three_nodes();

	assert_shown(c, "",
	    "<td>tor</td><td><span class=\"state good\">"
	    "Established</span></td>");
	assert_shown(c, "",
	    "racks<small>10.1.0.1</small></td><td>"
	    "<span class=\"state bad\">Active</span>"
	    "<small>Connection &lt;refused&gt;</small></td>");
	assert_shown(c, "", "<span class=\"state good\">Up</span></td></tr>");
	assert_shown(c, "", "<span class=\"state bad\">Down</span></td></tr>");
	assert_shown(c, "", "<small>mesh 1/1</small>");
	assert_shown(c, "", "<b>2</b> of 3 established");
	assert_shown(c, "", "<b>1</b> of 2 up");
	assert_shown(c, "", "<b>1</b> of 3 without trouble");
	cluster_free(c);
}

TEST(a_session_that_is_shut_down_on_purpose_is_no_trouble)
{
	struct cluster *c = three_nodes();

	node(c, "a", "{'name':'tor','state':'Idle','bfd':{'state':'Down'}}");
	cluster_settle(c);
	assert_shown(c, "", "<span class=\"state bad\">Idle</span></td>");
	assert_shown(c, "", "<b>0</b> of 3 without trouble");
	cluster_put(c, "BGPPeer", "tor",
	    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000,"
	    "'shutdown':{'enabled':true}}}");
	cluster_settle(c);
	assert_shown(c, "",
	    "<span class=\"state none\">Idle</span>"
	    "<small>shut down</small></td>");
	assert_shown(c, "", "<span class=\"state none\">Down</span></td></tr>");
	assert_shown(c, "", "<b>1</b> of 3 without trouble");
	assert_shown(c, "", "<b>1</b> of 2 established");
	assert_shown(c, "", "<b>0</b> of 1 up");
	assert_shown(c, "shut down", ">a</th>");
	assert_not_shown(c, "shut down", ">b</th>");
	node(c, "a", "{'name':'tor'," UP "}");
	cluster_settle(c);
	assert_shown(
	    c, "", "<span class=\"state good\">Established</span></td>");
	cluster_free(c);
}

TEST(a_node_in_trouble_comes_first_then_one_without_a_daemon)
{
	struct cluster *c = three_nodes();
	char *all = tables(c, "");

	assert_true(strstr(all, ">b</th>") < strstr(all, ">c</th>"));
	assert_true(strstr(all, ">c</th>") < strstr(all, ">a</th>"));
	assert_non_null(strstr(all, "<span class=\"state warn\">None</span>"));
	free(all);
	cluster_free(c);
}

TEST(a_daemon_that_is_not_heard_of_is_silent)
{
	struct cluster *c = three_nodes();
	char *all = dashboard_tables(cluster_dashboard(c, 0), "", WALL + 300);

	assert_non_null(strstr(all, "<span class=\"state bad\">Silent</span>"));
	free(all);
	cluster_free(c);
}

static void
drain(struct cluster *c, const char *state)
{
	char text[256];

	snprintf(text, sizeof(text),
	    "{'status':{" HEARD ",'peers':[],'drain':{'state':'%s'}}}", state);
	cluster_put(c, "BGPNodeStatus", "a", text);
	cluster_wait(c, 1000);
}

TEST(a_node_that_is_drained_is_not_shown_as_up)
{
	struct cluster *c = three_nodes();

	drain(c, "Draining");
	assert_shown(c, "", "<span class=\"state warn\">Draining</span>");
	drain(c, "Drained");
	assert_shown(c, "", "<span class=\"state warn\">Drained</span>");
	assert_shown(c, "drained", ">a</th>");
	drain(c, "Active");
	assert_shown(c, "", "<span class=\"state good\">Up</span><");
	cluster_free(c);
}

static void
condition(
    struct cluster *c, const char *type, const char *status, const char *reason)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{'status':{'heartbeat':'2026-01-01T00:00:01Z','peers':[],"
	    "'conditions':[{'type':'%s','status':'%s','reason':'%s'}]}}",
	    type, status, reason);
	cluster_put(c, "BGPNodeStatus", "a", text);
	cluster_wait(c, 1000);
}

TEST(a_daemon_that_is_not_ready_is_in_trouble)
{
	static const char *const bad[] = { "NoPeer", "NotConfigured",
		"NodeUnknown", "NetworkUnavailable" };
	struct cluster *c = three_nodes();
	char shown[80];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		condition(c, "Ready", "False", bad[i]);
		snprintf(shown, sizeof(shown),
		    "<span class=\"state bad\">%s</span>", bad[i]);
		assert_shown(c, "", shown);
		assert_shown(c, "", "<b>0</b> of 3 without trouble");
		assert_shown(c, bad[i], ">a</th>");
	}
	condition(c, "SentToNobody", "True", "NoSession");
	assert_shown(c, "", "<span class=\"state bad\">SentToNobody</span>");
	condition(c, "Ready", "False", "Other");
	assert_shown(c, "", "<span class=\"state bad\">NotReady</span>");
	condition(c, "Ready", "False", "Restarting");
	assert_shown(c, "", "<span class=\"state warn\">Restarting</span>");
	condition(c, "Ready", "False", "NoSession"); /* its line tells */
	assert_shown(c, "", "<span class=\"state good\">Up</span><");
	condition(c, "Ready", "True", "NoPeer");
	assert_shown(c, "", "<span class=\"state good\">Up</span><");
	cluster_free(c);
}

TEST(a_filter_leaves_what_matches)
{
	struct cluster *c = three_nodes();

	service(c, "web/shop", NULL);
	assert_shown(c, "RACKS", ">b</th>");
	assert_not_shown(c, "RACKS", ">a</th>");
	assert_not_shown(c, "racks", "shop");
	assert_shown(c, "web/sh", "shop");
	assert_shown(c, "10.0.0.0", "shop");
	assert_not_shown(c, "web/sh", ">b</th>");
	assert_shown(c, "nothing", "<b>2</b> of 3 established");
	cluster_free(c);
}

/* What a line says is searched, too, and of a session only what is shown. */
TEST(a_filter_finds_the_text_of_an_error)
{
	struct cluster *c = three_nodes();

	assert_shown(c, "connection <refused", ">b</th>");
	assert_not_shown(c, "connection <refused", ">a</th>");
	annotate(c, "web/lost", "lbbgp.io/service-group", "none");
	assert_shown(c, "no ServiceGroup none", "</small>lost</th>");
	assert_not_shown(c, "no ServiceGroup none", ">b</th>");
	cluster_put(c, "ServiceGroup", "odd", "{'spec':{'pools':7}}");
	cluster_settle(c);
	assert_shown(c, "pools: 7", "odd</th>");
	assert_not_shown(c, "pools: 7", "four</th>");
	node(c, "b", "{'name':'tor'," DOWN "}");
	cluster_put(c, "BGPPeer", "tor",
	    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000,"
	    "'shutdown':{'enabled':true}}}");
	cluster_settle(c);
	assert_not_shown(c, "connection <refused", ">b</th>");
	cluster_free(c);
}

TEST(a_service_has_its_address_announcers_and_reason)
{
	struct cluster *c = three_nodes();

	service(c, "web/shop", NULL);
	cluster_wait(c, 10000);
	assert_shown(c, "",
	    "<code>10.0.0.0</code></td><td>four</td><td>"
	    "<span class=\"state bad\">NoEndpoint</span>");
	annotate(c, "web/lost", "lbbgp.io/service-group", "none");
	assert_shown(c, "", "<span class=\"state bad\">GroupNotFound</span>");
	assert_shown(c, "", "<b>0</b> of 2 announced");
	cluster_free(c);
}

TEST(a_group_shows_how_full_it_is)
{
	struct cluster *c = cluster_with_four();

	annotate(c, "web/all", "lbbgp.io/addresses",
	    "10.0.0.0,10.0.0.1,10.0.0.2,10.0.0.3");
	service(c, "web/waits", NULL);
	assert_shown(c, "", "aria-label=\"100 %\"");
	assert_shown(c, "",
	    "<td class=\"number\">4</td>"
	    "<td class=\"number\">4</td>"
	    "<td class=\"number\" rowspan=\"1\">1</td>");
	assert_shown(c, "", "<dt>Waiting</dt><dd><b>1</b> for an address");
	cluster_put(c, "ServiceGroup", "odd", "{'spec':{'pools':7}}");
	cluster_settle(c);
	assert_shown(c, "", "odd</th><td colspan=\"4\"");
	assert_shown(c, "", "<span class=\"state bad\">Refused</span>");
	cluster_free(c);
}

TEST(nodes_that_are_asked_nothing_are_not_shown)
{
	struct cluster *c = cluster_with_four();

	assert_not_shown(c, "", "id=\"nodes\"");
	assert_shown(c, "", "This allocator decides alone.");
	cluster_free(c);
}

TEST(the_last_events_are_shown)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	assert_shown(c, "",
	    "Service web/</small>shop</th><td>"
	    "<span class=\"state good\">AddressAssigned</span>");
	assert_shown(c, "", "<h2>Events of this replica</h2>");
	assert_not_shown(c, "other", "AddressAssigned");
	cluster_free(c);
}

TEST(who_leads_is_said)
{
	struct cluster *c = cluster_new_pair(1);
	unsigned leader;

	cluster_run(c, 20000);
	leader = (unsigned)cluster_leader(c);
	char *led = dashboard_tables(cluster_dashboard(c, leader), "", WALL);
	char *other =
	    dashboard_tables(cluster_dashboard(c, 1 - leader), "", WALL);

	assert_non_null(strstr(led, ", this replica, leads."));
	assert_non_null(strstr(other, " leads. This replica, "));
	assert_null(strstr(other, ", this replica, leads."));
	free(led);
	free(other);
	cluster_free(c);
}

TEST(an_api_server_that_is_away_is_said)
{
	struct dashboard_lead lead = { .us = "a", .holder = "a", .clash = "" };
	char *text;
	size_t n;
	FILE *out = xmemstream(&text, &n);

	dashboard_write_lead(&lead, WALL, out);
	fflush(out);
	assert_null(strstr(text, "API server"));
	assert_non_null(strstr(
	    text, "The Lease names this replica, a, which has not renewed it"));
	assert_null(strstr(text, "reads along"));
	lead.heard = WALL - 25;
	dashboard_write_lead(&lead, WALL, out);
	fclose(out);
	assert_non_null(strstr(text,
	    "<p class=\"alarm old\">Nothing has come from the API server for "));
	assert_non_null(strstr(text, ">25 s</time>"));
	free(text);
}

/* Which groups there are it has read; how full they are only the leader counts. */
TEST(groups_that_a_replica_does_not_look_after_are_not_none)
{
	struct cluster *c = cluster_new_pair(1);
	unsigned leader;

	group(c, "four", "10.0.0.0/24", "10.0.0.0/30");
	cluster_run(c, 20000);
	leader = (unsigned)cluster_leader(c);
	for (unsigned i = 0; i < 2; i++) {
		char *all = dashboard_tables(cluster_dashboard(c, i), "", WALL);

		assert_int_equal(
		    strstr(all, "only the replica that leads") == NULL,
		    i == leader);
		assert_int_equal(
		    strstr(all, "<dt>Waiting</dt>") != NULL, i == leader);
		assert_int_equal(
		    strstr(all, ">four</th>") != NULL, i == leader);
		free(all);
	}
	cluster_free(c);
}

/* Of a name that no API server takes, and a text that one does. */
TEST(nothing_that_comes_from_outside_is_markup)
{
	struct cluster *c = three_nodes();

	cluster_put(c, "Service", "web/shop",
	    "{'status':{'conditions':[{'type':'lbbgp.io/Announced',"
	    "'status':'False','reason':'<script>','message':'<script>'}]}}");
	cluster_put(c, "Service", "<script>/<script>", NULL);
	node(c, "<script>",
	    "{'name':'<script>/<script>','state':'<script>',"
	    "'bfd':{'state':'<script>'}}");
	group(c, "<script>", "<script>", "<script>");
	cluster_settle(c);
	assert_not_shown(c, "", "<script>");
	assert_shown(c, "script", "&lt;script&gt;");
	cluster_free(c);
}

TEST(a_change_is_counted)
{
	struct cluster *c = three_nodes();
	const struct dashboard *d = cluster_dashboard(c, 0);
	uint64_t was = dashboard_changes(d);

	cluster_wait(c, 3000);
	assert_int_equal(dashboard_changes(d), was);
	node(c, "a", "{'name':'tor'," DOWN "}");
	cluster_settle(c);
	assert_true(dashboard_changes(d) > was);
	was = dashboard_changes(d);
	service(c, "web/shop", NULL);
	assert_true(dashboard_changes(d) > was);
	cluster_free(c);
}

TEST(what_a_page_goes_by_counts_as_a_change)
{
	static const struct {
		const char *kind, *name, *object;
	} rows[] = {
		{ "BGPPeer", "tor",
		    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000,"
		    "'shutdown':{'enabled':true}}}" },
		{ "ServiceGroup", "four", "{'spec':{'pools':7}}" },
		{ "Node", "c", "{'metadata':{'labels':{'a':'c'}}}" },
	};
	struct cluster *c = three_nodes();
	const struct dashboard *d = cluster_dashboard(c, 0);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t was = dashboard_changes(d);

		cluster_put(c, rows[i].kind, rows[i].name, rows[i].object);
		cluster_settle(c);
		assert_true(dashboard_changes(d) > was);
	}
	cluster_free(c);
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

TEST(so_much_is_shown_and_no_more)
{
	struct cluster *c = cluster_new_telling(1);
	char name[32];

	for (unsigned i = 0; i < SERVICE_LINES_MOST + 50; i++) {
		snprintf(name, sizeof(name), "web/s%u", i);
		cluster_put(c, "Service", name, NULL);
	}
	for (unsigned i = 0; i < NODE_LINES_MOST; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		node(c, name, "{'name':'tor'," UP "},{'name':'two'," DOWN "}");
	}
	cluster_settle(c);
	char *all = tables(c, ""), *one = tables(c, "s299");

	assert_int_equal(
	    count(all, "<small>web/</small>s"), SERVICE_LINES_MOST);
	assert_non_null(strstr(all, ">50 more are not shown"));
	assert_int_equal(count(all, ">Established<") + count(all, ">Active<"),
	    NODE_LINES_MOST);
	assert_non_null(strstr(all, ">250 more are not shown"));
	assert_int_equal(count(one, "<small>web/</small>s"), 1);
	free(all);
	free(one);
	cluster_free(c);
}

/* ---- paths ---- */

static uint64_t
stands_still(void *arg)
{
	(void)arg;
	return 1000;
}

static int64_t
wall_stands_still(void *arg)
{
	(void)arg;
	return WALL * 1000;
}

static const struct clock still = { stands_still, wall_stands_still, NULL };

static struct page_answer
ask_for(struct kept *kept, const char *path, const char *host)
{
	const struct page_asked asked = { .path = path,
		.host = host,
		.n_host = host != NULL ? strlen(host) : 0,
		.query = "q=%3Cb%3E",
		.n_query = 9,
		.local = true };

	return page_answer(kept, &asked);
}

static struct page_answer
ask(const struct cluster *c, const char *path, const char *host)
{
	struct kept *kept = kept_new(cluster_dashboard(c, 0), &still);
	struct page_answer a = ask_for(kept, path, host);

	kept_free(kept);
	return a;
}

/* What is not made of all Services is there all the same. */
TEST(who_asks_too_often_is_told_when_to_come_again)
{
	struct cluster *c = cluster_with_four();
	struct kept *kept = kept_new(cluster_dashboard(c, 0), &still);
	struct page_answer a = ask_for(kept, "/tables", "localhost");
	unsigned n = 0;

	for (; n < 1000 && a.status[0] == '2'; n++) {
		assert_null(strstr(a.fields, "Retry-After"));
		free(a.body);
		a = ask_for(kept, n % 2 == 0 ? "/" : "/tables", "localhost");
	}
	assert_in_range(n, 100, 999);
	assert_memory_equal(a.status, "503", 3);
	assert_non_null(strstr(a.fields, "\r\nRetry-After: 1\r\n"));
	assert_non_null(strstr(a.fields, "Content-Security-Policy: "));
	free(a.body);
	a = ask_for(kept, "/style.css", "localhost");
	assert_memory_equal(a.status, "200", 3);
	free(a.body);
	kept_free(kept);
	cluster_free(c);
}

TEST(nothing_is_green_behind_the_word_that_it_is_old)
{
	struct cluster *c = cluster_with_four();
	struct page_answer a = ask(c, "/style.css", "localhost");

	assert_non_null(strstr(a.body, "\n.old ~ * { --good: var(--soft); "));
	free(a.body);
	cluster_free(c);
}

TEST(each_path_has_its_type)
{
	static const struct {
		const char *path, *status, *type;
	} rows[] = { { "/", "200", "text/html" },
		{ "/tables", "200", "text/html" },
		{ "/style.css", "200", "text/css" },
		{ "/script.js", "200", "text/javascript" },
		{ "/icon.svg", "200", "image/svg+xml" },
		{ "/events", "200", "text/event-stream" },
		{ "/metrics", "404", "text/plain" },
		{ "", "404", "text/plain" } };
	struct cluster *c = cluster_with_four();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct page_answer a = ask(c, rows[i].path, "localhost:9183");

		assert_memory_equal(a.status, rows[i].status, 3);
		assert_memory_equal(a.type, rows[i].type, strlen(rows[i].type));
		assert_int_equal(a.stays, strcmp(rows[i].path, "/events") == 0);
		free(a.body);
	}
	cluster_free(c);
}

TEST(the_page_is_whole_and_repeats_the_filter_as_text)
{
	struct cluster *c = cluster_with_four();
	struct page_answer a = ask(c, "/", "127.0.0.1:9183");

	assert_non_null(strstr(a.body, "value=\"&lt;b&gt;\""));
	assert_non_null(strstr(a.body, "<h2>ServiceGroups</h2>"));
	assert_non_null(strstr(a.body, "<link rel=\"stylesheet\""));
	assert_null(strstr(a.body, " style=")); /* its policy forbids it */
	assert_null(strstr(a.body, "<style"));
	assert_null(strstr(a.body, "//")); /* nothing is from elsewhere */
	free(a.body);
	cluster_free(c);
}

TEST(another_host_is_not_served_on_loopback)
{
	struct cluster *c = cluster_with_four();
	struct page_answer a = ask(c, "/", "evil.example");

	assert_memory_equal(a.status, "421", 3);
	assert_null(strstr(a.body, "ServiceGroups"));
	free(a.body);
	a = ask(c, "/", NULL);
	assert_memory_equal(a.status, "421", 3);
	free(a.body);
	cluster_free(c);
}

TEST(browsers_are_told_to_load_nothing_else)
{
	static const char *const fields[] = { "default-src 'none'; ",
		"script-src 'self'; ", "frame-ancestors 'none'\r\n",
		"X-Content-Type-Options: nosniff\r\n",
		"Cache-Control: no-store\r\n" };

	struct cluster *c = cluster_with_four();
	struct page_answer a = ask(c, "/", "localhost");

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		assert_non_null(strstr(a.fields, fields[i]));
	assert_null(strstr(a.fields, "unsafe"));
	free(a.body);
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_and_bfd_of_nodes_are_shown),
		cmocka_unit_test(
		    a_session_that_is_shut_down_on_purpose_is_no_trouble),
		cmocka_unit_test(
		    a_node_in_trouble_comes_first_then_one_without_a_daemon),
		cmocka_unit_test(a_daemon_that_is_not_heard_of_is_silent),
		cmocka_unit_test(a_node_that_is_drained_is_not_shown_as_up),
		cmocka_unit_test(a_daemon_that_is_not_ready_is_in_trouble),
		cmocka_unit_test(a_filter_leaves_what_matches),
		cmocka_unit_test(a_filter_finds_the_text_of_an_error),
		cmocka_unit_test(
		    a_service_has_its_address_announcers_and_reason),
		cmocka_unit_test(a_group_shows_how_full_it_is),
		cmocka_unit_test(nodes_that_are_asked_nothing_are_not_shown),
		cmocka_unit_test(the_last_events_are_shown),
		cmocka_unit_test(who_leads_is_said),
		cmocka_unit_test(an_api_server_that_is_away_is_said),
		cmocka_unit_test(
		    groups_that_a_replica_does_not_look_after_are_not_none),
		cmocka_unit_test(nothing_that_comes_from_outside_is_markup),
		cmocka_unit_test(a_change_is_counted),
		cmocka_unit_test(what_a_page_goes_by_counts_as_a_change),
		cmocka_unit_test(so_much_is_shown_and_no_more),
		cmocka_unit_test(
		    nothing_is_green_behind_the_word_that_it_is_old),
		cmocka_unit_test(each_path_has_its_type),
		cmocka_unit_test(who_asks_too_often_is_told_when_to_come_again),
		cmocka_unit_test(
		    the_page_is_whole_and_repeats_the_filter_as_text),
		cmocka_unit_test(another_host_is_not_served_on_loopback),
		cmocka_unit_test(browsers_are_told_to_load_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
