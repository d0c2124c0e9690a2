/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "cli/convert/cilium.h"
#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/path.h"
#include "cli/convert/turn.h"
#include "common/err.h"

/* Labels that Cilium gives to Services in selectors … */
#define NAMESPACE "io.kubernetes.service.namespace"
#define NAME "io.kubernetes.service.name"
/* … and the one that Kubernetes gives to each namespace. */
#define NAMESPACE_LABEL "kubernetes.io/metadata.name"
#define NO_NAME "the name of a Service is no label of it"

/* {cidr} or {start, stop}; owned, NULL: neither. */
static json_t *
block_text(const json_t *block)
{
	const char *start = path_text(block, "start");
	const char *stop = path_text(block, "stop");
	json_t *cidr = json_object_get(block, "cidr");

	if (start != NULL && stop != NULL)
		return json_sprintf("%s-%s", start, stop);
	return start != NULL ? json_string(start) : json_incref(cidr);
}

static void
block_drop(json_t *block)
{
	json_object_del(block, "cidr");
	json_object_del(block, "start");
	json_object_del(block, "stop");
}

static void
blocks(struct job *j, struct foreign *f, json_t *group, const char *path,
    bool skip_ends)
{
	json_t *list = job_take_list(j, f, path), *block;
	struct err err;
	size_t i;

	json_array_foreach (list, i, block) {
		json_t *text = block_text(block);
		const char *cidr = path_text(block, "cidr");

		if (!group_add_range(group, text, &err))
			job_remark(j, f->label, path, "%s", err.text);
		else if (skip_ends && cidr != NULL)
			group_exclude_ends(group, cidr);
		block_drop(block);
		job_tell(j, f->label, path, block);
		json_decref(text);
	}
	json_decref(list);
}

/* Adds {key, operator, values} on the namespace, by the label that it has. */
static void
namespace_add(json_t *requirements, const char *op, json_t *values)
{
	json_t *e =
	    json_pack("{s:s, s:s}", "key", NAMESPACE_LABEL, "operator", op);

	json_object_set(e, "values", values);
	json_array_append_new(requirements, e);
}

/*
 * Takes what the selector asks of a Service's namespace out of it. False and
 * err: it asks what can't be said here.
 */
static bool
namespaces_take(json_t *selector, json_t *requirements, struct err *err)
{
	json_t *labels = json_object_get(selector, "matchLabels");
	json_t *list = json_object_get(selector, "matchExpressions"), *e;
	json_t *one = json_object_get(labels, NAMESPACE);
	size_t i = 0;

	if (one != NULL) {
		json_t *values = json_pack("[O]", one);

		namespace_add(requirements, "In", values);
		json_decref(values);
		json_object_del(labels, NAMESPACE);
	}
	while ((e = json_array_get(list, i)) != NULL) {
		const char *key = path_text(e, "key");
		const char *op = path_text(e, "operator");
		bool named = strcmp(key, NAME) == 0;

		if (!named && strcmp(key, NAMESPACE) != 0) {
			i++;
			continue;
		}
		if (named && strcmp(op, "Exists") != 0)
			return err_set(err, NO_NAME);
		if (strcmp(op, "DoesNotExist") == 0)
			return err_set(err, "no Service matches it");
		if (strcmp(op, "Exists") != 0)
			namespace_add(
			    requirements, op, json_object_get(e, "values"));
		json_array_remove(list, i);
	}
	return json_object_get(labels, NAME) == NULL || err_set(err, NO_NAME);
}

/* One list of namespaces is said as such. */
static void
namespaces_set(json_t *group, json_t *requirements)
{
	const json_t *first = json_array_get(requirements, 0);
	const char *op = path_text(first, "operator");
	struct err err;

	if (json_array_size(requirements) == 1 && strcmp(op, "In") == 0)
		path_set(group, "spec.namespaces",
		    turn_namespaces(json_object_get(first, "values"), &err));
	else if (first != NULL)
		path_set(group, "spec.namespaceSelector.matchExpressions",
		    json_incref(requirements));
}

static void
services_set(json_t *group, json_t *selector)
{
	static const char *const parts[] = { "matchLabels",
		"matchExpressions" };

	for (size_t i = 0; i < 2; i++) {
		json_t *part = json_object_get(selector, parts[i]);

		if (part != NULL && path_says_nothing(part))
			json_object_del(selector, parts[i]);
	}
	if (json_object_size(selector) > 0)
		path_set(group, "spec.serviceSelector", json_incref(selector));
}

bool
cilium_services_select(const json_t *said, json_t *group, struct err *err)
{
	json_t *requirements = json_array();
	json_t *selector =
	    said != NULL ? label_selector_clean(said, err) : json_object();
	bool good =
	    selector != NULL && namespaces_take(selector, requirements, err);

	if (good) {
		namespaces_set(group, requirements);
		services_set(group, selector);
	}
	json_decref(selector);
	json_decref(requirements);
	return good;
}

static void
users(struct job *j, struct foreign *f, json_t *group)
{
	json_t *said = path_take(f->left, "spec.serviceSelector");
	struct err err, why;

	if (!cilium_services_select(said, group, &err)) {
		err_set(&why,
		    "%s: Services have to name the group, and any may",
		    err.text);
		job_refuse(j, f->label, "spec.serviceSelector", said, why.text);
		group_only_by_name(group);
	}
	json_decref(said);
}

/* False: the first and the last address of each block are not given. */
static bool
ends_take(struct job *j, struct foreign *f)
{
	json_t *v = path_take(f->left, "spec.allowFirstLastIPs");
	const char *text = json_string_value(v);
	bool good = text != NULL &&
	    (strcmp(text, "Yes") == 0 || strcmp(text, "No") == 0);
	bool allowed = !good || strcmp(text, "Yes") == 0;

	if (v != NULL && !good)
		job_remark(j, f->label, "spec.allowFirstLastIPs",
		    "neither Yes nor No: these addresses are given");
	json_decref(v);
	return allowed;
}

void
cilium_pool(struct job *j, struct foreign *f)
{
	json_t *group = job_make(j, f->label, "ServiceGroup", f->name);
	json_t *off = path_take(f->left, "spec.disabled");
	bool skip_ends = !ends_take(j, f);

	f->ours = json_incref(group);
	blocks(j, f, group, "spec.blocks", skip_ends);
	blocks(j, f, group, "spec.cidrs", skip_ends);
	users(j, f, group);
	if (off != NULL && !json_is_boolean(off))
		job_refuse(
		    j, f->label, "spec.disabled", off, "not true or false");
	if (json_is_true(off))
		group_disable(j, f);
	json_decref(off);
}
