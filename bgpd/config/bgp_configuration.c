/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object goes through three steps. sifted() leaves out listed CIDRs that are never
 * announced, each by itself, so that one of them doesn't cost the others;
 * fields_apply() refuses what the table (bgp_configuration_fields.c) forbids and fills
 * in defaults; then decoding can't fail, and only copies values. What was left out is
 * told, and in_part marks the configuration.
 */
#include "bgpd/config/bgp_configuration.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/routable.h"
#include "common/alloc.h"
#include "common/api/fields.h"
#include "common/err.h"
#include "common/json.h"

const char *const drain_taints_default[] = {
	"ToBeDeletedByClusterAutoscaler",
	"node.kubernetes.io/out-of-service",
	NULL,
};

/*
 * ---- listed CIDRs that are never announced ----
 *
 * Each is judged by itself: who wrote one before it was refused keeps the others, also
 * over a restart, when there is no last good value.
 */

static const char *const cidr_lists[] = { "serviceClusterIPs",
	"serviceExternalIPs", "serviceLoadBalancerIPs" };

static const char *
listed_fault(const json_t *item)
{
	const char *text = json_text_or_null(item, "cidr");
	struct prefix p;
	struct err err;

	/* What is no network at all is for the table to refuse. */
	return text != NULL && prefix_parse(text, &p, &err) &&
		prefix_is_canonical(&p)
	    ? routable_fault(&p)
	    : NULL;
}

struct left_out {
	struct err first;
	size_t n;
};

static void
list_sift(json_t *list, const char *name, struct left_out *out)
{
	size_t kept = 0, n = json_array_size(list);

	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(list, kept);
		const char *fault = listed_fault(item);

		if (fault == NULL) {
			kept++;
			continue;
		}
		if (out->n++ == 0)
			err_set(&out->first, "spec.%s[%zu].cidr: \"%s\": %s",
			    name, i, json_text_or_null(item, "cidr"), fault);
		json_array_remove(list, kept);
	}
}

/* What is left of obj, owned; *out tells the rest. */
static json_t *
sifted(const json_t *obj, struct left_out *out)
{
	json_t *copy = json_copy((json_t *)obj);
	json_t *spec = json_deep_copy(json_object_get(obj, "spec"));

	for (size_t i = 0; i < sizeof(cidr_lists) / sizeof(cidr_lists[0]); i++)
		list_sift(
		    json_object_get(spec, cidr_lists[i]), cidr_lists[i], out);
	json_object_set_new(copy, "spec", spec);
	return copy;
}

static void
left_out_tell(const struct left_out *out, struct err *err)
{
	if (out->n > 1)
		err_set(err, "%s; and %zu more", out->first.text, out->n - 1);
	else if (out->n > 0)
		*err = out->first;
}

/* ---- decoding; the table has been applied ---- */

/* The index of the field's word, which is there since it has a default. */
static unsigned
word_of(const json_t *spec, const char *key)
{
	char path[64];
	unsigned i = 0;

	snprintf(path, sizeof(path), "spec.%s", key);
	const struct field *f = fields_find(&bgp_configuration_fields, path);

	while (strcmp(f->one_of[i], json_text_or_null(spec, key)) != 0)
		i++;
	return i;
}

static struct prefix
prefix_of_text(const char *text)
{
	struct prefix p;
	struct err err;

	prefix_parse(text, &p, &err); /* rules_network held */
	return p;
}

static void
cidrs_decode(struct cidrs *cidrs, const json_t *list)
{
	cidrs->n = json_array_size(list);
	cidrs->at = xcalloc(cidrs->n, sizeof(*cidrs->at));
	for (size_t i = 0; i < cidrs->n; i++)
		cidrs->at[i] = prefix_of_text(
		    json_text_or_null(json_array_get(list, i), "cidr"));
}

static void
names_decode(struct bgp_configuration *c, const json_t *list)
{
	c->n_communities = json_array_size(list);
	c->communities = xcalloc(c->n_communities, sizeof(*c->communities));
	for (size_t i = 0; i < c->n_communities; i++) {
		const json_t *item = json_array_get(list, i);

		c->communities[i].name =
		    xstrdup(json_text_or_null(item, "name"));
		community_parse(
		    json_text_or_null(item, "value"), &c->communities[i].value);
	}
}

static void
advertisement_decode(struct prefix_advertisement *a, const json_t *item)
{
	const json_t *names = json_object_get(item, "communities");
	const json_t *preference = json_object_get(item, "localPreference");

	a->cidr = prefix_of_text(json_text_or_null(item, "cidr"));
	for (size_t i = 0; i < json_array_size(names); i++)
		communities_add(&a->communities,
		    json_string_value(json_array_get(names, i)));
	a->has_local_preference = preference != NULL;
	a->local_preference = (uint32_t)json_integer_value(preference);
}

static void
advertisements_decode(struct bgp_configuration *c, const json_t *list)
{
	c->n_advertisements = json_array_size(list);
	c->advertisements =
	    xcalloc(c->n_advertisements, sizeof(*c->advertisements));
	for (size_t i = 0; i < c->n_advertisements; i++)
		advertisement_decode(
		    &c->advertisements[i], json_array_get(list, i));
}

static void
health_decode(struct bgp_configuration *c, const char *text)
{
	c->has_health = text != NULL;
	if (text == NULL || strcmp(text, "Auto") == 0) {
		c->health = HEALTH_AUTO;
	} else if (strcmp(text, "None") == 0) {
		c->health = HEALTH_NONE;
	} else {
		c->health = HEALTH_URL;
		c->health_url = xstrdup(text);
	}
}

static void
services_decode(struct bgp_configuration *c, const json_t *spec)
{
	cidrs_decode(
	    &c->cluster_ips, json_object_get(spec, "serviceClusterIPs"));
	c->follow_service_cidrs =
	    strcmp(json_text(spec, "serviceClusterIPSource"), "Auto") == 0;
	cidrs_decode(
	    &c->external_ips, json_object_get(spec, "serviceExternalIPs"));
	cidrs_decode(&c->load_balancer_ips,
	    json_object_get(spec, "serviceLoadBalancerIPs"));
	c->ignore_exclude_label =
	    strcmp(json_text(spec, "excludeLabel"), "Ignore") == 0;
	c->advertise_without_endpoints =
	    json_is_true(json_object_get(spec, "advertiseWithoutEndpoints"));
	health_decode(c, json_text_or_null(spec, "dataPlaneHealth"));
	selector_decode(
	    &c->service_nodes, json_object_get(spec, "serviceNodeSelector"));
}

static void
l2_decode(struct l2_settings *l2, const json_t *obj)
{
	const json_t *ref = json_object_get(obj, "secretKeyRef");

	*l2 = (struct l2_settings){ HELLO_INTERVAL_DEFAULT,
		DEAD_INTERVAL_DEFAULT, xstrdup(json_text_or_null(ref, "name")),
		xstrdup(json_text_or_null(ref, "key")) };
	if (obj == NULL)
		return;
	l2->hello_interval =
	    (uint32_t)json_integer_value(json_object_get(obj, "helloInterval"));
	l2->dead_interval =
	    (uint32_t)json_integer_value(json_object_get(obj, "deadInterval"));
}

static void
taint_add(struct drain_settings *d, const char *taint)
{
	d->taints = xrealloc(d->taints, d->n_taints + 1, sizeof(d->taints[0]));
	d->taints[d->n_taints++] = xstrdup(taint);
}

static void
drain_decode(struct drain_settings *d, const json_t *obj)
{
	const json_t *taints = json_object_get(obj, "taints");

	d->wait = DRAIN_WAIT_DEFAULT;
	if (obj == NULL) {
		for (size_t i = 0; drain_taints_default[i] != NULL; i++)
			taint_add(d, drain_taints_default[i]);
		return;
	}
	d->wait = (uint32_t)json_integer_value(json_object_get(obj, "wait"));
	d->when_cordoned = json_is_true(json_object_get(obj, "whenCordoned"));
	for (size_t i = 0; i < json_array_size(taints); i++)
		taint_add(d, json_string_value(json_array_get(taints, i)));
}

static bool
lists(const json_t *list, const char *word)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), word) ==
		    0)
			return true;
	return false;
}

static void
stations_decode(struct bgp_configuration *c, const json_t *list)
{
	c->n_stations = json_array_size(list);
	c->stations = xcalloc(c->n_stations, sizeof(*c->stations));
	for (size_t i = 0; i < c->n_stations; i++) {
		struct bmp_station *s = &c->stations[i];
		const json_t *item = json_array_get(list, i);
		const json_t *routes = json_object_get(item, "routes");

		addr_parse(json_text_or_null(item, "address"), &s->addr);
		s->port =
		    (uint16_t)json_integer_value(json_object_get(item, "port"));
		s->statistics = (uint32_t)json_integer_value(
		    json_object_get(item, "statsInterval"));
		s->pre_policy = lists(routes, "PrePolicy");
		s->post_policy = lists(routes, "PostPolicy");
		s->loc_rib = lists(routes, "LocRIB");
	}
}

static uint32_t
number_of(const json_t *obj, const char *key, uint32_t absent)
{
	const json_t *number = json_object_get(obj, key);

	return number != NULL ? (uint32_t)json_integer_value(number) : absent;
}

static struct learned_settings
learned_decode(const json_t *obj)
{
	const char *word = json_text_or_null(obj, "defaultRoute");

	return (struct learned_settings){
		.enabled = json_is_true(json_object_get(obj, "enabled")),
		.table = number_of(obj, "table", LEARNED_TABLE_DEFAULT),
		.metric = number_of(obj, "metric", LEARNED_METRIC_DEFAULT),
		.max_paths = number_of(obj, "maxPaths", LEARNED_PATHS_DEFAULT),
		.default_route = word != NULL && strcmp(word, "Install") == 0,
	};
}

static struct readiness_settings
readiness_decode(const json_t *obj)
{
	return (struct readiness_settings){
		.enabled = json_is_true(json_object_get(obj, "enabled")),
		.min_sessions =
		    number_of(obj, "minSessions", READINESS_SESSIONS_DEFAULT),
	};
}

static void
mesh_decode(struct bgp_configuration *c, const json_t *spec)
{
	const json_t *ref = json_object_get(
	    json_object_get(spec, "nodeMeshPassword"), "secretKeyRef");
	const json_t *ao = json_object_get(spec, "nodeMeshTCPAO");

	c->mesh = json_is_true(json_object_get(spec, "nodeToNodeMeshEnabled"));
	ao_spec_init(&c->mesh_ao, ao);
	c->mesh_secret_name =
	    xstrdup(ao != NULL ? json_text_or_null(ao, "secretName")
			       : json_text_or_null(ref, "name"));
	c->mesh_secret_key = xstrdup(json_text_or_null(ref, "key"));
}

static void
spec_decode(struct bgp_configuration *c, const json_t *spec)
{
	selector_decode(&c->nodes, json_object_get(spec, "nodeSelector"));
	c->as_number =
	    (uint32_t)json_integer_value(json_object_get(spec, "asNumber"));
	c->router_id = word_of(spec, "routerID");
	c->listen_port =
	    (uint16_t)json_integer_value(json_object_get(spec, "listenPort"));
	c->bind_mode = word_of(spec, "bindMode");
	mesh_decode(c, spec);
	c->advertise_pod_cidrs =
	    json_is_true(json_object_get(spec, "advertisePodCIDRs"));
	c->pod_cidr_source = word_of(spec, "podCIDRSource");
	services_decode(c, spec);
	c->restart = restart_decode(json_object_get(spec, "gracefulRestart"));
	c->stale_after =
	    (uint32_t)json_integer_value(json_object_get(spec, "staleAfter"));
	l2_decode(&c->l2, json_object_get(spec, "l2"));
	drain_decode(&c->drain, json_object_get(spec, "drain"));
	filter_names_decode(&c->filters, json_object_get(spec, "filters"));
	stations_decode(c, json_object_get(spec, "bmp"));
	c->learned = learned_decode(json_object_get(spec, "learnedRoutes"));
	c->readiness = readiness_decode(json_object_get(spec, "nodeReadiness"));
	names_decode(c, json_object_get(spec, "communities"));
	advertisements_decode(c, json_object_get(spec, "prefixAdvertisements"));
}

void *
bgp_configuration_decode(const json_t *obj, struct err *err)
{
	struct bgp_configuration *c = xcalloc(1, sizeof(*c));
	struct left_out out = { 0 };
	json_t *rest = sifted(obj, &out);
	json_t *applied = fields_apply(&bgp_configuration_fields, rest, err);

	json_decref(rest);
	if (applied == NULL || !meta_decode(&c->meta, obj, err)) {
		json_decref(applied);
		bgp_configuration_free(c);
		return NULL;
	}
	spec_decode(c, json_object_get(applied, "spec"));
	conditions_decode(&c->conditions, obj);
	json_decref(applied);
	c->in_part = out.n > 0;
	left_out_tell(&out, err);
	return c;
}

bool
bgp_configuration_known(const json_t *obj, struct err *err)
{
	struct left_out out = { 0 };
	json_t *rest = sifted(obj, &out);
	bool known = fields_known(&bgp_configuration_fields, rest, err);

	json_decref(rest);
	return known;
}

void
bgp_configuration_free(void *configuration)
{
	struct bgp_configuration *c = configuration;

	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n_communities; i++)
		free(c->communities[i].name);
	for (size_t i = 0; i < c->n_advertisements; i++)
		communities_fini(&c->advertisements[i].communities);
	free(c->communities);
	free(c->advertisements);
	free(c->stations);
	free(c->cluster_ips.at);
	free(c->external_ips.at);
	free(c->load_balancer_ips.at);
	free(c->health_url);
	for (size_t i = 0; i < c->drain.n_taints; i++)
		free(c->drain.taints[i]);
	free(c->drain.taints);
	filter_names_fini(&c->filters);
	ao_spec_fini(&c->mesh_ao);
	free(c->mesh_secret_name);
	free(c->mesh_secret_key);
	free(c->l2.secret_name);
	free(c->l2.secret_key);
	selector_fini(&c->nodes);
	selector_fini(&c->service_nodes);
	conditions_fini(&c->conditions);
	meta_fini(&c->meta);
	free(c);
}

bool
bgp_configuration_speaks(const struct bgp_configuration *c)
{
	return c != NULL && c->as_number != 0;
}

const struct community *
bgp_configuration_community(const struct bgp_configuration *c, const char *name)
{
	for (size_t i = 0; i < c->n_communities; i++)
		if (strcmp(c->communities[i].name, name) == 0)
			return &c->communities[i].value;
	return NULL;
}
