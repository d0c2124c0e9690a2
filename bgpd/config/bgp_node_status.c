/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/bgp_node_status.h"

#include <jansson.h>

#include "common/api/fields.h"
#include "common/api/rows.h"
#include "common/json.h"
#include "common/prefix.h"

static const char *const senders[] = { "Local", "Peer", NULL };
static const char *const states[] = { "Idle", "Connect", "Active", "OpenSent",
	"OpenConfirm", "Established", NULL };

/* clang-format off */
#define PREFIXES_ROWS(at) \
	{ at, .type = FIELD_OBJECT }, \
	{ at ".received", .type = FIELD_INT }, \
	{ at ".sent", .type = FIELD_INT }

static const struct field rows[] = {
	{ "", .type = FIELD_OBJECT },
	{ "status", .type = FIELD_OBJECT },
	{ "status.version", FIELD_STRING, .max = 64 },
	{ "status.routerID", FIELD_STRING, .max = 15 },
	{ "status.asNumber", .type = FIELD_INT },
	{ "status.heartbeat", FIELD_STRING, .max = 40 },
	{ "status.peersConfigured", .type = FIELD_INT },
	{ "status.peersEstablished", .type = FIELD_INT },
	{ "status.announcements", .type = FIELD_OBJECT },
	{ "status.announcements.ipv4", .type = FIELD_INT },
	{ "status.announcements.ipv6", .type = FIELD_INT },
	{ "status.peers", FIELD_LIST, .max = 1024, .key = "name" },
	{ "status.peers[]", .type = FIELD_OBJECT },
	{ "status.peers[].name", FIELD_STRING, FIELD_REQUIRED,
	  .max = NAME_MAX_CHARS },
	{ "status.peers[].address", FIELD_STRING, .max = ADDR_TEXT - 1 },
	{ "status.peers[].port", .type = FIELD_INT },
	{ "status.peers[].asNumber", .type = FIELD_INT },
	{ "status.peers[].localAddress", FIELD_STRING, .max = ADDR_TEXT - 1 },
	{ "status.peers[].state", FIELD_STRING, FIELD_REQUIRED,
	  .one_of = states },
	{ "status.peers[].since", FIELD_STRING, .max = 40 },
	{ "status.peers[].holdTime", .type = FIELD_INT },
	{ "status.peers[].keepaliveTime", .type = FIELD_INT },
	{ "status.peers[].capabilities", FIELD_LIST, .max = 32 },
	{ "status.peers[].capabilities[]", FIELD_STRING, .max = 64 },
	{ "status.peers[].flaps", .type = FIELD_INT },
	{ "status.peers[].pendingReset", FIELD_STRING, .max = 64 },
	{ "status.peers[].resetAt", FIELD_STRING, .max = 40 },
	{ "status.peers[].suspended", FIELD_STRING, .max = 256 },
	{ "status.peers[].prefixes", .type = FIELD_OBJECT },
	PREFIXES_ROWS("status.peers[].prefixes.ipv4"),
	PREFIXES_ROWS("status.peers[].prefixes.ipv6"),
	{ "status.peers[].lastError", .type = FIELD_OBJECT },
	{ "status.peers[].lastError.at", FIELD_STRING, .max = 40 },
	{ "status.peers[].lastError.sentBy", FIELD_STRING, .one_of = senders },
	{ "status.peers[].lastError.code", .type = FIELD_INT },
	{ "status.peers[].lastError.subcode", .type = FIELD_INT },
	{ "status.peers[].lastError.text", FIELD_STRING, .max = 1024 },
	{ "status.peers[].tcpError", .type = FIELD_OBJECT },
	{ "status.peers[].tcpError.at", FIELD_STRING, .max = 40 },
	{ "status.peers[].tcpError.text", FIELD_STRING, .max = 1024 },
	CONDITIONS_ROWS("status.conditions"),
};
/* clang-format on */

const struct fields bgp_node_status_fields = {
	.api = "lbbgp.io/v1",
	.kind = "BGPNodeStatus",
	.plural = "bgpnodestatuses",
	.at = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
};

void *
bgp_node_status_decode(const json_t *object, struct err *err)
{
	struct json_at root = json_at_root(object), status, peers;

	if (!json_get_object(&root, "status", &status, err) ||
	    !json_get_array(&status, "peers", &peers, err))
		return NULL;
	return status.v != NULL ? json_deep_copy(status.v) : json_object();
}

void
bgp_node_status_free(void *item)
{
	json_decref(item);
}
