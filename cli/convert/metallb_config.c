/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/metallb.h"
#include "cli/convert/path.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/yaml.h"

/*
 * The fields of the ConfigMap are those of the resources in other letters, so
 * it is turned into resources, and these are read as any others.
 */
struct rename {
	const char *from, *to;
};

static const struct rename renames[] = {
	{ "my-asn", "myASN" },
	{ "peer-asn", "peerASN" },
	{ "peer-address", "peerAddress" },
	{ "peer-port", "peerPort" },
	{ "source-address", "sourceAddress" },
	{ "hold-time", "holdTime" },
	{ "keepalive-time", "keepaliveTime" },
	{ "router-id", "routerID" },
	{ "node-selectors", "nodeSelectors" },
	{ "bfd-profile", "bfdProfile" },
	{ "receive-interval", "receiveInterval" },
	{ "transmit-interval", "transmitInterval" },
	{ "detect-multiplier", "detectMultiplier" },
	{ "echo-interval", "echoInterval" },
	{ "echo-mode", "echoMode" },
	{ "passive-mode", "passiveMode" },
	{ "minimum-ttl", "minimumTtl" },
	{ "ebgp-multihop", "ebgpMultiHop" },
	{ "match-labels", "matchLabels" },
	{ "match-expressions", "matchExpressions" },
	{ "auto-assign", "autoAssign" },
	{ "avoid-buggy-ips", "avoidBuggyIPs" },
	{ "bgp-advertisements", "bgpAdvertisements" },
	{ "aggregation-length", "aggregationLength" },
	{ "aggregation-length-v6", "aggregationLengthV6" },
	{ "localpref", "localPref" },
};

static const char *
renamed(const char *key)
{
	for (size_t i = 0; i < sizeof(renames) / sizeof(renames[0]); i++)
		if (strcmp(renames[i].from, key) == 0)
			return renames[i].to;
	return key;
}

/*
 * A copy with the keys renamed at every depth; owned. Labels stay as they are.
 */
static json_t *
rename_all(const json_t *v)
{
	json_t *out, *below;
	const char *key;
	size_t i;

	if (json_is_array(v)) {
		out = json_array();
		json_array_foreach (v, i, below)
			json_array_append_new(out, rename_all(below));
		return out;
	}
	if (!json_is_object(v))
		return json_deep_copy(v);
	out = json_object();
	json_object_foreach ((json_t *)v, key, below)
		json_object_set_new(out, renamed(key),
		    strcmp(key, "match-labels") == 0 ? json_deep_copy(below)
						     : rename_all(below));
	return out;
}

/* One resource with that spec, which is taken. */
static void
add(struct job *j, const char *label, const char *kind, const char *name,
    json_t *spec)
{
	json_t *obj = json_pack("{s:s, s:s, s:o}", "apiVersion",
	    "metallb.io/v1beta1", "kind", kind, "spec", spec);

	job_add(j, obj, label, name)->alone = true;
}

struct section { /* of the ConfigMap: a list */
	const char *key;
	const char *kind;
	const char *name;   /* the field that items are called by … */
	const char *prefix; /* … with this in front */
};

static const struct section sections[] = {
	{ "peers", "BGPPeer", "peerAddress", "peer-" },
	{ "address-pools", "AddressPool", "name", "" },
	{ "bfd-profiles", "BFDProfile", "name", "" },
};

static void
section_read(struct job *j, const char *label, const struct section *s,
    const json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		json_t *spec = rename_all(item);
		const char *text = path_text(spec, s->name);
		char *name =
		    xasprintf("%s%s", s->prefix, text != NULL ? text : "");
		char *where = xasprintf("%s: %s[%zu]", label, s->key, i);

		if (strcmp(s->name, "name") == 0)
			json_object_del(spec, "name");
		add(j, where, s->kind, name, spec);
		free(where);
		free(name);
	}
}

/* {name: value} becomes [{name, value}]. */
static void
communities_read(struct job *j, const char *label, const json_t *map)
{
	json_t *list = json_array(), *value;
	const char *name;

	json_object_foreach ((json_t *)map, name, value)
		json_array_append_new(list,
		    json_pack("{s:s, s:O}", "name", name, "value", value));
	add(j, label, "Community", "", json_pack("{s:o}", "communities", list));
}

static void
rest_tell(struct job *j, const char *label, json_t *config)
{
	const char *key;
	json_t *v;

	json_object_del(config, "bgp-communities");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		json_object_del(config, sections[i].key);
	json_object_foreach (config, key, v)
		job_remark(j, label, key, "has no counterpart");
}

/* What else is in the ConfigMap. */
static void
around_tell(struct job *j, const char *label, const json_t *config_map)
{
	json_t *left = json_deep_copy(config_map);

	json_decref(path_take(left, "data.config"));
	json_decref(path_take(left, "kind")); /* it is read */
	job_add(j, left, label, "");
}

/* Others have a key "config", too: is it MetalLB's by what it says? */
static bool
is_ours(const json_t *config)
{
	if (json_object_get(config, "bgp-communities") != NULL)
		return true;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (json_object_get(config, sections[i].key) != NULL)
			return true;
	return false;
}

/* It can't be read, but is where MetalLB has its own. */
static bool
is_named_so(const char *ns, const char *name)
{
	return name != NULL && strcmp(name, "config") == 0 &&
	    (ns == NULL || strncmp(ns, "metallb", 7) == 0);
}

bool
metallb_config(struct job *j, const json_t *config_map)
{
	const char *text = path_text(config_map, "data.config");
	const char *ns = path_text(config_map, "metadata.namespace");
	const char *name = path_text(config_map, "metadata.name");
	struct err err;

	if (text == NULL)
		return false;
	char *label = xasprintf("ConfigMap %s/%s", ns != NULL ? ns : "default",
	    name != NULL ? name : "");
	json_t *config = yaml_parse(text, strlen(text), 1, &err);

	if (!is_ours(config) && !is_named_so(ns, name)) {
		json_decref(config);
		free(label);
		return false;
	}
	if (!json_is_object(config))
		job_remark(j, label, "data.config", "%s",
		    config == NULL ? err.text : "not MetalLB's configuration");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		section_read(j, label, &sections[i],
		    json_object_get(config, sections[i].key));
	communities_read(j, label, json_object_get(config, "bgp-communities"));
	rest_tell(j, label, config);
	around_tell(j, label, config_map);
	json_decref(config);
	free(label);
	return true;
}
