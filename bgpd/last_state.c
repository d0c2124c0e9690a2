/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last good state: what is known is kept for a run after this one, and what one
 * before it has kept is taken when the API server does not answer in time. And how long
 * what is known counts, when nobody can say any more whether it still holds.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/core.h"
#include "bgpd/state/state_log.h"
#include "bgpd/state/state_port.h"
#include "bgpd/state/state_recall.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source/source.h"

/*
 * ms from the start on. A server that is there has answered by then, mostly; one that
 * is in the middle of long lists is waited for longer: who has neighbours that keep his
 * routes over a restart has the time.
 */
#define RECALL_WAIT 1000
#define RECALL_LATEST 5000
#define RECALL_STEP 50
#define STALE_STEP 1000   /* ms between two looks at the source */
#define AGAIN_WAIT 600000 /* ms from a fault until it is kept anew */
#define MOST (64u << 20)  /* bytes of it */

/* ---- keeping it ---- */

static void
on_state_due(void *arg)
{
	struct bgpd *b = arg;

	bgpd_mark(b, JOB_STATE, bgpd_now(b));
}

/* Files on a tmpfs are memory of ours: an eighth of what we may have. */
static size_t
most_bytes(uint64_t memory)
{
	return memory == 0 || memory / 8 > MOST ? MOST : (size_t)(memory / 8);
}

/* What another lbbgp of the cluster has kept on this node is not for us, either. */
static char *
cluster_identity(const struct bgpd *b)
{
	const struct instance *i = &b->options.instance;
	char *source = source_identity(b->source);

	if (instance_is_default(i) && strcmp(i->ns, INSTANCE_NAMESPACE) == 0)
		return source;
	char *text = xasprintf("%s %s in %s", source, i->class, i->ns);

	free(source);
	return text;
}

void
bgpd_set_state(struct bgpd *b, const struct state_port *port, const char *why)
{
	struct last_state *s = &b->last_state;

	s->unkept = xstrdup(why);
	if (port == NULL)
		return;
	s->port = port;
	s->again_wait = AGAIN_WAIT;
	s->cluster = cluster_identity(b);
	s->header = (struct state_header){ .boot = port->boot,
		.cluster = s->cluster,
		.node = b->options.node,
		.secrets = port->in_memory,
		.kinds = bgpd_kinds,
		.n_kinds = b->n_kinds };
	s->log = state_log_new(&s->header, port, b->store,
	    most_bytes(b->options.memory), on_state_due, b);
	bgpd_mark(b, JOB_RECALL, b->started + RECALL_WAIT);
}

void
bgpd_last_state_fini(struct bgpd *b)
{
	state_recall_free(b->last_state.recall);
	state_log_free(b->last_state.log);
	free(b->last_state.unkept);
	free(b->last_state.cluster);
}

static void
on_keep(void *arg, size_t kind, const struct object_key *key,
    const struct json_t *obj, uint32_t *note)
{
	struct bgpd *b = arg;

	if (b->last_state.log != NULL)
		state_log_keep(b->last_state.log, kind, key, obj, note);
}

static void
on_unkeep(void *arg, size_t kind, const struct object_key *key, uint32_t note)
{
	struct bgpd *b = arg;

	if (b->last_state.log != NULL)
		state_log_unkeep(b->last_state.log, kind, key, note);
}

void
bgpd_keep_missing(struct bgpd *b, size_t kind, bool missing)
{
	if (b->last_state.log != NULL)
		state_log_missing(b->last_state.log, kind, missing);
}

void
bgpd_keep_all(struct bgpd *b)
{
	if (b->last_state.log != NULL)
		state_log_complete(b->last_state.log);
}

void
bgpd_keep_last(struct bgpd *b)
{
	if (b->last_state.log != NULL)
		state_log_flush(b->last_state.log);
}

void
bgpd_keep_nothing(struct bgpd *b)
{
	if (b->last_state.log != NULL)
		state_log_forget(b->last_state.log);
}

/* After a fault, as of a full disk: all is to be seen again, which is not for free. */
static void
keep_anew(struct bgpd *b)
{
	struct last_state *s = &b->last_state;

	state_log_restart(s->log);
	store_forget_versions(b->store);
	for (size_t i = 0; i < b->n_kinds; i++) {
		s->to_list[i] = true;
		source_relist(b->source, i);
	}
}

uint64_t
bgpd_run_state(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	struct last_state *s = &b->last_state;
	bool more = state_log_run(s->log);

	if (state_log_fault(s->log) == NULL)
		return more ? now : 0;
	bgpd_mark_status(b);
	if (s->again_at == 0 || now < s->again_at) {
		if (s->again_at == 0)
			s->again_at = now + s->again_wait;
		return s->again_at;
	}
	s->again_wait *= 2; /* of too much there will be no less, mostly */
	s->again_at = now + s->again_wait;
	if (bgpd_is_recalled(b) || b->source == NULL)
		return s->again_at;
	keep_anew(b);
	return 0;
}

/* ---- going on from it ---- */

bool
bgpd_is_recalled(const struct bgpd *b)
{
	for (size_t i = 0; i < b->n_kinds; i++)
		if (store_is_recalled(b->store, i))
			return true;
	return false;
}

static bool
is_heard(const struct bgpd *b, uint64_t now)
{
	uint64_t heard = b->source != NULL ? source_heard(b->source) : 0;

	return heard != 0 && now - heard < RECALL_WAIT &&
	    now - b->started < RECALL_LATEST;
}

static void
recall_end(struct bgpd *b)
{
	state_recall_free(b->last_state.recall);
	b->last_state.recall = NULL;
}

static void
recall_done(struct bgpd *b, uint64_t now)
{
	struct last_state *s = &b->last_state;

	log_warn(
	    "node %s: the API server has not listed everything in %llu ms: "
	    "%zu objects that a run before this one knew are in force",
	    b->options.node, (unsigned long long)(now - b->started),
	    state_recall_count(s->recall));
	recall_end(b);
	bgpd_mark_status(b);
}

static uint64_t
recall_run(struct bgpd *b, uint64_t now)
{
	struct last_state *s = &b->last_state;
	struct err err;
	enum state_recalled was;

	/* Known before all else is decided by it. */
	s->suspect = state_recall_away(s->recall);
	was = state_recall_run(s->recall, &err);
	if (err.text[0] != '\0')
		log_warn("state: of a run before this one: %s; %s", err.text,
		    was == RECALL_NONE
			? "nothing is known until the API server answers"
			: "what is behind that is not used");
	if (was == RECALL_MORE)
		return now;
	if (was == RECALL_DONE)
		recall_done(b, now);
	else
		recall_end(b);
	return 0;
}

uint64_t
bgpd_run_recall(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	struct last_state *s = &b->last_state;

	if (b->listed) {
		recall_end(b);
		return 0;
	}
	if (s->recall == NULL && is_heard(b, now))
		return now + RECALL_STEP;
	if (s->recall == NULL)
		s->recall = state_recall_new(&s->header, s->port, b->store);
	return recall_run(b, now);
}

/* Of those that all is complete after; a kind may be listed again meanwhile. */
static bool
was_last_to_list(struct last_state *s, size_t kind)
{
	bool last = s->to_list[kind];

	s->to_list[kind] = false;
	for (size_t i = 0; i < KINDS; i++)
		last = last && !s->to_list[i];
	return last;
}

/* A kind that the server does not know is asked for again and again. */
static bool
is_missing_still(struct bgpd *b, size_t kind)
{
	bool was = b->last_state.missing[kind];

	b->last_state.missing[kind] = store_is_missing(b->store, kind);
	return was && b->last_state.missing[kind];
}

/* What was not written since it might have been out of date is written now. */
static void
on_kind_listed(void *arg, size_t kind)
{
	struct bgpd *b = arg;
	struct last_state *s = &b->last_state;
	bool news = !is_missing_still(b, kind);

	if (was_last_to_list(s, kind))
		bgpd_keep_all(b);
	if (!b->listed || !news)
		return;
	if (!b->resumed)
		bgpd_mark_peers(b);
	bgpd_mark_status(b);
	bgpd_mark_node_ready(b);
	bgpd_mark(b, JOB_TELLS, bgpd_now(b));
	bgpd_mark(b, JOB_VIP_STATUS, bgpd_now(b));
}

const struct store_ops bgpd_store_ops = {
	.ready = bgpd_all_listed,
	.missing = bgpd_kind_missing,
	.listed = on_kind_listed,
	.keep = on_keep,
	.unkeep = on_unkeep,
};

/* ---- how long it counts ---- */

static size_t
count_followed(const struct bgpd *b)
{
	size_t n = 0;
	struct err why;

	for (size_t i = 0; i < b->n_kinds; i++)
		n += source_healthy(b->source, i, &why);
	return n;
}

/*
 * Since when the server is away, 0: it is not. One kind that can't be read is no sign
 * of that. When the last one fails, as some may be between two requests for half a
 * minute, it is away since the first one did, and nothing has come.
 */
static uint64_t
away_since(struct bgpd *b, uint64_t now)
{
	struct last_state *s = &b->last_state;

	if (b->source == NULL || b->options.on_dir)
		return 0;
	size_t followed = count_followed(b);
	uint64_t heard = source_heard(b->source);

	if (followed == b->n_kinds)
		s->suspect = 0;
	else if (s->suspect == 0 || s->suspect > now)
		s->suspect = now;
	else if (heard > s->suspect)
		s->suspect = heard;
	return followed == 0 ? s->suspect : 0;
}

void
bgpd_apply_stale(struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	uint64_t after = config != NULL ? config->stale_after : 0;
	struct last_state *s = &b->last_state;
	uint64_t now = bgpd_now(b), away = away_since(b, now);

	if (s->log != NULL)
		state_log_away(s->log, away);
	bool stale = after != 0 && away != 0 && now - away >= after * 1000;

	if (after != 0)
		bgpd_mark(b, JOB_STALE, now + STALE_STEP);
	if (stale == s->stale)
		return;
	s->stale = stale;
	if (stale)
		log_warn(
		    "node %s: the API server has not been heard for %llu s "
		    "(spec.staleAfter of BGPConfiguration %s): Services "
		    "withdrawn",
		    b->options.node, (unsigned long long)after,
		    config->meta.name);
	else
		log_info(
		    "node %s: what is known counts again", b->options.node);
	announce_stale_changed(b->announce, stale);
	bgpd_mark_status(b);
}

uint64_t
bgpd_run_stale(void *arg, uint64_t now)
{
	(void)now;
	bgpd_apply_stale(arg);
	return 0; /* it has marked itself */
}

/* ---- what holds ---- */

#define HOLDS(b, type, reason, ...) \
	standing_add(&(b)->standing, type, reason, bgpd_now(b), __VA_ARGS__)

/* The kinds that are only recalled, by their names; *first is one of them. */
static struct err
kinds_recalled(const struct bgpd *b, size_t *first)
{
	struct err names = { 0 };

	for (size_t kind = b->n_kinds; kind-- > 0;) {
		if (!store_is_recalled(b->store, kind))
			continue;
		err_prefix(&names, "%s%s", bgpd_kinds[kind].plural,
		    names.text[0] != '\0' ? ", " : "");
		*first = kind;
	}
	return names;
}

void
bgpd_state_conditions(struct bgpd *b)
{
	const struct last_state *s = &b->last_state;
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	size_t first = KINDS;
	struct err why = { "" }, names = kinds_recalled(b, &first);
	const char *fault =
	    s->log != NULL ? state_log_fault(s->log) : s->unkept;

	if (first != KINDS) {
		source_healthy(b->source, first, &why);
		HOLDS(b, "FromLastState", "NotListed",
		    "in force as a run before this one knew them, until the API "
		    "server lists them: %s: %s",
		    names.text, why.text);
	}
	if (s->stale && config != NULL)
		HOLDS(b, "StateStale", "StaleAfter",
		    "the API server has not been heard for %u s "
		    "(spec.staleAfter of BGPConfiguration %s): Services are not "
		    "announced",
		    config->stale_after, config->meta.name);
	if (fault != NULL)
		HOLDS(b, "StateNotKept", "CannotWrite",
		    "what is known does not outlive this daemon, which knows "
		    "nothing at its next start while the API server is away: %s",
		    fault);
	else if (s->log != NULL && !s->header.secrets &&
	    store_count(b->store, KIND_SECRET) > 0)
		HOLDS(b, "StateNotKept", "NotInMemory",
		    "the directory of --state is on a disk: Secrets are not "
		    "kept there, so peers with a password stay down when the "
		    "daemon starts while the API server is away");
}
