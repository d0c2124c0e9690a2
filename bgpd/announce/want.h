/* SPDX-License-Identifier: Apache-2.0 */
/*
 * want - what one source object (a Node, a BGPConfiguration, a Service) wants to have
 * announced from this node, or why it is not announced.
 */
#ifndef BGPD_ANNOUNCE_WANT_H
#define BGPD_ANNOUNCE_WANT_H

#include <stdbool.h>
#include <stddef.h>

#include "bgpd/announce/attributes.h"
#include "common/prefix.h"

struct service_group;

enum verdict {
	/* announced */
	VERDICT_POD_CIDR,       /* pods of this node */
	VERDICT_SERVICE_CIDR,   /* listed in the BGPConfiguration */
	VERDICT_AGGREGATE,      /* the group's aggregation, by any node */
	VERDICT_HOST,           /* its group says at host length, the same */
	VERDICT_LISTED,         /* listed at host length, by any node */
	VERDICT_VIRTUAL_IP,     /* a VirtualIP, and this node is well */
	VERDICT_LOCAL_ENDPOINT, /* policy Local, and it has one here */
	/* not announced */
	VERDICT_COVERED,           /* a configured CIDR does it */
	VERDICT_LINK_ONLY,         /* the group says on links, not by BGP */
	VERDICT_NO_ENDPOINT,       /* nowhere */
	VERDICT_NO_LOCAL_ENDPOINT, /* policy Local, and all are elsewhere */
	VERDICT_FRESH_ENDPOINT,    /* … and one that came here a moment ago */
	VERDICT_STRANDED,          /* … on nodes that may not announce it */
	VERDICT_NOT_CHOSEN,        /* maxAnnouncers others do */
	VERDICT_GIVES_WAY,         /* so many as the Service asks for do */
	VERDICT_OUTSIDE_POOLS,     /* no group, no list contains it */
	VERDICT_FOLLOWS,           /* listed at host length: as its Service */
	VERDICT_NOT_SERVED,        /* headless, or of type ExternalName */
	VERDICT_NEVER,             /* no router takes it, see routable.h */
	VERDICT_NODE_EXCLUDED,     /* by the exclude label */
	VERDICT_NODE_NOT_SELECTED, /* by serviceNodeSelector or the group's */
	VERDICT_DATA_PLANE,        /* it does not answer */
	VERDICT_DRAINED,           /* this node is, or begins to be */
	VERDICT_NETWORK,           /* the node has NetworkUnavailable */
	VERDICT_STALE,             /* the API server is away for too long */
	VERDICT_NO_NODE,           /* there is no Node for it */
	VERDICTS
};

struct want {
	struct prefix prefix; /* canonical */
	enum verdict verdict;
	/* A CIDR of host length is listed for this address, and who wants has it. */
	bool holds;
	struct attributes attributes;
	/* attributes are the Service's own: where others disagree it is this. */
	bool own;
	struct attributes plain;
};

struct host_want { /* an address, for the node's links and interfaces */
	struct addr addr;
	const struct service_group *group; /* borrowed */
	bool local;      /* traffic goes to endpoints of the node it comes to */
	bool link;       /* to be announced on links; group says how */
	bool bgp;        /* this node announces it, or what it is in */
	bool everywhere; /* each node serves it, without endpoints of it */
};

struct wants {         /* all owned */
	size_t rivals; /* other nodes that were looked at for them */
	struct want *at;
	size_t n;
	struct host_want *hosts; /* of groups that say something of them */
	size_t n_hosts;
};

bool verdict_announces(enum verdict);
/* It would, but for what the Service itself asks for. */
bool verdict_gives_way(enum verdict);
const char *verdict_text(enum verdict); /* for people: "no endpoint" */
const char *verdict_name(enum verdict); /* for machines: "NoEndpoint" */

/* Returns the new want, valid until the next one; its attributes are empty. */
struct want *wants_add(struct wants *, const struct prefix *, enum verdict);
void wants_add_host(struct wants *, const struct host_want *);
void wants_fini(struct wants *);
#endif
