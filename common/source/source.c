/* SPDX-License-Identifier: Apache-2.0 */
#include "common/source/source.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/err.h"

struct source {
	const struct source_ops *ops;
	void *impl; /* owned */
	void (*heard)(void *arg, const struct source_event *);
	void *arg;
};

struct source *
source_new(const struct source_ops *ops, void *impl)
{
	struct source *s = xcalloc(1, sizeof(*s));

	s->ops = ops;
	s->impl = impl;
	return s;
}

void
source_free(struct source *s)
{
	if (s == NULL)
		return;
	s->ops->free(s->impl);
	free(s);
}

void
source_write(struct source *s, const struct source_write *write,
    source_done *done, void *arg)
{
	s->ops->write(s->impl, write, done, arg);
}

void
source_event(struct source *s, const struct source_event *event)
{
	if (s->heard != NULL)
		s->heard(s->arg, event);
	s->ops->event(s->impl, event);
}

void
source_overhear(struct source *s,
    void (*heard)(void *arg, const struct source_event *), void *arg)
{
	s->heard = heard;
	s->arg = arg;
}

void
source_reload(struct source *s)
{
	s->ops->reload(s->impl);
}

void
source_relist(struct source *s, size_t kind)
{
	if (s->ops->relist != NULL)
		s->ops->relist(s->impl, kind);
}

void
source_fence(struct source *s, uint64_t until)
{
	if (s->ops->fence != NULL)
		s->ops->fence(s->impl, until);
}

bool
source_ask(struct source *s, const struct source_question *question,
    source_replied *replied, void *arg)
{
	if (s->ops->ask == NULL)
		return false;
	s->ops->ask(s->impl, question, replied, arg);
	return true;
}

uint64_t
source_heard(const struct source *s)
{
	return s->ops->heard != NULL ? s->ops->heard(s->impl) : 0;
}

char *
source_identity(const struct source *s)
{
	return s->ops->identity != NULL ? s->ops->identity(s->impl)
					: xstrdup("");
}

bool
source_healthy(const struct source *s, size_t kind, struct err *why)
{
	return s->ops->state(s->impl, kind, why) == SOURCE_FOLLOWED;
}

bool
source_is_refused(const struct source *s, size_t kind, struct err *why)
{
	return s->ops->state(s->impl, kind, why) == SOURCE_REFUSED;
}

/* The first kind in that state that is not listed, or NULL. */
static const struct store_kind *
find_unlisted(const struct source *s, const struct store *store,
    enum source_state state, struct err *why)
{
	size_t n;
	const struct store_kind *kinds = store_kinds(store, &n);

	for (size_t i = 0; i < n; i++)
		if (!store_is_listed(store, i) &&
		    s->ops->state(s->impl, i, why) == state)
			return &kinds[i];
	return NULL;
}

/* Borrowed; NULL: there is none. */
static const char *
server_of(const struct source *s)
{
	return s->ops->server != NULL ? s->ops->server(s->impl) : NULL;
}

static void
silence_tell(
    const struct source *s, const struct source_wait *wait, struct err *why)
{
	const char *server = server_of(s);

	err_set(why, "nothing came%s%s for %u s",
	    server != NULL ? " from " : "", server != NULL ? server : "",
	    wait->limit_ms / 1000);
}

/* What a server says may be that of a proxy, or of another one. */
static const struct store_kind *
fault_tell(const struct source *s, const struct store *store,
    const struct source_wait *wait, struct err *why)
{
	const struct store_kind *kind =
	    find_unlisted(s, store, SOURCE_FAULTY, why);
	const char *server = server_of(s);
	struct err fault = *why;

	if (kind != NULL && server != NULL)
		err_set(why, "%s; %s was asked for %u s", fault.text, server,
		    wait->limit_ms / 1000);
	return kind;
}

bool
source_may_list(const struct source *s, const struct store *store,
    const struct source_wait *wait, uint64_t now, struct err *why)
{
	uint64_t heard = source_heard(s);
	const struct store_kind *kind;

	if (heard < wait->since)
		heard = wait->since;
	kind = find_unlisted(s, store, SOURCE_REFUSED, why);
	if (kind == NULL && now - heard < wait->limit_ms)
		return true;
	if (kind == NULL)
		kind = fault_tell(s, store, wait, why);
	if (kind == NULL) {
		kind = find_unlisted(s, store, SOURCE_COMING, why);
		silence_tell(s, wait, why);
	}
	return kind != NULL && err_prefix(why, "%s: ", kind->kind);
}
