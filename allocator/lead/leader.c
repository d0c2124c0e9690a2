/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record is a Lease with a holder. Who leads writes it again every `retry`; each
 * write names the version that it is based on, so of two writers one fails. Who does
 * not lead watches it and writes itself in when
 *
 *	there is no record, or it has been given back (its holder is ""): at once
 *	it has not been seen to change for as long as its holder asked: by own clock
 *
 * The times in the record are for people. Clocks of two machines are never compared:
 * only the rate at which they go counts, and `renew` < `lease` is the room for that.
 *
 * Why two never lead at once: a leader counts from the moment at which it *sent* the
 * last write that it knows has succeeded, and stops after `renew`. Another counts from
 * when it *saw* that write, which is later, and waits for `lease`, which is longer. If
 * its picture is old, its write fails.
 *
 * Why what a leader wrote does not arrive under the next one: leader_until() is a
 * fence to the source. It looks at it each time before it hands bytes to the kernel,
 * and when it is reached it takes back what is under way, also from the kernel. A
 * program that stands still then can't do that; for it the kernel gives up what was
 * not acknowledged for leader_unacked(), less than `lease` - `renew`. What a proxy or
 * the server itself sits on is out of reach: such a write names the version of its
 * object, and an address that was given twice is mended as any other (reconcile).
 *
 * A write of unknown fate counts once the record shows it. What comes as an echo of a
 * write before the last is passed over; when that was a mistake, the next write is a
 * conflict. After a conflict we are blind until the record has been read again.
 */
#include "allocator/lead/leader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allocator/lead/lease.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/rng.h"

#define RENEWED 40 /* room for a renewTime */

struct leader {
	struct leader_spec spec;
	struct rng rng;

	/* The record, as far as it is known. */
	bool blind;
	char *version;     /* owned; NULL: there is none */
	char *holder;      /* owned */
	char *renewed;     /* owned; its renewTime */
	uint32_t duration; /* ms */
	int64_t transitions;
	uint64_t seen_at; /* when it was last seen to change */

	/* Our own writes. */
	bool writing, giving;  /* giving: the write gives the record back */
	char *body;            /* owned; of the last */
	char written[RENEWED]; /* its renewTime */
	int64_t written_transitions;
	unsigned n_writes;
	uint64_t sent_at;    /* of the last */
	uint64_t renewed_at; /* when the last that succeeded was sent */
	uint64_t next_at;    /* no sooner */
	bool confirmed;      /* one has: the record is ours by it */
	bool resigned, given_back;
};

bool
leader_times_check(const struct leader_times *t, struct err *err)
{
	if (t->lease <= t->renew)
		return err_set(err,
		    "the lease duration (%g s) must be longer than the renew "
		    "deadline (%g s)",
		    t->lease / 1000.0, t->renew / 1000.0);
	if ((uint64_t)t->renew * 10 <= (uint64_t)t->retry * 12)
		return err_set(err,
		    "the renew deadline (%g s) must be longer than 1.2 times the "
		    "retry period (%g s)",
		    t->renew / 1000.0, t->retry / 1000.0);
	return t->retry > 0 || err_set(err, "the retry period is 0");
}

/* The rest is for the time until the kernel sees that it has to try again. */
uint32_t
leader_unacked(const struct leader_times *t)
{
	return (t->lease - t->renew) / 2;
}

struct leader *
leader_new(const struct leader_spec *spec)
{
	struct leader *l = xcalloc(1, sizeof(*l));

	l->spec = *spec;
	rng_init(&l->rng, spec->seed);
	l->blind = true;
	l->holder = xstrdup("");
	l->renewed = xstrdup("");
	return l;
}

void
leader_free(struct leader *l)
{
	if (l == NULL)
		return;
	free(l->version);
	free(l->holder);
	free(l->renewed);
	free(l->body);
	free(l);
}

static bool
is_ours(const struct leader *l)
{
	return strcmp(l->holder, l->spec.identity) == 0;
}

/* ---- what is told ---- */

/* A write of ours that we know of has been overtaken by a later one of ours. */
static bool
is_old_echo(const struct leader *l, const struct lease *lease)
{
	return !l->blind && lease != NULL && is_ours(l) &&
	    strcmp(lease->holder, l->spec.identity) == 0 &&
	    strcmp(lease->renewed, l->written) != 0;
}

static void
confirm(struct leader *l)
{
	l->confirmed = true;
	l->renewed_at = l->sent_at;
}

void
leader_saw(struct leader *l, const struct lease *lease, uint64_t now)
{
	static const struct lease none = { .holder = "", .renewed = "" };

	if (is_old_echo(l, lease))
		return;
	xreplace(&l->version, lease != NULL ? lease->version : NULL);
	if (lease == NULL)
		lease = &none;
	if (l->blind || strcmp(lease->holder, l->holder) != 0 ||
	    strcmp(lease->renewed, l->renewed) != 0)
		l->seen_at = now;
	xreplace(&l->holder, lease->holder);
	xreplace(&l->renewed, lease->renewed);
	l->duration = lease->duration > 0 ? (uint32_t)lease->duration * 1000
					  : l->spec.times.lease;
	l->transitions = lease->transitions;
	l->blind = false;
	if (!is_ours(l))
		l->confirmed = false;
	else if (strcmp(l->renewed, l->written) == 0)
		confirm(l);
}

static void
done(struct leader *l, const char *version)
{
	if (l->giving) {
		l->given_back = true;
		return;
	}
	xreplace(&l->version, version);
	xreplace(&l->holder, l->spec.identity);
	xreplace(&l->renewed, l->written);
	l->transitions = l->written_transitions;
	l->blind = version[0] == '\0';
	confirm(l);
}

void
leader_told(struct leader *l, enum leader_wrote how, const char *version)
{
	l->writing = false;
	if (how == LEADER_DONE)
		done(l, version);
	else if (how == LEADER_CONFLICT)
		l->blind = true;
}

void
leader_resign(struct leader *l)
{
	l->resigned = true;
	l->next_at = 0;
}

/* ---- what to do ---- */

/* When the record may be written, as far as others are concerned. */
static uint64_t
free_at(const struct leader *l)
{
	if (l->version == NULL || l->holder[0] == '\0' || is_ours(l))
		return 0;
	return l->seen_at + l->duration;
}

static uint64_t
write_at(const struct leader *l)
{
	uint64_t at = free_at(l);

	if (l->writing || l->blind || leader_is_over(l))
		return UINT64_MAX;
	return at > l->next_at ? at : l->next_at;
}

uint64_t
leader_due(const struct leader *l, uint64_t now)
{
	uint64_t at = write_at(l), until = leader_until(l);

	return until > now && until < at ? until : at;
}

/*
 * RFC 3339 with microseconds. The last three digits count the writes, so that no two
 * of them are alike, whatever the clock does.
 */
static void
renewed_text(struct leader *l, int64_t wall)
{
	time_t s = (time_t)(wall / 1000);
	char date[24];
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(l->written, sizeof(l->written), "%s.%03u%03uZ", date,
	    (unsigned)(wall % 1000), ++l->n_writes % 1000);
}

const char *
leader_next(struct leader *l, int64_t wall, uint64_t now)
{
	if (now < write_at(l))
		return NULL;
	bool taken = !is_ours(l);

	renewed_text(l, wall);
	l->written_transitions = l->transitions + (taken && l->version != NULL);
	l->giving = l->resigned;
	l->writing = true;
	l->sent_at = now;
	l->next_at = now + rng_jitter(&l->rng, l->spec.times.retry);
	const struct lease_change change = { .version = l->version,
		.ns = l->spec.ns,
		.holder = l->giving ? "" : l->spec.identity,
		.renewed = l->written,
		.taken = taken,
		.duration = l->giving ? 1 : l->spec.times.lease / 1000,
		.transitions = l->written_transitions };

	free(l->body);
	l->body = lease_render(&change);
	return l->body;
}

/* ---- questions ---- */

uint64_t
leader_until(const struct leader *l)
{
	if (!l->confirmed || l->resigned)
		return 0;
	return l->renewed_at + l->spec.times.renew;
}

bool
leader_leads(const struct leader *l, uint64_t now)
{
	return now < leader_until(l);
}

bool
leader_is_blind(const struct leader *l)
{
	return l->blind;
}

bool
leader_is_over(const struct leader *l)
{
	return l->resigned && !l->writing &&
	    (l->given_back || l->blind || !is_ours(l));
}

const char *
leader_holder(const struct leader *l)
{
	return l->holder;
}
