/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance - which lbbgp of a cluster a program is part of.
 *
 * Several may serve one cluster, each in a namespace of its own, with a class of its
 * own: that of its Services (spec.loadBalancerClass) and, by an annotation, of the
 * cluster-scoped resources that it goes by. What has no class is of the default one.
 * All classes begin alike, so that each instance knows, without asking, which Services
 * are another's.
 */
#ifndef COMMON_API_INSTANCE_H
#define COMMON_API_INSTANCE_H

#include <stdbool.h>

typedef struct json_t json_t;
struct err;
struct labels;

#define INSTANCE_NAMESPACE "lbbgp-system"
#define INSTANCE_PREFIX "lbbgp.io/"
#define INSTANCE_CLASS INSTANCE_PREFIX "lbbgp"
#define INSTANCE_ANNOTATION "lbbgp.io/class"
/* Of a Node: whose daemon runs there, by the name behind the prefix of its class. */
#define INSTANCE_LABEL "lbbgp.io/instance"

struct instance {
	const char *ns;    /* where its Secrets, its Lease and its pods are */
	const char *class; /* INSTANCE_PREFIX and a name */
};

/* The one that a cluster has if it has one. */
extern const struct instance instance_default;

/* Its options, rows for args_parse(); things are what is in the namespace. */
#define INSTANCE_ROWS(of, things)                                             \
	{ .name = "namespace",                                                \
		.value = "NAME",                                              \
		.help =                                                       \
		    "where " things " are (default: " INSTANCE_NAMESPACE ")", \
		.text = &(of)->ns },                                          \
	{                                                                     \
		.name = "class", .value = "CLASS",                            \
		.help = "loadBalancerClass of our Services, and of our "      \
			"resources by " INSTANCE_ANNOTATION                   \
			" (default: " INSTANCE_CLASS                          \
			", which has those without one)",                     \
		.text = &(of)->class                                          \
	}

/* Could they be? False and err: one can't. */
bool instance_check(const struct instance *, struct err *);
bool instance_is_default(const struct instance *);

/* The class that a resource says; borrowed, NULL: it says none. */
const char *instance_annotation(const json_t *obj);
/* … and the one that it has. */
const char *instance_class_of(const json_t *obj);
/* Of a Namespace: the class of the lbbgp in it, by that; NULL: there is none. */
const char *instance_of_namespace(const char *name, const char *annotation);
bool instance_has(const struct instance *, const json_t *obj);
/*
 * Is the Service ours by its class (NULL: none)? Neither that nor another's: it is of
 * another load balancer.
 */
bool instance_serves(const struct instance *, const char *class);
bool instance_of_others(const struct instance *, const char *class);
/* Does a node with these labels name another one as its own? */
bool instance_yields_node(const struct instance *, const struct labels *);
#endif
