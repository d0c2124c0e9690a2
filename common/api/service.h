/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service - what both programs need to know of a Service, and no more.
 *
 * Annotations may be 20 KB; only the values that mean something here are kept.
 */
#ifndef COMMON_API_SERVICE_H
#define COMMON_API_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/meta.h"
#include "common/api/selector.h"
#include "common/prefix.h"

#define SERVICE_CONDITION "lbbgp.io/AddressAssigned"
#define SERVICE_ANNOUNCED "lbbgp.io/Announced"
#define SERVICE_DEPRECATION "lbbgp.io/ExternalIPsDeprecated" /* a condition */
#define SERVICE_ALLOCATED_FROM "lbbgp.io/allocated-from"
#define SERVICE_ALLOCATED_ADDRESSES "lbbgp.io/allocated-addresses"

enum service_type {
	SERVICE_CLUSTER_IP,
	SERVICE_NODE_PORT,
	SERVICE_LOAD_BALANCER,
	SERVICE_EXTERNAL_NAME,
};

enum service_protocol { SERVICE_TCP, SERVICE_UDP, SERVICE_SCTP };

enum family_policy {
	FAMILY_POLICY_SINGLE,
	FAMILY_POLICY_PREFER_DUAL,
	FAMILY_POLICY_REQUIRE_DUAL,
};

struct service_port {
	uint16_t port;
	uint8_t protocol; /* enum service_protocol */
};

struct service_ingress { /* one address in status.loadBalancer */
	struct addr addr;
	bool proxy; /* ipMode is Proxy */
};

/*
 * What annotations ask for: the own key alone when it is set, else every key of
 * others that is. Several may say the same; whether they do is for the reader.
 */
enum service_wish_kind {
	WISH_GROUP,
	WISH_ADDRESSES, /* the last: spec.loadBalancerIP, be there an own key */
	WISH_SHARING_KEY,
	WISH_SHARING_NAMESPACES,
	/* Of its routes: service_routes.h. */
	WISH_COMMUNITIES,
	WISH_LOCAL_PREFERENCE,
	WISH_MED,
	WISH_PREPEND,
	WISH_PEERS,
	WISH_MAX_ANNOUNCERS,
	WISH_KINDS,
	WISH_ROUTES = WISH_COMMUNITIES,
};

struct service_wish {
	const char *key; /* a literal */
	char *text;      /* as written */
};

struct service_wishes { /* borrowed */
	const struct service_wish *at;
	size_t n;
};

struct service { /* all that it points to is in its two blocks of memory */
	struct meta meta;
	struct labels labels;
	struct labels selector;      /* spec.selector: labels of its pods */
	char *class;                 /* NULL: none */
	struct service_wish *wishes; /* for service_wishes() */
	struct service_port *ports;
	struct addr *cluster_ips;
	struct addr *external_ips;
	struct service_ingress *ingress; /* addresses only */
	struct condition *condition;     /* ours; NULL: there is none */
	struct condition *deprecation;   /* likewise, of its externalIPs */
	struct condition *announced;     /* likewise, whether nodes do */
	char *allocated_from;            /* annotation, NULL: none */
	char *allocated_addresses;       /* annotation, NULL: none */
	char
	    *fault; /* what a decision needs and can't be read; NULL: nothing */
	char *unknown; /* first annotation lbbgp.io/ we don't know, or NULL */
	void *given;   /* owned: the block of what we write, NULL: nothing */

	uint32_t n_ports;
	uint32_t n_cluster_ips;
	uint32_t n_external_ips;
	uint32_t n_ingress;
	uint8_t n_wishes[WISH_KINDS];
	uint8_t type;        /* enum service_type */
	uint8_t families[2]; /* enum family, in the order asked for */
	uint8_t n_families;
	uint8_t family_policy; /* enum family_policy */
	bool headless;         /* clusterIP: None */
	bool external_local;   /* externalTrafficPolicy: Local */
	bool internal_local;   /* internalTrafficPolicy: Local */
	bool ingress_other;    /* it holds a host name or nonsense too */
	/* A gateway's, without pods of its own: the nodes may be its proxies. */
	bool podless_gateway;
};

struct service_wishes
service_wishes(const struct service *, enum service_wish_kind);
/* What an annotation with this key wishes for; false: nothing. */
bool service_wish_kind(const char *key, enum service_wish_kind *);

/*
 * These fit into a row of a store's table of kinds. Only what has no name is refused:
 * the addresses of a Service must not depend on whether all of it can be read. err
 * has the first of what can't.
 */
void *service_decode(const json_t *, struct err *);
/*
 * What announcing it needs, for every node of the cluster. Left out, as if it had none:
 * labels, selector, families, ports, wishes but for those of its routes, and our
 * conditions.
 */
void *service_decode_brief(const json_t *, struct err *);
void service_free(void *service);
#endif
