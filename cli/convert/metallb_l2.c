/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MetalLB's L2Advertisement. Each goes into the groups of the pools that it means, as
 * those for BGP do. A pool that has one of these and none of those is not announced by
 * routing.
 */
#include <jansson.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/link.h"
#include "cli/convert/metallb.h"
#include "cli/convert/path.h"
#include "common/err.h"

#define GROUP "metallb.io"
#define INTERFACES "spec.interfaces"
#define NODES "spec.nodeSelectors"

static const char *const lists[] = { "spec.ipAddressPools",
	"spec.ipAddressPoolSelectors", NODES, "spec.serviceSelectors",
	INTERFACES, NULL };

/* Owned; NULL, told: none of those that it names can be read. */
static json_t *
interfaces(struct job *j, const struct foreign *f)
{
	const json_t *list = path_get(f->left, INTERFACES), *one;
	json_t *names = json_array();
	size_t i;

	json_array_foreach (list, i, one) {
		const char *name = json_string_value(one);

		if (name == NULL || name[0] == '\0') {
			job_refuse(j, f->label, INTERFACES, one, "not a name");
			continue;
		}
		json_t *pattern = link_name(name);

		path_list_add(names, pattern);
		json_decref(pattern);
	}
	if (json_array_size(list) == 0 || json_array_size(names) > 0)
		return names;
	json_decref(names);
	return NULL;
}

/* Owned; {}, told, where no selector says it. */
static json_t *
nodes(struct job *j, const struct foreign *f)
{
	struct err err;
	json_t *any = label_selector_any(path_get(f->left, NODES), &err);

	if (any != NULL)
		return any;
	job_remark(j, f->label, NODES, "%s: all nodes answer", err.text);
	return json_object();
}

/* False: it means no pool. */
static bool
answer(struct job *j, struct foreign *f, const struct answering *l)
{
	struct foreign *pool;
	bool used = false;
	size_t i = 0;

	while ((pool = job_next(j, GROUP, "IPAddressPool", &i)) != NULL) {
		if (!group_has_pools(pool->ours) ||
		    !metallb_means(j, f->left, pool))
			continue;
		if (pool->selected)
			link_beside_bgp(pool->ours);
		link_add(j, f->label, l, pool->ours);
		used = true;
	}
	return used;
}

static void
understood_drop(struct foreign *f)
{
	for (const char *const *path = lists; *path != NULL; path++)
		json_decref(path_take(f->left, *path));
}

/* What is wrong with it as a whole, or NULL. */
static const char *
fault(struct job *j, struct foreign *f, json_t **names)
{
	if (!metallb_lists_check(j, f->label, f->left, lists))
		return "left out";
	metallb_strangers_tell(j, f, "spec.ipAddressPools", "IPAddressPool");
	if (metallb_is_for_some_services(f->left))
		return "left out: its serviceSelectors mean some Services "
		       "only, and a ServiceGroup is announced as a whole";
	*names = interfaces(j, f);
	return *names != NULL ? NULL : "left out: it has no interface";
}

void
metallb_l2_advertisement(struct job *j, struct foreign *f)
{
	json_t *names = NULL, *where = NULL;
	const char *why = fault(j, f, &names);

	if (why == NULL) {
		where = nodes(j, f);
		const struct answering l = { .nodes = where,
			.interfaces = names,
			.always = json_array_size(names) > 0 };

		if (!answer(j, f, &l))
			why = "left out: it means no IPAddressPool of the "
			      "input that comes out; give them together";
	}
	if (why != NULL)
		job_dismiss(j, f, why);
	else if (json_array_size(names) == 0)
		job_remark(j, f->label, INTERFACES,
		    "not given: those with a subnet that has the address; in "
		    "MetalLB all of them: name some where none has");
	understood_drop(f);
	json_decref(names);
	json_decref(where);
}
