/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_state.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"

static struct fake_segment *
segment_of(struct fake_set *set, uint32_t number)
{
	return &set->at[number % FAKE_SEGMENTS];
}

static void
set_empty(struct fake_set *set)
{
	for (size_t i = 0; i < FAKE_SEGMENTS; i++)
		free(set->at[i].bytes);
	*set = (struct fake_set){ 0 };
}

static struct fake_set *
ours(struct fake_state *f)
{
	return &f->sets[f->ours];
}

struct fake_set *
fake_state_former(struct fake_state *f)
{
	return f->complete ? ours(f) : &f->sets[!f->ours];
}

static size_t
fake_former(void *arg, uint32_t *first)
{
	const struct fake_set *set = fake_state_former(arg);

	*first = set->first;
	return set->end - set->first;
}

static char *
fake_read(void *arg, bool former, uint32_t number, size_t *n, struct err *err)
{
	struct fake_set *set = former ? fake_state_former(arg) : ours(arg);
	const struct fake_segment *segment = segment_of(set, number);

	if (segment->bytes == NULL) {
		err_set(err, "it is not there");
		return NULL;
	}
	char *copy = xcalloc(1, segment->n + 1);

	memcpy(copy, segment->bytes, segment->n);
	*n = segment->n;
	return copy;
}

static bool
fake_append(
    void *arg, uint32_t number, const char *bytes, size_t n, struct err *err)
{
	struct fake_state *f = arg;
	struct fake_set *set = ours(f);
	struct fake_segment *segment = segment_of(set, number);

	if (n > f->room)
		return err_set(err, "no room");
	f->room -= n;
	if (set->first == 0)
		set->first = number;
	set->end = number + 1;
	segment->bytes = xrealloc(segment->bytes, segment->n + n, 1);
	memcpy(segment->bytes + segment->n, bytes, n);
	segment->n += n;
	return true;
}

static void
fake_remove(void *arg, uint32_t number)
{
	struct fake_set *set = ours(arg);
	struct fake_segment *segment = segment_of(set, number);

	free(segment->bytes);
	*segment = (struct fake_segment){ 0 };
	set->first = number + 1;
}

static bool
fake_complete(void *arg, struct err *err)
{
	struct fake_state *f = arg;

	(void)err;
	if (!f->complete)
		set_empty(&f->sets[!f->ours]);
	f->complete = true;
	return true;
}

static void
fake_forget(void *arg, bool all)
{
	struct fake_state *f = arg;

	set_empty(ours(f));
	f->complete = false;
	if (all)
		set_empty(&f->sets[!f->ours]);
}

void
fake_state_init(struct fake_state *f)
{
	*f = (struct fake_state){ .room = SIZE_MAX };
	f->port = (struct state_port){
		.arg = f,
		.boot = "boot",
		.in_memory = true,
		.former = fake_former,
		.read = fake_read,
		.append = fake_append,
		.remove = fake_remove,
		.complete = fake_complete,
		.forget = fake_forget,
	};
}

void
fake_state_fini(struct fake_state *f)
{
	set_empty(&f->sets[0]);
	set_empty(&f->sets[1]);
}

void
fake_state_restart(struct fake_state *f)
{
	if (f->complete)
		f->ours = !f->ours;
	f->complete = false;
	set_empty(ours(f));
}
