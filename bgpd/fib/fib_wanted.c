/* SPDX-License-Identifier: Apache-2.0 */
/* Next hops that the rib asks for: RFC 4271 9.1.2 wants them resolvable. */
#include <stdlib.h>
#include <string.h>

#include "bgpd/fib/fib_state.h"
#include "bgpd/rib/path.h"
#include "common/alloc.h"

#define WANTED_MOST 1024  /* that are remembered */
#define JUDGED_EAGER 4096 /* routes, before the kernel loses what was best */

static void
look(struct fib *f, struct wanted *w, int32_t link)
{
	struct hop hop;

	w->link = link;
	w->reached = reach_find(f->reach, &w->key.via, link, &hop);
}

static bool
is_known(const struct fib *f)
{
	return f->looked && !f->looking && !f->relook;
}

bool
fib_reaches(void *fib, uint32_t source, const struct path *path)
{
	struct fib *f = fib;
	struct wanted fresh, *w;

	if (!f->on)
		return true;
	if (!is_known(f)) {
		f->guessed = true;
		return true;
	}
	const struct addr *via = fib_via(f, path, source);

	int32_t link = fib_link_of(f, via, source);

	memset(&fresh, 0, sizeof(fresh));
	fresh.key.via.family = via->family;
	memcpy(fresh.key.via.bytes, via->bytes, sizeof(via->bytes));
	fresh.key.source = source;
	HASH_FIND(hh, f->wanted, &fresh.key, sizeof(fresh.key), w);
	/* The source may be another peer by now, on another link. */
	if (w != NULL && w->link != link)
		look(f, w, link);
	if (w != NULL)
		return w->reached;
	look(f, &fresh, link);
	if (HASH_COUNT(f->wanted) == WANTED_MOST) {
		f->guessed = true;
		return fresh.reached;
	}
	w = xcalloc(1, sizeof(*w));
	*w = fresh;
	HASH_ADD(hh, f->wanted, key, sizeof(w->key), w);
	return w->reached;
}

void
fib_wanted_forget(struct fib *f)
{
	struct wanted *w, *tmp;

	HASH_ITER (hh, f->wanted, w, tmp) {
		HASH_DEL(f->wanted, w);
		free(w);
	}
}

static void
judge(struct fib *f, uint32_t source)
{
	const struct rib_source *s = rib_source(f->rib, source);

	if (s != NULL && s->import == IMPORT_ACCEPT &&
	    !rib_is_leaving(f->rib, source))
		rib_judge_begin(f->rib, source);
}

static void
judge_all(struct fib *f)
{
	f->guessed = false;
	fib_wanted_forget(f);
	for (uint32_t source = RIB_LOCAL + 1; source < RIB_SOURCES; source++)
		judge(f, source);
}

void
fib_wanted_anew(struct fib *f)
{
	struct wanted *w, *tmp;
	bool changed = f->guessed;

	if (f->guessed)
		judge_all(f);
	HASH_ITER (hh, f->wanted, w, tmp) {
		bool was = w->reached;

		look(f, w, fib_link_of(f, &w->key.via, w->key.source));
		if (w->reached == was)
			continue;
		changed = true;
		judge(f, w->key.source);
	}
	if (!changed)
		return;
	rib_forget_some(f->rib, JUDGED_EAGER);
	f->ops->judges(f->arg);
}

void
fib_wanted_end(struct fib *f)
{
	judge_all(f);
	f->ops->judges(f->arg);
}
