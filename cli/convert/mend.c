/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one object is mended: our decoder refuses it and names the field. That
 * field, or the item of a list that it is in, is taken out, and the decoder is
 * asked again. What must not be lost is in a table; what several fields
 * together do wrong, the decoder says of the spec as a whole, and the first of
 * a list of fields goes without which it is content.
 */
#include "cli/convert/mend.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/virtual_ip.h"
#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/link.h"
#include "cli/convert/overlap.h"
#include "cli/convert/placeholder.h"
#include "cli/convert/path.h"
#include "common/alloc.h"
#include "common/api/fields.h"
#include "common/api/service_group.h"
#include "common/err.h"

#define ROUNDS_MAX 2000 /* of refusals of one object */

/* ---- the kinds ---- */

struct vital {
	const char *path;
	/* What the object needs when it is lost; NULL: the object goes, too. */
	void (*lost)(json_t *ours);
	const char *means; /* for people: what lost() does */
};

#define BY_NAME "Services have to name the group, and any may"

static const struct vital peer_vitals[] = {
	{ "spec.peerIP", NULL, NULL },
	{ "spec.asNumber", NULL, NULL },
	{ "spec.nodeSelector", NULL, NULL },
	{ "spec.password", NULL, NULL },
	{ 0 },
};

static const struct vital configuration_vitals[] = {
	{ "spec.asNumber", NULL, NULL },
	{ "spec.nodeSelector", NULL, NULL },
	{ 0 },
};

/* With a rule less it would do something else. */
static const struct vital filter_vitals[] = {
	{ "spec.import", NULL, NULL },
	{ "spec.export", NULL, NULL },
	{ 0 },
};

/* One that is held whatever its health, or anywhere, is none. */
static const struct vital virtual_ip_vitals[] = {
	{ "spec.nodeSelector", NULL, NULL },
	{ "spec.health", NULL, NULL },
	{ "spec.l2", NULL, NULL },
	{ 0 },
};

static const struct vital group_vitals[] = {
	{ "spec.autoAssign", group_only_by_name, BY_NAME },
	{ "spec.namespaces", group_only_by_name, BY_NAME },
	{ "spec.namespaceSelector", group_only_by_name, BY_NAME },
	{ "spec.serviceSelector", group_only_by_name, BY_NAME },
	{ "spec.announce.bgp.nodeSelector", group_announce_nowhere,
	    "no node announces it" },
	{ "spec.announce.l2.nodeSelector", link_nowhere,
	    "no node answers for it" },
	{ "spec.announce.l2.interfaces", link_nowhere,
	    "no node answers for it" },
	{ 0 },
};

/* What goes first when fields don't go together. */
static const char *const peer_spare[] = { "spec.keepaliveTime",
	"spec.ebgpMultihop", "spec.sourceAddress", NULL };
static const char *const configuration_spare[] = { "spec.prefixAdvertisements",
	"spec.communities", NULL };
static const char *const none_spare[] = { NULL };

struct mend_kind {
	const char *name;
	const struct fields *fields;
	bool (*known)(const json_t *, struct err *);
	const struct vital *vitals;
	const char *const *spare;
};

static const struct mend_kind kinds[] = {
	{ "BGPConfiguration", &bgp_configuration_fields,
	    bgp_configuration_known, configuration_vitals,
	    configuration_spare },
	{ "BGPPeer", &bgp_peer_fields, bgp_peer_known, peer_vitals,
	    peer_spare },
	{ "BGPFilter", &bgp_filter_fields, bgp_filter_known, filter_vitals,
	    none_spare },
	{ "VirtualIP", &virtual_ip_fields, virtual_ip_known, virtual_ip_vitals,
	    none_spare },
	{ "ServiceGroup", &service_group_fields, service_group_known,
	    group_vitals, none_spare },
};

/* NULL: one without a table, as a Secret. */
static const struct mend_kind *
kind_of(const json_t *obj)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(path_text(obj, "kind"), kinds[i].name) == 0)
			return &kinds[i];
	return NULL;
}

/* ---- a path with "[2]" in it, as the decoder writes it ---- */

struct mend_place {
	json_t *in; /* what the last step is taken in; NULL: there is none */
	char *key;  /* owned; of an object; NULL: the item of a list */
	size_t index;
};

static json_t *
place_value(const struct mend_place *p)
{
	return p->key != NULL ? json_object_get(p->in, p->key)
			      : json_array_get(p->in, p->index);
}

static void
place_step(struct mend_place *p, const char **path)
{
	free(p->key);
	p->key = NULL;
	if (**path == '[') {
		char *end;

		p->index = strtoul(*path + 1, &end, 10);
		*path = end + (*end == ']');
	} else {
		size_t n = strcspn(*path, ".[");

		p->key = xasprintf("%.*s", (int)n, *path);
		*path += n;
	}
	if (**path == '.')
		++*path;
}

/* False: there is nothing. The key is owned all the same. */
static bool
place_find(struct mend_place *p, json_t *obj, const char *path)
{
	*p = (struct mend_place){ .in = obj };
	while (*path != '\0') {
		if (p->key != NULL || p->in != obj || json_is_array(p->in))
			p->in = place_value(p);
		place_step(p, &path);
	}
	return place_value(p) != NULL;
}

/* ---- taking it out ---- */

/* The row of the table: indices are left out of the path. */
static const struct field *
row_of(const struct fields *fields, const char *path)
{
	char *plain = xstrdup(path), *to = plain;

	for (const char *at = path; *at != '\0'; at++)
		if (strchr("0123456789", *at) == NULL || to == plain ||
		    (to[-1] != '['))
			*to++ = *at;
	*to = '\0';
	const struct field *row = fields_find(fields, plain);

	free(plain);
	return row;
}

static bool
is_below(const char *path, const char *of)
{
	size_t n = strlen(of);

	return strncmp(path, of, n) == 0 && strchr(".[", path[n]) != NULL;
}

static const struct vital *
vital_of(const struct mend_kind *k, const char *path)
{
	for (const struct vital *v = k->vitals; v->path != NULL; v++)
		if (strcmp(path, v->path) == 0 || is_below(path, v->path))
			return v;
	return NULL;
}

struct mend {
	struct job *job;
	const struct made *made;
	const struct mend_kind *kind;
};

/* Those behind the last one that a list may have. */
static void
list_cut(const struct mend *m, const char *path, json_t *list, size_t most)
{
	job_remark(m->job, m->made->label, NULL,
	    "%s of the %s %s: no more than %zu are possible, %zu are left out",
	    path, m->kind->name, job_name(m->made->obj), most,
	    json_array_size(list) - most);
	while (json_array_size(list) > most)
		json_array_remove(list, json_array_size(list) - 1);
}

static void
tell(const struct mend *m, const char *path, const char *why, const char *means)
{
	job_remark(m->job, m->made->label, NULL,
	    "the %s %s goes without %s: %s%s%s", m->kind->name,
	    job_name(m->made->obj), path, why, means != NULL ? ": " : "",
	    means != NULL ? means : "");
}

static void
place_clear(struct mend_place *p)
{
	if (p->key != NULL)
		json_object_del(p->in, p->key);
	else
		json_array_remove(p->in, p->index);
}

/* False: there is nothing of that path to be taken out. */
static bool
field_take_out(const struct mend *m, const char *path, const char *why)
{
	const struct field *row = row_of(m->kind->fields, path);
	struct mend_place p;
	bool there = place_find(&p, m->made->obj, path);
	const json_t *v = there ? place_value(&p) : NULL;

	if (there && row != NULL && row->type == FIELD_LIST && row->max > 0 &&
	    json_array_size(v) > (size_t)row->max) {
		list_cut(m, path, (json_t *)v, (size_t)row->max);
	} else if (row != NULL && row->flags & FIELD_REQUIRED) {
		there = false; /* what it is in goes with it */
	} else if (there) {
		tell(m, path, why, NULL);
		place_clear(&p);
	}
	free(p.key);
	return there;
}

/* What is missing is missed by the item of a list that it belongs into. */
static bool
item_take_out(const struct mend *m, const char *path, const char *why)
{
	char *item = xstrdup(path);
	char *end = strrchr(item, ']');
	bool good = false;

	if (end != NULL) {
		end[1] = '\0';
		good = field_take_out(m, item, why);
	}
	free(item);
	return good;
}

static bool
vital_lose(const struct mend *m, const struct vital *v, const char *path,
    const char *why)
{
	struct mend_place p;

	if (v->lost == NULL)
		return false;
	bool there = place_find(&p, m->made->obj, v->path);

	if (there && json_array_size(place_value(&p)) > 1) {
		there = field_take_out(m, path, why); /* others are left */
	} else if (there) {
		tell(m, path, why, v->means);
		place_clear(&p);
		v->lost(m->made->obj);
	}
	free(p.key);
	return there;
}

/* The first field goes without which the object is not refused so. */
static bool
spare_take_out(const struct mend *m, const struct err *why)
{
	for (const char *const *path = m->kind->spare; *path != NULL; path++) {
		json_t *v = path_take(m->made->obj, *path);
		struct err now = { "" };

		if (v == NULL)
			continue;
		if (m->kind->known(m->made->obj, &now) ||
		    strcmp(now.text, why->text) != 0) {
			tell(m, *path, why->text, NULL);
			json_decref(v);
			return true;
		}
		path_set(m->made->obj, *path, v);
	}
	return false;
}

static bool
refusal_mend(const struct mend *m, const struct err *err)
{
	const char *colon = strstr(err->text, ": ");
	size_t n = colon != NULL ? (size_t)(colon - err->text) : 0;
	char *path = xasprintf("%.*s", (int)n, err->text);
	const char *why = err->text + n + (n > 0 ? 2 : 0);
	const struct vital *v = vital_of(m->kind, path);
	bool good = v != NULL ? vital_lose(m, v, path, why)
	    : strchr(path, '.') != NULL
	    ? field_take_out(m, path, why) || item_take_out(m, path, why)
	    : spare_take_out(m, err);

	free(path);
	return good;
}

/* ---- pools, each by itself ---- */

/* False and err: nobody could use it. */
static bool
pool_is_good(const json_t *pool, struct err *err)
{
	static const char here[] = "spec.pools[0].";
	json_t *alone = json_pack("{s:s, s:s, s:{s:s}, s:{s:[O]}}",
	    "apiVersion", "lbbgp.io/v1", "kind", "ServiceGroup", "metadata",
	    "name", "x", "spec", "pools", pool);
	struct service_group *g = NULL;
	bool good = false;

	if (service_group_known(alone, err))
		g = service_group_decode(alone, err);
	if (g != NULL)
		good = g->pools[0].fault == NULL ||
		    err_set(err, "%s", g->pools[0].fault);
	service_group_free(g);
	json_decref(alone);
	if (!good && strncmp(err->text, here, strlen(here)) == 0)
		memmove(err->text, err->text + strlen(here),
		    strlen(err->text + strlen(here)) + 1);
	return good;
}

/* The subnet may have grown; aggregation is what can be done without. */
static bool
pool_mend(const struct mend *m, size_t number, json_t *pool)
{
	const char *range = path_text(pool, "pool");
	json_t *length;
	struct err err, other;

	if (pool_is_good(pool, &err))
		return true;
	length = json_incref(json_object_get(pool, "aggregation"));
	json_object_del(pool, "aggregation");
	bool good = length != NULL && pool_is_good(pool, &other);

	job_remark(m->job, m->made->label, NULL, "pool %zu of %s%s: %s%s%s",
	    number, job_name(m->made->obj),
	    good ? " goes without aggregation" : " is left out",
	    range != NULL ? range : "", range != NULL ? ": " : "", err.text);
	json_decref(length);
	return good;
}

static void
pools_mend(const struct mend *m)
{
	json_t *pools = json_object_get(job_spec(m->made->obj), "pools");
	size_t i = 0, number = 1;
	json_t *pool;

	for (; (pool = json_array_get(pools, i)) != NULL; number++)
		if (pool_mend(m, number, pool))
			i++;
		else
			json_array_remove(pools, i);
}

/* False: told. */
static bool
has_pools(const struct mend *m)
{
	const json_t *pools = json_object_get(job_spec(m->made->obj), "pools");

	if (json_array_size(pools) > 0)
		return true;
	job_remark(m->job, m->made->label, NULL,
	    "the ServiceGroup %s is left out: no address is left for it",
	    job_name(m->made->obj));
	return false;
}

/* ---- placeholders ---- */

static void
placeholders_tell(const struct mend *m, const char *path, const json_t *v)
{
	const char *key;
	json_t *below;
	size_t i;

	if (json_is_string(v) && placeholder_is(json_string_value(v)))
		job_remark(m->job, m->made->label, NULL,
		    "%s of the %s %s is a placeholder, put its value there: "
		    "\"%.60s\"",
		    path, m->kind->name, job_name(m->made->obj),
		    json_string_value(v));
	json_array_foreach (v, i, below)
		placeholders_tell(m, path, below);
	json_object_foreach ((json_t *)v, key, below) {
		char *deeper = xasprintf("%s.%s", path, key);

		placeholders_tell(m, deeper, below);
		free(deeper);
	}
}

/* False: it can't be mended, which is told. */
static bool
object_mend(struct job *j, const struct made *made)
{
	const struct mend m = { j, made, kind_of(made->obj) };
	struct err err;

	if (m.kind == NULL)
		return true;
	if (m.kind->fields == &service_group_fields) {
		pools_mend(&m);
		if (!has_pools(&m))
			return false;
	}
	for (unsigned round = 0; !m.kind->known(made->obj, &err); round++)
		if (round == ROUNDS_MAX || !refusal_mend(&m, &err)) {
			job_remark(j, made->label, NULL,
			    "the %s %s is left out: %s", m.kind->name,
			    job_name(made->obj), err.text);
			return false;
		}
	placeholders_tell(&m, "spec", job_spec(made->obj));
	return true;
}

/* ---- all together ---- */

/* Do they speak for one node? Selectors that differ may mean no node twice. */
static bool
nodes_meet(const json_t *a, const json_t *b)
{
	const json_t *x = path_get(a, "spec.nodeSelector");
	const json_t *y = path_get(b, "spec.nodeSelector");

	return json_object_size(x) == 0 || json_object_size(y) == 0 ||
	    json_equal(x, y);
}

/* A node has one session with an address: the older BGPPeer's. */
static void
peer_settle(struct job *j, struct made *made)
{
	const char *address = path_text(made->obj, "spec.peerIP");

	for (struct made *m = j->made; m < made; m++) {
		const char *other = path_text(m->obj, "spec.peerIP");

		if (m->gone || other == NULL || strcmp(other, address) != 0 ||
		    !nodes_meet(m->obj, made->obj))
			continue;
		job_remark(j, made->label, NULL,
		    "the BGPPeer %s is left out: %s has the same address",
		    job_name(made->obj), job_name(m->obj));
		made->gone = true;
		return;
	}
}

void
mend_all(struct job *j)
{
	for (size_t i = 0; i < j->n_made; i++)
		j->made[i].gone = !object_mend(j, &j->made[i]);
	for (size_t i = 0; i < j->n_made; i++)
		if (!j->made[i].gone &&
		    path_text(j->made[i].obj, "spec.peerIP") != NULL)
			peer_settle(j, &j->made[i]);
	overlap_resolve(j);
	for (size_t i = 0; i < j->n_made; i++) /* too many parts, or none */
		if (!j->made[i].gone)
			j->made[i].gone = !object_mend(j, &j->made[i]);
}
