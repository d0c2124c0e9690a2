/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calico has a list of rules for each direction and family, and a condition may say
 * what a route is not; ours have one list for each direction, and say what it is. A
 * rule that can't be said would let through, or hold back, what it is there for: then
 * the filter is left out as a whole, and peers that name it stay down until there is
 * one.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/convert/calico.h"
#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "cli/convert/turn.h"
#include "common/err.h"
#include "common/prefix.h"

struct list { /* of rules of one direction and family */
	const char *from, *to;
	enum family family;
};

static const struct list lists[] = {
	{ "spec.exportV4", "spec.export", FAMILY_V4 },
	{ "spec.exportV6", "spec.export", FAMILY_V6 },
	{ "spec.importV4", "spec.import", FAMILY_V4 },
	{ "spec.importV6", "spec.import", FAMILY_V6 },
};

static json_t *
any_prefix(enum family family)
{
	return json_pack("[{s:s, s:i}]", "cidr",
	    family == FAMILY_V4 ? "0.0.0.0/0" : "::/0", "minLength", 0);
}

/* A rule of ours, the next of its list; its prefixes are taken. */
static json_t *
rule_add(
    json_t *ours, const struct list *l, const char *action, json_t *prefixes)
{
	json_t *list = path_list_make(ours, l->to), *rule;
	char name[32];

	snprintf(name, sizeof(name), "rule-%zu", json_array_size(list) + 1);
	rule = json_pack("{s:s, s:o, s:s}", "name", name, "prefixes", prefixes,
	    "action", action);
	json_array_append_new(list, rule);
	return rule;
}

static int64_t
number_at(const json_t *obj, const char *path, int64_t otherwise)
{
	const json_t *v = path_get(obj, path);

	return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

/* Prefixes inside of cidr, of some lengths, or (equal) itself; NULL and err. */
static json_t *
inside(const json_t *rule, const json_t *cidr, bool equal, struct err *err)
{
	json_t *network = turn_network(cidr, err);
	struct prefix p;

	if (network == NULL ||
	    !prefix_parse(json_string_value(network), &p, err)) {
		json_decref(network);
		return NULL;
	}
	json_t *one = json_pack("{s:o}", "cidr", network);
	int64_t min = number_at(rule, "prefixLength.min", p.len);
	int64_t max = number_at(rule, "prefixLength.max", -1);

	if (!equal)
		json_object_set_new(
		    one, "minLength", json_integer(min > p.len ? min : p.len));
	if (!equal && max >= 0)
		json_object_set_new(one, "maxLength", json_integer(max));
	return json_pack("[o]", one);
}

/* Of all routes of the family. */
static json_t *
lengths_only(const json_t *rule, enum family family)
{
	json_t *all = any_prefix(family), *one = json_array_get(all, 0);
	int64_t max = number_at(rule, "prefixLength.max", -1);

	json_object_set_new(one, "minLength",
	    json_integer(number_at(rule, "prefixLength.min", 0)));
	if (max >= 0)
		json_object_set_new(one, "maxLength", json_integer(max));
	return all;
}

/* RemotePeers is all that it can be. On import every route is a peer's. */
static bool
source_set(
    json_t *ours, const struct list *l, const json_t *rule, struct err *err)
{
	const char *source = path_text(rule, "source");

	if (path_get(rule, "source") == NULL)
		return true;
	if (source == NULL || strcmp(source, "RemotePeers") != 0)
		return err_set(err, "source: not RemotePeers");
	if (strcmp(l->to, "spec.export") == 0)
		json_object_set_new(ours, "sources", json_pack("[s]", "Peer"));
	return true;
}

static bool
interface_set(
    json_t *ours, const struct list *l, const json_t *rule, struct err *err)
{
	const char *interface = path_text(rule, "interface");

	if (path_get(rule, "interface") == NULL)
		return true;
	if (interface == NULL || strpbrk(interface, "*?") != NULL ||
	    strcmp(l->to, "spec.import") != 0)
		return err_set(err,
		    "interface: only one name, and in import, has a "
		    "counterpart");
	json_object_set_new(ours, "interfaces", json_pack("[s]", interface));
	return true;
}

/* Fields of a rule that something is made of. */
static bool
is_known(const json_t *rule, struct err *err)
{
	static const char *const known[] = { "action", "matchOperator", "cidr",
		"prefixLength", "source", "interface" };
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)rule, key, value) {
		size_t i = 0;

		while (i < sizeof(known) / sizeof(known[0]) &&
		    strcmp(known[i], key) != 0)
			i++;
		if (i == sizeof(known) / sizeof(known[0]) &&
		    !path_says_nothing(value))
			return err_set(err, "%s: has no counterpart", key);
	}
	return true;
}

static bool
lengths_known(const json_t *lengths, struct err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)lengths, key, value)
		if ((strcmp(key, "min") != 0 && strcmp(key, "max") != 0) ||
		    !turn_is_within(value, 0, 128))
			return err_set(
			    err, "prefixLength: not min and max of 0 to 128");
	return lengths == NULL || json_is_object(lengths) ||
	    err_set(err, "prefixLength: not an object");
}

/*
 * What is not in a prefix: that can be said at the end of a list, where all that is in
 * it is accepted anyway.
 */
static bool
outside_add(json_t *ours, const struct list *l, const json_t *rule,
    json_t *prefixes, bool last, struct err *err)
{
	const char *action = path_text(rule, "action");

	if (!last || path_get(rule, "source") != NULL ||
	    path_get(rule, "interface") != NULL) {
		json_decref(prefixes);
		return err_set(err,
		    "matchOperator: NotIn and NotEqual have a counterpart in "
		    "the last rule of a list only, without source and "
		    "interface");
	}
	rule_add(ours, l, "Accept", prefixes);
	rule_add(ours, l, action, any_prefix(l->family));
	return true;
}

static bool
is_negated(const json_t *rule)
{
	const char *how = path_text(rule, "matchOperator");

	return path_get(rule, "cidr") != NULL && how != NULL &&
	    strncmp(how, "Not", 3) == 0;
}

static bool
rule_turn(json_t *ours, const struct list *l, const json_t *rule, bool last,
    struct err *err)
{
	const char *action = path_text(rule, "action");
	const char *how = path_text(rule, "matchOperator");
	const json_t *cidr = path_get(rule, "cidr");

	if (!json_is_object(rule))
		return err_set(err, "not an object");
	if (!is_known(rule, err) ||
	    !lengths_known(path_get(rule, "prefixLength"), err))
		return false;
	if (action == NULL ||
	    (strcmp(action, "Accept") != 0 && strcmp(action, "Reject") != 0))
		return err_set(err, "action: neither Accept nor Reject");
	if (cidr != NULL &&
	    (how == NULL ||
		(strcmp(how, "In") != 0 && strcmp(how, "NotIn") != 0 &&
		    strcmp(how, "Equal") != 0 && strcmp(how, "NotEqual") != 0)))
		return err_set(err,
		    "matchOperator: not one of In, NotIn, Equal and NotEqual");
	if (cidr != NULL && strcmp(how, "In") != 0 &&
	    path_get(rule, "prefixLength") != NULL)
		return err_set(
		    err, "prefixLength: has no counterpart but with In");
	json_t *prefixes = cidr == NULL
	    ? lengths_only(rule, l->family)
	    : inside(rule, cidr, strstr(how, "Equal") != NULL, err);

	if (prefixes == NULL)
		return err_prefix(err, "cidr: ");
	if (is_negated(rule))
		return outside_add(ours, l, rule, prefixes, last, err);
	json_t *made = rule_add(ours, l, action, prefixes);

	return source_set(made, l, rule, err) &&
	    interface_set(made, l, rule, err);
}

static bool
list_turn(struct job *j, struct foreign *f, json_t *ours, const struct list *l)
{
	json_t *list = job_take_list(j, f, l->from);
	size_t n = json_array_size(list);
	bool good = true;
	struct err err;

	for (size_t i = 0; i < n && good; i++) {
		good = rule_turn(
		    ours, l, json_array_get(list, i), i + 1 == n, &err);
		if (!good)
			job_remark(j, f->label, l->from, "rule %zu: %s", i + 1,
			    err.text);
		else if (is_negated(json_array_get(list, i)))
			job_remark(j, f->label, l->from,
			    "rule %zu: what it spares is accepted: peers have "
			    "to name this filter last",
			    i + 1);
	}
	json_decref(list);
	return good;
}

void
calico_filter(struct job *j, struct foreign *f)
{
	json_t *ours = job_make(j, f->label, "BGPFilter", f->name);
	bool good = true;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		good = list_turn(j, f, ours, &lists[i]) && good;
	if (!good) {
		job_unmake(j);
		job_dismiss(j, f,
		    "left out: peers that name it stay down until there is a "
		    "BGPFilter of that name");
		return;
	}
	if (path_get(ours, "spec.import") != NULL)
		job_remark(j, f->label, NULL,
		    "routes that no rule of spec.import is met by are not "
		    "taken; Calico takes them");
}
