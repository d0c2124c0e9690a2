/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/kube_vip.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "common/alloc.h"
#include "common/api/addr_range.h"
#include "common/err.h"

#define DHCP "0.0.0.0/32" /* the address comes from elsewhere */
#define OWN_PRIORITY 50 /* a namespace's own pool goes before the global one */

/*
 * The part of the key behind "cidr-" or "range-": a namespace; NULL: another
 * key.
 */
static const char *
namespace_of(const char *key)
{
	static const char *const prefixes[] = { "cidr-", "range-" };

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(key, prefixes[i], n) == 0 && key[n] != '\0')
			return key + n;
	}
	return NULL;
}

/* Somebody may have forgotten the quotes, which the API server asks for. */
static bool
is_true(const json_t *config, const char *key)
{
	const json_t *v = json_object_get(config, key);
	const char *text = json_string_value(v);

	return json_is_true(v) || (text != NULL && strcmp(text, "true") == 0);
}

static bool
says_no(const json_t *v)
{
	const char *text = json_string_value(v);

	return json_is_false(v) || (text != NULL && strcmp(text, "false") == 0);
}

struct vip_pool {
	struct job *job;
	struct foreign *from;
	const char *path; /* "data.cidr-global" */
	json_t *group;
	bool skip_ends;
};

static void
range_add(struct vip_pool *p, const char *text)
{
	json_t *range = json_string(text);
	struct err err;

	if (strcmp(text, DHCP) == 0)
		job_remark(
		    p->job, p->from->label, p->path, DHCP ": there is no DHCP");
	else if (!group_add_range(p->group, range, &err))
		job_remark(p->job, p->from->label, p->path, "%s", err.text);
	else if (p->skip_ends && strchr(text, '/') != NULL)
		group_exclude_ends(p->group, text);
	json_decref(range);
}

/* Ranges with commas between them. */
static void
ranges_add(struct vip_pool *p, const char *text)
{
	char *copy = xstrdup(text), *rest = copy, *one;

	while ((one = strsep(&rest, ",")) != NULL)
		if (one[strspn(one, " ")] != '\0')
			range_add(p, one + strspn(one, " "));
	free(copy);
}

/* There Services share without a word; here each of them has to say so. */
static void
sharing_tell(
    struct job *j, const struct foreign *f, const char *path, const char *ns)
{
	job_remark(j, f->label, path,
	    "Services share an address that have the same annotation: kubectl "
	    "-n %s annotate service --all lbbgp.io/sharing-key=shared",
	    ns);
}

/* A range of one address is there for Services with different ports. */
static void
single_tell(const struct vip_pool *p, const char *ns)
{
	const json_t *pools = path_get(p->group, "spec.pools");
	struct addr_range r;
	struct err err;

	if (json_array_size(pools) != 1 ||
	    !addr_range_parse(
		path_text(json_array_get(pools, 0), "pool"), &r, &err) ||
	    !addr_eq(&r.first, &r.last))
		return;
	if (strcmp(ns, "global") != 0)
		sharing_tell(p->job, p->from, p->path, ns);
	else
		job_remark(p->job, p->from->label, p->path,
		    "one address for all: Services share it that have the "
		    "same annotation lbbgp.io/sharing-key and, of other "
		    "namespaces, lbbgp.io/sharing-namespaces: \"*\"");
}

static void
pool_add(struct job *j, struct foreign *f, const char *key, const char *text,
    bool skip_ends)
{
	const char *ns = namespace_of(key);
	char *name = xasprintf("%s-%s", f->name, ns);
	char *path = xasprintf("data.%s", key);
	struct vip_pool p = { j, f, path, NULL, skip_ends };

	p.group = job_make(j, f->label, "ServiceGroup", name);
	ranges_add(&p, text);
	single_tell(&p, ns);
	/* .0 and .255 are never given there, whatever the length. */
	path_set(p.group, "spec.avoidBuggyIPs", json_true());
	if (strcmp(ns, "global") != 0) {
		path_set(p.group, "spec.priority", json_integer(OWN_PRIORITY));
		path_set(p.group, "spec.namespaces", json_pack("[s]", ns));
	}
	free(path);
	free(name);
}

/* Of a namespace with both, the range is not used. */
static bool
is_beaten(const json_t *config, const char *key)
{
	char *other = xasprintf("cidr-%s", namespace_of(key));
	bool there =
	    strcmp(other, key) != 0 && json_object_get(config, other) != NULL;

	free(other);
	return there;
}

static bool
has_pools(const json_t *config)
{
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)config, key, v)
		if (namespace_of(key) != NULL)
			return true;
	return false;
}

static bool
is_of_kube_vip(const char *text)
{
	return text != NULL &&
	    (strstr(text, "kubevip") != NULL ||
		strstr(text, "kube-vip") != NULL);
}

/* Anybody may have a key "cidr-…": it has to be called as kube-vip's is. */
static bool
is_named_so(const struct foreign *f)
{
	return is_of_kube_vip(f->name) ||
	    is_of_kube_vip(path_text(f->left, "metadata.namespace")) ||
	    strcmp(f->name, "plndr") == 0; /* as it was called at first */
}

static void
pools_add(struct job *j, struct foreign *f, json_t *config)
{
	static const char skip[] = "skip-end-ips-in-cidr";
	bool skip_ends = is_true(config, skip);
	const char *key;
	json_t *v, *all = json_deep_copy(config);

	json_object_foreach (all, key, v) {
		if (namespace_of(key) == NULL || !json_is_string(v) ||
		    is_beaten(all, key))
			continue;
		pool_add(j, f, key, json_string_value(v), skip_ends);
		json_object_del(config, key);
	}
	v = json_object_get(config, skip);
	if (skip_ends || says_no(v))
		json_object_del(config, skip);
	json_decref(all);
}

static const char *
why(const char *key, const json_t *v)
{
	if (!json_is_string(v))
		return "not a text";
	if (strcmp(key, "skip-end-ips-in-cidr") == 0)
		return "neither true nor false";
	if (namespace_of(key) != NULL)
		return "a cidr goes before a range";
	return "has no counterpart";
}

/* The namespace whose Services share addresses; NULL: another key. */
static const char *
sharing_of(const char *key)
{
	static const char prefix[] = "allow-share-";
	size_t n = sizeof(prefix) - 1;

	return strncmp(key, prefix, n) == 0 && key[n] != '\0' ? key + n : NULL;
}

/*
 * What is left of it are wishes for which there is nothing, or something else.
 */
static void
rest_tell(struct job *j, struct foreign *f, json_t *config)
{
	const char *key;
	json_t *v;

	json_object_foreach (config, key, v) {
		char *path = xasprintf("data.%s", key);
		const char *ns = sharing_of(key);

		if (ns != NULL && is_true(config, key))
			sharing_tell(j, f, path, ns);
		else if (ns == NULL || !says_no(v))
			job_remark(j, f->label, path, "%s", why(key, v));
		free(path);
	}
}

void
kube_vip_config(struct job *j, struct foreign *f)
{
	json_t *config = json_object_get(f->left, "data");

	if (!has_pools(config) || !is_named_so(f)) {
		job_dismiss(j, f,
		    has_pools(config)
			? "left out: it has keys as kube-vip's, but not its "
			  "name: that is kubevip"
			: "left out: not of a kind that is converted");
		return;
	}
	f->selected = true;
	pools_add(j, f, config);
	rest_tell(j, f, config);
	json_object_del(f->left, "data");
}

bool
kube_vip_made(const struct job *j, const struct made *made)
{
	const struct foreign *f;
	size_t i = 0;

	if (strcmp(path_text(made->obj, "kind"), "ServiceGroup") != 0)
		return false;
	while ((f = job_next(j, "", "ConfigMap", &i)) != NULL)
		if (f->selected && strcmp(f->label, made->label) == 0)
			return true;
	return false;
}
