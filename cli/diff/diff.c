/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each node is rehearsed by itself: its daemon is given the objects of the source, runs
 * until nothing is to be done, and is looked at; then it is given the objects of the
 * request, as they would be once they are applied, runs on, and is looked at again.
 * What differs is the reply, a row for each. So nothing here knows what a field means,
 * and a difference is one that the daemon makes of it.
 *
 * How a node looks is JSON: its conditions, and its peers by name, each with what it is
 * told by prefix.
 */
#include "cli/diff/diff.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/control/peer_view.h"
#include "bgpd/control/views.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/session/session.h"
#include "cli/diff/applied.h"
#include "cli/diff/rehearsal.h"
#include "cli/objects.h"
#include "common/alloc.h"
#include "common/dir/manifest.h"
#include "common/err.h"
#include "common/json.h"
#include "common/log.h"

#define REPLY_VERSION 1
#define SOON 1000    /* ms: what changed has come to the sessions */
#define LONG 3600000 /* ms: whatever waits has been done, as a drain */

static void *
object_keep(const json_t *obj, struct err *err)
{
	(void)err;
	return json_deep_copy(obj);
}

static void
object_free(void *item)
{
	json_decref(item);
}

enum { NODES = 0 };

/* As they are: the daemon's own store decodes them. */
#define KIND(api, kind, plural, ...)                                 \
	{                                                            \
		api, kind, plural, __VA_ARGS__.decode = object_keep, \
				   .free = object_free               \
	}
/* clang-format off */
static const struct store_kind kinds[] = {
	[NODES] = KIND("v1", "Node", "nodes", ),
	KIND("lbbgp.io/v1", "BGPConfiguration", "bgpconfigurations", ),
	KIND("lbbgp.io/v1", "BGPPeer", "bgppeers", ),
	KIND("lbbgp.io/v1", "BGPFilter", "bgpfilters", ),
	KIND("v1", "Secret", "secrets", .namespaced = true,
	    .ns = "lbbgp-system", ),
	KIND("lbbgp.io/v1", "ServiceGroup", "servicegroups", ),
	KIND("v1", "Service", "services", .namespaced = true, ),
	KIND("discovery.k8s.io/v1", "EndpointSlice", "endpointslices",
	    .namespaced = true, ),
	KIND("crd.projectcalico.org/v1", "BlockAffinity", "blockaffinities",
	    .other_api = "projectcalico.org/v3", ),
	KIND("networking.k8s.io/v1", "ServiceCIDR", "servicecidrs",
	    .other_api = "networking.k8s.io/v1beta1", ),
	KIND("lbbgp.io/v1", "VirtualIP", "virtualips", ),
};
/* clang-format on */

enum { OBJECT_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* How a node looks. ------------------------------------------------------------ */

/*
 * Each prefix once, though it be with several paths: partners say nothing, so all is
 * the node's own. A path id tells nothing of it.
 */
static json_t *
told_view(const struct member *m)
{
	json_t *told = json_object();

	for (unsigned f = FAMILY_V4; m != NULL && f < FAMILIES; f++) {
		struct adjout_cursor at = { .family = f };
		struct adjout_route r;

		while (adjout_advertised_next(m, &at, &r)) {
			char prefix[PREFIX_TEXT];

			prefix_print(&r.prefix, prefix);
			json_t *route = view_path(r.path);

			json_object_set_new(
			    route, "prefix", json_string(prefix));
			json_object_set_new(told, prefix, route);
		}
	}
	return told;
}

static json_t *
peer_look(const struct view_peer *p)
{
	bool up = session_state(p->session) == STATE_ESTABLISHED;

	return json_pack("{s:I, s:o, s:s?, s:b, s:I, s:s?, s:o}", "session",
	    (json_int_t)(intptr_t)p->session, "address", view_neighbor_addr(p),
	    "blocked", p->blocked, "up", up, "flaps",
	    (json_int_t)session_stats(p->session)->flaps, "why",
	    up ? NULL : session_error(p->session)->text, "told",
	    told_view(p->member));
}

/* Those that say that no session is up say it of a daemon that runs. */
static json_t *
conditions_look(const struct daemon_view *view)
{
	json_t *all = json_object();

	for (size_t i = 0; i < view->n_conditions; i++) {
		const struct view_condition *c = &view->conditions[i];
		char *text = xasprintf("%s: %s", c->type, c->message);

		json_object_set_new(all, text, json_true());
		free(text);
	}
	return all;
}

static json_t *
node_look(struct rehearsal *r)
{
	const struct daemon_view *view = rehearsal_view(r);
	json_t *peers = json_object();

	for (size_t i = 0; i < view->n_peers; i++)
		json_object_set_new(
		    peers, view->peers[i].name, peer_look(&view->peers[i]));
	return json_pack(
	    "{s:o, s:o}", "peers", peers, "conditions", conditions_look(view));
}

/* Which sessions are about to be reset, and for which field. */
static json_t *
pending_look(struct rehearsal *r)
{
	const struct daemon_view *view = rehearsal_view(r);
	json_t *fields = json_object();

	for (size_t i = 0; i < view->n_peers; i++) {
		const char *field =
		    session_pending_reset(view->peers[i].session);

		if (field != NULL)
			json_object_set_new(
			    fields, view->peers[i].name, json_string(field));
	}
	return fields;
}

/* What differs. ---------------------------------------------------------------- */

struct rows {
	json_t *list; /* borrowed */
	const char *node, *peer;
	const json_t *address; /* borrowed; NULL: of no peer */
};

/* prefix and why may be NULL; why is taken over. */
static void
row_add(const struct rows *rows, const char *change, const json_t *prefix,
    json_t *why)
{
	json_array_append_new(rows->list,
	    json_pack("{s:s?, s:s?, s:O?, s:s, s:O?, s:o?}", "node", rows->node,
		"neighborName", rows->peer, "neighbor", (json_t *)rows->address,
		"change", change, "prefix", (json_t *)prefix, "message", why));
}

static json_t *
get(const json_t *o, const char *key)
{
	return json_object_get(o, key);
}

/* Names of the attributes that are others now. */
static json_t *
attributes_changed(const json_t *was, const json_t *now)
{
	char *text = xstrdup("");
	const char *name;
	json_t *v;

	json_object_foreach ((json_t *)now, name, v) {
		if (json_equal(v, get(was, name)))
			continue;
		char *more = xasprintf(
		    "%s%s%s", text, text[0] != '\0' ? ", " : "", name);

		free(text);
		text = more;
	}
	v = json_string(text);
	free(text);
	return v;
}

static void
told_compare(const struct rows *rows, const json_t *was, const json_t *now)
{
	const char *key;
	json_t *route;

	json_object_foreach ((json_t *)was, key, route)
		if (get(now, key) == NULL)
			row_add(rows, "Withdraw", get(route, "prefix"), NULL);
	json_object_foreach ((json_t *)now, key, route) {
		const json_t *before = get(was, key);

		if (before == NULL)
			row_add(rows, "Announce", get(route, "prefix"), NULL);
		else if (!json_equal(before, route))
			row_add(rows, "Change", get(route, "prefix"),
			    attributes_changed(before, route));
	}
}

/* field: for which it was to be reset, or NULL. */
static void
session_compare(const struct rows *rows, const json_t *was, const json_t *now,
    json_t *field)
{
	json_t *before = get(was, "blocked"), *blocked = get(now, "blocked");

	if (now == NULL)
		row_add(rows, "Gone", NULL, NULL);
	else if (!json_is_null(blocked) &&
	    (was == NULL || !json_equal(before, blocked)))
		row_add(rows, "Blocked", NULL, json_incref(blocked));
	else if (was == NULL)
		row_add(rows, "New", NULL, NULL);
	else if (!json_is_null(before) && json_is_null(blocked))
		row_add(rows, "Unblocked", NULL,
		    json_string(
			"compared with a session that is down; one that "
			"is up still goes on with what held before"));
	else if (field != NULL ||
	    !json_equal(get(was, "flaps"), get(now, "flaps")))
		row_add(rows, "Reset", NULL, json_incref(field));
	if (now != NULL && json_is_null(blocked) &&
	    !json_is_true(get(now, "up")))
		row_add(rows, "Unknown", NULL, json_incref(get(now, "why")));
}

static void
peer_compare(struct rows *rows, const char *name, const json_t *was,
    const json_t *now, json_t *field)
{
	rows->peer = name;
	rows->address = get(now != NULL ? now : was, "address");
	session_compare(rows, was, now, field);
	told_compare(rows, get(was, "told"), get(now, "told"));
	rows->peer = NULL;
	rows->address = NULL;
}

/* Who goes on with the session of one of these, as another BGPPeer; NULL: nobody. */
static const char *
heir_of(const json_t *peer, const json_t *before, json_t *after)
{
	const char *name;
	json_t *v;

	json_object_foreach (after, name, v)
		if (get(before, name) == NULL &&
		    json_equal(get(v, "session"), get(peer, "session")) &&
		    json_equal(get(v, "address"), get(peer, "address")))
			return name;
	return NULL;
}

/* The same session under another name. */
static void
renamed_compare(struct rows *rows, const char *old, const char *name,
    const json_t *was, const json_t *now, json_t *field)
{
	rows->peer = name;
	rows->address = get(now, "address");
	row_add(rows, "Renamed", NULL, json_sprintf("it was %s", old));
	peer_compare(rows, name, was, now, field);
}

static void
node_compare(struct rows *rows, const json_t *was, const json_t *now,
    const json_t *fields)
{
	json_t *before = get(was, "peers"), *after = get(now, "peers"), *v;
	json_t *heirs = json_object();
	const char *name;

	json_object_foreach (before, name, v) {
		json_t *same = get(after, name);
		const char *heir =
		    same == NULL ? heir_of(v, before, after) : NULL;

		if (heir == NULL) {
			peer_compare(rows, name, v, same, get(fields, name));
			continue;
		}
		renamed_compare(
		    rows, name, heir, v, get(after, heir), get(fields, heir));
		json_object_set_new(heirs, heir, json_true());
	}
	json_object_foreach (after, name, v)
		if (get(before, name) == NULL && get(heirs, name) == NULL)
			peer_compare(rows, name, NULL, v, NULL);
	json_decref(heirs);
	json_object_foreach (get(now, "conditions"), name, v)
		if (get(get(was, "conditions"), name) == NULL)
			row_add(rows, "Condition", NULL, json_string(name));
}

/* The objects. ----------------------------------------------------------------- */

struct overlay { /* an object as it would be */
	size_t kind;
	json_t *object; /* owned */
};

struct change {
	const struct store *store;
	struct overlay *overlays; /* owned */
	size_t n;
	bool on_dir;
	int64_t now;
	json_t *rows; /* borrowed */
};

static void
told_ignored(struct change *c, const json_t *file)
{
	const struct rows rows = { .list = c->rows };
	const char *kind = json_string_value(get(file, "kind"));
	const char *name =
	    json_string_value(get(get(file, "metadata"), "name"));

	row_add(&rows, "Ignored", NULL,
	    json_sprintf("%s %s: nothing that the daemon of a node reads", kind,
		name != NULL ? name : ""));
}

/* An empty diff would say that nothing comes of it. */
static void
told_unknown(struct change *c, const json_t *was, const json_t *now)
{
	const struct rows rows = { .list = c->rows };
	const char *field;

	for (size_t i = 0; (field = applied_unknown(was, now, i)) != NULL; i++)
		row_add(&rows, "Unknown", NULL,
		    json_sprintf("%s %s: spec.%s: what peers send is not known "
				 "here, nor what comes of it",
			json_string_value(get(now, "kind")),
			json_string_value(get(get(now, "metadata"), "name")),
			field));
}

static bool
overlay_add(struct change *c, const json_t *file, struct err *err)
{
	struct object_key key;
	size_t kind;

	switch (manifest_identify(c->store, file, &kind, &key, err)) {
	case MANIFEST_REFUSED:
		return false;
	case MANIFEST_FOREIGN:
		told_ignored(c, file);
		return true;
	case MANIFEST_OURS:
		break;
	}
	const json_t *was = store_get(c->store, kind, &key);
	json_t *now =
	    applied(was, file, (struct applied_to){ c->on_dir, c->now });

	/* It gets the uid that it is to have there, and its age goes by that. */
	if (c->on_dir && was == NULL)
		now = manifest_combine(
		    &diff_view.kinds[kind], &key, "", now, NULL);
	told_unknown(c, was, now);
	c->overlays = xrealloc(c->overlays, c->n + 1, sizeof(c->overlays[0]));
	c->overlays[c->n++] = (struct overlay){ kind, now };
	return true;
}

static bool
overlays_read(struct change *c, const struct json_at *request, struct err *err)
{
	json_t *objects = get(request->v, "objects"), *file;
	size_t i;

	json_array_foreach (objects, i, file)
		if (!overlay_add(c, file, err))
			return false;
	return true;
}

/* The daemon's row for one of ours. */
static size_t
kind_of(const struct store *to, size_t kind)
{
	return store_kind_find(to, kinds[kind].api, kinds[kind].kind);
}

struct filling {
	struct store *to;
	size_t kind;
};

static bool
fill_each(void *arg, const struct object_key *key, const void *item)
{
	const struct filling *f = arg;

	(void)key;
	store_put(f->to, f->kind, item);
	return true;
}

/* What we don't read there is none of. */
static void
fill(const struct store *from, struct store *to)
{
	size_t n;

	store_kinds(to, &n);
	for (size_t kind = 0; kind < OBJECT_KINDS; kind++) {
		struct filling f = { to, kind_of(to, kind) };

		if (store_is_missing(from, kind)) {
			store_missing(to, f.kind);
			continue;
		}
		store_list_begin(to, f.kind);
		store_each(from, kind, fill_each, &f);
		store_list_end(to, f.kind);
	}
	for (size_t kind = 0; kind < n; kind++) {
		if (store_is_listed(to, kind))
			continue;
		store_list_begin(to, kind);
		store_list_end(to, kind);
	}
}

static bool
node_each(void *arg, const struct object_key *key, const void *item)
{
	const struct change *c = arg;
	struct rows rows = { .list = c->rows, .node = key->name };
	struct rehearsal *r = rehearsal_new(key->name, c->on_dir, c->now);
	struct store *store = rehearsal_store(r);

	(void)item;
	store_set_strict(store);
	fill(c->store, store);
	rehearsal_run(r, LONG);
	json_t *was = node_look(r);

	for (size_t i = 0; i < c->n; i++)
		store_put(store, kind_of(store, c->overlays[i].kind),
		    c->overlays[i].object);
	rehearsal_run(r, SOON);
	json_t *fields = pending_look(r);

	rehearsal_run(r, LONG);
	json_t *now = node_look(r);

	node_compare(&rows, was, now, fields);
	json_decref(was);
	json_decref(fields);
	json_decref(now);
	rehearsal_free(r);
	return true;
}

static bool
nodes_compare(
    const struct change *c, const struct json_at *request, struct err *err)
{
	const char *name = json_string_value(get(request->v, "node"));
	const struct object_key key = { "", name };

	if (name == NULL) {
		store_each(c->store, NODES, node_each, (void *)c);
		return true;
	}
	const void *node = store_get(c->store, NODES, &key);

	if (node == NULL)
		return err_set(err, "there is no Node %.253s", name);
	node_each((void *)c, &key, node);
	return true;
}

/* What is wrong is said by conditions, before and after. */
static void
on_log(enum log_level level, const char *text)
{
	(void)level;
	(void)text;
}

static char *
diff_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	json_t *rows = json_array();
	json_t *reply =
	    json_pack("{s:i, s:o}", "version", REPLY_VERSION, "changes", rows);
	struct change c = { .store = store,
		.on_dir = json_is_true(get(request->v, "onDirectory")),
		.now = now,
		.rows = rows };
	struct err err;

	log_set_sink(on_log);
	if (!overlays_read(&c, request, &err) ||
	    !nodes_compare(&c, request, &err))
		json_object_set_new(reply, "error", json_string(err.text));
	log_set_sink(NULL);
	for (size_t i = 0; i < c.n; i++)
		json_decref(c.overlays[i].object);
	free(c.overlays);
	char *text = json_dumps(reply, JSON_COMPACT);

	json_decref(reply);
	return text;
}

const struct objects_view diff_view = {
	.kinds = kinds, .n = OBJECT_KINDS, .may_lack = true, .reply = diff_reply
};
