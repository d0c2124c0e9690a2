/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports - what daemons report, and endpoints that are ready or not, for the tests of
 * allocator/announced.
 */
#ifndef TESTS_UNIT_REPORTS_H
#define TESTS_UNIT_REPORTS_H

#include "tests/unit/allocator_cases.h"

#define HEARD "2026-01-01T00:00:01Z" /* the cluster's clock begins there */
#define UP(peer)                                                   \
	"{'name':'" peer "','state':'Established','capabilities':" \
	"['ipv4-unicast']}"
#define DOWN(peer) "{'name':'" peer "','state':'Active'}"
#define REPORTS_AT(at, peers)                                          \
	"{'status':{'heartbeat':'2026-01-01T00:" at "Z','conditions':" \
	"[],'peers':[" peers "]}}"
#define REPORTS(peers) REPORTS_AT("00:01", peers)

#define ENDPOINT(node, ready)                                          \
	"{'addresses':['10.9.0.1'],'nodeName':'" node "','conditions'" \
	":{'ready':" ready ",'serving':" ready "}}"
#define ON(node) ENDPOINT(node, "true")
#define OFF(node) ENDPOINT(node, "false")

static inline void
slice(struct cluster *c, const char *where, const char *of, const char *nodes)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "{'metadata':{'labels':{'kubernetes.io/service-name':'%s'}},"
	    "'addressType':'IPv4','endpoints':[%s]}",
	    of, nodes);
	cluster_put(c, "EndpointSlice", where, text);
}
#endif
