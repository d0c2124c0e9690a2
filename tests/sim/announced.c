/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/announced.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "tests/sim/etcd.h"

static uint64_t
aggregate_of(unsigned addr)
{
	return 1ull << (ANNOUNCED_AGGREGATES + addr / ANNOUNCED_IN_AGGREGATE);
}

uint64_t
announced_bit(const struct prefix *p)
{
	const uint8_t *b = p->addr.bytes;

	if (p->addr.family != FAMILY_V4 || b[0] != 10)
		return 0;
	if (b[1] == 60 && b[2] == 0 && b[3] < ANNOUNCED_ADDRS && p->len == 32)
		return 1ull << b[3];
	if (b[1] == 60 && b[2] == 0 && b[3] < ANNOUNCED_ADDRS && p->len == 28)
		return aggregate_of(b[3]);
	if (b[1] == 33 && b[2] < ANNOUNCED_AGGREGATES - ANNOUNCED_ADDRS &&
	    p->len == 24)
		return 1ull << (ANNOUNCED_ADDRS + b[2]);
	return 0;
}

struct prefix
announced_prefix(unsigned bit)
{
	if (bit < ANNOUNCED_ADDRS)
		return (struct prefix){ addr_v4(0x0a3c0000u | bit), 32 };
	if (bit < ANNOUNCED_AGGREGATES)
		return (struct prefix){
			addr_v4(0x0a210000u | (bit - ANNOUNCED_ADDRS) << 8), 24
		};
	return (struct prefix){ addr_v4(0x0a3c0000u |
				    (bit - ANNOUNCED_AGGREGATES) *
					ANNOUNCED_IN_AGGREGATE),
		28 };
}

uint64_t
announced_services(uint64_t set)
{
	return set & ((1ull << ANNOUNCED_ADDRS) - 1);
}

/* Pod CIDRs. */
static const uint64_t pods =
    ((1ull << ANNOUNCED_AGGREGATES) - 1) & ~((1ull << ANNOUNCED_ADDRS) - 1);

uint64_t
announced_covered(uint64_t set)
{
	const uint64_t members = (1ull << ANNOUNCED_IN_AGGREGATE) - 1;
	const uint64_t aggregates =
	    (1ull << ANNOUNCED_ADDRS / ANNOUNCED_IN_AGGREGATE) - 1;
	uint64_t all = 0;

	for (uint64_t left = set >> ANNOUNCED_AGGREGATES & aggregates;
	     left != 0; left &= left - 1)
		all |= members
		    << (unsigned)__builtin_ctzll(left) * ANNOUNCED_IN_AGGREGATE;
	return all;
}

static uint64_t
bit_of(const char *text)
{
	struct err err;
	struct prefix p;

	return prefix_parse(text, &p, &err) ? announced_bit(&p) : 0;
}

/* Endpoints of one slice; local: that are on this node. */
static size_t
endpoints(const json_t *slice, const char *node, bool local)
{
	const json_t *e;
	size_t i, n = 0;

	json_array_foreach (json_object_get(slice, "endpoints"), i, e)
		n += !local || strcmp(etcd_text(e, "nodeName"), node) == 0;
	return n;
}

static bool
has_endpoints(
    const json_t *objects, const char *service, const char *node, bool local)
{
	const char *key;
	json_t *slice;
	size_t n = 0;

	json_object_foreach ((json_t *)objects, key, slice) {
		const json_t *labels = json_object_get(
		    json_object_get(slice, "metadata"), "labels");

		if (strcmp(etcd_text(slice, "kind"), "EndpointSlice") == 0 &&
		    strcmp(etcd_text(labels, "kubernetes.io/service-name"),
			service) == 0)
			n += endpoints(slice, node, local);
	}
	return n > 0;
}

static bool
is_local(const json_t *service)
{
	return strcmp(etcd_text(json_object_get(service, "spec"),
			  "externalTrafficPolicy"),
		   "Local") == 0;
}

static uint64_t
addresses_of(const json_t *service)
{
	const json_t *status = json_object_get(service, "status");
	const json_t *at;
	uint64_t set = 0;
	size_t i;

	json_array_foreach (
	    json_object_get(json_object_get(status, "loadBalancer"), "ingress"),
	    i, at)
		set |= bit_of(etcd_text(at, "ip"));
	return set;
}

uint64_t
announced_of(const json_t *objects, const char *service)
{
	char key[64];

	snprintf(key, sizeof(key), "Service/web/%s", service);
	return addresses_of(json_object_get(objects, key));
}

/* The addresses of one that the node serves. */
static uint64_t
of_service(const json_t *objects, const json_t *service, const char *node)
{
	const json_t *spec = json_object_get(service, "spec");
	const char *name =
	    etcd_text(json_object_get(service, "metadata"), "name");

	return strcmp(etcd_text(spec, "type"), "LoadBalancer") == 0 &&
		has_endpoints(objects, name, node, is_local(service))
	    ? addresses_of(service)
	    : 0;
}

/* What the pool's aggregation makes of these, where any node will do. */
static uint64_t
aggregated(const json_t *objects, uint64_t addrs)
{
	const json_t *group = json_object_get(objects, "ServiceGroup//g");
	const json_t *pool = json_array_get(
	    json_object_get(json_object_get(group, "spec"), "pools"), 0);
	uint64_t set = 0;

	if (strcmp(etcd_text(pool, "aggregation"), "/28") != 0)
		return addrs;
	for (unsigned i = 0; i < ANNOUNCED_ADDRS; i++)
		if ((addrs & 1ull << i) != 0)
			set |= aggregate_of(i);
	return set;
}

static uint64_t
of_node(const json_t *node)
{
	const json_t *cidrs =
	    json_object_get(json_object_get(node, "spec"), "podCIDRs");
	const json_t *cidr;
	uint64_t set = 0;
	size_t i;

	json_array_foreach (cidrs, i, cidr)
		set |= bit_of(json_string_value(cidr));
	return set;
}

/* As each node sees itself; of them the addresses of Services, and of which policy. */
static uint64_t
served(
    const json_t *objects, unsigned nth, bool local, uint64_t *addrs_of_policy)
{
	const char *key;
	char node[16], node_key[32];
	json_t *object;
	uint64_t set = 0;

	snprintf(node, sizeof(node), "node%u", nth);
	snprintf(node_key, sizeof(node_key), "Node//%s", node);
	*addrs_of_policy = 0;
	json_object_foreach ((json_t *)objects, key, object)
		if (strcmp(etcd_text(object, "kind"), "Service") == 0) {
			uint64_t of = of_service(objects, object, node);

			set |= of;
			if (is_local(object) == local)
				*addrs_of_policy |= of;
		}
	return set | of_node(json_object_get(objects, node_key));
}

bool
announced_drained(const json_t *objects, unsigned nth)
{
	char key[32];

	snprintf(key, sizeof(key), "Node//node%u", nth);
	return json_object_get(
		   json_object_get(
		       json_object_get(
			   json_object_get(objects, key), "metadata"),
		       "annotations"),
		   "lbbgp.io/drain") != NULL;
}

uint64_t
announced_at_most(const json_t *objects, unsigned nth)
{
	uint64_t anywhere, set = served(objects, nth, false, &anywhere);

	return (set & ~anywhere) | aggregated(objects, anywhere);
}

uint64_t
announced_by(const json_t *objects, unsigned nth)
{
	uint64_t set = announced_at_most(objects, nth);

	return announced_drained(objects, nth) ? set & pods : set;
}

uint64_t
announced_served(const json_t *objects, unsigned nth)
{
	uint64_t unused;

	return served(objects, nth, false, &unused);
}
