/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link is an interface on which a router is wanted. The first one that advertises
 * itself there is the one, and is so until the interface is gone: that no advertisement
 * comes any more says nothing, for a session has a hold time. Another one takes its
 * place only when there is no session with it and it was silent for SILENT, so that of
 * two routers on one link each advertisement does not end the session with the other.
 * Whoever floods the link with advertisements of many routers changes nothing more than
 * that, and takes no memory: a link knows two of them.
 *
 * What we say is meant for a router with such a session at its end only: we are no
 * default router (lifetime 0, RFC 4861 4.2), and have no prefixes for hosts. It is said
 * when there is something to tell, but never twice within LEAST (RFC 4861 6.2.6, 10),
 * then now and then; as long as no router is known they are asked for, too.
 */
#include "bgpd/link/routers.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/link/frame.h"
#include "bgpd/link/interface.h"
#include "bgpd/link/link_port.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/rng.h"

enum {
	LEAST = 3000,   /* ms between our advertisements */
	DELAY = 500,    /* ms at most, of an answer */
	EVERY = 10000,  /* ms, as FRR has it for such sessions */
	AT_FIRST = 3,   /* advertisements in a row */
	SILENT = 30000, /* ms: another router may take the place */
};

struct router_link {
	char name[INTERFACE_NAME];
	int index; /* 0: there is no such interface */
	bool up;
	struct mac mac;
	struct addr own;    /* link-local; FAMILY_NONE: none yet */
	struct addr router; /* FAMILY_NONE: none is known */
	uint64_t heard_at;
	struct addr other; /* the same */
	uint64_t other_at;
	unsigned first;   /* advertisements in a row that are to go out */
	uint64_t said_at; /* 0: never */
	uint64_t due;     /* of the next one */
};

struct fact { /* of any interface */
	char name[INTERFACE_NAME];
	int index;
	bool up;
	struct mac mac;
	struct addr own; /* link-local; FAMILY_NONE: none yet */
};

struct routers {
	const struct clock *clock;
	struct rng *rng;
	const struct link_port *port;
	const struct routers_ops *ops;
	void *arg;
	struct router_link *links; /* owned */
	size_t n;
	struct fact *facts; /* owned; of a link that is wanted later, too */
	size_t n_facts;
};

static const struct addr nobody;

static struct addr
group(uint8_t last)
{
	uint8_t bytes[16] = { 0xff, 0x02, [15] = last };

	return addr_from(FAMILY_V6, bytes);
}

static struct addr
all_nodes(void)
{
	return group(1);
}

static struct addr
all_routers(void)
{
	return group(2);
}

struct routers *
routers_new(const struct clock *clock, struct rng *rng,
    const struct link_port *port, const struct routers_ops *ops, void *arg)
{
	struct routers *r = xcalloc(1, sizeof(*r));

	r->clock = clock;
	r->rng = rng;
	r->port = port;
	r->ops = ops;
	r->arg = arg;
	return r;
}

void
routers_free(struct routers *r)
{
	if (r == NULL)
		return;
	free(r->links);
	free(r->facts);
	free(r);
}

static struct router_link *
find(const struct routers *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->links[i].name, name) == 0)
			return &r->links[i];
	return NULL;
}

static bool
is_open(const struct router_link *l)
{
	return l->index != 0 && l->up && l->own.family != FAMILY_NONE;
}

static void
arm(struct routers *r)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < r->n; i++) {
		const struct router_link *l = &r->links[i];

		if (is_open(l) && l->due < due)
			due = l->due;
		if (l->other.family != FAMILY_NONE &&
		    l->other_at + SILENT < due)
			due = l->other_at + SILENT;
	}
	if (due != UINT64_MAX)
		r->ops->arm(r->arg, due);
}

/* What we say. */

static void
say(struct routers *r, const struct router_link *l, bool advert)
{
	struct frame_router f = { .advert = advert,
		.src = l->own,
		.dst = advert ? all_nodes() : all_routers(),
		.has_mac = true,
		.mac = l->mac };
	struct mac to = frame_group_mac(&f.dst);
	uint8_t frame[FRAME_MAX];
	size_t n = frame_put_router(frame, &l->mac, &to, &f);

	r->port->send(r->port->arg, l->index, frame, n);
}

/* For whom there is something to hear; not more often than is good for the link. */
static void
say_soon(struct routers *r, struct router_link *l)
{
	uint64_t at = clock_now(r->clock) + rng_below(r->rng, DELAY);

	if (l->said_at != 0 && at < l->said_at + LEAST)
		at = l->said_at + LEAST;
	if (at < l->due || l->due == 0)
		l->due = at;
}

static void
say_due(struct routers *r, struct router_link *l, uint64_t now)
{
	say(r, l, true);
	if (l->router.family == FAMILY_NONE)
		say(r, l, false);
	l->said_at = now;
	if (l->first > 0)
		l->first--;
	l->due = now + (l->first > 0 ? LEAST : rng_jitter(r->rng, EVERY));
}

void
routers_tick(struct routers *r)
{
	uint64_t now = clock_now(r->clock);
	bool changed = false;

	for (size_t i = 0; i < r->n; i++) {
		struct router_link *l = &r->links[i];

		if (is_open(l) && l->due <= now)
			say_due(r, l, now);
		if (l->other.family != FAMILY_NONE &&
		    l->other_at + SILENT <= now) {
			l->other = nobody;
			changed = true;
		}
	}
	arm(r);
	if (changed)
		r->ops->changed(r->arg);
}

/* What we hear. */

static void
take(struct routers *r, struct router_link *l, const struct addr *from)
{
	char text[ADDR_TEXT];

	log_info("link %s: the router is %s", l->name, addr_print(from, text));
	l->router = *from;
	l->heard_at = clock_now(r->clock);
	l->other = nobody;
	say_soon(r, l);
	arm(r);
	r->ops->changed(r->arg);
}

/* Of a third one nothing is kept. */
static void
hear_other(struct routers *r, struct router_link *l, const struct addr *from)
{
	char text[ADDR_TEXT];

	if (l->other.family != FAMILY_NONE && !addr_eq(&l->other, from))
		return;
	bool is_new = l->other.family == FAMILY_NONE;

	l->other = *from;
	l->other_at = clock_now(r->clock);
	if (!is_new)
		return;
	log_warn("link %s: another router, %s, is there, too", l->name,
	    addr_print(from, text));
	arm(r);
	r->ops->changed(r->arg);
}

static void
hear(struct routers *r, struct router_link *l, const struct addr *from)
{
	uint64_t now = clock_now(r->clock);

	if (addr_eq(from, &l->own))
		return; /* a loop on the link */
	if (addr_eq(from, &l->router))
		l->heard_at = now;
	else if (l->router.family == FAMILY_NONE ||
	    (now - l->heard_at >= SILENT && !r->ops->in_use(r->arg, l->name)))
		take(r, l, from);
	else
		hear_other(r, l, from);
}

void
routers_frame(struct routers *r, int index, const struct frame *f)
{
	for (size_t i = 0; i < r->n && f->kind == FRAME_ROUTER; i++) {
		struct router_link *l = &r->links[i];

		if (l->index != index || !is_open(l))
			continue;
		if (f->router.advert) {
			hear(r, l, &f->router.src);
		} else {
			say_soon(r, l);
			arm(r);
		}
		return;
	}
}

/* Links. */

static struct addr
link_local_of(const struct interface *at)
{
	for (size_t i = 0; i < at->n; i++)
		if (at->at[i].addr.family == FAMILY_V6 &&
		    addr_is_link_local(&at->at[i].addr))
			return at->at[i].addr;
	return nobody;
}

/* The interface of that name is another one, or gone: nothing is known of it. */
static void
begin(struct routers *r, struct router_link *l, int index)
{
	struct addr routers = all_routers();

	if (index != 0)
		r->port->join(r->port->arg, index, &routers, true);
	l->index = index;
	l->router = l->other = nobody;
	l->own = nobody;
	l->said_at = l->due = 0;
}

/* at NULL: it is gone. True: what routers_find() says may be another thing. */
static bool
apply(struct routers *r, struct router_link *l, const struct fact *at)
{
	bool was_open = is_open(l), is_other;

	if (at == NULL) {
		is_other = l->index != 0;
		if (is_other)
			begin(r, l, 0);
		return is_other;
	}
	is_other = l->index != at->index;
	if (is_other)
		begin(r, l, at->index);
	if (!addr_eq(&at->own, &l->own) || !mac_eq(&at->mac, &l->mac))
		was_open = false;
	l->own = at->own;
	l->mac = at->mac;
	l->up = at->up;
	if (!was_open && is_open(l)) {
		l->first = AT_FIRST;
		say_soon(r, l);
	}
	return is_other || was_open != is_open(l);
}

static const struct fact *
fact_of(const struct routers *r, const char *name)
{
	for (size_t i = 0; i < r->n_facts; i++)
		if (strcmp(r->facts[i].name, name) == 0)
			return &r->facts[i];
	return NULL;
}

static void
apply_all(struct routers *r, bool changed)
{
	for (size_t i = 0; i < r->n; i++)
		changed |= apply(r, &r->links[i], fact_of(r, r->links[i].name));
	if (!changed)
		return;
	r->ops->listens(r->arg);
	arm(r);
	r->ops->changed(r->arg);
}

void
routers_interfaces(struct routers *r, const struct interface *at, size_t n)
{
	r->facts = xrealloc(r->facts, n, sizeof(r->facts[0]));
	r->n_facts = n;
	for (size_t i = 0; i < n; i++) {
		struct fact *f = &r->facts[i];

		*f = (struct fact){ .index = at[i].index,
			.up = at[i].up,
			.mac = at[i].mac,
			.own = link_local_of(&at[i]) };
		memcpy(f->name, at[i].name, sizeof(f->name));
	}
	apply_all(r, false);
}

static bool
has(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

void
routers_want(struct routers *r, const char *const *names, size_t n)
{
	struct addr routers = all_routers();
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct router_link *l = &r->links[i];

		if (has(names, n, l->name))
			r->links[kept++] = *l;
		else if (l->index != 0)
			r->port->join(r->port->arg, l->index, &routers, false);
	}
	bool changed = kept != r->n;

	r->n = kept;
	for (size_t i = 0; i < n; i++) {
		if (find(r, names[i]) != NULL)
			continue;
		r->links = xrealloc(r->links, r->n + 1, sizeof(r->links[0]));
		struct router_link *l = &r->links[r->n++];

		*l = (struct router_link){ .index = 0 };
		strncpy(l->name, names[i], sizeof(l->name) - 1);
	}
	apply_all(r, changed);
}

static int
by_number(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

size_t
routers_listens(const struct routers *r, int *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (r->links[i].index == 0)
			continue;
		if (n < max)
			out[n] = r->links[i].index;
		n++;
	}
	if (n > 1 && max > 1)
		qsort(out, n < max ? n : max, sizeof(out[0]), by_number);
	return n;
}

struct router_found
routers_find(const struct routers *r, const char *interface)
{
	const struct router_link *l = find(r, interface);

	if (l == NULL || l->index == 0)
		return (struct router_found){
			.why = "the node has no such interface for a session"
		};
	if (l->router.family != FAMILY_NONE)
		return (struct router_found){ l->router, NULL, l->other };
	return (struct router_found){ .why = !l->up ? "it is down"
		    : l->own.family == FAMILY_NONE
		    ? "the node has no link-local address there"
		    : "no router advertises itself there" };
}
