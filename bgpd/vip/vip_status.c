/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vip/vip_status.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "bgpd/vip/vip_state.h"
#include "bgpd/vip/vips.h"
#include "common/alloc.h"
#include "common/date.h"
#include "common/text.h"

#define HEALTHY "Healthy"
#define CONFLICT "Conflict"

struct draft {
	const struct virtual_ip *object;
	const struct vip_clocks *clocks;
	const char *holder; /* borrowed; NULL: as it is */
	char since[DATE_TEXT];
	json_t *conditions; /* owned */
	bool differs;       /* from what stands there */
};

/* generation: that is observed; 0: nobody counts. */
static void
condition_add(struct draft *d, const char *type, const char *status,
    const char *reason, const char *message, int64_t changed,
    int64_t generation)
{
	char when[DATE_TEXT];
	json_t *c = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", type,
	    "status", status, "reason", reason, "message", message,
	    "lastTransitionTime", date_print(changed, when));

	if (generation != 0)
		json_object_set_new(
		    c, "observedGeneration", json_integer(generation));
	json_array_append_new(d->conditions, c);
}

static bool
is_said(const struct draft *d, const char *type)
{
	json_t *said;
	size_t i;

	json_array_foreach (d->conditions, i, said)
		if (text_eq(
			json_string_value(json_object_get(said, "type")), type))
			return true;
	return false;
}

/* Those that nobody speaks of this time stay. */
static void
keep_conditions(struct draft *d)
{
	const struct conditions *list = &d->object->conditions;

	for (size_t i = 0; i < list->n; i++) {
		const struct condition *c = &list->at[i].condition;

		if (!is_said(d, list->at[i].type))
			condition_add(d, list->at[i].type, c->status, c->reason,
			    c->message, c->changed, c->observed);
	}
}

/* The time of a condition is that of its last change of status. */
static void
say(struct draft *d, const char *type, bool is, const char *reason,
    const char *message)
{
	const struct condition *c =
	    conditions_find(&d->object->conditions, type);
	const char *status = is ? "True" : "False";
	bool same = c != NULL && strcmp(c->status, status) == 0;

	uint32_t generation = d->object->meta.generation;

	d->differs |= !same || strcmp(c->reason, reason) != 0 ||
	    strcmp(c->message, message) != 0 || condition_lags(c, generation);
	condition_add(d, type, status, reason, message,
	    same && c->changed != 0 ? c->changed : d->clocks->wall / 1000,
	    generation);
}

static void
say_holder(struct draft *d, const char *node, uint64_t since)
{
	int64_t ago = (int64_t)(d->clocks->now - since);

	if (text_eq(d->object->holder, node))
		return;
	d->differs = true;
	d->holder = node;
	date_print((d->clocks->wall - ago) / 1000, d->since);
}

static void
say_health(struct draft *d, const char *node, const struct vips_view *view)
{
	char *message = view->why == NULL
	    ? xasprintf("%s is healthy", node)
	    : xasprintf("%s: %s", node, view->why);

	say(d, HEALTHY, view->why == NULL,
	    view->why == NULL ? "ChecksHold" : "NoCandidate", message);
	free(message);
}

/* The first of its addresses that a stranger has. */
static bool
conflict_find(const struct vips *v, const char *name, struct vips_place *place)
{
	for (size_t i = 0; vips_place(v, name, i, place); i++)
		if (place->has_conflict)
			return true;
	return false;
}

/* Of several nodes that have found the same one, the first has said so. */
static bool
conflict_is_said(const struct draft *d, const char *what)
{
	const struct condition *c =
	    conditions_find(&d->object->conditions, CONFLICT);

	return c != NULL && strcmp(c->status, "True") == 0 &&
	    strncmp(c->message, what, strlen(what)) == 0;
}

static void
say_conflict(struct draft *d, const char *node, const struct vips_place *place)
{
	const uint8_t *mac = place->conflict;
	char addr[ADDR_TEXT];
	char *what = xasprintf("%s is used by %02x:%02x:%02x:%02x:%02x:%02x,",
	    addr_print(&place->at->addr, addr), mac[0], mac[1], mac[2], mac[3],
	    mac[4], mac[5]);
	char *message = xasprintf("%s as %s has found", what, node);

	if (!conflict_is_said(d, what))
		say(d, CONFLICT, true, "AddressInUse", message);
	free(message);
	free(what);
}

/* Did we say that there is one? */
static bool
conflict_is_ours(const struct draft *d, const char *node)
{
	const struct condition *c =
	    conditions_find(&d->object->conditions, CONFLICT);
	char *end = xasprintf(", as %s has found", node);
	bool ours = c != NULL && strcmp(c->status, "True") == 0 &&
	    strstr(c->message, end) != NULL;

	free(end);
	return ours;
}

/* As it is to stand there; owned. */
static char *
draft_text(const struct draft *d)
{
	const char *holder = d->holder != NULL ? d->holder : d->object->holder;
	const char *since = d->holder != NULL ? d->since : d->object->since;
	json_t *patch = json_pack("{s:{s:s*, s:s*, s:O}}", "status", "holder",
	    holder, "since", since, "conditions", d->conditions);
	char *text = json_dumps(patch, JSON_COMPACT);

	json_decref(patch);
	return text;
}

static char *
draft_end(struct draft *d)
{
	if (d->differs)
		keep_conditions(d);
	char *text = d->differs ? draft_text(d) : NULL;

	json_decref(d->conditions);
	return text;
}

/* Owned; NULL: what is to be said stands there already. */
static char *
status_build(
    const struct vips *v, const char *name, const struct vip_clocks *clocks)
{
	const char *node = v->env.node;
	struct vips_view view;
	struct vips_place place, conflict;

	if (!vips_find(v, name, &view) || !vips_place(v, name, 0, &place))
		return NULL;
	struct draft d = { .object = view.object,
		.clocks = clocks,
		.conditions = json_array() };
	bool holds = place.interface != NULL;
	bool named = text_eq(view.object->holder, node);

	if (holds || (named && place.holder == NULL)) {
		say_holder(&d, holds ? node : "", place.since);
		say_health(&d, node, &view);
	}
	if (conflict_find(v, name, &conflict))
		say_conflict(&d, node, &conflict);
	else if (conflict_is_ours(&d, node))
		say(&d, CONFLICT, false, "AddressFree", "");
	return draft_end(&d);
}

/*
 * Nodes that can't hear each other may hold an address at once. Each sees what another
 * has written and writes over it, so who writes again and again waits ever longer.
 */
static uint32_t
next_pause(const struct vip *vip, uint64_t now)
{
	uint32_t twice = 2 * vip->pause;

	if (vip->said_at == 0 || now - vip->said_at >= twice)
		return VIP_STATUS_PAUSE;
	return twice < VIP_STATUS_PAUSE_MAX ? twice : VIP_STATUS_PAUSE_MAX;
}

/* Until the object comes back with it, what was written would be written again. */
static bool
is_due(const struct vip *vip, uint64_t now, uint64_t *again)
{
	uint64_t due = vip->said_at + vip->pause;

	if (!vip->unsaid || vip->object == NULL)
		return false;
	if (vip->said_at == 0 || due <= now)
		return true;
	if (*again == 0 || due < *again)
		*again = due;
	return false;
}

bool
vip_status_next(struct vips *v, const struct vip_clocks *clocks,
    struct vip_status *status, uint64_t *again)
{
	*again = 0;
	for (struct vip *vip = v->all; vip != NULL; vip = vip->hh.next) {
		if (!is_due(vip, clocks->now, again))
			continue;
		vip->unsaid = false;
		status->name = vip->name;
		status->body = status_build(v, vip->name, clocks);
		if (status->body == NULL)
			continue;
		vip->pause = next_pause(vip, clocks->now);
		vip->said_at = clocks->now;
		return true;
	}
	return false;
}
