/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random histories (doc/rules.md 45): Services, groups, labels, nodes and VirtualIPs
 * come, change and go, writes fail, conflict or are carried out and reported as
 * failed, the allocator dies and starts again. After each step no address is in two
 * statuses; whenever all is quiet, nobody waits who could be served, nothing has
 * changed without a cause, and what is called assigned is what was asked for. A
 * restart then changes no word of any object.
 *
 * See histories.h for how many of them are tried, and how to try others.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "tests/unit/addresses.h"
#include "tests/unit/allocator_cases.h"
#include "tests/unit/histories.h"

enum { HISTORIES = 2000, STEPS = 80, SERVICES = 10, GROUPS = 3 };

static const char *const service_names[SERVICES] = { "a/1", "a/2", "a/3", "a/4",
	"a/5", "b/1", "b/2", "b/3", "b/4", "b/5" };
static const char *const group_names[GROUPS] = { "red", "green", "blue" };
static const char *const tiers[] = { "front", "back" };
static const char *const v4_pools[] = { "10.0.0.0-10.0.0.2",
	"10.0.0.2-10.0.0.5", "10.0.0.4-10.0.0.4", "10.0.0.8-10.0.0.9",
	"10.0.0.1-10.0.0.8" };
static const char *const v6_pools[] = { "fd00::/128", "fd00::4-fd00::5",
	"fd00::1-fd00::4" };

struct history {
	struct cluster *c;
	bool aloud;          /* every change is printed */
	char complaint[256]; /* "": every promise is kept until now */
	bool edited[SERVICES];
	/* It has had a sharing key since it was last quiet. */
	bool keyed[SERVICES];
	bool restarted;             /* since then: rule 2 may decide */
	char before[SERVICES][128]; /* addresses when it was last quiet */
	bool stable[SERVICES];      /* it had then all that it asked for */
};

static void
complain(struct history *h, const char *what, const char *where)
{
	if (h->complaint[0] != '\0')
		return;
	snprintf(h->complaint, sizeof(h->complaint), "%s: %s", where, what);
	if (!h->aloud)
		return;
	char *object =
	    json_dumps(cluster_get(h->c, "Service", where), JSON_COMPACT);

	if (object != NULL) /* else it is of no Service that there is */
		print_error("%s\n", object);
	free(object);
}

static void
put(struct history *h, const char *kind, const char *where, const char *text)
{
	if (h->aloud)
		print_error("  put %s %s %s\n", kind, where, text);
	cluster_put(h->c, kind, where, text);
}

static void
remove_it(struct history *h, const char *kind, const char *where)
{
	if (h->aloud)
		print_error("  delete %s %s\n", kind, where);
	cluster_delete(h->c, kind, where);
}

static unsigned
pick(struct history *h, unsigned n)
{
	return rng_below(cluster_rng(h->c), n);
}

static const char *
key_of(const struct history *h, unsigned i)
{
	return cluster_annotation(
	    h->c, service_names[i], "lbbgp.io/sharing-key");
}

/* ---- what happens ---- */

static void
change_group(struct history *h)
{
	const char *name = group_names[pick(h, GROUPS)];
	char text[512];

	if (pick(h, 5) == 0) {
		remove_it(h, "ServiceGroup", name);
		return;
	}
	cluster_set_age(h->c, pick(h, 2));
	snprintf(text, sizeof(text),
	    "{'spec':{'autoAssign':%s,'priority':%u,'namespaces':%s,"
	    "'serviceSelector':%s,'pools':["
	    "{'subnet':'10.0.0.0/24','pool':'%s'},"
	    "{'subnet':'fd00::/64','pool':'%s'},"
	    "{'subnet':'10.9.0.0/24','pool':'%s'}]}}",
	    pick(h, 4) == 0 ? "false" : "true", pick(h, 3),
	    pick(h, 6) == 0 ? "['a']" : "null",
	    pick(h, 3) == 0 ? "{'matchLabels':{'tier':'front'}}" : "null",
	    v4_pools[pick(h, 5)], v6_pools[pick(h, 3)],
	    pick(h, 3) == 0 ? "192.0.2.1" : "10.9.0.0");
	put(h, "ServiceGroup", name, text);
}

static const char *
random_families(struct history *h)
{
	static const char *const texts[] = {
		"'ipFamilyPolicy':'SingleStack','ipFamilies':['IPv4']",
		"'ipFamilyPolicy':'SingleStack','ipFamilies':['IPv6']",
		"'ipFamilyPolicy':'PreferDualStack',"
		"'ipFamilies':['IPv4','IPv6']",
		"'ipFamilyPolicy':'RequireDualStack',"
		"'ipFamilies':['IPv6','IPv4']",
	};

	return texts[pick(h, 4)];
}

static void
change_service(struct history *h)
{
	unsigned i = pick(h, SERVICES);
	char request[64] = "null", group_name[32] = "null", text[1024];
	static const char *const keys[] = { "null", "null", "'k'", "'l'" };

	h->edited[i] = true;
	h->keyed[i] = h->keyed[i] || key_of(h, i)[0] != '\0';
	if (pick(h, 4) == 0) {
		remove_it(h, "Service", service_names[i]);
		return;
	}
	if (pick(h, 3) == 0)
		snprintf(request, sizeof(request), "'10.0.0.%u'", pick(h, 10));
	if (pick(h, 3) == 0)
		snprintf(group_name, sizeof(group_name), "'%s'",
		    group_names[pick(h, GROUPS)]);
	cluster_set_age(h->c, pick(h, 1000));
	snprintf(text, sizeof(text),
	    "{'metadata':{'labels':{'tier':'%s'},'annotations':{"
	    "'lbbgp.io/service-group':%s,'lbbgp.io/sharing-key':%s}},"
	    "'spec':{'ports':[{'port':%u}],'type':'%s','loadBalancerIP':%s,"
	    "%s}}",
	    tiers[pick(h, 2)], group_name, keys[pick(h, 4)], 80 + pick(h, 3),
	    pick(h, 6) == 0 ? "ClusterIP" : "LoadBalancer", request,
	    random_families(h));
	put(h, "Service", service_names[i], text);
}

/* No cause for anybody to lose anything (27). */
static void
change_labels(struct history *h)
{
	unsigned i = pick(h, SERVICES);
	char text[64];

	if (cluster_get(h->c, "Service", service_names[i]) == NULL)
		return;
	snprintf(text, sizeof(text), "{'metadata':{'labels':{'tier':'%s'}}}",
	    tiers[pick(h, 2)]);
	put(h, "Service", service_names[i], text);
}

static void
change_node(struct history *h)
{
	char text[128];

	if (pick(h, 3) == 0) {
		remove_it(h, "Node", "node");
		return;
	}
	snprintf(text, sizeof(text),
	    "{'status':{'addresses':["
	    "{'type':'InternalIP','address':'10.0.0.%u'}]}}",
	    pick(h, 10));
	put(h, "Node", "node", text);
}

/* No cause for anybody to lose anything (49). */
static void
change_vip(struct history *h)
{
	static const char *const names[] = { "api", "edge" };
	const char *name = names[pick(h, 2)];
	char text[128];

	if (pick(h, 3) == 0) {
		remove_it(h, "VirtualIP", name);
		return;
	}
	snprintf(text, sizeof(text),
	    "{'spec':{'addresses':['10.0.0.%u','fd00::%u/64']}}", pick(h, 10),
	    pick(h, 6));
	put(h, "VirtualIP", name, text);
}

static void
wipe_status(struct history *h)
{
	unsigned i = pick(h, SERVICES);

	if (cluster_get(h->c, "Service", service_names[i]) == NULL)
		return;
	put(h, "Service", service_names[i],
	    "{'status':{'loadBalancer':{'ingress':null}}}");
}

/* Whatever has been sent is lost or was carried out. */
static void
crash(struct history *h)
{
	h->restarted = true;
	cluster_crash(h->c);
}

static void
conflict(struct history *h)
{
	cluster_conflict_once(h->c);
}

static void
trouble(struct history *h)
{
	cluster_set_faults(h->c, pick(h, 3) == 0 ? 64 : 0);
}

/* ---- what must hold ---- */

static const json_t *
spec_of(const struct history *h, const char *kind, const char *where)
{
	return json_object_get(cluster_get(h->c, kind, where), "spec");
}

static const char *
text_in(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static bool
is_balanced(const struct history *h, unsigned i)
{
	return strcmp(text_in(spec_of(h, "Service", service_names[i]), "type"),
		   "LoadBalancer") == 0;
}

/* Is the address one of the list "a,b"? */
static bool
list_has(const char *list, const char *address)
{
	size_t n = strlen(address);

	for (const char *at = list; (at = strstr(at, address)) != NULL; at++)
		if ((at == list || at[-1] == ',') &&
		    (at[n] == '\0' || at[n] == ','))
			return true;
	return false;
}

/* Calls each address of a list; the copy is eaten. */
static bool
list_each_in(const char *list, const char *other, bool expected)
{
	char copy[512], *rest = copy, *one;

	snprintf(copy, sizeof(copy), "%s", list);
	while ((one = strsep(&rest, ",")) != NULL)
		if (*one != '\0' && list_has(other, one) != expected)
			return false;
	return true;
}

static long long
port_of(const struct history *h, unsigned i)
{
	const json_t *ports =
	    json_object_get(spec_of(h, "Service", service_names[i]), "ports");

	return json_integer_value(
	    json_object_get(json_array_get(ports, 0), "port"));
}

static bool
may_share(const struct history *h, unsigned i, unsigned k)
{
	return key_of(h, i)[0] != '\0' &&
	    strcmp(key_of(h, i), key_of(h, k)) == 0 &&
	    service_names[i][0] == service_names[k][0] &&
	    port_of(h, i) != port_of(h, k);
}

/* They shared, and one has been edited since: it takes a moment to part them. */
static bool
may_be_parting(const struct history *h, unsigned i, unsigned k)
{
	return (h->edited[i] || h->edited[k]) &&
	    (h->keyed[i] || key_of(h, i)[0] != '\0') &&
	    (h->keyed[k] || key_of(h, k)[0] != '\0');
}

static void
no_address_is_twice(struct history *h, bool quiet)
{
	char has[512];

	for (unsigned i = 0; i < SERVICES; i++) {
		snprintf(has, sizeof(has), "%s",
		    cluster_addresses(h->c, service_names[i]));
		for (unsigned k = 0; k < i && is_balanced(h, i); k++)
			if (is_balanced(h, k) && !may_share(h, i, k) &&
			    (quiet || !may_be_parting(h, i, k)) &&
			    !list_each_in(has,
				cluster_addresses(h->c, service_names[k]),
				false))
				complain(h, "an address that another one has",
				    service_names[i]);
	}
}

static void
nothing_changed_without_a_cause(struct history *h, unsigned i)
{
	const char *where = service_names[i];

	if (!h->edited[i] && h->stable[i] && is_balanced(h, i) &&
	    !(h->restarted && h->keyed[i]) &&
	    !list_each_in(h->before[i], cluster_addresses(h->c, where), true))
		complain(h, "it has lost what it had", where);
}

static void
assigned_means_as_asked(struct history *h, unsigned i)
{
	const char *where = service_names[i];
	const json_t *spec = spec_of(h, "Service", where);
	const char *asked = text_in(spec, "loadBalancerIP");
	const char *has = cluster_addresses(h->c, where);

	if (strcmp(cluster_condition(h->c, where), "True Assigned") != 0)
		return;
	if (has[0] == '\0')
		complain(h, "assigned nothing", where);
	if (asked[0] != '\0' && !list_has(has, asked))
		complain(h, "it asked for another address", where);
	if (strcmp(text_in(spec, "ipFamilyPolicy"), "RequireDualStack") == 0 &&
	    strchr(has, ',') == NULL)
		complain(h, "one family only", where);
	if (!list_each_in(has,
		cluster_annotation(h->c, where, "lbbgp.io/allocated-addresses"),
		true))
		complain(h, "the record is another", where);
}

static long long
free_in(const struct history *h, const char *group_name, const char *family)
{
	const json_t *status = json_object_get(
	    cluster_get(h->c, "ServiceGroup", group_name), "status");

	return json_integer_value(
	    json_object_get(json_object_get(status, family), "free"));
}

static bool
is_open(const struct history *h, const char *group_name, unsigned i)
{
	const json_t *spec = spec_of(h, "ServiceGroup", group_name);
	const json_t *labels = json_object_get(
	    json_object_get(
		cluster_get(h->c, "Service", service_names[i]), "metadata"),
	    "labels");

	return (json_object_get(spec, "namespaces") == NULL ||
		   service_names[i][0] == 'a') &&
	    (json_object_get(spec, "serviceSelector") == NULL ||
		strcmp(text_in(labels, "tier"), "front") == 0);
}

/* Could any group that assigns by itself serve this family? */
static bool
could_have(const struct history *h, unsigned i, const char *family)
{
	for (unsigned g = 0; g < GROUPS; g++) {
		const json_t *spec = spec_of(h, "ServiceGroup", group_names[g]);

		if (json_is_true(json_object_get(spec, "autoAssign")) &&
		    is_open(h, group_names[g], i) &&
		    free_in(h, group_names[g], family) > 0)
			return true;
	}
	return false;
}

static void
nobody_waits_who_could_be_served(struct history *h, unsigned i)
{
	const char *where = service_names[i];
	const json_t *spec = spec_of(h, "Service", where);
	const char *pinned =
	    cluster_annotation(h->c, where, "lbbgp.io/service-group");
	const char *family =
	    strcmp(json_string_value(
		       json_array_get(json_object_get(spec, "ipFamilies"), 0)),
		"IPv4") == 0
	    ? "ipv4"
	    : "ipv6";

	if (cluster_addresses(h->c, where)[0] != '\0')
		return;
	if (cluster_condition(h->c, where)[0] == '\0')
		complain(h, "it was told nothing", where);
	if (text_in(spec, "loadBalancerIP")[0] != '\0' ||
	    strcmp(text_in(spec, "ipFamilyPolicy"), "SingleStack") != 0)
		return;
	if (pinned[0] != '\0'
		? free_in(h, pinned, family) > 0 && is_open(h, pinned, i)
		: could_have(h, i, family))
		complain(h, "it waits though there is something free", where);
}

static void
remember(struct history *h, unsigned i)
{
	const char *where = service_names[i];
	const char *condition = cluster_condition(h->c, where);

	h->edited[i] = false;
	h->keyed[i] = key_of(h, i)[0] != '\0';
	h->stable[i] = strcmp(condition, "True Assigned") == 0;
	snprintf(h->before[i], sizeof(h->before[i]), "%s",
	    cluster_addresses(h->c, where));
}

static void
look_around(struct history *h)
{
	no_address_is_twice(h, true);
	for (unsigned i = 0; i < SERVICES; i++) {
		if (is_balanced(h, i)) {
			nothing_changed_without_a_cause(h, i);
			assigned_means_as_asked(h, i);
			nobody_waits_who_could_be_served(h, i);
		}
		remember(h, i);
	}
	h->restarted = false;
}

/* ---- the histories ---- */

static void
deliver_some(struct history *h)
{
	for (unsigned k = pick(h, 12); k > 0; k--) {
		cluster_step(h->c);
		no_address_is_twice(h, false);
	}
}

static void
come_to_rest(struct history *h)
{
	cluster_set_faults(h->c, 0);
	while (cluster_step(h->c))
		no_address_is_twice(h, false);
	look_around(h);
}

/* All objects of the kind as text, but for their versions; owned. */
static char *
seen(const struct history *h, const char *kind)
{
	json_t *all = json_deep_copy(cluster_all(h->c, kind)), *object;
	const char *where;

	json_object_foreach (all, where, object)
		json_object_del(
		    json_object_get(object, "metadata"), "resourceVersion");
	char *text = json_dumps(all, JSON_INDENT(1) | JSON_SORT_KEYS);

	json_decref(all);
	return text;
}

/* From the first line that is another one. */
static void
complain_of_a_change(
    struct history *h, const char *kind, const char *before, const char *after)
{
	size_t same = 0;

	while (before[same] == after[same])
		same++;
	while (same > 0 && before[same] != '\n')
		same--;
	if (h->aloud)
		print_error(
		    "was%.400s\nis%.400s\n", before + same, after + same);
	complain(h, "a restart changes it", kind);
}

static void
rest_and_restart(struct history *h)
{
	static const char *const kinds[] = { "Service", "ServiceGroup" };
	char *before[2];

	come_to_rest(h);
	unsigned events = cluster_events(h->c), writes = cluster_writes(h->c);

	for (unsigned i = 0; i < 2; i++)
		before[i] = seen(h, kinds[i]);
	cluster_restart(h->c);
	cluster_settle(h->c);
	if (cluster_events(h->c) != events)
		complain(h, "a restart tells it", cluster_last_event(h->c));
	if (cluster_writes(h->c) != writes)
		complain(h, "a restart writes", "Service");
	for (unsigned i = 0; i < 2; i++) {
		char *after = seen(h, kinds[i]);

		if (strcmp(after, before[i]) != 0)
			complain_of_a_change(h, kinds[i], before[i], after);
		free(after);
		free(before[i]);
	}
	look_around(h);
}

static const struct step_kind step_kinds[] = {
	/* clang-format off */
	{ "a group changes",	 2, change_group },
	{ "a Service changes",	12, change_service },
	{ "labels change",	 3, change_labels },
	{ "a node changes",	 1, change_node },
	{ "a VirtualIP changes", 2, change_vip },
	{ "a status is wiped",	 2, wipe_status },
	{ "a crash",		 1, crash },
	{ "a conflict",		 1, conflict },
	{ "writes may fail",	 3, trouble },
	{ "some time",		18, deliver_some },
	{ "rest",		 3, come_to_rest },
	{ "rest and a restart",	 2, rest_and_restart },
	{ 0 },
	/* clang-format on */
};

static bool
breaks_a_promise(const struct script *s, bool aloud, void *arg)
{
	struct history h = { .c = cluster_new(s->seed), .aloud = aloud };

	(void)arg;
	script_play(s, &h, cluster_rng(h.c), h.complaint, aloud);
	if (aloud)
		print_error("%s\n", h.complaint);
	cluster_free(h.c);
	return h.complaint[0] != '\0';
}

TEST(any_history_keeps_the_promises)
{
	static const struct histories all = { .kinds = step_kinds,
		.count = HISTORIES,
		.steps = STEPS,
		.breaks = breaks_a_promise };

	histories_hold(&all);
}

/* A stand-in for a promise: a crash with a wiped status somewhere before it. */
static bool
has_a_wipe_and_a_crash(const struct script *s, bool aloud, void *arg)
{
	bool wiped = false, crashed = false;

	(void)aloud;
	(void)arg;
	for (unsigned i = 0; i < s->n; i++) {
		const struct step_kind *kind = s->steps[i].kind;

		wiped = wiped || kind->happens == wipe_status;
		crashed = crashed || (wiped && kind->happens == crash);
	}
	return crashed;
}

TEST(failing_history_is_shrunk_to_what_matters)
{
	static const struct histories all = { .kinds = step_kinds,
		.steps = STEPS,
		.breaks = has_a_wipe_and_a_crash };
	struct script s;
	uint64_t seed = 1;

	do
		script_make(&all, &s, seed++);
	while (!has_a_wipe_and_a_crash(&s, false, NULL));
	script_shrink(&all, &s);
	assert_int_equal(s.n, 2);
	assert_ptr_equal(s.steps[0].kind->happens, wipe_status);
	assert_ptr_equal(s.steps[1].kind->happens, crash);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_history_keeps_the_promises),
		cmocka_unit_test(failing_history_is_shrunk_to_what_matters),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
