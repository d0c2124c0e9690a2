/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/sharing.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "allocator/ipam/ipam.h"
#include "allocator/ipam/share.h"
#include "allocator/reconcile/svc.h"
#include "common/alloc.h"
#include "common/api/service.h"

/* ---- circles: those of a namespace, or of all, who have one key ---- */

struct circle_member { /* lives while the Service is in a circle */
	void *who;     /* borrowed; that one */
	struct circle *circle;
	struct circle_member *prev, *next;
	struct circle_member *prev_waiting, *next_waiting;
	bool waits;
};

struct circle {
	struct circle_member *members; /* borrowed, at least one */
	struct circle_member *waiting; /* borrowed; those of them who do */
	UT_hash_handle hh;
	char key[]; /* namespace/key */
};

static void
circle_set_waiting(struct circle_member *m, bool waits)
{
	if (m == NULL || m->waits == waits)
		return;
	m->waits = waits;
	if (waits)
		DL_APPEND2(m->circle->waiting, m, prev_waiting, next_waiting);
	else
		DL_DELETE2(m->circle->waiting, m, prev_waiting, next_waiting);
}

static void
leave(struct circle **circles, struct circle_member *m)
{
	struct circle *c = m->circle;

	circle_set_waiting(m, false);
	DL_DELETE(c->members, m);
	free(m);
	if (c->members != NULL)
		return;
	HASH_DEL(*circles, c);
	free(c);
}

static struct circle_member *
enter(struct circle **circles, void *who, const char *key)
{
	struct circle_member *m = xcalloc(1, sizeof(*m));
	struct circle *c;

	HASH_FIND_STR(*circles, key, c);
	if (c == NULL) {
		size_t n = strlen(key) + 1;

		c = xcalloc(1, sizeof(*c) + n);
		memcpy(c->key, key, n);
		HASH_ADD_STR(*circles, key, c);
	}
	*m = (struct circle_member){ .who = who, .circle = c };
	DL_APPEND(c->members, m);
	return m;
}

static void
circle_join(struct circle **circles, struct circle_member **m, void *who,
    const char *ns, const char *key)
{
	char *whole = key != NULL ? xasprintf("%s/%s", ns, key) : NULL;
	bool same = *m != NULL && whole != NULL &&
	    strcmp((*m)->circle->key, whole) == 0;

	if (*m != NULL && !same) {
		leave(circles, *m);
		*m = NULL;
	}
	if (*m == NULL && whole != NULL)
		*m = enter(circles, who, whole);
	free(whole);
}

static struct circle_member *
circle_first(const struct circle_member *m)
{
	return m != NULL ? m->circle->members : NULL;
}

static struct circle_member *
circle_first_waiting(const struct circle_member *m)
{
	return m != NULL ? m->circle->waiting : NULL;
}

/* ---- a Service in its circles ---- */

void
sharing_show_waiting(struct svc *s)
{
	circle_set_waiting(s->near, s->waiter != NULL);
	circle_set_waiting(s->wide, s->waiter != NULL);
}

void
sharing_join(struct svc *s, struct circle **circles, const char *key)
{
	const struct service *service = s->tenant.service;
	bool consents = key != NULL &&
	    service_wishes(service, WISH_SHARING_NAMESPACES).n > 0;

	circle_join(circles, &s->near, s, service->meta.ns, key);
	circle_join(circles, &s->wide, s, "", consents ? key : NULL);
	sharing_show_waiting(s);
}

/* ---- what they have ---- */

static bool
refuses(const struct svc *s, const struct tenant *t)
{
	return t != &s->tenant &&
	    share_refusal(s->tenant.service, t->service) != NULL;
}

/* Does one of those who have it mind? */
static bool
is_refused(const struct svc *s, const struct ipam *ipam, const struct addr *a)
{
	const struct ipam_holder *h = ipam_holders(ipam, a);

	while (h != NULL && !refuses(s, h->owner))
		h = h->next;
	return h != NULL;
}

/* It itself, or one of the same pool and family. */
static bool
has_like(
    const struct addrs *list, const struct ipam *ipam, const struct addr *a)
{
	if (addrs_has(list, a))
		return true;
	for (size_t i = 0; i < list->n; i++)
		if (list->at[i].family == a->family &&
		    ipam_pool_of(ipam, &list->at[i]) == ipam_pool_of(ipam, a))
			return true;
	return false;
}

struct search { /* of addresses that it can share */
	const struct svc *s;
	const struct ipam *ipam;
	struct addrs found; /* with the room of a wish */
	struct addrs
	    refused; /* so that a thousand who have it are asked once */
};

static void
add_shared(struct search *w, const struct addr *a)
{
	if (w->found.n == SVC_WISH_MAX || has_like(&w->found, w->ipam, a) ||
	    addrs_has(&w->refused, a))
		return;
	if (!is_refused(w->s, w->ipam, a))
		addrs_add(&w->found, a);
	else if (w->refused.n < SVC_WISH_MAX)
		addrs_add(&w->refused, a);
}

/* What it can share of what the mate has: one address of a pool will do. */
static void
add_of_mate(struct search *w, const struct svc *mate)
{
	struct addrs target = addr_list_view(mate->tenant.target);

	if (mate == w->s || refuses(w->s, &mate->tenant))
		return;
	for (size_t i = 0; i < target.n; i++)
		add_shared(w, &target.at[i]);
}

static void
add_shareable(const struct svc *s, const struct svc_context *context,
    struct addrs *wishes)
{
	const struct circle_member *circles[] = { s->near, s->wide };
	struct addr found[SVC_WISH_MAX], refused[SVC_WISH_MAX];
	struct search w = { s, context->ipam, { found, 0 }, { refused, 0 } };

	for (size_t i = 0; i < 2; i++) {
		const struct circle_member *m = circle_first(circles[i]);

		for (; m != NULL && w.found.n < SVC_WISH_MAX; m = m->next)
			add_of_mate(&w, m->who);
	}
	for (size_t i = 0; i < w.found.n && wishes->n < SVC_WISH_MAX; i++)
		addrs_add(wishes, &found[i]);
}

static void
list_all(const struct svc *s, struct addrs *list)
{
	const struct circle_member *circles[] = { s->near, s->wide };

	for (size_t i = 0; i < 2; i++) {
		const struct circle_member *m = circle_first(circles[i]);

		for (; m != NULL; m = m->next) {
			const struct svc *mate = m->who;
			struct addrs has = addr_list_view(mate->tenant.target);

			for (size_t k = 0; k < has.n && mate != s; k++)
				if (list->n < SVC_WISH_MAX)
					addrs_add(list, &has.at[k]);
		}
	}
}

void
sharing_query(const struct svc *s, const struct svc_context *context,
    struct plan_query *q, struct svc_room *room)
{
	struct addrs wishes = { room->wish, q->n_wish };
	struct addrs mates = { room->mates, 0 };

	add_shareable(s, context, &wishes);
	q->n_wish = wishes.n;
	if (context->trace == NULL)
		return;
	list_all(s, &mates);
	q->mates = room->mates;
	q->n_mates = mates.n;
}

/* ---- who waits ---- */

static void
call_waiting(
    struct workqueue *queue, const struct svc *s, const struct circle_member *m)
{
	for (m = circle_first_waiting(m); m != NULL; m = m->next_waiting) {
		struct svc *mate = m->who;

		if (mate != s &&
		    share_refusal(s->tenant.service, mate->tenant.service) ==
			NULL)
			workqueue_add(queue, &mate->work);
	}
}

void
sharing_call(struct workqueue *queue, const struct svc *s)
{
	call_waiting(queue, s, s->near);
	call_waiting(queue, s, s->wide);
}
