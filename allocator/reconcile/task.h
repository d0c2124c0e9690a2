/* SPDX-License-Identifier: Apache-2.0 */
/*
 * task - what reconcile gives out: statuses and events to write, reports of groups,
 * figures.
 */
#ifndef ALLOCATOR_RECONCILE_TASK_H
#define ALLOCATOR_RECONCILE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/plan/request.h"
#include "common/prefix.h"

struct service;
struct service_group;

enum task_kind {
	TASK_ASSIGN,    /* addresses, annotations and condition */
	TASK_CONDITION, /* the condition only: the address is not ours */
	TASK_CLEAR,     /* no longer ours: take back what we wrote */
	TASK_REMARK,    /* not ours: the remark on its externalIPs only */
};

/* What is said of a Service with externalIPs, by the condition SERVICE_DEPRECATION. */
#define DEPRECATION_REASON "Deprecated"
#define DEPRECATION_MESSAGE                                                   \
	"Kubernetes 1.36 deprecates spec.externalIPs, and later ones are to " \
	"ignore it: let the Service be of type LoadBalancer and ask for "     \
	"them by the annotation lbbgp.io/addresses or, for one, by "          \
	"spec.loadBalancerIP; a ServiceGroup has to have them"

/* The status that a Service is to get. Borrowed until the next call that is not
 * const. */
struct task {
	enum task_kind kind;
	uint64_t id; /* for reconcile_wrote() */
	const struct service *service;
	const char *version; /* resourceVersion that the write is based on */
	const struct addr *addrs;
	size_t n_addrs;
	const char *from; /* group; "" for none */
	bool good;        /* the condition is True */
	enum reason reason;
	const char *message;
	bool clear_ingress; /* TASK_CLEAR: the addresses there are ours */
	bool deprecated;    /* the remark is to be there; else it is to go */
	bool brief; /* status alone: with the annotations it was refused */
};

struct news { /* an event for people; borrowed like a task */
	const struct service *service;
	bool good;
	enum reason reason;
	const char *message;
	const char *refusal; /* NULL, or why the server takes no status */
};

/* The largest number of a status, an int64: that many or more. */
#define USAGE_MOST ((uint64_t)INT64_MAX)

struct usage {
	uint64_t capacity, used, available;
};

struct group_ready { /* whether nodes announce its addresses; borrowed */
	bool good;
	const char *reason, *message;
};

struct group_report {
	const char *name;                  /* borrowed, as all here */
	const struct service_group *group; /* NULL: it could never be read */
	struct usage usage[FAMILIES];
	size_t waiting;
	size_t retained;    /* Services that keep what no pool has any more */
	struct group_vips { /* addresses of VirtualIPs in its pools */
		size_t n;
		struct addr first; /* the lowest of them; n is 0: none */
		const char *name;  /* of the VirtualIP that has it */
	} vips;
	/* Or NULL. What is refused is newer than all else here. */
	const char *refused, *fault, *warning;
};

struct reconcile_stats {
	uint64_t assigned; /* Services that got an address */
	uint64_t released;
	uint64_t refused[REASONS]; /* times a Service was told so */
	uint64_t conflicts, failures;
	uint64_t refused_writes; /* of the failures: refused by the server */
	uint64_t planned;
	size_t pending; /* statuses to write, now */
};
#endif
