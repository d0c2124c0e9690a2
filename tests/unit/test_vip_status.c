/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What node1 writes into the status of a VirtualIP that may stand there already.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "bgpd/vip/vip_status.h"
#include "bgpd/vip/vips.h"
#include "common/clock.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

struct scene {
	struct vips *vips;
	struct virtual_ip *object;
	struct clock clock;
	uint64_t later; /* ms, when it is looked what is to be written */
};

/* ---- an owner that does nothing ---- */

static uint64_t
scene_now(void *arg)
{
	(void)arg;
	return 100000;
}

static int64_t
scene_wall(void *arg)
{
	(void)arg;
	return 1767225600000; /* 2026-01-01 */
}

static void
on_arm(void *arg, uint64_t at)
{
	(void)arg;
	(void)at;
}

static void
on_l2(void *arg, const struct lan_want *want)
{
	(void)arg;
	(void)want;
}

static void
on_l2_gone(void *arg, const struct addr *a)
{
	(void)arg;
	(void)a;
}

static void
on_hold(void *arg, const char *interface, const struct prefix *p, bool on)
{
	(void)arg;
	(void)interface;
	(void)p;
	(void)on;
}

static void
on_judged(void *arg, const struct virtual_ip *object, const char *why)
{
	(void)arg;
	(void)object;
	(void)why;
}

static void
on_event(void *arg, const struct virtual_ip *object, enum vips_news news,
    const char *text)
{
	(void)arg;
	(void)object;
	(void)news;
	(void)text;
}

static void
on_changed(void *arg, const char *name)
{
	(void)arg;
	(void)name;
}

static const struct labels *
on_labels(void *arg, const char *node)
{
	(void)arg;
	(void)node;
	return NULL;
}

static const struct vips_ops ops = { .arm = on_arm,
	.l2 = on_l2,
	.l2_gone = on_l2_gone,
	.hold = on_hold,
	.judged = on_judged,
	.event = on_event,
	.changed = on_changed };

static int
setup(void **state)
{
	struct scene *s = xcalloc(1, sizeof(*s));

	s->later = 5000;
	s->clock = (struct clock){ scene_now, scene_wall, s };
	const struct vips_env env = {
		.node = "node1", .clock = &s->clock, .labels = on_labels
	};

	s->vips = vips_new(&env, &ops, s);
	vips_start(s->vips);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	vips_free(s->vips);
	virtual_ip_free(s->object);
	free(s);
	return 0;
}

/* Its status, and more of its spec, as YAML in one line. */
static void
put(struct scene *s, const char *more, const char *status)
{
	char *yaml =
	    xasprintf("metadata: {name: v, generation: 3}\nspec: "
		      "{addresses: [10.0.0.9], l2: {}%s}\nstatus: {%s}\n",
		more, status);
	struct virtual_ip *was = s->object;

	s->object = decoded(virtual_ip_decode, yaml);
	free(yaml);
	vips_changed(s->vips, was, s->object);
	virtual_ip_free(was);
	vips_tick(s->vips);
}

static void
l2_says(struct scene *s, const char *interface, const char *holder,
    const uint8_t *conflict)
{
	struct addr a;

	assert_true(addr_parse("10.0.0.9", &a));
	vips_l2_changed(
	    s->vips, &a, &(struct vips_l2_news){ interface, holder, conflict });
	vips_tick(s->vips);
}

/* NULL: nothing is written. */
static void
assert_writes(struct scene *s, const char *want)
{
	const struct vip_clocks clocks = { s->later + 100000,
		(int64_t)s->later + 1767225600000 };
	struct vip_status status = { 0 };
	uint64_t again;

	s->later += 10000;
	assert_int_equal(
	    vip_status_next(s->vips, &clocks, &status, &again), want != NULL);
	assert_int_equal(again, 0);
	if (want == NULL)
		return;
	assert_string_equal(status.name, "v");
	assert_string_equal(status.body, want);
	free(status.body);
}

#define CONDITION(type, status, reason, message, when)        \
	"{\"type\":\"" type "\",\"status\":\"" status         \
	"\",\"reason\":\"" reason "\",\"message\":\"" message \
	"\",\"lastTransitionTime\":\"" when "\",\"observedGeneration\":3}"
#define HEALTHY(when) \
	CONDITION("Healthy", "True", "ChecksHold", "node1 is healthy", when)
#define KEPT                                                        \
	",{\"type\":\"Accepted\",\"status\":\"False\",\"reason\":"  \
	"\"Refused\",\"message\":\"wrong\",\"lastTransitionTime\":" \
	"\"2025-12-30T00:00:00Z\"}"
#define IS_HEALTHY                                             \
	"{type: Healthy, status: 'True', reason: ChecksHold, " \
	"message: node1 is healthy, lastTransitionTime: "      \
	"'2025-12-31T00:00:00Z'}"
#define SINCE_2025 "since: '2025-12-31T00:00:00Z'"

static void
holder_says_who_and_since_when(void **state)
{
	struct scene *s = *state;

	put(s, "", "");
	assert_writes(s, NULL);
	l2_says(s, "eth0", "node1", NULL);
	assert_writes(s,
	    "{\"status\":{\"holder\":\"node1\",\"since\":\"2026-01-01T00:00:"
	    "00Z\",\"conditions\":[" HEALTHY("2026-01-01T00:00:15Z") "]}}");
}

static void
what_stands_there_is_not_written_again(void **state)
{
	struct scene *s = *state;

	put(s, "",
	    "holder: node1, " SINCE_2025 ", conditions: [" IS_HEALTHY "]");
	l2_says(s, "eth0", "node1", NULL);
	assert_writes(s, NULL);
}

/* kubectl waits for what is said of it as it is now: generation 3. */
static void
what_stands_there_of_an_older_generation_is_written_again(void **state)
{
	struct scene *s = *state;

	put(s, "",
	    "holder: node1, " SINCE_2025
	    ", conditions: [{type: Healthy, status: 'True', reason: "
	    "ChecksHold, message: node1 is healthy, lastTransitionTime: "
	    "'2025-12-31T00:00:00Z', observedGeneration: 2}]");
	l2_says(s, "eth0", "node1", NULL);
	assert_writes(s,
	    "{\"status\":{\"holder\":\"node1\",\"since\":\"2025-12-31T00:00:"
	    "00Z\",\"conditions\":[" HEALTHY("2025-12-31T00:00:00Z") "]}}");
}

static void
who_does_not_hold_it_says_nothing(void **state)
{
	struct scene *s = *state;

	put(s, "", "holder: node2, " SINCE_2025);
	l2_says(s, NULL, "node2", NULL);
	assert_writes(s, NULL);
	put(s, "", "holder: node1, " SINCE_2025); /* node2 will say so */
	assert_writes(s, NULL);
	put(s, "",
	    "holder: node2, " SINCE_2025); /* nor whom it does not name */
	l2_says(s, NULL, NULL, NULL);
	assert_writes(s, NULL);
}

static void
who_was_the_last_one_says_that_nobody_holds_it(void **state)
{
	struct scene *s = *state;

	put(s, ", nodeSelector: {matchLabels: {a: b}}",
	    "holder: node1, " SINCE_2025 ", conditions: [" IS_HEALTHY "]");
	assert_writes(s,
	    "{\"status\":{\"holder\":\"\",\"since\":\"2026-01-01T00:00:00Z\","
	    "\"conditions\":[" CONDITION("Healthy", "False", "NoCandidate",
		"node1: its nodeSelector does not match this node",
		"2026-01-01T00:00:05Z") "]}}");
}

/* As one writer of several nodes, who takes back what is not said again. */
static void
what_others_have_said_is_said_again(void **state)
{
	struct scene *s = *state;

	put(s, "",
	    "holder: node2, " SINCE_2025
	    ", conditions: [{type: Accepted, status: 'False', reason: Refused, "
	    "message: wrong, lastTransitionTime: '2025-12-30T00:00:00Z'}]");
	l2_says(s, "eth0", "node1", NULL);
	assert_writes(s,
	    "{\"status\":{\"holder\":\"node1\",\"since\":\"2026-01-01T00:00:"
	    "00Z\",\"conditions\":[" HEALTHY("2026-01-01T00:00:05Z") KEPT
	    "]}}");
}

static void
stranger_is_told_by_who_found_it_and_that_it_went(void **state)
{
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 7 };
	struct scene *s = *state;

	put(s, "", "holder: node2, " SINCE_2025);
	l2_says(s, NULL, NULL, mac);
	assert_writes(s,
	    "{\"status\":{\"holder\":\"node2\",\"since\":\"2025-12-31T00:00:"
	    "00Z\",\"conditions\":[" CONDITION("Conflict", "True",
		"AddressInUse",
		"10.0.0.9 is used by 02:00:00:00:00:07, as node1 has found",
		"2026-01-01T00:00:05Z") "]}}");
	put(s, "",
	    "conditions: [{type: Conflict, status: 'True', reason: "
	    "AddressInUse, message: '10.0.0.9 is used by 02:00:00:00:00:07, as "
	    "node1 has found', lastTransitionTime: '2025-12-31T00:00:00Z'}]");
	assert_writes(s, NULL);
	l2_says(s, NULL, NULL, NULL);
	assert_writes(s,
	    "{\"status\":{\"conditions\":[" CONDITION("Conflict", "False",
		"AddressFree", "", "2026-01-01T00:00:25Z") "]}}");
	put(s, "",
	    "conditions: [{type: Conflict, status: 'True', reason: "
	    "AddressInUse, message: '10.0.0.9 is used by 02:00:00:00:00:07, as "
	    "node2 has found', lastTransitionTime: '2025-12-31T00:00:00Z'}]");
	assert_writes(s, NULL);
}

/* What changes meanwhile is in the next one. */
static void
it_is_written_once_in_two_seconds(void **state)
{
	struct vip_clocks clocks = { 100000, 1767225600000 };
	struct scene *s = *state;
	struct vip_status status;
	uint64_t again;

	put(s, "", "");
	l2_says(s, "eth0", "node1", NULL);
	assert_true(vip_status_next(s->vips, &clocks, &status, &again));
	free(status.body);
	assert_false(vip_status_next(s->vips, &clocks, &status, &again));
	assert_int_equal(again, 0);
	l2_says(s, "eth1", "node1", NULL);
	assert_false(vip_status_next(s->vips, &clocks, &status, &again));
	assert_int_equal(again, 100000 + VIP_STATUS_PAUSE);
	clocks.now = again;
	assert_true(vip_status_next(s->vips, &clocks, &status, &again));
	free(status.body);
}

/* As it comes to be when nodes do not hear each other: node2 does the same. */
static void
two_holders_write_ever_more_rarely(void **state)
{
	struct vip_clocks clocks = { 100000, 1767225600000 };
	struct scene *s = *state;
	struct vip_status status;
	unsigned written = 0;
	uint64_t again;

	put(s, "", "");
	l2_says(s, "eth0", "node1", NULL);
	for (unsigned i = 0; i < 6000; i++, clocks.now += 100) {
		if (!vip_status_next(s->vips, &clocks, &status, &again))
			continue;
		written++;
		free(status.body);
		put(s, "", "holder: node2, " SINCE_2025);
	}
	assert_in_range(written, 10, 16); /* in ten minutes */
	clocks.now += 200000;
	put(s, "", "holder: node2, " SINCE_2025);
	assert_true(vip_status_next(s->vips, &clocks, &status, &again));
	free(status.body);
	clocks.now += VIP_STATUS_PAUSE;
	put(s, "", "holder: node2, " SINCE_2025);
	assert_true(vip_status_next(s->vips, &clocks, &status, &again));
	free(status.body);
}

static void
stranger_that_another_node_has_told_of_is_not_told_again(void **state)
{
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 7 },
			     other[] = { 2, 0, 0, 0, 0, 8 };
	struct scene *s = *state;

	put(s, "",
	    "conditions: [{type: Conflict, status: 'True', reason: "
	    "AddressInUse, message: '10.0.0.9 is used by 02:00:00:00:00:07, as "
	    "node2 has found', lastTransitionTime: '2025-12-31T00:00:00Z'}]");
	l2_says(s, NULL, NULL, mac);
	assert_writes(s, NULL);
	l2_says(s, NULL, NULL, other);
	assert_writes(s,
	    "{\"status\":{\"conditions\":[" CONDITION("Conflict", "True",
		"AddressInUse",
		"10.0.0.9 is used by 02:00:00:00:00:08, as node1 has found",
		"2025-12-31T00:00:00Z") "]}}");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(holder_says_who_and_since_when),
		T(what_stands_there_is_not_written_again),
		T(what_stands_there_of_an_older_generation_is_written_again),
		T(who_does_not_hold_it_says_nothing),
		T(who_was_the_last_one_says_that_nobody_holds_it),
		T(what_others_have_said_is_said_again),
		T(stranger_is_told_by_who_found_it_and_that_it_went),
		T(it_is_written_once_in_two_seconds),
		T(two_holders_write_ever_more_rarely),
		T(stranger_that_another_node_has_told_of_is_not_told_again),
	};

	return cmocka_run_group_tests_name("vip_status", tests, NULL, NULL);
}
