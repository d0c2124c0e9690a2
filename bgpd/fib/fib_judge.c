/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/fib/fib_state.h"
#include "bgpd/rib/path.h"
#include "bgpd/wire/buf.h"
#include "bgpd/wire/link_bandwidth.h"

#define WEIGHT_SCALE 100 /* of the path with the most bandwidth */

/* News. */

void
fib_touch(struct fib *f, const struct prefix *p)
{
	enum family family = p->addr.family;
	uint32_t index = fib_entry_of(f, p);

	fib_entry(f, family, index)->flags |= ENTRY_DIRTY;
	fib_push(f, family, index, TO_JUDGE);
	f->counted = false;
}

static bool
has_entry(const struct fib *f, const struct prefix *p)
{
	return prefix_table_find(&f->tables[p->addr.family].prefixes, p) != 0;
}

/* What only we announce needs no entry; none is best where none is reached. */
static void
on_news(void *arg, enum family family, uint32_t index, unsigned news)
{
	struct fib *f = arg;
	struct prefix p = prefix_table_get(rib_prefixes(f->rib, family), index);
	uint32_t source = RIB_LOCAL;

	(void)news;
	if (!has_entry(f, &p) &&
	    rib_best_at(f->rib, family, index, &source) != NULL &&
	    source == RIB_LOCAL)
		return;
	fib_touch(f, &p);
	fib_due(f);
}

const struct rib_ops fib_rib_ops = {
	.news = RIB_NEWS_BEST | RIB_NEWS_MULTIPATH,
	.changed = on_news,
};

/* Shorter than a host route: whatever is in it is another now, too. */
void
fib_own_changed(struct fib *f, const struct prefix *own)
{
	if (!f->on || own->len == 0)
		return;
	f->tables[own->addr.family].own[own->len / 64] |= UINT64_C(1)
	    << own->len % 64;
	if (own->len < family_bits(own->addr.family)) {
		fib_walk_begin(f, true, false);
		return;
	}
	if (has_entry(f, own)) {
		fib_touch(f, own);
		fib_due(f);
	}
}

bool
fib_is_own(const struct fib *f, const struct prefix *p)
{
	const uint64_t *own = f->tables[p->addr.family].own;
	struct rib_route r;

	for (unsigned len = p->len; len > 0; len--) {
		if ((own[len / 64] >> len % 64 & 1) == 0)
			continue;
		struct prefix outer = prefix_of(&p->addr, len);

		if (rib_best(f->rib, &outer, &r) && r.source == RIB_LOCAL)
			return true;
	}
	return false;
}

/* What is asked for. */

static uint32_t
divisor(uint32_t a, uint32_t b)
{
	return b == 0 ? a : divisor(b, a % b);
}

/*
 * In proportion, if all have a bandwidth and not all have 0; else they are equal. The
 * kernel knows no weight of 0: that is the least.
 */
static void
weigh(struct hop *at, const float *bandwidth, size_t n)
{
	float most = 0;
	uint32_t common = 0;

	for (size_t i = 0; i < n; i++) {
		if (bandwidth[i] < 0)
			return;
		most = bandwidth[i] > most ? bandwidth[i] : most;
	}
	if (most == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		float w = bandwidth[i] / most * WEIGHT_SCALE + 0.5f;

		at[i].weight = w < 1 ? 1 : (uint32_t)w;
		common = divisor(at[i].weight, common);
	}
	for (size_t i = 0; i < n; i++)
		at[i].weight /= common;
}

static bool
is_link_local(const struct addr *a)
{
	return a->family == FAMILY_V6 && addr_is_link_local(a);
}

const struct addr *
fib_via(struct fib *f, const struct path *path, uint32_t source)
{
	return is_link_local(&path->link_local) &&
		f->ops->zone(f->arg, source) != NULL
	    ? &path->link_local
	    : &path->next_hop;
}

int32_t
fib_link_of(struct fib *f, const struct addr *via, uint32_t source)
{
	if (!is_link_local(via))
		return 0;
	const char *name = f->ops->zone(f->arg, source);
	int32_t link = name != NULL ? reach_link_index(f->reach, name) : 0;

	f->zones |= link == 0;
	return link;
}

/* Is it asked for? Where no next hop is reached those are that are waited for. */
static bool
is_asked(const struct rib_route *r, bool reached)
{
	return r->source != RIB_LOCAL &&
	    (reached ? r->eligible && r->multipath : r->unreached);
}

/* Is there any route that could be used? Its hops, owned by the caller; or NULL. */
static bool
collect(
    struct fib *f, const struct prefix *p, bool reached, struct hops **asked)
{
	struct hop at[HOPS_MAX];
	float bandwidth[HOPS_MAX];
	struct rib_route r;
	size_t n = 0;
	bool any = false, more = rib_lookup(f->rib, p, 0, &r);

	for (; more && n < f->settings.max_paths;
	     more = rib_lookup_next(f->rib, &r)) {
		any |= (r.eligible || r.unreached) && r.source != RIB_LOCAL;
		if (!is_asked(&r, reached))
			continue;
		bandwidth[n] =
		    link_bandwidth_of(path_list(r.path, LIST_EXT_COMMUNITIES),
			path_list(r.path, LIST_IPV6_EXT_COMMUNITIES));
		const struct addr *via = fib_via(f, r.path, r.source);

		at[n++] = (struct hop){ .via = *via,
			.link = fib_link_of(f, via, r.source),
			.weight = 1 };
	}
	weigh(at, bandwidth, n);
	*asked = hops_intern(&f->asked, at, n);
	return any;
}

static void
ask(struct entry *e, struct hops *asked, uint8_t why)
{
	/* Said and taken back in this run, or not for the kernel. */
	if ((asked == NULL && e->asked != NULL) || why != 0)
		e->flags &= (uint8_t)~ENTRY_ADOPTED;
	if (asked != e->asked) { /* another try */
		e->flags &= (uint8_t)~ENTRY_REFUSED;
		e->error = 0;
	}
	hops_unref(e->asked);
	e->asked = asked;
	e->flags &= (uint8_t) ~(ENTRY_OWN | ENTRY_DEFAULT | ENTRY_DIRTY);
	e->flags |= why;
}

void
fib_judge(struct fib *f, enum family family, uint32_t index)
{
	struct entry *e = fib_entry(f, family, index);
	struct prefix p = prefix_table_get(&f->tables[family].prefixes, index);
	struct hops *asked = NULL;
	uint8_t why = 0;

	bool any = f->on && collect(f, &p, true, &asked);

	if (any && asked == NULL)
		collect(f, &p, false, &asked);
	if (any) {
		if (p.len == 0 && !f->settings.has_default)
			why = ENTRY_DEFAULT;
		else if (fib_is_own(f, &p))
			why = ENTRY_OWN;
	}
	if (why != 0) {
		hops_unref(asked);
		asked = NULL;
	}
	ask(e, asked, why);
	fib_settle(f, family, index);
}

/* What that comes to. */

const struct hops *
fib_resolve(struct fib *f, struct hops *asked)
{
	struct hop at[HOPS_MAX];
	size_t n = 0;

	if (asked->epoch == f->epoch)
		return asked->real;
	for (uint32_t i = 0; i < asked->n; i++) {
		const struct hop *h = &asked->at[i];

		at[n].weight = h->weight;
		if (reach_find(f->reach, &h->via, h->link, &at[n]))
			n++;
	}
	struct hops *real = hops_intern(&f->real, at, n);

	hops_unref(asked->real);
	asked->real = real;
	asked->epoch = f->epoch;
	return real;
}
