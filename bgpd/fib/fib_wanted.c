/* SPDX-License-Identifier: Apache-2.0 */
/* Next hops that the rib asks for: RFC 4271 9.1.2 wants them resolvable. */
#include <stdlib.h>
#include <string.h>

#include "bgpd/fib/fib_state.h"
#include "bgpd/rib/path.h"
#include "common/alloc.h"

#define WANTED_MOST 1024  /* that are remembered */
#define JUDGED_EAGER 4096 /* routes, before the kernel loses what was best */

static bool
is_reached(struct fib *f, const struct wanted_key *key)
{
	struct hop hop;
	int32_t link = fib_link_of(f, &key->via, key->source);

	return reach_find(f->reach, &key->via, link, &hop);
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
	struct wanted_key key;
	struct wanted *w;

	if (!f->on)
		return true;
	if (!is_known(f)) {
		f->guessed = true;
		return true;
	}
	const struct addr *via = fib_via(f, path, source);

	memset(&key, 0, sizeof(key));
	key.via.family = via->family;
	memcpy(key.via.bytes, via->bytes, sizeof(key.via.bytes));
	key.source = source;
	HASH_FIND(hh, f->wanted, &key, sizeof(key), w);
	if (w != NULL)
		return w->reached;
	bool reached = is_reached(f, &key);

	if (HASH_COUNT(f->wanted) == WANTED_MOST) {
		f->guessed = true;
		return reached;
	}
	w = xcalloc(1, sizeof(*w));
	w->key = key;
	w->reached = reached;
	HASH_ADD(hh, f->wanted, key, sizeof(w->key), w);
	return reached;
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

		w->reached = is_reached(f, &w->key);
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
