/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/bgp_node_status.h"

#include <jansson.h>

#include "common/api/fields.h"
#include "common/api/read.h"
#include "common/api/rows.h"
#include "common/err.h"
#include "common/json.h"
#include "common/scoped_addr.h"

#define STALE_AFTER 180 /* s */

static const char *const senders[] = { "Local", "Peer", NULL };
static const char *const states[] = { "Idle", "Connect", "Active", "OpenSent",
	"OpenConfirm", "Established", NULL };
static const char *const bfd_states[] = { "AdminDown", "Down", "Init", "Up",
	NULL };

static const char *const drain_states[] = { "Active", "Draining", "Drained",
	NULL };

/* clang-format off */
#define PREFIXES_ROWS(at, family) \
	{ at, .type = FIELD_OBJECT, .text = family " prefixes." }, \
	{ at ".received", .type = FIELD_INT, \
	  .text = "Prefixes that the peer announces." }, \
	{ at ".sent", .type = FIELD_INT, \
	  .text = "Prefixes announced to the peer." }

#define END_OF_RIB_ROWS(at, family) \
	{ at, .type = FIELD_OBJECT, .text = family " prefixes." }, \
	{ at ".sent", FIELD_STRING, FIELD_DATE, .max = 40, \
	  .text = "When the peer was sent End-of-RIB." }, \
	{ at ".received", FIELD_STRING, FIELD_DATE, .max = 40, \
	  .text = "When the peer sent it." }

static const struct field rows[] = {
	{ "", .type = FIELD_OBJECT,
	  .text = "A BGPNodeStatus is written by the daemon of the node whose name "
		  "it has, and tells how its sessions are and which addresses it "
		  "answers for." },
	{ "status", .type = FIELD_OBJECT,
	  .text = "What the daemon says. It goes with its Node." },
	{ "status.version", FIELD_STRING, .max = 64, .text = "Version of the daemon." },
	{ "status.routerID", FIELD_STRING, .max = 15,
	  .text = "BGP identifier of the node." },
	{ "status.asNumber", .type = FIELD_INT, .text = "AS number of the node." },
	{ "status.heartbeat", FIELD_STRING, FIELD_DATE, .max = 40,
	  .text = "When this was last written; at least once a minute while the "
		  "daemon is alive." },
	{ "status.peersConfigured", .type = FIELD_INT,
	  .text = "Peers that this node has." },
	{ "status.peersEstablished", .type = FIELD_INT,
	  .text = "Peers with which the session is up." },
	{ "status.announcements", .type = FIELD_OBJECT,
	  .text = "Prefixes that the node announces of its own." },
	{ "status.announcements.ipv4", .type = FIELD_INT, .text = "IPv4 prefixes." },
	{ "status.announcements.ipv6", .type = FIELD_INT, .text = "IPv6 prefixes." },
	{ "status.l2", .type = FIELD_OBJECT,
	  .text = "Addresses on the links of the node, by ARP and NDP." },
	{ "status.l2.wanted", .type = FIELD_INT,
	  .text = "Addresses that are to be answered for, on each link that they "
		  "are for, by this node or another." },
	{ "status.l2.held", .type = FIELD_INT,
	  .text = "Those that this node answers for." },
	{ "status.l2.members", .type = FIELD_INT,
	  .text = "Nodes that this one hears on its links and that hear it." },
	{ "status.l2.conflicts", .type = FIELD_INT,
	  .text = "Addresses that somebody else uses, who is no node." },
	{ "status.heldAddresses", FIELD_LIST, .max = 1024,
	  .text = "Addresses that this node answers for on its links; of more "
		  "than 1,024 the lowest. l2.held counts all." },
	{ "status.heldAddresses[]", .type = FIELD_OBJECT, .text = "One address." },
	{ "status.heldAddresses[].address", FIELD_STRING, FIELD_REQUIRED,
	  .max = ADDR_TEXT - 1, .text = "The address." },
	{ "status.heldAddresses[].interface", FIELD_STRING, FIELD_REQUIRED,
	  .max = 15, .text = "Interface on whose link it is held." },
	{ "status.heldAddresses[].since", FIELD_STRING, FIELD_DATE, .max = 40,
	  .text = "When the node began to hold it." },
	{ "status.drain", .type = FIELD_OBJECT,
	  .text = "Whether the node is drained; the condition Drained is True once all "
		  "peers were told." },
	{ "status.drain.state", FIELD_STRING, FIELD_REQUIRED, .one_of = drain_states,
	  .text = "Draining: Services are announced with GRACEFUL_SHUTDOWN; Drained: "
		  "they are withdrawn; Active: neither." },
	{ "status.drain.reason", FIELD_STRING, .max = 1024,
	  .text = "What asks for it." },
	{ "status.drain.annotation", FIELD_STRING, .max = 1024,
	  .text = "The annotation lbbgp.io/drain of the Node, as the daemon has seen "
		  "it last; absent where there is none." },
	{ "status.drain.wait", .type = FIELD_INT,
	  .text = "Seconds from the beginning of Draining until Drained: spec.drain.wait "
		  "of the BGPConfiguration in force." },
	{ "status.drain.since", FIELD_STRING, FIELD_DATE, .max = 40,
	  .text = "When the node came into this state." },
	{ "status.peers", FIELD_LIST, .max = 1024, .key = "name",
	  .text = "The sessions, with each peer of this node." },
	{ "status.peers[]", .type = FIELD_OBJECT, .text = "One session." },
	{ "status.peers[].name", FIELD_STRING, FIELD_REQUIRED,
	  .max = 2 * NAME_MAX_CHARS + 1,
	  .text = "Name of the BGPPeer; behind it /NODE where that has a "
		  "peerSelector, /ADDRESS where it has a peerPrefix; mesh:NODE in the "
		  "node-to-node mesh." },
	{ "status.peers[].address", FIELD_STRING,
	  .max = SCOPED_ADDR_TEXT - 1,
	  .text = "Address of the peer, a link-local one with the interface: "
		  "fe80::1%eth0." },
	{ "status.peers[].port", .type = FIELD_INT,
	  .text = "TCP port of the peer that is dialed." },
	{ "status.peers[].asNumber", .type = FIELD_INT,
	  .text = "AS number of the peer: the configured one, or what it said." },
	{ "status.peers[].localAddress", FIELD_STRING, .max = ADDR_TEXT - 1,
	  .text = "Address of the node on this session." },
	{ "status.peers[].state", FIELD_STRING, FIELD_REQUIRED,
	  .one_of = states, .text = "State of the session (RFC 4271 8.2.2)." },
	{ "status.peers[].since", FIELD_STRING, FIELD_DATE, .max = 40,
	  .text = "When it came into this state." },
	{ "status.peers[].holdTime", .type = FIELD_INT,
	  .text = "Hold time agreed, in seconds." },
	{ "status.peers[].keepaliveTime", .type = FIELD_INT,
	  .text = "Seconds between KEEPALIVEs." },
	{ "status.peers[].capabilities", FIELD_LIST, .max = 32,
	  .text = "What both sides can." },
	{ "status.peers[].capabilities[]", FIELD_STRING, .max = 64,
	  .text = "A capability." },
	{ "status.peers[].software", FIELD_STRING, .max = 64,
	  .text = "What the peer says it is, where it does: FRRouting/10.1." },
	{ "status.peers[].flaps", .type = FIELD_INT,
	  .text = "How often the session was lost after it had been up." },
	{ "status.peers[].pendingReset", FIELD_STRING, .max = 64,
	  .text = "A changed field of the BGPPeer that is in force only after a "
		  "reset of the session." },
	{ "status.peers[].resetAt", FIELD_STRING, FIELD_DATE, .max = 40,
	  .text = "When the session will be reset for pendingReset: each node waits "
		  "for 5 to 15 seconds, so that not all do it at once." },
	{ "status.peers[].suspended", FIELD_STRING, .max = 256,
	  .text = "Until when the session is kept down, since the peer sent too "
		  "much." },
	{ "status.peers[].prefixes", .type = FIELD_OBJECT,
	  .text = "Prefixes exchanged." },
	PREFIXES_ROWS("status.peers[].prefixes.ipv4", "IPv4"),
	PREFIXES_ROWS("status.peers[].prefixes.ipv6", "IPv6"),
	{ "status.peers[].bfd", .type = FIELD_OBJECT,
	  .text = "The BFD session with the peer, where there is one." },
	{ "status.peers[].bfd.state", FIELD_STRING, FIELD_REQUIRED,
	  .one_of = bfd_states, .text = "Its state (RFC 5880 6.2)." },
	{ "status.peers[].bfd.since", FIELD_STRING, FIELD_DATE, .max = 40,
	  .text = "When it came into this state." },
	{ "status.peers[].bfd.remoteState", FIELD_STRING, .one_of = bfd_states,
	  .text = "The state that the peer says." },
	{ "status.peers[].bfd.multihop", .type = FIELD_BOOL,
	  .text = "Whether it runs over several hops (RFC 5883)." },
	{ "status.peers[].bfd.transmitInterval", .type = FIELD_INT,
	  .text = "Microseconds between packets that are sent, less jitter." },
	{ "status.peers[].bfd.detectionTime", .type = FIELD_INT,
	  .text = "Microseconds of silence after which the peer is gone." },
	{ "status.peers[].bfd.flaps", .type = FIELD_INT,
	  .text = "How often it was lost after it had been Up." },
	{ "status.peers[].bfd.lastDown", FIELD_STRING, .max = 64,
	  .text = "Why it was lost last." },
	{ "status.peers[].bfd.trouble", FIELD_STRING, .max = 256,
	  .text = "Why no packets go out or come in." },
	{ "status.peers[].gracefulRestart", .type = FIELD_OBJECT,
	  .text = "Graceful restart (RFC 4724), as the peer says it of itself." },
	{ "status.peers[].gracefulRestart.agreed", .type = FIELD_BOOL,
	  .text = "Whether the peer keeps the routes of the node while its daemon "
		  "is restarted." },
	{ "status.peers[].gracefulRestart.restartTime", .type = FIELD_INT,
	  .text = "Seconds for which the node keeps the routes of the peer." },
	{ "status.peers[].gracefulRestart.notification", .type = FIELD_BOOL,
	  .text = "Whether both keep routes also when a NOTIFICATION ends the "
		  "session (RFC 8538)." },
	{ "status.peers[].gracefulRestart.restarting", .type = FIELD_BOOL,
	  .text = "Whether the peer said that it had restarted (R)." },
	{ "status.peers[].gracefulRestart.preserved", FIELD_LIST, .max = 2,
	  .text = "Families for which it said that it had forwarded on (F)." },
	{ "status.peers[].gracefulRestart.preserved[]", FIELD_STRING, .max = 8,
	  .text = "A family." },
	{ "status.peers[].gracefulRestart.longLivedTime", .type = FIELD_INT,
	  .text = "Seconds for which its routes are the last resort then "
		  "(RFC 9494)." },
	{ "status.peers[].gracefulRestart.staleRoutes", .type = FIELD_INT,
	  .text = "Routes of an earlier session that are kept." },
	{ "status.peers[].gracefulRestart.staleUntil", FIELD_STRING, FIELD_DATE,
	  .max = 40, .text = "Until when they are, unless it says them anew." },
	{ "status.peers[].endOfRib", .type = FIELD_OBJECT,
	  .text = "When all of the first state of the session was said." },
	END_OF_RIB_ROWS("status.peers[].endOfRib.ipv4", "IPv4"),
	END_OF_RIB_ROWS("status.peers[].endOfRib.ipv6", "IPv6"),
	{ "status.peers[].lastError", .type = FIELD_OBJECT,
	  .text = "Why the session ended last, or can not be opened." },
	{ "status.peers[].lastError.at", FIELD_STRING, FIELD_DATE, .max = 40,
	  .text = "When that was." },
	{ "status.peers[].lastError.sentBy", FIELD_STRING, .one_of = senders,
	  .text = "Who ended it." },
	{ "status.peers[].lastError.code", .type = FIELD_INT,
	  .text = "Error code of the NOTIFICATION; 0: there was none." },
	{ "status.peers[].lastError.subcode", .type = FIELD_INT,
	  .text = "Error subcode of the NOTIFICATION." },
	{ "status.peers[].lastError.text", FIELD_STRING, .max = 1024,
	  .text = "The error in words." },
	{ "status.peers[].tcpError", .type = FIELD_OBJECT,
	  .text = "What TCP said since lastError, which explains more and so stays." },
	{ "status.peers[].tcpError.at", FIELD_STRING, FIELD_DATE, .max = 40,
	  .text = "When that was." },
	{ "status.peers[].tcpError.text", FIELD_STRING, .max = 1024,
	  .text = "The error in words." },
	CONDITIONS_ROWS("status.conditions"),
};

static const struct field_column columns[] = {
	{ "Peers", "status.peersConfigured", "Peers that this node has." },
	{ "Established", "status.peersEstablished",
	  "Peers with which the session is up." },
	READY_COLUMN("Whether its sessions are up and it may announce Services."),
	READY_REASON_COLUMN,
	{ "IPv4", "status.announcements.ipv4",
	  "IPv4 prefixes that the node announces of its own." },
	{ "IPv6", "status.announcements.ipv6",
	  "IPv6 prefixes that the node announces of its own." },
	{ "Held", "status.l2.held",
	  "Addresses that the node answers for on its links." },
	{ "Drain", "status.drain.state", "Whether the node is drained." },
	{ "Condition", "status.conditions[?(@.status==\"True\")].type",
	  "The first condition that holds; describe has them all, with reasons." },
	{ "Router-ID", "status.routerID", "BGP identifier of the node." },
	{ "Heartbeat", "status.heartbeat", "When the daemon was last heard of." },
	{ .name = NULL },
};
/* clang-format on */

const struct fields bgp_node_status_fields = {
	.api = "lbbgp.io/v1",
	.kind = "BGPNodeStatus",
	.plural = "bgpnodestatuses",
	.at = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.short_name = "bgpns",
	.columns = columns,
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

bool
bgp_node_status_is_old(int64_t heartbeat, int64_t now)
{
	return heartbeat == 0 || now - heartbeat > STALE_AFTER;
}

bool
bgp_node_status_is_stale(const json_t *status, int64_t now)
{
	struct json_at at = json_at_root(status);
	int64_t heartbeat = 0;
	struct err err;

	return !read_time(&at, "heartbeat", &heartbeat, &err) ||
	    bgp_node_status_is_old(heartbeat, now);
}
