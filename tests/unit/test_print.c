/* SPDX-License-Identifier: Apache-2.0 */
/* Replies in, what a person or a program reads out. */
#include <stdio.h>

#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "tests/test.h"
#include "tests/unit/reply.h"

#define NOW 1700000000 /* 2023-11-14T22:13:20Z */

struct page {
	const char *reply;
	bool more;
};

/* All pages printed; owned. */
static char *
print(char *first, char *second, bool json, const struct page *pages, size_t n)
{
	char *words[] = { first, second }, *text = NULL;
	struct err err;
	size_t size, used;
	const struct command *c =
	    command_find(words, second != NULL ? 2 : 1, false, &used, &err);

	assert_non_null(c);
	struct output o = { .to = open_memstream(&text, &size),
		.json = json,
		.now = NOW,
		.rows = c->rows,
		.print = c->print };

	for (size_t i = 0; i < n; i++) {
		json_t *reply = json_of(pages[i].reply);
		struct json_at root = json_at_root(reply);

		print_reply(&o, &root, pages[i].more);
		json_decref(reply);
	}
	fclose(o.to);
	return text;
}

static void
assert_shows(const char *word, const char *reply, const char *want)
{
	char show[] = "show", second[32];
	struct page page = { reply, false };

	strcpy(second, word);
	char *text = print(show, second, false, &page, 1);

	assert_string_equal(text, want);
	free(text);
}

static void
assert_has(const char *word, const char *reply, const char *part)
{
	char show[] = "show", second[32];
	struct page page = { reply, false };

	strcpy(second, word);
	char *text = print(show, second, false, &page, 1);

	if (strstr(text, part) == NULL)
		print_error("no %s in\n%s\n", part, text);
	assert_non_null(strstr(text, part));
	free(text);
}

/* clang-format off */
#define UP \
	"{\"name\":\"tor-a\",\"address\":\"10.0.0.1\",\"asNumber\":64512," \
	"\"state\":\"Established\",\"since\":\"2023-11-14T20:00:00Z\"," \
	"\"holdTime\":9,\"bfd\":{\"state\":\"Up\"},\"flaps\":2,\"prefixes\":{" \
	"\"ipv4\":{\"received\":8,\"accepted\":0,\"sent\":3,\"queued\":0}," \
	"\"ipv6\":{\"received\":1,\"accepted\":0,\"sent\":1,\"queued\":0}}," \
	"\"lastError\":null,\"pendingReset\":null,\"blocked\":null}"
#define DOWN \
	"{\"name\":\"tor-b\",\"address\":\"10.0.0.2\",\"asNumber\":64516," \
	"\"state\":\"Idle\",\"since\":\"2023-11-14T22:13:15Z\"," \
	"\"holdTime\":0,\"flaps\":1,\"prefixes\":{}," \
	"\"lastError\":{\"at\":\"2023-11-14T22:13:15Z\",\"sentBy\":\"Peer\"," \
	"\"code\":6,\"subcode\":2,\"text\":\"bye\\u001b[2J\"}," \
	"\"pendingReset\":null,\"blocked\":null}"
/* clang-format on */

TEST(neighbors_are_one_line_each)
{
	assert_shows("neighbors",
	    "{\"version\":1,\"neighbors\":[" UP "," DOWN "]}",
	    "NEIGHBOR    AS NAME  STATE         FOR RCVD ACC SENT FLAPS HOLD "
	    "BFD LAST ERROR\n"
	    "10.0.0.1 64512 tor-a Established 2h13m    9   0    4     2    9 "
	    "Up  -\n"
	    "10.0.0.2 64516 tor-b Idle           5s    -   -    -     1    - "
	    "-   bye\\x1b[2J (6/2, by the peer, 5s ago)\n");
}

TEST(prefixes_of_peers_are_above_them)
{
#define RACKS                                                               \
	"\"peerPrefixes\":[{\"name\":\"racks\",\"prefix\":\"10.1.0.0/16\"," \
	"\"state\":\"Open\",\"peers\":3,\"limit\":100,\"refused\":0,"       \
	"\"blocked\":null}]"
	assert_has("neighbors", "{\"neighbors\":[" UP "]," RACKS "}",
	    "PREFIX      NAME  STATE PEERS LIMIT REFUSED BLOCKED\n"
	    "10.1.0.0/16 racks Open      3   100       0 -\n"
	    "\n"
	    "NEIGHBOR ");
	assert_has("neighbors", "{\"neighbors\":[]," RACKS "}",
	    "Nobody has come from there");
#undef RACKS
}

TEST(bfd_sessions_are_one_line_each)
{
	assert_shows("bfd",
	    "{\"sessions\":[{\"name\":\"tor-a\",\"address\":\"10.0.0.1\","
	    "\"state\":\"Up\",\"since\":\"2023-11-14T20:00:00Z\","
	    "\"remoteState\":\"Up\",\"multihop\":false,"
	    "\"transmitInterval\":50000,\"detectionTime\":1500000,"
	    "\"flaps\":2,\"lastDown\":\"Path Down\"}]}",
	    "NEIGHBOR NAME  STATE   FOR PEER SAYS    TX DETECT MULTIHOP FLAPS "
	    "LAST DOWN TROUBLE\n"
	    "10.0.0.1 tor-a Up    2h13m Up        50 ms  1.5 s no           2 "
	    "Path Down -\n");
}

TEST(one_bfd_session_is_shown_with_all_there_is)
{
	static const char reply[] =
	    "{\"sessions\":[{\"state\":\"Down\",\"configured\":{"
	    "\"detectMultiplier\":3},\"trouble\":\"no route\"}]}";

	assert_has("bfd", reply, "Detect multiplier, configured");
	assert_has("bfd", reply, "no route\n");
}

TEST(no_neighbors_is_said_in_words)
{
	assert_shows("neighbors", "{\"version\":1,\"neighbors\":[]}",
	    "No neighbors are configured for this node.\n");
}

TEST(what_keeps_a_neighbor_down_goes_before_its_last_error)
{
	assert_has("neighbors",
	    "{\"neighbors\":[{\"blocked\":\"no Secret\",\"lastError\":"
	    "{\"text\":\"x\"}}]}",
	    "blocked: no Secret\n");
	assert_has("neighbors",
	    "{\"neighbors\":[{\"pendingReset\":\"holdTime\"}]}",
	    "holdTime waits for a reset\n");
}

static void
one_neighbor_is_shown_with_all_there_is(void **state)
{
	static const char reply[] =
	    "{\"neighbors\":[{\"address\":\"10.0.0.1\",\"state\":"
	    "\"Established\",\"holdTime\":9,\"openReceived\":{\"holdTime\":"
	    "90,\"capabilities\":[\"ipv4-unicast\",\"4-octet-as\"]},"
	    "\"prefixes\":{\"ipv4\":{\"received\":8,\"accepted\":0,\"sent\":"
	    "3,\"queued\":1,\"filtered\":5}},\"messages\":{\"received\":{\"open\":1},"
	    "\"sent\":{\"open\":2}},\"attributeFaults\":{\"discarded\":{},"
	    "\"withdrawn\":{\"ORIGIN\":7}},"
	    "\"gracefulRestart\":{\"agreed\":true,\"staleRoutes\":3,"
	    "\"preserved\":[\"IPv4\"]},\"endOfRib\":{\"ipv4\":{"
	    "\"sent\":\"2023-11-14T20:00:00Z\",\"received\":null}}}]}";

	(void)state;
	assert_has("neighbors", reply, "Graceful restart, agreed yes\n");
	assert_has("neighbors", reply, "Stale routes             3\n");
	assert_has("neighbors", reply, "Peer forwarded on        IPv4\n");
	assert_has("neighbors", reply,
	    "\nEND OF RIB RECEIVED SENT\n"
	    "ipv4       -        2023-11-14T20:00:00Z\n");
	assert_has("neighbors", reply, "Hold time, agreed        9\n");
	assert_has("neighbors", reply, "Hold time, the peer's    90\n");
	assert_has("neighbors", reply,
	    "Capabilities, the peer's ipv4-unicast 4-octet-as\n");
	assert_has("neighbors", reply,
	    "\nPREFIXES RECEIVED ACCEPTED FILTERED SENT QUEUED\n"
	    "ipv4            8        0        5    3      1\n");
	assert_has("neighbors", reply,
	    "\nMESSAGES RECEIVED SENT\nopen            1    2\n");
	assert_has("neighbors", reply,
	    "\nBAD ATTRIBUTES DISCARDED WITHDRAWN\n"
	    "ORIGIN                 -         7\n");
}

TEST(one_neighbor_is_shown_with_its_filters)
{
	static const char reply[] =
	    "{\"neighbors\":[{\"address\":\"10.0.0.1\",\"messages\":{},"
	    "\"filters\":[{\"direction\":\"Import\",\"filter\":\"edge\","
	    "\"rule\":\"default\",\"action\":\"Accept\",\"hits\":2},"
	    "{\"direction\":\"Import\",\"filter\":null,\"rule\":null,"
	    "\"action\":\"Reject\",\"hits\":7}]}]}";

	assert_has("neighbors", reply,
	    "\nFILTERS NAME RULE    ACTION HITS\n"
	    "Import  edge default Accept    2\n"
	    "Import  -    -       Reject    7\n");
}

/* Another kind of router is told of where nobody has said which they are. */
TEST(an_explanation_ends_with_what_to_ask_the_routers)
{
	static const char *const forms[] = { "true", "false" };

	for (size_t i = 0; i < 2; i++) {
		char explain[] = "explain", service[] = "service";
		char *reply = xasprintf(
		    "{\"steps\":[{\"number\":1,\"rule\":\"class\",\"verdict\":"
		    "\"yes\",\"text\":\"good\"}],\"routersKnown\":%s,"
		    "\"routers\":[{\"prefix\":\"10.9.0.3/32\",\"peers\":[\"tor "
		    "(10.0.0.1)\",\"leaf (10.0.0.2)\"],\"questions\":[{"
		    "\"system\":\"BIRD\",\"command\":\"birdc show route\","
		    "\"tells\":\"* the best\"}]}]}",
		    forms[i]);
		struct page page = { reply, false };
		char *text = print(explain, service, false, &page, 1);
		char *want = xasprintf(
		    "# RULE  VERDICT TEXT\n"
		    "1 class yes     good\n"
		    "\n"
		    "Does it use 10.9.0.3/32? Ask tor (10.0.0.1), leaf "
		    "(10.0.0.2):\n"
		    "SYSTEM COMMAND          WHAT TO LOOK FOR\n"
		    "BIRD   birdc show route * the best\n"
		    "%s",
		    i == 0 ? ""
			   : "\nFor another kind of router: --router KIND "
			     "(lbbgp help explain service)\n");

		assert_string_equal(text, want);
		free(want);
		free(text);
		free(reply);
	}
}

TEST(a_finding_has_its_next_step_behind_it)
{
	char doctor[] = "doctor";
	struct page page = { "{\"worst\":\"bad\",\"bad\":1,\"findings\":["
			     "{\"check\":\"daemon\",\"verdict\":\"good\","
			     "\"text\":\"it answers\",\"next\":null},"
			     "{\"check\":\"port\",\"verdict\":\"bad\","
			     "\"text\":\"179: bird\",\"next\":\"end it\"}]}",
		false };
	char *text = print(doctor, NULL, false, &page, 1);

	assert_string_equal(text,
	    "CHECK  VERDICT TEXT\n"
	    "daemon good    it answers\n"
	    "port   bad     179: bird. Next: end it\n");
	free(text);
}

TEST(filtered_routes_are_marked)
{
	assert_has("routes",
	    "{\"routes\":[{\"prefix\":\"10.0.0.0/8\",\"best\":false,"
	    "\"eligible\":false,\"filtered\":true}],\"cursor\":null}",
	    "\nf 10.0.0.0/8 ");
}

TEST(routes_that_are_not_used_say_why)
{
	assert_has("routes",
	    "{\"routes\":[{\"prefix\":\"10.0.0.0/8\",\"best\":false,"
	    "\"eligible\":false,\"reason\":\"so\"},{\"prefix\":\"11.0.0.0/8\","
	    "\"eligible\":true,\"reason\":null}],\"cursor\":null}",
	    " COMMUNITIES BECAUSE\n"
	    "x 10.0.0.0/8 -        -           -   - -      -       -           "
	    "so\n"
	    "  11.0.0.0/8 -        -           -   - -      -       -           "
	    "-\n");
}

TEST(routes_that_are_told_have_a_source)
{
	assert_has("routes",
	    "{\"routes\":[{\"prefix\":\"10.0.0.0/8\",\"sources\":[\"External\","
	    "\"Pod\"]}],\"cursor\":null}",
	    " COMMUNITIES SOURCE\n"
	    "  10.0.0.0/8 -        -           -   - -      -       -           "
	    "External Pod\n");
}

TEST(changes_have_a_line_each)
{
	char diff[] = "diff", node[] = "n1";
	struct page some = { "{\"changes\":[{\"node\":\"n1\","
			     "\"neighborName\":\"a\",\"change\":\"Withdraw\","
			     "\"prefix\":\"10.0.0.0/8\",\"message\":null}]}",
		false };
	struct page none = { "{\"changes\":[]}", false };
	char *text = print(diff, node, false, &some, 1);

	assert_string_equal(text,
	    "NODE NEIGHBOR CHANGE   PREFIX     BECAUSE\n"
	    "n1   a        Withdraw 10.0.0.0/8 -\n");
	free(text);
	text = print(diff, node, false, &none, 1);
	assert_string_equal(text, "No changes.\n");
	free(text);
}

TEST(routes_of_the_kernel_have_columns_of_their_own)
{
	assert_has("routes",
	    "{\"routes\":[{\"prefix\":\"10.0.0.0/8\",\"best\":true,"
	    "\"eligible\":true,\"kernel\":{\"state\":\"Own\","
	    "\"message\":\"the node announces it\"}},"
	    "{\"prefix\":\"11.0.0.0/8\"}],\"cursor\":null}",
	    " KERNEL BECAUSE\n");
}

TEST(routes_are_marked_best_or_not_eligible)
{
	assert_shows("routes",
	    "{\"routes\":["
	    "{\"prefix\":\"10.0.0.0/8\",\"nextHop\":null,\"origin\":\"igp\","
	    "\"asPath\":[],\"communities\":[],\"largeCommunities\":[],"
	    "\"linkBandwidth\":300.0,\"best\":true,\"eligible\":true},"
	    "{\"prefix\":\"10.0.0.0/8\",\"nextHop\":\"10.0.0.1\",\"origin\":"
	    "\"igp\",\"asPath\":[64512,64517],\"neighbor\":\"10.0.0.1\","
	    "\"communities\":[\"64517:120\"],"
	    "\"largeCommunities\":[\"64517:300:100\"],"
	    "\"linkBandwidth\":0.5,\"best\":false,"
	    "\"eligible\":false}],\"cursor\":null}",
	    "  PREFIX     NEXT HOP NEIGHBOR PREF MED ORIGIN AS PATH     "
	    "COMMUNITIES\n"
	    "> 10.0.0.0/8 -        -           -   - igp    -           "
	    "300Mbit/s\n"
	    "x 10.0.0.0/8 10.0.0.1 10.0.0.1    -   - igp    64512 64517 "
	    "64517:120 64517:300:100 0.5Mbit/s\n");
}

#define ROUTE(id)                                                           \
	"{\"routes\":[{\"prefix\":\"10.0.0.0/8\",\"nextHop\":\"10.0.0.1\"," \
	"\"pathID\":" #id "}],\"cursor\":null}"

/* RFC 7911. With a part that has some the titles change. */
TEST(path_ids_have_a_column_where_there_are_some)
{
	char show[] = "show", routes[] = "routes";
	struct page pages[] = { { ROUTE(0), true }, { ROUTE(0), true },
		{ ROUTE(7), false } };

	(void)state;
	char *text = print(show, routes, false, pages, 3);

	assert_string_equal(text,
	    "  PREFIX     NEXT HOP NEIGHBOR PREF MED ORIGIN AS PATH COMMUNITIES\n"
	    "  10.0.0.0/8 10.0.0.1 -           -   - -      -       -\n"
	    "  10.0.0.0/8 10.0.0.1 -           -   - -      -       -\n"
	    "  PREFIX     PATH ID NEXT HOP NEIGHBOR PREF MED ORIGIN AS PATH "
	    "COMMUNITIES\n"
	    "  10.0.0.0/8       7 10.0.0.1 -           -   - -      -       -\n");
	free(text);
}

TEST(stale_routes_are_marked)
{
	static const struct {
		const char *best, *eligible, *mark;
	} rows[] = {
		{ "true", "true", "\n>S 10.0.0.0/8" },
		{ "false", "true", "\nS 10.0.0.0/8" },
		{ "false", "false", "\nxS 10.0.0.0/8" },
	};
	char reply[200];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(reply, sizeof(reply),
		    "{\"routes\":[{\"prefix\":\"10.0.0.0/8\",\"best\":%s,"
		    "\"eligible\":%s,\"stale\":true}],\"cursor\":null}",
		    rows[i].best, rows[i].eligible);
		assert_has("routes", reply, rows[i].mark);
	}
}

TEST(announcements_say_why)
{
	assert_shows("announcements",
	    "{\"services\":[{\"namespace\":\"web\",\"name\":\"shop\","
	    "\"prefix\":\"10.0.0.1/32\",\"announced\":true,"
	    "\"sentTo\":[\"a\",\"b\"],"
	    "\"reason\":\"Covered\",\"message\":\"a CIDR covers it\"}]}",
	    "SERVICE  PREFIX      ANNOUNCED TO  BECAUSE\n"
	    "web/shop 10.0.0.1/32 yes       a b a CIDR covers it\n");
}

/* clang-format off */
#define HELD \
	"{\"address\":\"192.0.2.9\",\"interface\":\"eth0\",\"state\":\"held\"," \
	"\"holder\":\"n1\",\"since\":\"2023-11-14T22:13:15Z\"," \
	"\"transitions\":1,\"conflict\":null,\"message\":null}"
#define MEMBER \
	"{\"interface\":\"eth0\",\"node\":\"n2\"," \
	"\"mac\":\"02:00:00:00:00:02\",\"state\":\"two-way\"," \
	"\"idle\":false,\"helloAge\":120,\"interval\":200,\"holds\":3," \
	"\"lost\":0}"
/* clang-format on */

TEST(holders_stand_above_the_nodes_of_the_link)
{
	assert_shows("l2",
	    "{\"version\":1,\"addresses\":[" HELD "],\"cursor\":null,"
	    "\"members\":[" MEMBER "]}",
	    "ADDRESS   INTERFACE STATE HOLDER FOR MOVES BECAUSE\n"
	    "192.0.2.9 eth0      held  n1      5s     1 -\n"
	    "\n"
	    "INTERFACE NODE MAC               STATE   HELLO, MS AGO HOLDS "
	    "LOST\n"
	    "eth0      n2   02:00:00:00:00:02 two-way           120     3    "
	    "0\n");
}

TEST(holders_of_all_nodes_have_a_line_each)
{
	char *text = NULL;
	size_t size;
	struct output o = { .to = open_memstream(&text, &size),
		.now = NOW,
		.print = print_held };
	json_t *reply = json_of(
	    "{\"addresses\":[{\"address\":\"192.0.2.9\",\"node\":\"n1\","
	    "\"interface\":\"eth0\",\"since\":\"2023-11-14T22:13:15Z\","
	    "\"state\":\"held\",\"stale\":true}]}");
	struct json_at root = json_at_root(reply);

	print_reply(&o, &root, false);
	fclose(o.to);
	assert_string_equal(text,
	    "ADDRESS   NODE INTERFACE STATE        FOR\n"
	    "192.0.2.9 n1   eth0      held (stale)  5s\n");
	free(text);
	json_decref(reply);
}

TEST(virtual_ips_have_a_line_for_each_address)
{
	assert_shows("vips",
	    "{\"version\":1,\"vips\":[{\"name\":\"cp\","
	    "\"address\":\"192.0.2.9/24\",\"by\":[\"bgp\",\"l2\"],"
	    "\"state\":\"Held\",\"holder\":\"n1\","
	    "\"since\":\"2023-11-14T22:13:15Z\",\"healthy\":true,"
	    "\"message\":null}]}",
	    "VIRTUALIP ADDRESS      BY     STATE HOLDER FOR HEALTHY BECAUSE\n"
	    "cp        192.0.2.9/24 bgp l2 Held  n1      5s yes     -\n");
}

TEST(rules_of_filters_have_a_line_each)
{
	assert_shows("filters",
	    "{\"version\":1,\"filters\":[{\"filter\":\"edge\","
	    "\"direction\":\"Import\",\"rule\":\"one\",\"action\":\"Accept\","
	    "\"hits\":3,\"neighbors\":[\"a\",\"b\"]}]}",
	    "FILTER DIRECTION RULE ACTION HITS NEIGHBORS\n"
	    "edge   Import    one  Accept    3 a b\n");
}

TEST(services_have_a_line_each)
{
	assert_shows("services",
	    "{\"services\":[{\"namespace\":\"web\",\"name\":\"shop\","
	    "\"addresses\":[\"10.0.0.1\",\"fd00::1\"],\"group\":\"g\","
	    "\"reason\":null,\"message\":null},"
	    "{\"namespace\":\"web\",\"name\":\"b\",\"addresses\":[],"
	    "\"group\":null,\"reason\":\"Full\",\"message\":\"m\"}]}",
	    "SERVICE  ADDRESSES        GROUP REASON MESSAGE\n"
	    "web/shop 10.0.0.1 fd00::1 g     -      -\n"
	    "web/b    -                -     Full   m\n");
}

/* The lines of a table on a terminal of this width; owned. */
static char *
on_terminal(unsigned width, bool colored)
{
	char *text = NULL;
	size_t size;
	struct output o = { .to = open_memstream(&text, &size),
		.now = NOW,
		.width = width,
		.colored = colored,
		.print = print_services };
	json_t *reply = json_of(
	    "{\"services\":[{\"namespace\":\"web\",\"name\":\"b\","
	    "\"addresses\":[],\"group\":null,\"reason\":\"Full\",\"message\":"
	    "\"all addresses of all groups are taken, and have been for a "
	    "long time, so that there is none for this Service\"}]}");
	struct json_at root = json_at_root(reply);

	print_reply(&o, &root, false);
	fclose(o.to);
	json_decref(reply);
	return text;
}

TEST(tables_fit_the_terminal)
{
	static const unsigned widths[] = { 60, 80, 132 };

	for (size_t i = 0; i < 3; i++) {
		char *text = on_terminal(widths[i], false);

		for (char *line = strtok(text, "\n"); line != NULL;
		     line = strtok(NULL, "\n"))
			assert_true(strlen(line) <= widths[i]);
		free(text);
	}
	char *text = on_terminal(60, false);

	assert_string_equal(text,
	    "SERVICE ADDRESSES GROUP REASON MESSAGE\n"
	    "web/b   -         -     Full   all addresses of all groups\n"
	    "                               are taken, and have been for\n"
	    "                               a long time, so that there is\n"
	    "                               none for this Service\n");
	free(text);
}

TEST(color_is_put_around_what_is_wrong)
{
	char *text = on_terminal(0, true);

	assert_non_null(strstr(text, "\033[31mFull"));
	free(text);
	text = on_terminal(80, false);
	assert_null(strchr(text, '\033'));
	free(text);
}

TEST(status_ends_with_the_conditions)
{
	assert_shows("status",
	    "{\"node\":\"n1\",\"daemonVersion\":\"0.1.0\",\"asNumber\":64517,"
	    "\"routerID\":\"10.0.0.9\",\"since\":\"2023-11-13T22:13:19Z\","
	    "\"peersConfigured\":3,\"peersEstablished\":2,"
	    "\"conditions\":[{\"type\":\"PortTaken\",\"reason\":\"Bird\","
	    "\"message\":\"m\",\"lastTransitionTime\":"
	    "\"2023-11-14T22:12:20Z\"}]}",
	    "Node        n1\n"
	    "Version     0.1.0\n"
	    "AS          64517\n"
	    "Router id   10.0.0.9\n"
	    "Running for 1d\n"
	    "Sessions    2 of 3 established\n"
	    "\n"
	    "CONDITION REASON FOR MESSAGE\n"
	    "PortTaken Bird    1m m\n");
}

TEST(status_says_how_full_the_table_is)
{
	assert_has("status",
	    "{\"tableBytes\":1572864,\"tableBudget\":67108864}",
	    "\nTable       1.5 of 64.0 MiB\n");
}

#define DRAIN(state, reason) \
	"\"drain\":{\"state\":\"" state "\",\"reason\":" reason "}}"

TEST(drain_of_the_node_is_told)
{
	assert_has("status", "{" DRAIN("Draining", "\"new disk\""),
	    "\nDrain       Draining: new disk\n");
	assert_has("neighbors",
	    "{\"neighbors\":[" DOWN "]," DRAIN("Drained", "\"new disk\""),
	    "\nThis node is Drained: new disk.\n");
	assert_shows("neighbors", "{\"neighbors\":[]," DRAIN("Active", "null"),
	    "No neighbors are configured for this node.\n");
}

static void
assert_drain_says(const char *reply, const char *want)
{
	char drain[] = "drain";
	struct page page = { reply, false };
	char *text = print(drain, NULL, false, &page, 1);

	assert_string_equal(text, want);
	free(text);
}

TEST(drain_and_undrain_say_what_has_come_of_it)
{
	assert_drain_says("{\"node\":\"n1\",\"drain\":true,\"done\":false}",
	    "Node n1 is to be drained.\n");
	assert_drain_says("{\"node\":\"n1\",\"drain\":true,\"done\":true}",
	    "Node n1 is drained.\n");
	assert_drain_says("{\"node\":\"n1\",\"drain\":false,\"done\":false}",
	    "Node n1 is to come back into service.\n");
	assert_drain_says("{\"node\":\"n1\",\"drain\":false,\"done\":true}",
	    "Node n1 is in service.\n");
}

TEST(routes_say_whose_are_only_counted)
{
	assert_has("routes", "{\"routes\":[],\"counted\":[\"leaf-a\"]}",
	    "No routes.\nThose of leaf-a are too many to be kept, so they are "
	    "only counted.\n");
}

static void
assert_event(const char *event, const char *want)
{
	struct page page = { event, false };
	char monitor[] = "monitor";
	char *text = print(monitor, NULL, false, &page, 1);

	assert_string_equal(text, want);
	free(text);
}

TEST(events_are_lines)
{
#define AT "{\"at\":\"2023-11-14T22:13:20.250Z\",\"kind\":"
#define TIME "2023-11-14T22:13:20.250Z "
	assert_event("{\"version\":1,\"kinds\":[\"bfd\"]}", "");
	assert_event(AT "\"session\",\"neighborName\":\"tor-a\",\"neighbor\":"
			"\"192.0.2.2\",\"state\":\"Established\","
			"\"lastError\":null}",
	    TIME "session tor-a (192.0.2.2): Established\n");
	assert_event(AT "\"session\",\"neighborName\":\"tor-a\",\"neighbor\":"
			"\"192.0.2.2\",\"state\":\"Idle\",\"lastError\":{"
			"\"sentBy\":\"Peer\",\"code\":6,\"subcode\":2,"
			"\"text\":\"rack moves\"}}",
	    TIME "session tor-a (192.0.2.2): Idle; last error, sent by Peer: "
		 "6/2 rack moves\n");
	assert_event(AT "\"session\",\"neighborName\":\"tor-a\",\"neighbor\":"
			"\"192.0.2.2\",\"state\":\"Active\",\"lastError\":{"
			"\"sentBy\":\"Local\",\"code\":0,\"subcode\":0,"
			"\"text\":\"Connection refused\"}}",
	    TIME "session tor-a (192.0.2.2): Active; last error: Connection "
		 "refused\n");
	assert_event(AT "\"route\",\"prefix\":\"20.0.0.0/24\",\"routes\":[],"
			"\"more\":false}",
	    TIME "route 20.0.0.0/24: none any more\n");
	assert_event(AT "\"route\",\"prefix\":\"20.0.0.0/24\",\"routes\":[{"
			"\"neighborName\":\"tor-a\",\"nextHop\":\"10.0.0.1\","
			"\"asPath\":[65002,65003],\"communities\":"
			"[\"65002:1\"],\"med\":50,\"best\":true,"
			"\"eligible\":true},{\"localPreference\":200,"
			"\"neighborName\":null,\"nextHop\":null,"
			"\"asPath\":[],\"eligible\":true}],\"more\":true}",
	    TIME "route 20.0.0.0/24 > tor-a: next hop 10.0.0.1, AS path 65002 "
		 "65003, MED 50, preference -, communities 65002:1\n" TIME
		 "route 20.0.0.0/24 - ours: next hop -, AS path -, MED -, "
		 "preference 200, communities -\n" TIME
		 "route 20.0.0.0/24: … and more\n");
	assert_event(AT "\"announcement\",\"prefix\":\"10.33.5.0/24\","
			"\"announced\":false}",
	    TIME "announcement 10.33.5.0/24: withdrawn\n");
	assert_event(AT "\"bfd\",\"neighborName\":\"tor-a\",\"up\":false,"
			"\"reason\":\"BFD Down: Path Down\"}",
	    TIME "bfd tor-a: BFD Down: Path Down\n");
	assert_event(AT "\"lost\",\"lost\":12}",
	    TIME "lost: 12 events, which came faster than they were read\n");
}

TEST(a_dump_says_what_is_in_it)
{
	char dump[] = "dump", mrt[] = "mrt";
	struct page page = { "{\"version\":1,\"file\":\"n1.mrt\","
			     "\"prefixes\":2,\"routes\":3,\"leftOut\":1,"
			     "\"counted\":[\"leaf-a\"]}",
		false };
	char *text = print(dump, mrt, false, &page, 1);

	assert_string_equal(text,
	    "n1.mrt: 3 routes of 2 prefixes.\n"
	    "1 of peers that came meanwhile are not in it.\n"
	    "Those of leaf-a are too many to be kept, so they are only "
	    "counted.\n");
	free(text);
}

TEST(a_list_that_is_cut_says_so)
{
	assert_has("routes",
	    "{\"routes\":[{\"prefix\":\"10.0.0.0/8\"}],\"cursor\":[1]}",
	    "More may follow: that is the limit.\n");
}

TEST(json_is_printed_as_it_came)
{
	static const char reply[] = "{\"version\":1,\"neighbors\":[" DOWN "]}";
	char show[] = "show", what[] = "neighbors";
	struct page page = { reply, false };

	char *text = print(show, what, true, &page, 1);
	json_t *is = json_of(text);

	assert_null(strchr(text, '\x1b'));
	assert_at(is, "neighbors.0", DOWN);
	json_decref(is);
	free(text);
}

#define PAGE(prefix, cursor)                                       \
	"{\"version\":1,\"routes\":[{\"prefix\":\"" prefix "\"}]," \
	"\"cursor\":" cursor "}"

static const struct page pages[] = {
	{ PAGE("10.0.0.0/8", "[1]"), true },
	{ "{\"version\":1,\"routes\":[],\"cursor\":[2]}", true },
	{ PAGE("11.0.0.0/8", "null"), false },
};

TEST(json_of_many_replies_is_one_object)
{
	char show[] = "show", what[] = "routes";

	char *text = print(show, what, true, pages, 3);

	assert_string_equal(text,
	    "{\"version\":1,\"routes\":[{\"prefix\":\"10.0.0.0/8\"},"
	    "{\"prefix\":\"11.0.0.0/8\"}],\"cursor\":null}\n");
	free(text);
}

TEST(a_table_of_many_replies_has_titles_once)
{
	char show[] = "show", what[] = "routes";

	char *text = print(show, what, false, pages, 3);
	const char *titles = strstr(text, "PREFIX");

	assert_non_null(titles);
	assert_null(strstr(titles + 1, "PREFIX"));
	assert_non_null(strstr(text, "\n  11.0.0.0/8"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbors_are_one_line_each),
		cmocka_unit_test(prefixes_of_peers_are_above_them),
		cmocka_unit_test(bfd_sessions_are_one_line_each),
		cmocka_unit_test(one_bfd_session_is_shown_with_all_there_is),
		cmocka_unit_test(no_neighbors_is_said_in_words),
		cmocka_unit_test(
		    what_keeps_a_neighbor_down_goes_before_its_last_error),
		cmocka_unit_test(one_neighbor_is_shown_with_all_there_is),
		cmocka_unit_test(one_neighbor_is_shown_with_its_filters),
		cmocka_unit_test(
		    an_explanation_ends_with_what_to_ask_the_routers),
		cmocka_unit_test(a_finding_has_its_next_step_behind_it),
		cmocka_unit_test(filtered_routes_are_marked),
		cmocka_unit_test(routes_that_are_not_used_say_why),
		cmocka_unit_test(routes_that_are_told_have_a_source),
		cmocka_unit_test(changes_have_a_line_each),
		cmocka_unit_test(
		    routes_of_the_kernel_have_columns_of_their_own),
		cmocka_unit_test(routes_are_marked_best_or_not_eligible),
		cmocka_unit_test(path_ids_have_a_column_where_there_are_some),
		cmocka_unit_test(stale_routes_are_marked),
		cmocka_unit_test(announcements_say_why),
		cmocka_unit_test(holders_stand_above_the_nodes_of_the_link),
		cmocka_unit_test(holders_of_all_nodes_have_a_line_each),
		cmocka_unit_test(virtual_ips_have_a_line_for_each_address),
		cmocka_unit_test(rules_of_filters_have_a_line_each),
		cmocka_unit_test(services_have_a_line_each),
		cmocka_unit_test(tables_fit_the_terminal),
		cmocka_unit_test(color_is_put_around_what_is_wrong),
		cmocka_unit_test(status_ends_with_the_conditions),
		cmocka_unit_test(status_says_how_full_the_table_is),
		cmocka_unit_test(drain_of_the_node_is_told),
		cmocka_unit_test(drain_and_undrain_say_what_has_come_of_it),
		cmocka_unit_test(routes_say_whose_are_only_counted),
		cmocka_unit_test(events_are_lines),
		cmocka_unit_test(a_dump_says_what_is_in_it),
		cmocka_unit_test(a_list_that_is_cut_says_so),
		cmocka_unit_test(json_is_printed_as_it_came),
		cmocka_unit_test(json_of_many_replies_is_one_object),
		cmocka_unit_test(a_table_of_many_replies_has_titles_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
