/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service_cidr - the ServiceCIDR resource: prefixes that cluster IPs are taken from.
 *
 * One that is being deleted goes on until it is gone: the API server keeps it as long
 * as there is an IPAddress in it, that is, a Service whose cluster IP it is.
 */
#ifndef BGPD_CONFIG_SERVICE_CIDR_H
#define BGPD_CONFIG_SERVICE_CIDR_H

#include "bgpd/config/bgp_configuration.h"
#include "common/api/meta.h"
#include "common/prefix.h"

struct store;

#define SERVICE_CIDRS_MOST 2 /* in one object: of one family each */

struct service_cidr {
	struct meta meta;
	struct prefix cidrs[SERVICE_CIDRS_MOST];
	size_t n;
};

/*
 * These two fit into a row of a store's table of kinds. NULL and err: refused, and so
 * is one with a prefix that is never announced.
 */
void *service_cidr_decode(const json_t *, struct err *);
void service_cidr_free(void *cidr);

/* The prefixes of all that the store has in this row, each once; at is owned. */
struct cidrs service_cidrs_of(const struct store *, size_t kind);
bool cidrs_have(const struct cidrs *, const struct prefix *);
#endif
