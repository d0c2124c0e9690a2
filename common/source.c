/* SPDX-License-Identifier: Apache-2.0 */
#include "common/source.h"

#include <stdlib.h>

#include "common/alloc.h"

struct source {
	const struct source_ops *ops;
	void *impl; /* owned */
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
	s->ops->event(s->impl, event);
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
source_healthy(const struct source *s, size_t kind, struct err *why)
{
	return s->ops->healthy(s->impl, kind, why);
}
