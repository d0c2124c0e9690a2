/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/status/readiness.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/text.h"

void
readiness_fini(struct readiness *r)
{
	free(r->said);
	free(r->freed);
	*r = (struct readiness){ 0 };
}

bool
readiness_judge(const struct readiness_sessions *s, const char **reason,
    struct err *message)
{
	size_t need = s->min != 0 ? s->min : s->n;

	if (s->n == 0 && s->alone) {
		*reason = "NoOtherNode";
		err_set(message, "there is no other node in the mesh yet");
		return true;
	}
	if (s->n == 0) {
		*reason = "NoSessions";
		return err_set(message, "no BGPPeer is for this node");
	}
	bool enough = s->told >= need;

	*reason = enough ? "SessionsUp" : "TooFewSessions";
	err_set(message,
	    "%zu of %zu sessions are up and told everything; %zu needed",
	    s->told, s->n, need);
	return enough;
}

bool
readiness_is_tainted(const struct node *node)
{
	for (size_t i = 0; i < node->n_taints; i++)
		if (strcmp(node->taints[i].key, NODE_STARTUP_TAINT) == 0)
			return true;
	return false;
}

/*
 * The first look goes by what the Node says only where routers may have kept what a run
 * before this one told them: after a reboot it says what was so before.
 */
static void
look(struct readiness *r, const struct readiness_facts *f, uint64_t now)
{
	if (!r->judged) {
		r->judged = r->ours = true;
		r->refused = false; /* somebody has looked into it, perhaps */
		r->good =
		    r->preserved && f->node->bgp_ready == NODE_BGP_READY_TRUE;
		if (!r->written)
			r->sent = now;
	}
	if (!f->ready && !r->short_of)
		r->since = now;
	r->short_of = !f->ready;
	if (f->ready)
		r->good = true;
	else if (now - r->since >= READINESS_HOLD)
		r->good = false;
}

/* The taint is to be taken off, sooner or later. */
static bool
is_to_be_freed(const struct readiness *r, const struct readiness_facts *f)
{
	return f->enabled && f->ready && readiness_is_tainted(f->node) &&
	    !text_eq(r->freed, f->node->meta.uid);
}

/*
 * When the condition may be written, given what is to be changed in it. The taint waits
 * for one that says True, so that one waits for no pause after one that says False.
 */
static uint64_t
allowed(const struct readiness *r, const struct readiness_facts *f, bool status)
{
	if (r->refused)
		return r->sent + READINESS_AGAIN;
	if (!status)
		return r->sent + READINESS_NEWS;
	if (!r->written || (!r->wrote_true && is_to_be_freed(r, f)))
		return 1; /* at once */
	return r->sent + READINESS_PAUSE;
}

/*
 * What another than we has written stays, as that of a second daemon on this node.
 * While too few sessions are up, but not for long enough yet, nothing is said.
 */
static uint64_t
condition_due(const struct readiness *r, const struct readiness_facts *f)
{
	enum node_bgp_ready want = f->enabled && r->good ? NODE_BGP_READY_TRUE
	    : f->enabled                                 ? NODE_BGP_READY_FALSE
			 : NODE_BGP_READY_ABSENT;

	if (!r->ours || (f->enabled && r->good != f->ready))
		return 0;
	if (f->node->bgp_ready != want)
		return allowed(r, f, true);
	return f->enabled && !text_eq(r->said, f->message)
	    ? allowed(r, f, false)
	    : 0;
}

/*
 * The Node says True by then, unless it may not be written: pods that come because the
 * taint is gone find a Node that says so.
 */
static uint64_t
untaint_due(const struct readiness *r, const struct readiness_facts *f)
{
	if (!is_to_be_freed(r, f) ||
	    (f->node->bgp_ready != NODE_BGP_READY_TRUE && !r->refused))
		return 0;
	return r->untainted != 0 ? r->untainted + READINESS_PAUSE : 1;
}

enum readiness_write
readiness_step(struct readiness *r, const struct readiness_facts *f,
    uint64_t now, uint64_t *due)
{
	if (f->enabled)
		look(r, f, now);
	else
		r->judged = false;

	uint64_t condition = condition_due(r, f), untaint = untaint_due(r, f);

	*due = 0;
	if (condition != 0 && condition <= now) {
		r->sent = now;
		r->written = true;
		r->wrote_true = f->enabled && r->good;
		return f->enabled ? READINESS_CONDITION : READINESS_REMOVAL;
	}
	if (untaint != 0 && untaint <= now) {
		r->untainted = now;
		return READINESS_UNTAINT;
	}
	*due = clock_sooner(condition, untaint);
	if (f->enabled && r->good && r->short_of)
		*due = clock_sooner(*due, r->since + READINESS_HOLD);
	return READINESS_NOTHING;
}

void
readiness_answered(struct readiness *r, enum readiness_write what,
    const char *message, const char *uid, bool good)
{
	if (what == READINESS_UNTAINT) {
		if (good)
			xreplace(&r->freed, uid);
		return;
	}
	r->refused = !good;
	if (good)
		xreplace(&r->said, message);
}

/* The time of the last change stays as it is unless there is one. */
char *
readiness_condition(bool status, bool changes, const char *reason,
    const char *message, int64_t wall)
{
	char when[DATE_TEXT];
	json_t *c;

	date_print(wall / 1000, when);
	c = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", NODE_BGP_READY,
	    "status", status ? "True" : "False", "reason", reason, "message",
	    message, "lastHeartbeatTime", when);
	if (changes)
		json_object_set_new(c, "lastTransitionTime", json_string(when));
	json_t *patch = json_pack("{s:{s:[o]}}", "status", "conditions", c);
	char *text = json_dumps(patch, JSON_COMPACT);

	json_decref(patch);
	return text;
}

char *
readiness_removal(void)
{
	return xstrdup(
	    "{\"status\":{\"conditions\":[{\"type\":\"" NODE_BGP_READY
	    "\",\"$patch\":\"delete\"}]}}");
}

/* From the last one on, so that those before keep their places. */
char *
readiness_untaint(const struct node *node)
{
	json_t *operations = json_array();

	for (size_t i = node->n_taints; i-- > 0;) {
		if (strcmp(node->taints[i].key, NODE_STARTUP_TAINT) != 0)
			continue;
		char *at = xasprintf("/spec/taints/%zu", i);
		char *key = xasprintf("%s/key", at);

		json_array_append_new(operations,
		    json_pack("{s:s, s:s, s:s}", "op", "test", "path", key,
			"value", NODE_STARTUP_TAINT));
		json_array_append_new(operations,
		    json_pack("{s:s, s:s}", "op", "remove", "path", at));
		free(key);
		free(at);
	}
	char *text = json_dumps(operations, JSON_COMPACT);

	json_decref(operations);
	return text;
}
