/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor_conditions.h"

#include <stddef.h>
#include <string.h>

#include "cli/findings.h"

#define API "can this node reach the API server?"
#define KERNEL \
	"the daemon's log: what the kernel refused, and which right it lacks"
#define PEERS "kubectl describe bgppeers.lbbgp.io"
#define SETTINGS "kubectl describe bgpconfigurations.lbbgp.io"

/* Every condition that a daemon can have (a test looks for them). */
static const struct {
	const char *type;
	enum verdict_of_doctor verdict;
	const char *next; /* NULL: the message says it, or it passes */
} conditions[] = {
	{ "AddressConflict", DOCTOR_BAD, "who has it too on that link?" },
	{ "AddressMissing", DOCTOR_BAD, KERNEL },
	{ "AnnouncersNotLimited", DOCTOR_DOUBT,
	    "kubectl --namespace NAMESPACE get endpointslices" },
	{ "AttributesCovered", DOCTOR_DOUBT, NULL },
	{ "AttributesTooLong", DOCTOR_BAD, "fewer communities" },
	{ "BFDDown", DOCTOR_BAD, "lbbgp show bfd; has the router BFD?" },
	{ "BFDNotRealTime", DOCTOR_DOUBT, "CAP_SYS_NICE for the daemon" },
	{ "BMPStationAway", DOCTOR_DOUBT, "lbbgp show bmp" },
	{ "ClusterIDInvalid", DOCTOR_BAD, "the annotation of the Node" },
	{ "CommunityUnknown", DOCTOR_BAD, SETTINGS },
	{ "ConfigurationConflict", DOCTOR_BAD,
	    "kubectl get bgpconfigurations.lbbgp.io" },
	{ "DataPlaneDown", DOCTOR_BAD, "is kube-proxy alive on this node?" },
	{ "DataPlaneUnknown", DOCTOR_DOUBT,
	    "dataPlaneHealth of the BGPConfiguration: who answers for Services "
	    "here?" },
	{ "Drained", DOCTOR_DOUBT,
	    "lbbgp undrain, or end what asks for it, when it is to serve "
	    "again" },
	{ "FilterMissing", DOCTOR_BAD, "kubectl get bgpfilters.lbbgp.io" },
	{ "FromLastState", DOCTOR_DOUBT, API },
	{ "HoldTimeOff", DOCTOR_DOUBT, NULL },
	{ "L2Blocked", DOCTOR_BAD,
	    "kubectl --namespace NAMESPACE get secrets" },
	{ "L2KeyDoubtful", DOCTOR_DOUBT, NULL },
	{ "L2NotAuthenticated", DOCTOR_DOUBT, "spec.l2.secretKeyRef" },
	{ "LearnedRoutesMissing", DOCTOR_BAD, KERNEL },
	{ "LinkBandwidthTooHigh", DOCTOR_DOUBT, NULL },
	{ "LinkUnheard", DOCTOR_BAD, KERNEL },
	{ "LoopGuardMissing", DOCTOR_BAD, KERNEL },
	{ "MeshTooLarge", DOCTOR_DOUBT, "doc/topology-reflectors.md" },
	{ "NetworkUnavailable", DOCTOR_BAD, "is the CNI alive on this node?" },
	{ "NextHopMissing", DOCTOR_BAD, "kubectl get node --output wide" },
	{ "NodeNotWritten", DOCTOR_DOUBT, "manifests/node-readiness" },
	{ "NodeUnknown", DOCTOR_BAD, "kubectl get node: is --node its name?" },
	{ "NotConfigured", DOCTOR_DOUBT,
	    "kubectl get bgpconfigurations.lbbgp.io" },
	{ "NotListening", DOCTOR_BAD,
	    "ip address: has the node it? ss --listening --tcp --processes: "
	    "who has the port?" },
	{ "ObjectsRefused", DOCTOR_BAD, "lbbgp doctor --all-nodes" },
	{ "PasswordDoubtful", DOCTOR_DOUBT, PEERS },
	{ "PasswordOfPrefix", DOCTOR_BAD, PEERS },
	{ "PeerBlocked", DOCTOR_BAD, PEERS },
	{ "PeerDoubtful", DOCTOR_DOUBT, PEERS },
	{ "PeerLimitReached", DOCTOR_BAD, PEERS },
	{ "PeerSuspended", DOCTOR_BAD, "lbbgp show neighbors" },
	{ "PeerUnknown", DOCTOR_BAD, "kubectl get bgppeers.lbbgp.io" },
	{ "PodCIDRInvalid", DOCTOR_BAD, "kubectl get node --output yaml" },
	{ "ResetNeeded", DOCTOR_DOUBT, NULL },
	{ "ResetPending", DOCTOR_DOUBT, NULL },
	{ "ResourceMissing", DOCTOR_BAD,
	    "kubectl apply --server-side --filename crd/" },
	{ "RestartTimeDoubtful", DOCTOR_DOUBT, NULL },
	{ "RestartedLate", DOCTOR_DOUBT, NULL },
	{ "RoleMismatch", DOCTOR_BAD, PEERS },
	{ "RouterIDInvalid", DOCTOR_BAD, "the annotation of the Node" },
	{ "SentToNobody", DOCTOR_BAD,
	    "kubectl get bgppeers.lbbgp.io; lbbgp show neighbors" },
	{ "ServiceCIDRsUnknown", DOCTOR_BAD,
	    "kubectl get servicecidrs; list them in serviceClusterIPs of the "
	    "BGPConfiguration" },
	{ "SourceUnhealthy", DOCTOR_BAD,
	    API " kubectl auth can-i list bgppeers.lbbgp.io --as "
		"system:serviceaccount:NAMESPACE:lbbgp-bgpd" },
	{ "StateNotKept", DOCTOR_DOUBT, NULL },
	{ "StateStale", DOCTOR_BAD, API },
};

#define CONDITIONS (sizeof(conditions) / sizeof(conditions[0]))

static size_t
condition_find(const char *type)
{
	size_t i = 0;

	while (i < CONDITIONS && strcmp(conditions[i].type, type) != 0)
		i++;
	return i;
}

bool
doctor_knows(const char *type)
{
	return condition_find(type) < CONDITIONS;
}

const char *
doctor_step(const char *type, const char *message)
{
	if (strcmp(type, "SourceUnhealthy") == 0 &&
	    strstr(message, "certificate") != NULL)
		return "timedatectl: is this node's clock right? Else the API "
		       "server's certificate, and the authority by which it is "
		       "verified";
	return doctor_knows(type) ? conditions[condition_find(type)].next
				  : NULL;
}

enum verdict_of_doctor
doctor_verdict(const char *type)
{
	return doctor_knows(type) ? conditions[condition_find(type)].verdict
				  : DOCTOR_BAD;
}
