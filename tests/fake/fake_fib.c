/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_fib.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bgpd/fib/hops.h"
#include "common/err.h"
#include "tests/test.h"

static struct prefix
prefix_of_text(const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	return p;
}

static bool
is_ours(const struct fake_route *r)
{
	return r->protocol == FIB_PROTOCOL;
}

static struct fake_route *
first_of(
    struct fake_fib *k, const struct prefix *p, uint32_t table, uint32_t metric)
{
	for (size_t i = 0; i < k->n; i++)
		if (prefix_eq(&k->routes[i].prefix, p) &&
		    k->routes[i].table == table &&
		    k->routes[i].metric == metric)
			return &k->routes[i];
	return NULL;
}

static void
drop(struct fake_fib *k, struct fake_route *r)
{
	memmove(r, r + 1, (size_t)(&k->routes[--k->n] - r) * sizeof(*r));
}

static struct fake_route *
add(struct fake_fib *k)
{
	assert_true(k->n < FAKE_ROUTES);
	return &k->routes[k->n++];
}

static struct reach_route
told(const struct fake_route *r)
{
	struct reach_route o = { .prefix = r->prefix,
		.table = r->table,
		.metric = r->metric,
		.protocol = r->protocol,
		.leads = true,
		.n = r->n };

	memcpy(o.hops, r->hops, r->n * sizeof(o.hops[0]));
	return o;
}

static struct fib_found
found(const struct fake_route *r)
{
	struct fib_found f = { .prefix = r->prefix,
		.table = r->table,
		.metric = r->metric,
		.n = r->n };

	memcpy(f.hops, r->hops, r->n * sizeof(f.hops[0]));
	return f;
}

static struct reach_link
link_of(const struct fake_fib *k, int32_t index)
{
	struct reach_link l = {
		.index = index, .up = k->up[index], .off = !k->up[index]
	};

	snprintf(l.name, sizeof(l.name), "eth%d", (int)index);
	return l;
}

void
fake_fib_other(struct fake_fib *k, const char *prefix, uint32_t table,
    uint32_t metric, const char *via, int32_t link)
{
	struct fake_route *r = add(k);

	*r = (struct fake_route){ .prefix = prefix_of_text(prefix),
		.table = table,
		.metric = metric,
		.protocol = FAKE_OTHERS,
		.n = 1,
		.hops[0] = { .link = link, .weight = 1 } };
	if (via[0] != '\0')
		assert_true(addr_parse(via, &r->hops[0].via));
	struct reach_route o = told(r);

	if (k->fib != NULL)
		fib_other(k->fib, &o, false);
}

bool
fake_fib_other_gone(
    struct fake_fib *k, const char *prefix, uint32_t table, uint32_t metric)
{
	struct prefix p = prefix_of_text(prefix);

	for (size_t i = 0; i < k->n; i++) {
		struct fake_route *r = &k->routes[i];

		if (is_ours(r) || !prefix_eq(&r->prefix, &p) ||
		    r->table != table || r->metric != metric)
			continue;
		struct reach_route o = told(r);

		drop(k, r);
		if (k->fib != NULL && !fib_heard_other_gone(k->fib, &o))
			fake_fib_look(k);
		return true;
	}
	return false;
}

/* Ours and others' over it go, and nobody is told. */
static void
link_takes(struct fake_fib *k, int32_t index)
{
	for (size_t i = 0; i < k->n;) {
		struct fake_route *r = &k->routes[i];
		size_t kept = 0;

		for (size_t h = 0; h < r->n; h++)
			if (r->hops[h].link != index)
				r->hops[kept++] = r->hops[h];
		r->n = kept;
		if (kept == 0)
			drop(k, r);
		else
			i++;
	}
}

void
fake_fib_link(struct fake_fib *k, int32_t index, bool up)
{
	k->up[index] = up;
	if (!up)
		link_takes(k, index);
	struct reach_link l = link_of(k, index);

	if (k->fib != NULL)
		fib_link(k->fib, &l);
}

bool
fake_fib_steal(struct fake_fib *k, size_t at)
{
	if (at >= k->n || !is_ours(&k->routes[at]))
		return false;
	drop(k, &k->routes[at]);
	return true;
}

void
fake_fib_look(struct fake_fib *k)
{
	k->looks++;
	fib_look_begin(k->fib);
	for (int32_t i = 1; i <= FAKE_LINKS; i++) {
		struct reach_link l = link_of(k, i);

		fib_link(k->fib, &l);
	}
	for (size_t i = 0; i < k->n; i++) {
		struct fib_found f = found(&k->routes[i]);
		struct reach_route o;

		if (is_ours(&k->routes[i])) {
			fib_found(k->fib, &f);
			continue;
		}
		o = told(&k->routes[i]);
		fib_other(k->fib, &o, false);
	}
	fib_look_end(k->fib);
}

static int
put(struct fake_fib *k, const struct fib_change *c)
{
	struct fake_route *r = first_of(k, &c->prefix, c->table, c->metric);

	if (c->step == FIB_ADD && r != NULL)
		return EEXIST;
	assert_in_range(c->hops->n, 1, FAKE_HOPS);
	for (uint32_t i = 0; i < c->hops->n; i++)
		if (c->hops->at[i].link < 1 ||
		    c->hops->at[i].link > FAKE_LINKS ||
		    !k->up[c->hops->at[i].link])
			return ENETDOWN;
	if (r != NULL)
		assert_true(is_ours(r)); /* nobody else's is replaced */
	else
		r = add(k);
	*r = (struct fake_route){ .prefix = c->prefix,
		.table = c->table,
		.metric = c->metric,
		.protocol = FIB_PROTOCOL,
		.n = c->hops->n };
	memcpy(r->hops, c->hops->at, r->n * sizeof(r->hops[0]));
	return 0;
}

static int
take(struct fake_fib *k, const struct fib_change *c)
{
	for (size_t i = 0; i < k->n; i++) {
		struct fake_route *r = &k->routes[i];

		if (!is_ours(r) || !prefix_eq(&r->prefix, &c->prefix) ||
		    r->table != c->table || r->metric != c->metric)
			continue;
		drop(k, r);
		return 0;
	}
	return ESRCH;
}

size_t
fake_fib_carry(struct fake_fib *k, size_t max)
{
	struct fib_change c[64];
	size_t n = fib_next(k->fib, c, max < 64 ? max : 64);
	bool lost = false;

	for (size_t i = 0; i < n; i++) {
		int error;

		if (k->refused > 0) {
			k->refused--;
			error = k->error;
		} else {
			error = c[i].step == FIB_DELETE ? take(k, &c[i])
							: put(k, &c[i]);
			k->changes++;
		}
		if (k->lost > 0) {
			k->lost--;
			lost = true;
			error = FIB_UNKNOWN;
		}
		fib_made(k->fib, &c[i], error);
	}
	if (lost)
		fake_fib_look(k);
	return n;
}

static void
on_settle(void *arg, struct fib *fib)
{
	struct fake_fib *k = arg;

	k->fib = fib;
	if (fib_wants_look(fib))
		fake_fib_look(k);
	while (!k->slow && fake_fib_carry(k, 64) > 0)
		continue;
}

static bool
on_is_idle(void *arg)
{
	(void)arg;
	return true;
}

void
fake_fib_init(struct fake_fib *k)
{
	*k = (struct fake_fib){ 0 };
	k->port = (struct fib_port){ on_settle, on_is_idle, k };
	for (int i = 1; i <= FAKE_LINKS; i++)
		k->up[i] = true;
}

const struct fake_route *
fake_fib_find(const struct fake_fib *k, const struct prefix *p, uint32_t table,
    uint32_t metric)
{
	for (size_t i = 0; i < k->n; i++)
		if (is_ours(&k->routes[i]) &&
		    prefix_eq(&k->routes[i].prefix, p) &&
		    k->routes[i].table == table &&
		    k->routes[i].metric == metric)
			return &k->routes[i];
	return NULL;
}

size_t
fake_fib_count(const struct fake_fib *k)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++)
		n += is_ours(&k->routes[i]);
	return n;
}

const char *
fake_fib_said(const struct fake_fib *k, const char *prefix)
{
	static char text[1024];
	struct prefix p = prefix_of_text(prefix);
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < k->n; i++) {
		const struct fake_route *r = &k->routes[i];

		if (!is_ours(r) || !prefix_eq(&r->prefix, &p))
			continue;
		for (size_t h = 0; h < r->n; h++) {
			char via[ADDR_TEXT];

			at += (size_t)snprintf(text + at, sizeof(text) - at,
			    "%s%s dev %d weight %u", at > 0 ? ", " : "",
			    addr_print(&r->hops[h].via, via),
			    (int)r->hops[h].link, r->hops[h].weight);
		}
	}
	return text;
}
