/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is of another lbbgp, or of none. The ServiceGroups of others are kept, as their
 * pools are kept out of ours. Of what has a class that no lbbgp has, and of a VirtualIP
 * that has an address of another one's, people are told by an event; a ServiceGroup or
 * BGPPeer that somebody had once is told in its status, too.
 */
#include <stdlib.h>
#include <string.h>

#include "allocator/lead/classes.h"
#include "allocator/pool/classed.h"
#include "allocator/pool/vip_addrs.h"
#include "allocator/pool/vip_rivals.h"
#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "allocator/core.h"
#include "allocator/write/render.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/api/service_group.h"
#include "common/log.h"
#include "common/source/source.h"

#define RETURNED_MS 5000 /* in which a daemon says what a BGPPeer is */
#define RETRY_MS 60000

static struct other_group *
other_group_find(const struct allocator *a, const char *name)
{
	struct other_group *o;

	HASH_FIND_STR(a->other_groups, name, o);
	return o;
}

struct other_group *
other_group_get(struct allocator *a, const char *name)
{
	struct other_group *o = other_group_find(a, name);

	if (o != NULL)
		return o;
	o = xcalloc(1, sizeof(*o));
	o->name = xstrdup(name);
	HASH_ADD_KEYPTR(hh, a->other_groups, o->name, strlen(o->name), o);
	return o;
}

void
other_group_free(struct allocator *a, struct other_group *o)
{
	HASH_DEL(a->other_groups, o);
	service_group_free(o->group);
	conditions_fini(&o->said);
	free(o->name);
	free(o);
}

void
other_group_set(
    struct allocator *a, struct other_group *o, struct service_group *now)
{
	if (o->group != NULL || now != NULL)
		supply_other_group(
		    reconcile_supply(a->reconcile), o->group, now);
	service_group_free(o->group);
	o->group = now;
}

static void
on_stray_written(void *arg, const struct source_result *result)
{
	(void)arg;
	if (result->code != WRITE_OK)
		log_warn("resource of no lbbgp: status not written: %s",
		    result->message);
}

/* NULL: none that we or a daemon of ours might have said. */
static const struct conditions *
stray_conditions(const struct allocator *a, const struct classes_stray *s)
{
	const struct classed *peer;
	const struct other_group *o;

	if (s->kind == KIND_GROUP) {
		o = other_group_find(a, s->key.name);
		return o != NULL ? &o->said : NULL;
	}
	peer = s->kind == KIND_PEER ? store_get(a->store, KIND_PEER, &s->key)
				    : NULL;
	return peer != NULL ? &peer->conditions : NULL;
}

/*
 * As whom they are said. A write that took a condition from its part would leave it
 * without its fields once it is given back.
 */
static const struct stray_part {
	enum kind kind;
	const char *type, *part; /* type NULL: all */
} stray_parts[] = {
	{ KIND_GROUP, NULL, NULL },
	{ KIND_PEER, GROUP_CONDITION, NULL },
	{ KIND_PEER, GROUP_READY, "ready" },
};

static void
part_write(struct allocator *a, const struct classes_stray *s,
    const struct stray_part *part, const struct conditions *said,
    const char *why)
{
	char *body =
	    render_stray(why, said, part->type, clock_wall(a->options.clock));
	const struct source_write write = { .how = WRITE_STATUS,
		.kind = s->kind,
		.key = s->key,
		.body = body,
		.part = part->part };

	if (body != NULL)
		source_write(a->source, &write, on_stray_written, a);
	free(body);
}

/*
 * What its conditions say was said by an lbbgp that has given it up, and that nobody
 * puts right. What is not written is tried when it is told again.
 */
static void
stray_write(struct allocator *a, const struct classes_stray *s, const char *why)
{
	const struct conditions *said = stray_conditions(a, s);

	for (size_t i = 0; i < sizeof(stray_parts) / sizeof(*stray_parts); i++)
		if (said != NULL && stray_parts[i].kind == s->kind)
			part_write(a, s, &stray_parts[i], said, why);
}

/* People are told what is of no lbbgp's class, by who decides. */
void
others_tell_strays(struct allocator *a)
{
	uint64_t now = clock_now(a->options.clock);
	struct classes_stray s;
	struct err text;

	while (reconcile_is_started(a->reconcile) && a->source != NULL &&
	    classes_next(a->classes, now, &s)) {
		err_set(&text,
		    "%s: %.80s: no lbbgp of this cluster has this class, so "
		    "nobody goes by it; Namespaces name theirs by the "
		    "annotation " INSTANCE_ANNOTATION,
		    s.kind == KIND_SERVICE ? "spec.loadBalancerClass"
					   : "annotation " INSTANCE_ANNOTATION,
		    s.class);
		log_warn("%s %s%s%s: %s", allocator_kinds[s.kind].kind,
		    s.key.ns, s.key.ns[0] != '\0' ? "/" : "", s.key.name,
		    text.text);
		const struct source_event event = { s.kind, s.key, s.uid, true,
			STRAY_UNKNOWN_CLASS, text.text };

		source_event(a->source, &event);
		stray_write(a, &s, text.text);
	}
}

/* ---- a BGPPeer that somebody has again ---- */

void
others_peer_came(struct allocator *a)
{
	clock_hasten(
	    &a->returned_at, clock_now(a->options.clock) + RETURNED_MS);
}

static void
on_returned_written(void *arg, const struct source_result *result)
{
	struct allocator *a = arg;

	if (result->code == WRITE_OK || result->code == WRITE_GONE)
		return;
	log_warn("BGPPeer: Accepted not written: %s", result->message);
	clock_hasten(&a->returned_at, clock_now(a->options.clock) + RETRY_MS);
	allocator_wake(a);
}

static bool
returned_each(void *arg, const struct object_key *key, const void *item)
{
	struct allocator *a = arg;
	const struct classed *peer = item;

	if (strcmp(peer->class, a->options.instance.class) != 0)
		return true;
	char *body = render_returned(&peer->conditions, peer->meta.generation,
	    clock_wall(a->options.clock));
	const struct source_write write = { .how = WRITE_STATUS,
		.kind = KIND_PEER,
		.key = *key,
		.body = body };

	if (body != NULL)
		source_write(a->source, &write, on_returned_written, a);
	free(body);
	return true;
}

/*
 * A daemon whose node has it says at once what it is, and one that can't read it that
 * it is refused. Of one that no node has nobody else would.
 */
void
others_tell_returned(struct allocator *a)
{
	if (!reconcile_is_started(a->reconcile) || a->source == NULL ||
	    clock_now(a->options.clock) < a->returned_at)
		return;
	a->returned_at = UINT64_MAX;
	store_each(a->store, KIND_PEER, returned_each, a);
}

/* Its own allocator tells of the other one. */
void
others_tell_rivals(struct allocator *a)
{
	uint64_t now = clock_now(a->options.clock);
	struct vip_rival r;
	char addr[ADDR_TEXT];
	struct err text;

	while (reconcile_is_started(a->reconcile) && a->source != NULL &&
	    vip_rivals_next(a->vip_rivals, now, &r)) {
		const struct meta *ours = &r.ours->meta;
		const struct source_event event = { KIND_VIP,
			{ ours->ns, ours->name }, ours->uid, true,
			"AddressClash", text.text };

		err_set(&text,
		    "%s: VirtualIP %s, of another lbbgp (class %s), has this "
		    "address, too, and its nodes know nothing of ours",
		    addr_print(r.addr, addr), r.other->meta.name,
		    r.other->class);
		log_warn("VirtualIP %s: %s", ours->name, text.text);
		source_event(a->source, &event);
	}
}
