/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/terms.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/alloc.h"

struct shelved {
	struct terms terms; /* first: shelved_of() */
	unsigned refs;
	char **texts;   /* owned, each too */
	regex_t *regex; /* owned; of each text */
	bool *good;     /* owned; whether it is an expression at all */
	size_t n;
	struct shelved *prev, *next;
};

struct terms_shelf {
	struct shelved *all;
};

static struct shelved *
shelved_of(struct terms *t)
{
	return (struct shelved *)t;
}

struct terms_shelf *
terms_shelf_new(void)
{
	return xcalloc(1, sizeof(struct terms_shelf));
}

void
terms_shelf_free(struct terms_shelf *shelf)
{
	free(shelf);
}

static bool
says(const struct shelved *s, const struct l2_terms *t)
{
	if (s->terms.always != t->always ||
	    s->terms.fail_back != t->fail_back ||
	    s->terms.detect != t->detect || s->n != t->n_interfaces)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->texts[i], t->interfaces[i]) != 0)
			return false;
	return true;
}

static bool
compile(regex_t *out, const char *text)
{
	char *whole = xasprintf("^(%s)$", text);
	bool good = regcomp(out, whole, REG_EXTENDED | REG_NOSUB) == 0;

	free(whole);
	return good;
}

static struct shelved *
shelve(const struct l2_terms *t)
{
	struct shelved *s = xcalloc(1, sizeof(*s));

	s->terms = (struct terms){ t->always, t->fail_back, t->detect };
	s->n = t->n_interfaces;
	s->texts = xcalloc(s->n + 1, sizeof(s->texts[0]));
	s->regex = xcalloc(s->n + 1, sizeof(s->regex[0]));
	s->good = xcalloc(s->n + 1, sizeof(s->good[0]));
	for (size_t i = 0; i < s->n; i++) {
		s->texts[i] = xstrdup(t->interfaces[i]);
		s->good[i] = compile(&s->regex[i], s->texts[i]);
	}
	return s;
}

struct terms *
terms_ref(struct terms_shelf *shelf, const struct l2_terms *t)
{
	struct shelved *s;

	DL_FOREACH (shelf->all, s)
		if (says(s, t))
			break;
	if (s == NULL) {
		s = shelve(t);
		DL_APPEND(shelf->all, s);
	}
	s->refs++;
	return &s->terms;
}

void
terms_unref(struct terms_shelf *shelf, struct terms *t)
{
	struct shelved *s = shelved_of(t);

	if (--s->refs > 0)
		return;
	DL_DELETE(shelf->all, s);
	for (size_t i = 0; i < s->n; i++) {
		free(s->texts[i]);
		if (s->good[i])
			regfree(&s->regex[i]);
	}
	free(s->texts);
	free(s->regex);
	free(s->good);
	free(s);
}

static bool
names(const struct shelved *s, const char *interface)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->good[i] &&
		    regexec(&s->regex[i], interface, 0, NULL, 0) == 0)
			return true;
	return false;
}

static bool
has_one_of(const struct interface *at, const struct addr *ips, size_t n)
{
	for (size_t i = 0; i < at->n; i++)
		for (size_t k = 0; k < n; k++)
			if (addr_eq(&at->at[i].addr, &ips[k]))
				return true;
	return false;
}

bool
terms_fit(const struct terms *t, const struct interface *at,
    const struct addr *ips, size_t n_ips)
{
	const struct shelved *s = shelved_of((struct terms *)t);

	if (s->n > 0)
		return names(s, at->name);
	return t->always ? has_one_of(at, ips, n_ips) : at->n > 0;
}

int
terms_subnet(const struct interface *at, const struct addr *addr)
{
	int best = -1;

	for (size_t i = 0; i < at->n; i++)
		if (at->at[i].len < family_bits(addr->family) &&
		    at->at[i].len > best && prefix_contains(&at->at[i], addr))
			best = at->at[i].len;
	return best;
}

bool
terms_take(
    const struct terms *t, const struct interface *at, const struct addr *addr)
{
	return t->always || terms_subnet(at, addr) >= 0;
}
