/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/svc.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/reconcile.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/err.h"

/* ---- short lists of addresses ---- */

bool
addrs_has(const struct addrs *list, const struct addr *a)
{
	for (size_t i = 0; i < list->n; i++)
		if (addr_eq(&list->at[i], a))
			return true;
	return false;
}

bool
addrs_same(const struct addrs *a, const struct addrs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (!addrs_has(a, &b->at[i]))
			return false;
	return true;
}

void
addrs_set(struct addrs *list, const struct addr *at, size_t n)
{
	struct addr *copy = NULL;

	if (n > 0) {
		copy = xcalloc(n, sizeof(*at));
		memcpy(copy, at, n * sizeof(*at));
	}
	free(list->at);
	*list = (struct addrs){ copy, n };
}

/* Appends to a list that has the room. */
static void
addrs_add(struct addrs *list, const struct addr *a)
{
	if (!addrs_has(list, a))
		list->at[list->n++] = *a;
}

/* What the status says; at is room for it. */
static struct addrs
status_addrs(const struct service *s, struct addr at[WANT_MAX])
{
	struct addrs list = { at, 0 };

	for (size_t i = 0; i < s->n_ingress && list.n < WANT_MAX; i++)
		addrs_add(&list, &s->ingress[i].addr);
	return list;
}

/* What the annotation says that we gave it. */
static struct addrs
recorded_addrs(const struct service *s, struct addr at[WANT_MAX])
{
	struct addrs list = { at, 0 };
	struct err err;

	if (s->allocated_addresses != NULL &&
	    !want_parse_addrs(s->allocated_addresses, at, &list.n, &err))
		list.n = 0;
	return list;
}

/* ---- the memory ---- */

char *
svc_key(const char *ns, const char *name)
{
	return xasprintf("%s/%s", ns, name);
}

struct svc *
svc_new(const struct service *service)
{
	struct svc *s = xcalloc(1, sizeof(*s));

	s->key = svc_key(service->meta.ns, service->meta.name);
	s->tenant.service = service;
	return s;
}

void
svc_free(struct svc *s)
{
	free(s->held.at);
	free(s->target.at);
	free(s->sent.at);
	free(s->past.at);
	free(s->from);
	free(s->message);
	free(s->version);
	free(s->key);
	free(s);
}

void
svc_take_in(struct svc *s)
{
	struct addr room[WANT_MAX];
	struct addrs status = status_addrs(s->tenant.service, room);

	if (status.n == 0 || s->tenant.service->allocated_from == NULL)
		return;
	addrs_set(&s->target, status.at, status.n);
	s->confirmed = true;
}

size_t
svc_uses(const struct svc *s, bool with_status, struct addr at[SVC_USES_MAX])
{
	struct addrs all = { at, 0 };

	if (with_status)
		all = status_addrs(s->tenant.service, at);
	for (size_t i = 0; i < s->target.n; i++)
		addrs_add(&all, &s->target.at[i]);
	for (size_t i = 0; i < s->sent.n && all.n < SVC_USES_MAX; i++)
		addrs_add(&all, &s->sent.at[i]);
	return all.n;
}

static struct svc *
member_svc(struct circle_member *m)
{
	return (struct svc *)((char *)m - offsetof(struct svc, member));
}

/* The addresses of those with the same key. */
static void
add_shared(const struct svc *s, struct addrs *wishes)
{
	struct circle_member *m = circle_first(&s->member);

	for (; m != NULL; m = m->next) {
		const struct svc *mate = member_svc(m);

		for (size_t i = 0; i < mate->target.n; i++)
			if (mate != s && wishes->n < SVC_WISH_MAX)
				addrs_add(wishes, &mate->target.at[i]);
	}
}

/*
 * What it has: what we decided, be it nothing, else what its status says. A status
 * that has changed since we saw our decision there, and that goes with its annotation,
 * was written by another allocator: the record is the cluster's, so it counts.
 */
void
svc_query(const struct svc *s, struct plan_query *q, struct addr have[WANT_MAX],
    struct addr wish[SVC_WISH_MAX])
{
	struct addrs status = status_addrs(s->tenant.service, have);
	struct addrs record = recorded_addrs(s->tenant.service, wish);
	bool rewritten = s->confirmed && status.n > 0 &&
	    (s->target.n == 0 || addrs_same(&record, &status));
	bool known = s->target.n > 0 || s->tenant.decided;
	const struct addrs *list = known && !rewritten ? &s->target : &status;
	struct addrs wishes = { wish, list->n == 0 ? record.n : 0 };

	for (size_t i = 0; list->n == 0 && i < s->past.n; i++)
		addrs_add(&wishes, &s->past.at[i]);
	if (rewritten)
		for (size_t i = 0; i < s->target.n; i++)
			addrs_add(&wishes, &s->target.at[i]);
	add_shared(s, &wishes);
	*q = (struct plan_query){ .tenant = &s->tenant,
		.have = list->at,
		.n_have = list->n,
		.wish = wish,
		.n_wish = wishes.n };
}

bool
svc_is_particular(const struct svc *s)
{
	const struct service *service = s->tenant.service;

	return s->target.n == 0 &&
	    (service->allocated_addresses != NULL ||
		service_wishes(service, WISH_ADDRESSES).n > 0);
}

static bool
text_is(const char *text, const char *other)
{
	return text != NULL && other != NULL && strcmp(text, other) == 0;
}

static void
text_set(char **text, const char *value)
{
	free(*text);
	*text = xstrdup(value);
}

void
svc_set_plan(struct svc *s, const struct plan *p)
{
	struct addrs planned = { (struct addr *)p->addrs, p->n };
	bool same = addrs_same(&s->target, &planned);

	s->tenant.gives_way = false;
	s->tenant.decided = !p->foreign;
	s->tenant.stays = s->target.at;
	s->tenant.n_stays = s->target.n;
	if (same && s->reason == p->reason && s->foreign == p->foreign &&
	    text_is(s->from, p->from) && text_is(s->message, p->message))
		return;
	s->confirmed = s->confirmed && same;
	addrs_set(&s->target, p->addrs, p->n);
	text_set(&s->from, p->from);
	text_set(&s->message, p->message);
	s->reason = p->reason;
	s->foreign = p->foreign;
	s->settled = false;
	s->changes++;
	s->tenant.stays = s->target.at;
	s->tenant.n_stays = s->target.n;
}

/* ---- against the cluster ---- */

struct svc *
svc_mate(const struct svc *s, const struct svc *after)
{
	struct circle_member *m =
	    after != NULL ? after->member.next : circle_first(&s->member);

	return m != NULL ? member_svc(m) : NULL;
}

bool
svc_is_good(const struct svc *s)
{
	return s->reason == REASON_ASSIGNED;
}

bool
svc_has_marks(const struct service *s)
{
	return s->allocated_from != NULL || s->allocated_addresses != NULL ||
	    s->condition != NULL;
}

bool
svc_has_news(const struct svc *s)
{
	const struct condition *c = s->tenant.service->condition;

	return c == NULL ||
	    !text_is(c->status, svc_is_good(s) ? "True" : "False") ||
	    !text_is(c->reason, reason_name(s->reason)) ||
	    !text_is(c->message, s->message);
}

static bool
addresses_differ(const struct svc *s)
{
	const struct service *service = s->tenant.service;
	struct addr status_room[WANT_MAX], record_room[WANT_MAX];
	struct addrs status = status_addrs(service, status_room);
	struct addrs record = recorded_addrs(service, record_room);

	if (service->ingress_other || service->n_ingress != status.n ||
	    !addrs_same(&s->target, &status))
		return true;
	return s->target.n > 0 &&
	    (!text_is(service->allocated_from, s->from) ||
		!addrs_same(&s->target, &record));
}

bool
svc_is_overwritten(const struct svc *s)
{
	return s->confirmed && s->target.n > 0 && addresses_differ(s);
}

static enum task_kind
task_kind(const struct svc *s, bool ours)
{
	return !ours ? TASK_CLEAR : s->foreign ? TASK_CONDITION : TASK_ASSIGN;
}

bool
svc_differs(const struct svc *s, bool ours)
{
	if (s->tenant.service->meta.deleted)
		return false;
	switch (task_kind(s, ours)) {
	case TASK_CLEAR:
		return svc_has_marks(s->tenant.service);
	case TASK_CONDITION:
		return svc_has_news(s);
	case TASK_ASSIGN:
		break;
	}
	return svc_has_news(s) || addresses_differ(s);
}

/* Another load balancer's addresses are not ours to take back. */
static bool
ingress_is_ours(const struct service *s)
{
	struct addr status_room[WANT_MAX], record_room[WANT_MAX];
	struct addrs status = status_addrs(s, status_room);
	struct addrs record = recorded_addrs(s, record_room);

	return s->n_ingress > 0 &&
	    (s->type != SERVICE_LOAD_BALANCER || addrs_same(&record, &status));
}

void
svc_task(const struct svc *s, bool ours, struct task *t)
{
	const struct service *service = s->tenant.service;

	*t = (struct task){ .kind = task_kind(s, ours),
		.id = s->sent_id,
		.service = service,
		.version = s->version != NULL ? s->version
					      : service->meta.resource_version,
		.addrs = s->target.at,
		.n_addrs = s->target.n,
		.from = s->from,
		.good = svc_is_good(s),
		.reason = s->reason,
		.message = s->message,
		.clear_ingress = !ours && ingress_is_ours(service) };
}
