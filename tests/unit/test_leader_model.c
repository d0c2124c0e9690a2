/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three allocators and one Lease through random histories: they are paused, cut off,
 * killed and asked to end, their clocks are set and go at different rates, writes are
 * late, lost, or carried out without an answer. At no moment two of them would write.
 * When all is well again one leads, and it goes on to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "allocator/lead/leader.h"
#include "allocator/lead/lease.h"
#include "common/err.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/histories.h"

enum { HISTORIES = 200, STEPS = 200, HOSTS = 3, NEWS = 64 };
enum { TICK = 50, TIME_MOST = 6000, REST = 45000, CALM = 60000 }; /* ms */

struct news { /* a version of the record on its way to one host; at 0: none */
	uint64_t at;
	char version[24], holder[24], renewed[40];
};

struct host {
	struct leader *leader; /* NULL: it is down */
	struct leader_spec spec;
	char identity[24];
	unsigned lives;
	uint64_t boot;      /* what its clock said when the history began */
	unsigned rate;      /* of its clock, in thousandths */
	int64_t wall;       /* what its wall clock is wrong by */
	uint64_t away, cut; /* it stands still, or reaches nobody, until then */
	struct news news[NEWS]; /* a ring */
	unsigned first, n;
	char *body; /* owned; a write under way, NULL: none */
	uint64_t arrives, answered;
	bool carried_out, lost; /* the write has arrived; its answer is lost */
	enum leader_wrote fate;
	char version[24];
	uint64_t read_at; /* the answer to a read; 0: none is under way */
};

struct history {
	struct host hosts[HOSTS];
	struct rng rng;
	uint64_t t, version;
	bool trouble, aloud;
	char complaint[128]; /* "": every promise is kept until now */
	struct lease
	    record; /* its strings are those below; version NULL: none */
	char texts[3][40];
	uint64_t all, led; /* ticks; those in which one led */
};

static unsigned
chance(struct history *w, unsigned n)
{
	return rng_below(&w->rng, n);
}

static uint64_t
clock_of(const struct history *w, const struct host *h)
{
	return h->boot + w->t * h->rate / 1000;
}

static void
host_start(struct history *w, struct host *h)
{
	snprintf(h->identity, sizeof(h->identity), "host%u.%u",
	    (unsigned)(h - w->hosts), h->lives++);
	h->spec = (struct leader_spec){ .identity = h->identity,
		.ns = "lbbgp-system",
		.times = { 15000, 10000, 2000 },
		.seed = chance(w, UINT32_MAX) };
	h->leader = leader_new(&h->spec);
	h->first = h->n = 0;
	h->read_at = w->t + 1 + chance(w, 500);
}

static void
host_stop(struct host *h)
{
	leader_free(h->leader);
	h->leader = NULL;
	free(
	    h->body); /* what has been sent may still arrive: see write_arrives() */
	h->body = NULL;
}

/* ---- the API server ---- */

static void
news_add(struct history *w, struct host *h)
{
	assert_in_range(h->n, 0, NEWS - 1);
	struct news *n = &h->news[(h->first + h->n++) % NEWS];
	unsigned delay = w->trouble ? 1 + chance(w, 2000) : 1 + chance(w, 100);

	n->at = w->t + delay;
	snprintf(n->version, sizeof(n->version), "%s", w->record.version);
	snprintf(n->holder, sizeof(n->holder), "%s", w->record.holder);
	snprintf(n->renewed, sizeof(n->renewed), "%s", w->record.renewed);
}

static void
record_set(struct history *w, const struct lease *to)
{
	snprintf(w->texts[0], sizeof(w->texts[0]), "%llu",
	    (unsigned long long)++w->version);
	snprintf(w->texts[1], sizeof(w->texts[1]), "%s", to->holder);
	snprintf(w->texts[2], sizeof(w->texts[2]), "%s", to->renewed);
	w->record = (struct lease){ w->texts[0], w->texts[1], w->texts[2],
		to->duration, to->transitions };
	for (unsigned i = 0; i < HOSTS; i++)
		if (w->hosts[i].leader != NULL)
			news_add(w, &w->hosts[i]);
}

static void
write_arrives(struct history *w, struct host *h)
{
	struct err err;
	json_t *obj = json_loads(h->body, 0, NULL);
	struct lease *to = lease_decode(obj, &err);
	bool fits = w->record.version == NULL
	    ? to->version[0] == '\0'
	    : strcmp(to->version, w->record.version) == 0;

	h->carried_out = true;
	h->fate = fits ? LEADER_DONE : LEADER_CONFLICT;
	if (fits)
		record_set(w, to);
	snprintf(h->version, sizeof(h->version), "%s",
	    fits ? w->record.version : "");
	lease_free(to);
	json_decref(obj);
}

/* ---- one host ---- */

static void
host_hear(struct history *w, struct host *h)
{
	while (h->n > 0 && h->news[h->first].at <= w->t) {
		struct news *n = &h->news[h->first];
		struct lease lease = { n->version, n->holder, n->renewed, 15,
			w->record.transitions };

		h->first = (h->first + 1) % NEWS;
		h->n--;
		leader_saw(h->leader, &lease, clock_of(w, h));
	}
}

static void
host_read(struct history *w, struct host *h)
{
	if (h->read_at == 0 && leader_is_blind(h->leader))
		h->read_at = w->t + 1 + chance(w, w->trouble ? 1000 : 100);
	if (h->read_at == 0 || h->read_at > w->t)
		return;
	h->read_at = 0;
	h->n = 0; /* the watch goes on from here */
	leader_saw(h->leader, w->record.version != NULL ? &w->record : NULL,
	    clock_of(w, h));
}

static void
host_answered(struct history *w, struct host *h)
{
	if (h->body == NULL || h->answered > w->t)
		return;
	bool lost = h->lost || !h->carried_out;

	leader_told(h->leader, lost ? LEADER_FAILED : h->fate, h->version);
	free(h->body);
	h->body = NULL;
}

static void
host_send(struct history *w, struct host *h)
{
	const char *body = leader_next(
	    h->leader, 1767225600000 + (int64_t)w->t + h->wall, clock_of(w, h));

	if (body == NULL)
		return;
	unsigned slow = w->trouble && chance(w, 8) == 0 ? 12000 : 100;

	h->body = strdup(body);
	h->arrives = w->t + 1 + chance(w, slow);
	h->answered = h->arrives + 1 + chance(w, slow);
	h->carried_out = false;
	h->lost = w->trouble && chance(w, 8) == 0;
	h->version[0] = '\0';
}

static void
host_step(struct history *w, struct host *h)
{
	bool reached = h->cut <= w->t;

	if (h->body != NULL && !h->carried_out && h->arrives <= w->t && reached)
		write_arrives(w, h);
	if (h->leader == NULL || h->away > w->t)
		return;
	if (reached) {
		host_hear(w, h);
		host_read(w, h);
	}
	host_answered(w, h);
	if (h->body == NULL)
		host_send(w, h);
	if (leader_is_over(h->leader)) {
		host_stop(h);
		host_start(w, h);
	}
}

/* ---- what happens to them ---- */

static struct host *
any_host(struct history *w)
{
	struct host *h = &w->hosts[chance(w, HOSTS)];

	if (w->aloud)
		print_error(
		    "  %s at %llu ms\n", h->identity, (unsigned long long)w->t);
	return h;
}

static void
stand_still(struct history *w)
{
	any_host(w)->away = w->t + chance(w, 40000);
}

static void
cut_off(struct history *w)
{
	any_host(w)->cut = w->t + chance(w, 40000);
}

static void
set_clock(struct history *w)
{
	any_host(w)->wall += (chance(w, 2) == 0 ? 1 : -1) * 3600000;
}

static void
kill_one(struct history *w)
{
	struct host *h = any_host(w);

	if (h->leader == NULL)
		return;
	if (h->body != NULL && !h->carried_out && chance(w, 2) == 0)
		write_arrives(w, h); /* its last word */
	host_stop(h);
}

static void
start_one(struct history *w)
{
	struct host *h = any_host(w);

	if (h->leader == NULL)
		host_start(w, h);
}

static void
ask_to_end(struct history *w)
{
	struct host *h = any_host(w);

	if (h->leader != NULL)
		leader_resign(h->leader);
}

/* Which one would write now; NULL: none. */
static struct host *
who_leads(struct history *w)
{
	struct host *found = NULL;

	for (unsigned i = 0; i < HOSTS; i++) {
		struct host *h = &w->hosts[i];

		if (h->leader == NULL || h->away > w->t ||
		    !leader_leads(h->leader, clock_of(w, h)))
			continue;
		if (found != NULL)
			snprintf(w->complaint, sizeof(w->complaint),
			    "at %llu ms %s and %s lead",
			    (unsigned long long)w->t, found->identity,
			    h->identity);
		found = h;
	}
	w->led += found != NULL;
	w->all++;
	return found;
}

static struct host *
go_on(struct history *w, unsigned ms)
{
	struct host *leader = NULL;

	for (uint64_t end = w->t + ms; w->t < end && w->complaint[0] == '\0';
	     w->t += TICK) {
		unsigned first = chance(w, HOSTS);

		for (unsigned i = 0; i < HOSTS; i++)
			host_step(w, &w->hosts[(first + i) % HOSTS]);
		leader = who_leads(w);
	}
	return leader;
}

static void
some_time(struct history *w)
{
	go_on(w, chance(w, TIME_MOST));
}

static const struct step_kind step_kinds[] = {
	/* clang-format off */
	{ "it stands still",		1, stand_still },
	{ "it is cut off",		1, cut_off },
	{ "its clock is set",		1, set_clock },
	{ "it is killed",		1, kill_one },
	{ "it is started",		1, start_one },
	{ "it is asked to end",		1, ask_to_end },
	{ "some time",			6, some_time },
	{ 0 },
	/* clang-format on */
};

static void
mend(struct history *w)
{
	w->trouble = false;
	for (unsigned i = 0; i < HOSTS; i++) {
		w->hosts[i].away = w->hosts[i].cut = 0;
		if (w->hosts[i].leader == NULL)
			host_start(w, &w->hosts[i]);
	}
}

/* When all is well again, one leads and goes on to. */
static void
come_to_rest(struct history *w)
{
	rng_init(&w->rng, 1);
	mend(w);
	struct host *leader = go_on(w, REST);
	unsigned lives = leader != NULL ? leader->lives : 0;

	if (w->complaint[0] == '\0' &&
	    (leader == NULL || go_on(w, CALM) != leader ||
		leader->lives != lives))
		snprintf(w->complaint, sizeof(w->complaint),
		    "nobody leads, or not for long");
}

/* ---- the histories ---- */

struct times { /* ticks of all histories; those in which one led */
	uint64_t all, led;
};

static void
world_make(struct history *w, uint64_t seed)
{
	rng_init(&w->rng, seed);
	for (unsigned i = 0; i < HOSTS; i++) {
		w->hosts[i].boot = chance(w, 1000000);
		w->hosts[i].rate = 950 + chance(w, 101);
		host_start(w, &w->hosts[i]);
	}
}

static bool
breaks_a_promise(const struct script *s, bool aloud, void *arg)
{
	struct history w = { .trouble = true, .aloud = aloud };
	struct times *times = arg;

	world_make(&w, s->seed);
	script_play(s, &w, &w.rng, w.complaint, aloud);
	come_to_rest(&w);
	if (aloud)
		print_error("%s\n", w.complaint);
	for (unsigned i = 0; i < HOSTS; i++)
		host_stop(&w.hosts[i]);
	times->all += w.all;
	times->led += w.led;
	return w.complaint[0] != '\0';
}

TEST(no_two_lead_at_once_whatever_happens)
{
	struct times times = { 0 };
	const struct histories all = { .kinds = step_kinds,
		.count = HISTORIES,
		.steps = STEPS,
		.breaks = breaks_a_promise,
		.arg = &times };

	histories_hold(&all);
	assert_true(
	    times.led > times.all / 3); /* else it is easy to be right */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_two_lead_at_once_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
