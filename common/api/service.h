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

#define SERVICE_CLASS "lbbgp.io/lbbgp" /* spec.loadBalancerClass, ours */
#define SERVICE_CONDITION "lbbgp.io/AddressAssigned"
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

struct service_addrs {
	struct addr *at;
	size_t n;
};

/*
 * What annotations ask for: the own key alone when it is set, else every key of
 * others that is. Several may say the same; whether they do is for the reader.
 */
struct service_wish {
	const char *key; /* a literal */
	char *text;      /* as written */
};

struct service_wishes {
	struct service_wish *at;
	size_t n;
};

struct service { /* all that it points to is in its two blocks of memory */
	struct meta meta;
	struct labels labels;
	enum service_type type;
	char *class;         /* NULL: none */
	char *requested_ip;  /* spec.loadBalancerIP, NULL: none */
	uint8_t families[2]; /* enum family, in the order asked for */
	uint8_t n_families;
	enum family_policy family_policy;
	bool headless;       /* clusterIP: None */
	bool external_local; /* externalTrafficPolicy: Local */
	bool internal_local; /* internalTrafficPolicy: Local */
	struct service_addrs cluster_ips;
	struct service_addrs external_ips;
	struct service_port *ports;
	size_t n_ports;
	struct labels selector; /* spec.selector: labels of its pods */

	struct service_ingress *ingress; /* addresses only */
	size_t n_ingress;
	bool ingress_other;          /* it holds a host name or nonsense too */
	struct condition *condition; /* ours; NULL: there is none */

	struct service_wishes group;
	struct service_wishes addresses;
	struct service_wishes sharing_key;
	struct service_wishes sharing_namespaces;
	char *allocated_from;      /* annotation, NULL: none */
	char *allocated_addresses; /* annotation, NULL: none */
	void *given; /* owned: the block of what we write, NULL: nothing */
};

/* These two fit into a row of a store's table of kinds. NULL and err: refused. */
void *service_decode(const json_t *, struct err *);
void service_free(void *service);
#endif
