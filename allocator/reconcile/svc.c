/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A svc is what reconcile remembers of one Service, compared here with three things
 * that may each be newer than the others: what the Service is to have (the target),
 * what was sent (struct sent, of which the answer or the event may be missing), and
 * what the cluster shows (the Service as the store has it).
 *
 * - Before its first plan a Service has what its status shows; if the status was
 *   wiped, what its record says and its condition proves (rules 6 and 8).
 * - While a write is under way the Service may be using the old addresses and the new
 *   ones: svc_uses() lists both, and nobody else gets any of them.
 * - An event that is no newer than what the last write was based on says nothing of
 *   that write (svc_is_echo()).
 * - A status that others have changed since we saw ours there is written again; if
 *   they go on, ever more rarely.
 */
#include "allocator/reconcile/svc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/ipam/cooldown.h"
#include "allocator/reconcile/task.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/utf8.h"

/* Two programs that write the same status must not do so as fast as they can. */
#define PATIENCE 4
#define REST_MOST 300000 /* ms between two writes of one that is fought for */

static bool
text_is(const char *text, const char *other)
{
	return text != NULL && other != NULL && strcmp(text, other) == 0;
}

/* ---- what others wrote ---- */

/* The addresses in the status, as far as they may be ours; `at` is room for them. */
static struct addrs
status_addrs(const struct service *s, struct addr at[REQUEST_MAX])
{
	struct addrs list = { at, 0 };

	for (size_t i = 0; i < s->n_ingress && list.n < REQUEST_MAX; i++)
		addrs_add(&list, &s->ingress[i].addr);
	return list;
}

/* The addresses that we gave to the Service, by its annotation. */
static struct addrs
recorded_addrs(const struct service *s, struct addr at[REQUEST_MAX])
{
	struct addrs list = { at, 0 };
	struct err err;

	if (s->allocated_addresses != NULL &&
	    !request_parse_addrs(s->allocated_addresses, at, &list.n, &err))
		list.n = 0;
	return list;
}

/*
 * Does the status still say that we gave the Service what is recorded? No manifest
 * brings a status with it: so this is the Service that had the address, and no copy
 * of it.
 */
static bool
record_is_proven(const struct service *s)
{
	struct addr record_room[REQUEST_MAX];
	struct addrs record = recorded_addrs(s, record_room);
	const struct condition *c = s->condition;
	const char *end = c != NULL ? strstr(c->message, PLAN_FROM) : NULL;
	char text[PLAN_MESSAGE];
	struct addr room[REQUEST_MAX];
	struct addrs said = { room, 0 };
	struct err err;

	if (end == NULL || strcmp(c->status, "True") != 0)
		return false;
	snprintf(
	    text, sizeof(text), "%.*s", (int)(end - c->message), c->message);
	return request_parse_addrs(text, room, &said.n, &err) &&
	    addrs_same(&said, &record);
}

/* ---- the memory ---- */

struct svc *
svc_new(const struct service *service)
{
	struct svc *s = xcalloc(1, sizeof(*s));

	s->tenant.service = service;
	s->key = xasprintf("%s/%s", service->meta.ns, service->meta.name);
	return s;
}

void
svc_free(struct svc *s)
{
	free(s->tenant.target.at);
	svc_forget_sent(s);
	free(s->key);
	free(s->tenant.from);
	free(s->message);
	free(s->refusal);
	free(s);
}

static void
set_target(struct svc *s, const struct addr *at, size_t n)
{
	struct addrs old = s->tenant.target;

	s->tenant.target = addrs_copy(at, n);
	free(old.at);
}

/* What an earlier write of unknown fate may have brought stays in. */
void
svc_note_sent(struct svc *s, const char *base)
{
	struct addrs uses = svc_uses(s, false);

	free(s->sent.uses.at);
	s->sent.uses = uses;
	xreplace(&s->sent.base, base);
}

void
svc_note_version(struct svc *s, const char *version)
{
	xreplace(&s->sent.version, version[0] != '\0' ? version : NULL);
}

void
svc_forget_uses(struct svc *s)
{
	free(s->sent.uses.at);
	s->sent.uses = (struct addrs){ 0 };
}

void
svc_forget_sent(struct svc *s)
{
	svc_forget_uses(s);
	free(s->sent.base);
	free(s->sent.version);
	s->sent = (struct sent){ 0 };
}

/* Versions are numbers at an API server; those of other sources have no order. */
static bool
is_not_newer(const char *version, const char *than)
{
	static const char digits[] = "0123456789";
	size_t n = strlen(version), m = strlen(than);

	if (strspn(version, digits) != n || strspn(than, digits) != m)
		return false;
	return n != m ? n < m : strcmp(version, than) <= 0;
}

/*
 * Events come in order and may be late: this is what an earlier write of ours has
 * brought, unless time went backwards, as in a restored cluster.
 */
bool
svc_is_echo(const struct svc *s, const struct service *now)
{
	const char *version = now->meta.resource_version;

	return s->sent.base != NULL && is_not_newer(version, s->sent.base) &&
	    is_not_newer(s->tenant.service->meta.resource_version, version);
}

bool
svc_is_own(const struct svc *s, const struct service *now)
{
	return text_is(s->sent.version, now->meta.resource_version);
}

/*
 * The status is empty because we wanted it so: the Service is refused, or no
 * balancer.
 */
static bool
has_given_back(const struct service *s)
{
	const struct condition *c = s->condition;

	if (s->n_ingress > 0)
		return false;
	return s->type != SERVICE_LOAD_BALANCER ||
	    (c != NULL && strcmp(c->status, "False") == 0 &&
		strstr(c->message, PLAN_KEEPS) == NULL);
}

/*
 * A remembered address is kept from Services that want any address, like the record
 * of a Service whose status was wiped; it has no weight against what the status of
 * another Service shows.
 */
void
svc_take_in(struct svc *s)
{
	const struct service *service = s->tenant.service;
	struct addr room[REQUEST_MAX];
	struct addrs status = status_addrs(service, room);
	bool shown = status.n > 0 && service->allocated_from != NULL;
	bool told = shown || has_given_back(service);

	if (!told && s->tenant.target.n == 0 && svc_is_wiped(s)) {
		status = recorded_addrs(service, room);
		told = true;
	}
	if (told) {
		set_target(s, status.at, status.n);
		s->confirmed = shown;
	}
	s->tenant.gives_way = service->n_ingress == 0;
}

/* Others may have written hundreds of addresses. */
struct addrs
svc_uses(const struct svc *s, bool with_status)
{
	const struct service *service = s->tenant.service;
	struct addrs target = s->tenant.target;
	struct addrs sent = s->sent.uses;
	size_t n_status = with_status ? service->n_ingress : 0;
	size_t n = n_status + target.n + sent.n;

	if (n == 0)
		return (struct addrs){ 0 };
	struct addrs all = { xcalloc(n, sizeof(*all.at)), n };
	struct addr *end = all.at;

	for (size_t i = 0; i < n_status; i++)
		*end++ = service->ingress[i].addr;
	for (size_t i = 0; i < target.n; i++)
		*end++ = target.at[i];
	for (size_t i = 0; i < sent.n; i++)
		*end++ = sent.at[i];
	addrs_sort(&all);
	return all;
}

/* The addresses of a Service of this name that went a short while ago. */
static void
add_past(const struct svc *s, const struct cooldown *c, struct addrs *wishes)
{
	const struct meta *meta = &s->tenant.service->meta;
	struct addrs past = cooldown_find(c, meta->ns, meta->name);

	addrs_add_all(wishes, &past);
}

bool
svc_is_wiped(const struct svc *s)
{
	const struct service *service = s->tenant.service;

	return !s->planned && service->n_ingress == 0 &&
	    service->allocated_addresses != NULL && record_is_proven(service);
}

/* What the Service was told when all was well: by us, else by its condition. */
static const char *
last_said(const struct svc *s)
{
	const struct condition *c = s->tenant.service->condition;

	if (s->planned)
		return svc_is_good(s) ? s->message : NULL;
	return c != NULL && strcmp(c->status, "True") == 0 ? c->message : NULL;
}

/* Addresses in the status that are more than a Service can have, before we cut them. */
static size_t
beyond(const struct svc *s, bool by_status)
{
	size_t n = s->tenant.service->n_ingress;

	return (by_status || !s->planned) && n > REQUEST_MAX ? n - REQUEST_MAX
							     : 0;
}

/*
 * What the Service has: what we decided, even if that is nothing, else what its
 * status says. A status that has changed since we saw our decision there, and that
 * goes with its annotation, was written by another allocator: the record is the
 * cluster's, so it counts.
 */
void
svc_query(
    const struct svc *s, const struct cooldown *cooldown, struct plan_query *q)
{
	struct addrs status = status_addrs(s->tenant.service, q->have);
	struct addrs record = recorded_addrs(s->tenant.service, q->wish);
	struct addrs target = s->tenant.target;
	bool rewritten = s->confirmed && status.n > 0 &&
	    (target.n == 0 || addrs_same(&record, &status));
	bool known = target.n > 0 || s->tenant.decided;
	bool by_status = !known || rewritten;
	struct addrs have = { q->have, by_status ? status.n : 0 };

	if (!by_status)
		addrs_add_all(&have, &target);
	struct addrs wishes = { q->wish, have.n == 0 ? record.n : 0 };

	if (have.n == 0)
		add_past(s, cooldown, &wishes);
	if (rewritten)
		addrs_add_all(&wishes, &target);
	q->tenant = &s->tenant;
	q->service = s->tenant.service;
	q->n_have = have.n;
	q->n_wish = wishes.n;
	q->said = last_said(s);
	q->n_beyond = beyond(s, by_status);
	q->wiped = svc_is_wiped(s);
}

bool
svc_is_particular(const struct svc *s)
{
	const struct service *service = s->tenant.service;

	return s->tenant.target.n == 0 &&
	    (service->allocated_addresses != NULL ||
		service_wishes(service, WISH_ADDRESSES).n > 0);
}

static const char *
condition_message(const struct svc *s, bool fought, char text[PLAN_MESSAGE])
{
	const char *planned = s->message != NULL ? s->message : "";

	if (!s->brief && !fought)
		return planned;
	snprintf(text, PLAN_MESSAGE, "%s%s%s%s", planned,
	    fought ? "; others keep changing this status" : "",
	    s->brief ? "; not recorded in annotations: " : "",
	    s->brief ? s->refusal : "");
	utf8_mend(text, PLAN_MESSAGE);
	return text;
}

const char *
svc_message(const struct svc *s, char text[PLAN_MESSAGE])
{
	return condition_message(s, svc_is_fought(s), text);
}

/* Did the last plan say the same? */
static bool
is_planned(const struct svc *s, const struct plan *p)
{
	struct addrs target = s->tenant.target;

	return s->planned && s->reason == p->reason &&
	    s->foreign == p->foreign && text_is(s->tenant.from, p->from) &&
	    target.n == p->n &&
	    (p->n == 0 ||
		memcmp(target.at, p->addrs, p->n * sizeof(*p->addrs)) == 0) &&
	    text_is(s->message, p->message);
}

void
svc_set_plan(struct svc *s, const struct plan *p)
{
	struct addrs planned = { (struct addr *)p->addrs, p->n };
	struct addrs target = s->tenant.target;
	bool same = addrs_same(&target, &planned);

	s->tenant.gives_way = false;
	if (is_planned(s, p))
		return;
	s->confirmed = s->confirmed && same;
	set_target(s, p->addrs, p->n);
	xreplace(&s->tenant.from, p->from);
	xreplace(&s->message, p->message);
	s->reason = (uint8_t)p->reason;
	s->foreign = p->foreign;
	s->planned = true;
	if (s->out == OUT_SENT)
		s->out = OUT_OUTDATED;
	else if (s->out == OUT_SETTLED)
		s->out = OUT_NONE;
}

/* ---- against the cluster ---- */

bool
svc_is_sent(const struct svc *s)
{
	return s->out == OUT_SENT || s->out == OUT_OUTDATED ||
	    s->out == OUT_SEEN;
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
svc_has_externals(const struct service *s)
{
	return s->n_external_ips > 0 || s->deprecation != NULL;
}

/* The same text for all: a plan need not know when the addresses change. */
static bool
remark_differs(const struct svc *s)
{
	const struct condition *c = s->tenant.service->deprecation;

	if (!s->deprecated || c == NULL)
		return s->deprecated != (c != NULL);
	return !text_is(c->status, "True") ||
	    !text_is(c->message, DEPRECATION_MESSAGE);
}

/* Does the condition in the cluster say what we do, in or after a fight? */
static bool
is_said(const struct svc *s, bool fought)
{
	const struct condition *c = s->tenant.service->condition;
	char text[PLAN_MESSAGE];

	return c != NULL &&
	    text_is(c->status, svc_is_good(s) ? "True" : "False") &&
	    text_is(c->reason, reason_name(s->reason)) &&
	    text_is(c->message, condition_message(s, fought, text));
}

static bool
has_news(const struct svc *s)
{
	return !is_said(s, svc_is_fought(s));
}

/* That our words of a fight go is no news. */
bool
svc_is_to_tell(const struct svc *s)
{
	return has_news(s) &&
	    (svc_is_fought(s) ? !s->fight_told : !is_said(s, true));
}

static bool
addresses_differ(const struct svc *s)
{
	const struct service *service = s->tenant.service;
	struct addr status_room[REQUEST_MAX], record_room[REQUEST_MAX];
	struct addrs status = status_addrs(service, status_room);
	struct addrs record = recorded_addrs(service, record_room);
	struct addrs target = s->tenant.target;

	if (service->ingress_other || service->n_ingress != status.n ||
	    !addrs_same(&target, &status))
		return true;
	return target.n > 0 && !s->brief &&
	    (!text_is(service->allocated_from, s->tenant.from) ||
		!addrs_same(&target, &record));
}

static enum task_kind
task_kind(const struct svc *s, bool ours)
{
	if (!ours)
		return svc_has_marks(s->tenant.service) ? TASK_CLEAR
							: TASK_REMARK;
	return s->foreign ? TASK_CONDITION : TASK_ASSIGN;
}

bool
svc_differs(const struct svc *s, bool ours)
{
	if (s->tenant.service->meta.deleted)
		return false;
	switch (task_kind(s, ours)) {
	case TASK_CLEAR:
		return true;
	case TASK_REMARK:
		return remark_differs(s);
	case TASK_CONDITION:
		return has_news(s) || remark_differs(s);
	case TASK_ASSIGN:
		break;
	}
	return has_news(s) || addresses_differ(s) || remark_differs(s);
}

/* Another load balancer's addresses are not ours to take back. */
static bool
ingress_is_ours(const struct service *s)
{
	struct addr status_room[REQUEST_MAX], record_room[REQUEST_MAX];
	struct addrs status = status_addrs(s, status_room);
	struct addrs record = recorded_addrs(s, record_room);

	return s->n_ingress > 0 &&
	    (s->type != SERVICE_LOAD_BALANCER || addrs_same(&record, &status));
}

static const char *
newest_version(const struct svc *s)
{
	return s->sent.version != NULL
	    ? s->sent.version
	    : s->tenant.service->meta.resource_version;
}

void
svc_task(
    const struct svc *s, bool ours, struct task *t, char message[PLAN_MESSAGE])
{
	const struct service *service = s->tenant.service;
	struct addrs target = s->tenant.target;

	*t = (struct task){ .kind = task_kind(s, ours),
		.id = s->sent_id,
		.service = service,
		.version = newest_version(s),
		.addrs = target.at,
		.n_addrs = target.n,
		.from = s->tenant.from != NULL ? s->tenant.from : "",
		.good = svc_is_good(s),
		.reason = s->reason,
		.message = svc_message(s, message),
		.brief = s->brief,
		.clear_ingress = !ours && ingress_is_ours(service),
		.deprecated = s->deprecated };
}

/* ---- others who write, and a server who refuses ---- */

bool
svc_is_fought(const struct svc *s)
{
	return s->overwritten >= PATIENCE;
}

uint64_t
svc_note_overwritten(struct svc *s, uint64_t now)
{
	if (now >= (uint64_t)s->overwritten_at * 1000 + SVC_CALM) {
		s->overwritten = 0;
		s->fight_told = false;
	}
	s->overwritten_at = (uint32_t)(now / 1000);
	if (s->overwritten < UINT8_MAX)
		s->overwritten++;
	return svc_is_fought(s)
	    ? workqueue_delay(s->overwritten - PATIENCE + 1u, REST_MOST)
	    : 0;
}

uint64_t
svc_end_fight(struct svc *s, uint64_t now)
{
	uint64_t at = (uint64_t)s->overwritten_at * 1000 + SVC_CALM;

	if (!svc_is_fought(s))
		return UINT64_MAX;
	if (now >= at) {
		s->overwritten = 0;
		s->fight_told = false;
	}
	return at;
}

bool
svc_refuse(struct svc *s, const char *why)
{
	bool known = text_is(s->refusal, why);

	xreplace(&s->refusal, why);
	return !known;
}

void
svc_forget_refusal(struct svc *s)
{
	xreplace(&s->refusal, NULL);
	s->brief = false;
}
