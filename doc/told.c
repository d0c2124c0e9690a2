/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words are those of the code: reasons of addresses from the allocator's table,
 * what becomes of a Service on a node from the daemon's. Conditions of a node are said
 * where their cause is found, each in a sentence that names the object; here is a row
 * for each of their types with what they mean in general. tests/check-reference looks
 * for what the code says and has no row here, and for rows that nobody says.
 */
#include "doc/told.h"

#include <stdio.h>
#include <stdlib.h>

#include "allocator/plan/request.h"
#include "bgpd/announce/want.h"
#include "common/alloc.h"

struct row {
	const char *type;
	const char *reasons; /* with spaces between */
	const char *text;
};

static const struct row node_rows[] = {
	{ "AddressConflict", "InUse",
	    "somebody on the link who is no node uses an address that is to be held "
	    "there: find the host by its MAC address" },
	{ "AddressMissing", "NotInPlace",
	    "an address could not be put on its interface" },
	{ "AnnouncersNotLimited", "DaemonsUnknown",
	    "maxAnnouncers does nothing, as the Service of the daemons has no ready "
	    "endpoint" },
	{ "AttributesCovered", "CIDRListed",
	    "what a ServiceGroup says of its routes is without effect, since a listed "
	    "CIDR is announced in their place" },
	{ "AttributesTooLong", "NoRoomInMessage",
	    "a prefix is not sent, as its communities and AS path fit no message" },
	{ "BFDDown",
	    "NotRunning NoPackets PacketsRefused PeerSilent PeerHearsNothing "
	    "PeerSaysSo",
	    "BFD is not up for 10 s where BGP is, or where BGP waits for it "
	    "(`spec.bfd.strict`)" },
	{ "BFDNotRealTime", "Rights",
	    "BFD has no priority over other programs, so a busy node may lose "
	    "sessions: SYS_NICE" },
	{ "BMPStationAway", "NotConnected", "a BMP station is told nothing" },
	{ "ClusterIDInvalid", "Annotation",
	    "the annotation of the Node is no cluster id and not used" },
	{ "CommunityUnknown", "NoSuchName",
	    "a ServiceGroup names a community that its BGPConfiguration does not "
	    "define; routes go out without it" },
	{ "ConfigurationConflict", "TwoSelect",
	    "two BGPConfigurations select the node; the older one is in force" },
	{ "DataPlaneDown", "NoAnswer",
	    "kube-proxy's health address does not answer; Services are withdrawn" },
	{ "DataPlaneUnknown", "NeverAnswered",
	    "it has never answered, so nothing is held back for it" },
	{ "FilterMissing", "NotFound",
	    "a BGPPeer names a BGPFilter that is not there" },
	{ "FromLastState", "NotListed",
	    "the API server is away; what a run before knew is in force" },
	{ "HoldTimeOff", "PeerOffersZero",
	    "the router's hold time is 0: that it hangs is not noticed" },
	{ "L2Blocked", "KeyMissing",
	    "the key of the links can't be read, so the node holds no address there" },
	{ "L2KeyDoubtful", "ShortKey", "the key of the links is short" },
	{ "L2NotAuthenticated", "NoSecret",
	    "nodes on a link believe each other without a key" },
	{ "LearnedRoutesMissing", "NextHopUnreachable Taken Refused NotInPlace",
	    "routes that routers teach are not in the kernel" },
	{ "LinkBandwidthTooHigh", "NotIn32Bits",
	    "a weight is more than FRR counts" },
	{ "LinkUnheard", "NoSocket",
	    "a link can't be heard, so the node holds no address there: NET_RAW" },
	{ "LoopGuardMissing", "NotInPlace",
	    "packets for addresses that nobody holds may loop; the message has the "
	    "kernel's error" },
	{ "MeshTooLarge", "TooManyNodes",
	    "so many nodes are better served by some that reflect" },
	{ "NetworkUnavailable", "NodeCondition",
	    "the Node has that condition; Services are withdrawn" },
	{ "NextHopMissing", "NoInternalIP",
	    "the Node has no address of a family that a peer is to be told of" },
	{ "NodeNotWritten", "Refused",
	    "`spec.nodeReadiness` wants a right that the daemon has not" },
	{ "NodeUnknown", "NoNode NotListed",
	    "there is no Node of the daemon's name, or that is not known yet" },
	{ "NotConfigured", "NoBGPConfiguration NoASNumber",
	    "no BGPConfiguration is for the node, or it has no `asNumber`" },
	{ "NotListening", "CannotBind",
	    "routers can't dial the node; it goes on dialing them. Another program "
	    "may have port 179" },
	{ "ObjectsRefused", "LastGoodInForce NothingInForce",
	    "an object can't be read; whether an older state of it is in force" },
	{ "PasswordDoubtful", "ValueOfSecret",
	    "a password ends with a line break, or the like" },
	{ "PasswordOfPrefix", "PeerWithoutPassword",
	    "a peer without a password is in a prefix whose peers have one" },
	{ "PeerBlocked", "Configuration",
	    "a BGPPeer has no session, since its configuration forbids one, as with "
	    "a Secret that is missing" },
	{ "PeerDoubtful", "NotClear", "a BGPPeer may not mean what it says" },
	{ "PeerLimitReached", "PeerLimit",
	    "more peers come from a peerPrefix than `peerLimit` lets in" },
	{ "PeerSuspended", "TooMuchReceived",
	    "a router has sent more than `maxPrefixes`; its session is down for a "
	    "while" },
	{ "PeerUnknown", "NoSuchPeer",
	    "a ServiceGroup is for a BGPPeer that is not there" },
	{ "PodCIDRInvalid", "Unreadable",
	    "the Node's pod CIDRs can't be read and are not announced" },
	{ "ResetNeeded", "NoRouteRefresh",
	    "a filter applies to some routes only after a reset of the session" },
	{ "ResetPending", "FieldChanged",
	    "a session is about to be reset for a changed field" },
	{ "ResourceMissing", "NotInstalled",
	    "a CRD is not installed: `kubectl apply -k crd`" },
	{ "RestartTimeDoubtful", "TooShort BFDIsSooner",
	    "routers may drop routes before a restart is over" },
	{ "RestartedLate", "RestartTime",
	    "the last restart took longer than routers keep routes" },
	{ "RoleMismatch", "RefusedByNode RefusedByPeer",
	    "roles (RFC 9234) of both ends don't go together; there is no session" },
	{ "RouterIDInvalid", "Annotation",
	    "the annotation of the Node is no router id and not used" },
	{ "SentToNobody", "NoSession NoPeer",
	    "prefixes of a family are announced, but no session carries them" },
	{ "ServiceCIDRsUnknown", "NoServiceCIDR",
	    "`serviceClusterIPSource: Auto` finds no ServiceCIDR" },
	{ "SourceUnhealthy", "NotFollowed",
	    "objects of a kind are not followed: the API server is away, or a right "
	    "is missing" },
	{ "StateNotKept", "CannotWrite NotInMemory",
	    "a later start without the API server knows nothing, or no passwords" },
	{ "StateStale", "StaleAfter",
	    "the API server is away for longer than `staleAfter`; Services are "
	    "withdrawn" },
	{ NULL, NULL, NULL },
};

static const struct row status_rows[] = {
	{ "Ready", "Ready",
	    "BGPNodeStatus: the node does what it is for; False has one of the "
	    "reasons NodeUnknown, NotConfigured, DataPlaneDown, NetworkUnavailable, "
	    "StateStale (the conditions above), or one of the following" },
	{ "Ready", "Drained NoSession NoPeer",
	    "BGPNodeStatus, False: drained; a session is down; no BGPPeer is for it" },
	{ "Ready", "Restarting",
	    "BGPNodeStatus, False: the last word of a daemon that was stopped, but "
	    "not for good" },
	{ "Ready", "NoDaemon",
	    "BGPNodeStatus, Unknown: its daemon was not heard of for 3 minutes" },
	{ "Drained", "Active Draining Drained",
	    "BGPNodeStatus: the state of a drain; True when Services are withdrawn" },
	{ "lbbgp.io/BGPReady", "SessionsUp NoOtherNode",
	    "Node, True: enough sessions have been told everything; it is the first "
	    "one of a mesh" },
	{ "lbbgp.io/BGPReady", "TooFewSessions NoSessions",
	    "Node, False: too few have, or no BGPPeer is for it" },
	{ "Accepted", "Accepted Refused",
	    "BGPConfiguration, BGPPeer, BGPFilter, VirtualIP, ServiceGroup: in force, "
	    "or what is wrong with it" },
	{ "Accepted", "UnknownClass",
	    "ServiceGroup, BGPPeer: no lbbgp has the class in its annotation; so is "
	    "`Ready`" },
	{ "Accepted", "PoolRefused",
	    "ServiceGroup: some of its pools are not used" },
	{ "Ready", "Ready ShutDown NoSession NoDaemon NobodyCame NoNode",
	    "BGPPeer: all of its sessions are up; it is shut down; one is not; a "
	    "node's daemon is not ready, or silent; nobody has come from its prefix; "
	    "it is for no node" },
	{ "Ready", "Pending",
	    "BGPPeer, Unknown: it is new, and not all of its nodes have reported a "
	    "session yet; it is judged 8 s after it came" },
	{ "Ready", "NoPool",
	    "ServiceGroup: no pool is in use; else a reason of `lbbgp.io/Announced`" },
	{ "Healthy", "ChecksHold NoCandidate",
	    "VirtualIP: a node that may have it is healthy, or none is" },
	{ "Conflict", "AddressInUse AddressFree",
	    "VirtualIP: somebody who is no node uses its address" },
	{ NULL, NULL, NULL },
};

static const struct row announced_rows[] = {
	{ "lbbgp.io/Announced", "Announced OnLinks Covered",
	    "True: by BGP; by ARP and NDP alone; within a listed CIDR" },
	{ "lbbgp.io/Announced", "NoAddress", "it has no address" },
	{ "lbbgp.io/Announced", "NoNode", "there is no Node" },
	{ "lbbgp.io/Announced", "NoDaemon",
	    "no daemon runs there, or none was heard of for long" },
	{ "lbbgp.io/Announced", "NoPeer", "no BGPPeer is for the nodes" },
	{ "lbbgp.io/Announced", "NoSession",
	    "no session of its family is up with a peer that it is for" },
	{ "lbbgp.io/Announced", "NotConfigured",
	    "no BGPConfiguration with an `asNumber` is for the nodes" },
	{ "lbbgp.io/Announced", "NotHeld",
	    "on links: no node says that it holds the address" },
	{ NULL, NULL, NULL },
};

static const char *const assigned[REASONS] = {
	[REASON_ASSIGNED] = "True: it has its addresses",
	[REASON_ADDRESS_IN_USE] = "another Service holds the address",
	[REASON_ADDRESS_OUTSIDE_POOLS] =
	    "the address is excluded, or in no pool of the named group, or of any",
	[REASON_BAD_REQUEST] =
	    "an annotation or `spec.loadBalancerIP` can't be read",
	[REASON_CONFLICTING_REQUESTS] =
	    "annotations, or one and `spec.loadBalancerIP`, ask for different things",
	[REASON_FAMILY_MISMATCH] =
	    "the address is of a family that the Service has not",
	[REASON_FOREIGN_ADDRESS] =
	    "its status has an address that lbbgp has not given",
	[REASON_GROUP_NOT_FOUND] = "there is no such ServiceGroup",
	[REASON_INVALID_SERVICE] = "the Service itself can't be read",
	[REASON_NAMESPACE_NOT_ALLOWED] =
	    "the ServiceGroup is not for its namespace",
	[REASON_NO_GROUP] = "no ServiceGroup serves it by itself",
	[REASON_POOL_EXHAUSTED] = "no address is left",
	[REASON_SERVICE_NOT_ALLOWED] =
	    "the ServiceGroup's `serviceSelector` does not select it",
	[REASON_SHARING_CONFLICT] =
	    "who has the address does not share it with this one",
};

static void
put_words(FILE *f, const char *words)
{
	putc('`', f);
	for (; *words != '\0'; words++)
		if (*words == ' ')
			fputs("`, `", f);
		else
			putc(*words, f);
	putc('`', f);
}

static void
put_rows(FILE *f, const char *title, const char *text, const struct row *row)
{
	fprintf(f,
	    "\n## %s\n\n%s\n\n"
	    "| condition | reasons | means |\n|---|---|---|\n",
	    title, text);
	for (; row->type != NULL; row++) {
		fprintf(f, "| `%s` | ", row->type);
		put_words(f, row->reasons);
		fprintf(f, " | %s |\n", row->text);
	}
}

static void
put_assigned(FILE *f)
{
	fputs("\n## Addresses of a Service\n\n"
	      "`lbbgp.io/AddressAssigned`; False but for the first:\n\n"
	      "| reason | means |\n|---|---|\n",
	    f);
	for (size_t i = 0; i < REASONS; i++)
		fprintf(f, "| `%s` | %s |\n", reason_name((enum reason)i),
		    assigned[i]);
}

static void
put_verdicts(FILE *f)
{
	fputs(
	    "\n## A Service on one node\n\n"
	    "As `lbbgp show announcements` and `lbbgp explain service` say it; "
	    "those that are not announced are reasons of "
	    "`lbbgp.io/Announced`, too.\n\n"
	    "| reason | announced | means |\n|---|---|---|\n",
	    f);
	for (size_t i = 0; i < VERDICTS; i++)
		fprintf(f, "| `%s` | %s | %s |\n",
		    verdict_name((enum verdict)i),
		    verdict_announces((enum verdict)i) ? "yes" : "no",
		    verdict_text((enum verdict)i));
}

char *
told_page(void)
{
	char *text = NULL;
	size_t n;
	FILE *f = xmemstream(&text, &n);

	fputs("<!-- Made by `make reference`. -->\n"
	      "# Conditions and reasons\n\n"
	      "Every one that the programs write. Messages name the object and "
	      "its field, and what is allowed. [Conditions](../conditions.md) "
	      "tells how they come about and how to wait for them.\n",
	    f);
	put_assigned(f);
	put_rows(f, "Announcements of a Service",
	    "On the Service; of what the closest nodes lack. [What to do]"
	    "(../conditions.md#announced-and-why-not)",
	    announced_rows);
	put_verdicts(f);
	put_rows(f, "Of a node",
	    "Each holds as long as its cause does: in the BGPNodeStatus of the "
	    "node and in `lbbgp show status`; `lbbgp doctor` has a next step.",
	    node_rows);
	put_rows(f, "Of other objects", "Those of more than one cause.",
	    status_rows);
	fclose(f);
	return text;
}
