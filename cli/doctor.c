/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain from the program to the wire, one check for each link of it, in the order
 * in which a fault hides the ones behind it: the daemon answers, is of our version, has
 * its objects, listens, has its sessions, and the kernel lets packets through. A check
 * looks at the facts and adds what it found, at least one finding. What the daemon
 * knows is taken from it: its conditions are findings, each with a next step by its
 * type.
 *
 * A next step is a command or a place to look at, not an explanation. Thresholds stand
 * at their checks.
 */
#include "cli/doctor.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor_conditions.h"
#include "cli/doctor_facts.h"
#include "cli/doctor_kernel.h"
#include "cli/findings.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

/* ---- the daemon ---- */

static void
daemon_look(const struct doctor_facts *facts, struct findings *f)
{
	if (facts->silence != NULL)
		findings_add(f, "daemon", DOCTOR_BAD,
		    "kubectl --namespace NAMESPACE get pods --output wide; "
		    "kubectl --namespace NAMESPACE logs ds/lbbgp-bgpd",
		    "it does not answer: %s", facts->silence);
	else
		findings_add(f, "daemon", DOCTOR_GOOD, NULL,
		    "it answers, on node %s",
		    doctor_text(facts->status, "node"));
}

static void
version_look(const struct doctor_facts *facts, struct findings *f)
{
	const char *its = doctor_text(facts->status, "daemonVersion");

	if (facts->silence != NULL)
		findings_add(f, "version", DOCTOR_UNSEEN, NULL,
		    "the daemon does not answer");
	else if (strcmp(its, facts->version) != 0)
		findings_add(f, "version", DOCTOR_DOUBT,
		    "kubectl --namespace NAMESPACE rollout status "
		    "ds/lbbgp-bgpd",
		    "the daemon is %s, this program %s", its, facts->version);
	else
		findings_add(f, "version", DOCTOR_GOOD, NULL, "%s", its);
}

static void
conditions_look(const struct doctor_facts *facts, struct findings *f)
{
	struct json_at list = doctor_list(facts->status, "conditions");
	size_t n = json_at_count(&list);

	if (facts->silence != NULL)
		findings_add(f, "conditions", DOCTOR_UNSEEN, NULL,
		    "the daemon does not answer");
	else if (n == 0)
		findings_add(f, "conditions", DOCTOR_GOOD, NULL, "none");
	for (size_t i = 0; i < n; i++) {
		struct json_at c = json_at_item(&list, i);
		const char *type = doctor_text(&c, "type");
		const char *message = doctor_text(&c, "message");

		findings_add(f, "conditions", doctor_verdict(type),
		    doctor_step(type, message), "%s: %s", type, message);
	}
}

/* ---- the port ---- */

static bool
has_condition(const struct doctor_facts *facts, const char *type)
{
	struct json_at list = doctor_list(facts->status, "conditions");

	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at c = json_at_item(&list, i);

		if (strcmp(doctor_text(&c, "type"), type) == 0)
			return true;
	}
	return false;
}

/* One that speaks no BGP here, or dials only, listens nowhere, and says so itself. */
static void
port_look(const struct doctor_facts *facts, struct findings *f)
{
	const struct doctor_listener *l = &facts->listener;
	bool ours = strcmp(l->program, "lbbgp-bgpd") == 0;
	bool refused = has_condition(facts, "NotListening");

	if (!l->seen)
		findings_add(
		    f, "port", DOCTOR_UNSEEN, NULL, "179: who listens");
	else if (!l->any)
		findings_add(f, "port",
		    facts->silence != NULL ? DOCTOR_UNSEEN : DOCTOR_GOOD, NULL,
		    "179: nobody listens");
	else if (ours || (l->program[0] == '\0' && !refused))
		findings_add(
		    f, "port", DOCTOR_GOOD, NULL, "179: the daemon listens");
	else
		findings_add(f, "port", DOCTOR_BAD,
		    "ss --listening --tcp --processes sport = 179; end that "
		    "program, or give this one another listenPort",
		    "179: %s listens there",
		    l->program[0] != '\0' ? l->program : "another program");
}

/* ---- sessions ---- */

#define CODE_OPEN 2 /* RFC 4271 4.5 */
#define CODE_HOLD 4
#define CODE_CEASE 6

/* Of TCP, or else of what ended the session before; "": neither is known. */
static const char *
last_said(const struct json_at *peer)
{
	struct json_at error = { 0 };
	struct err err;

	json_get_object(peer, "tcpError", &error, &err);
	if (error.v == NULL)
		json_get_object(peer, "lastError", &error, &err);
	return doctor_text(&error, "text");
}

/* What is likely, by the last thing that was said. */
static const char *
session_step(const struct json_at *peer)
{
	const char *said = last_said(peer);
	struct json_at error = { 0 };
	int64_t code = 0, subcode = 0;
	struct err err;

	json_get_object(peer, "lastError", &error, &err);
	json_get_int(&error, "code", 0, UINT8_MAX, &code, &err);
	json_get_int(&error, "subcode", 0, UINT8_MAX, &subcode, &err);
	if (code == CODE_OPEN && subcode == 2)
		return "asNumber of the BGPPeer and of the BGPConfiguration, "
		       "against the router's lines for this node";
	if (code == CODE_OPEN && subcode == 7)
		return "families of the BGPPeer, against the address families "
		       "that the router has for this node";
	if (code == CODE_HOLD)
		return "does a packet of full size pass? ping -M do -s 1472 to "
		       "the router";
	if (strstr(said, "refused") != NULL)
		return "has the router a neighbor with this node's address? "
		       "Does it listen on the port of the BGPPeer?";
	if (strstr(said, "closed by the peer") != NULL ||
	    strstr(said, "reset by peer") != NULL)
		return "the router's log: has it this node as a neighbor, and "
		       "does it wait after an error?";
	if (strstr(said, "timed out") != NULL ||
	    strstr(said, "route") != NULL ||
	    strstr(said, "unreachable") != NULL)
		return "ping the router; a filter of TCP 179 on the way; a "
		       "password on one side only is met by silence, too";
	if (strcmp(doctor_text(peer, "state"), "OpenSent") == 0)
		return "the router does not hear this node, or is not heard: "
		       "ttlSecurity at one end only, a filter on the way";
	return "lbbgp show neighbors ADDRESS";
}

static const char *
session_trouble(const struct json_at *peer, char *room, size_t size)
{
	const char *error = last_said(peer);

	if (doctor_text(peer, "blocked")[0] != '\0')
		return doctor_text(peer, "blocked");
	if (doctor_text(peer, "suspended")[0] != '\0') {
		snprintf(room, size, "down %s", doctor_text(peer, "suspended"));
		return room;
	}
	snprintf(room, size, "the session is %s%s%s",
	    doctor_text(peer, "state"), error[0] != '\0' ? ": " : "", error);
	return room;
}

/* Did we say Administrative Shutdown (RFC 4486), and nothing after that? */
static bool
is_shut_down(const struct json_at *peer)
{
	struct json_at error = { 0 };
	int64_t code = 0, subcode = 0;
	struct err err;

	json_get_object(peer, "lastError", &error, &err);
	if (error.v == NULL ||
	    strcmp(doctor_text(&error, "sentBy"), "Local") != 0)
		return false;
	json_get_int(&error, "code", 0, UINT8_MAX, &code, &err);
	json_get_int(&error, "subcode", 0, UINT8_MAX, &subcode, &err);
	return strcmp(doctor_text(peer, "state"), "Idle") == 0 &&
	    code == CODE_CEASE && subcode == 2;
}

static void
session_look(const struct json_at *peer, struct findings *f)
{
	char room[512];
	const char *address = doctor_text(peer, "address");
	bool up = strcmp(doctor_text(peer, "state"), "Established") == 0;
	bool blocked = doctor_text(peer, "blocked")[0] != '\0';
	char *who = address[0] != '\0'
	    ? xasprintf("%s (%s)", doctor_text(peer, "name"), address)
	    : xstrdup(doctor_text(peer, "name"));

	if (up)
		findings_add(f, "sessions", DOCTOR_GOOD, NULL, "%s is up", who);
	else if (!blocked && is_shut_down(peer))
		findings_add(f, "sessions", DOCTOR_DOUBT,
		    "spec.shutdown of the BGPPeer", "%s is shut down", who);
	else
		findings_add(f, "sessions", DOCTOR_BAD,
		    blocked ? "kubectl describe bgppeers.lbbgp.io"
			    : session_step(peer),
		    "%s: %s", who, session_trouble(peer, room, sizeof(room)));
	free(who);
}

static void
sessions_look(const struct doctor_facts *facts, struct findings *f)
{
	struct json_at list = doctor_list(facts->neighbors, "neighbors");
	size_t n = json_at_count(&list);

	if (facts->silence != NULL)
		findings_add(f, "sessions", DOCTOR_UNSEEN, NULL,
		    "the daemon does not answer");
	else if (n == 0)
		findings_add(f, "sessions", DOCTOR_DOUBT,
		    "kubectl get bgppeers.lbbgp.io: does one select this node?",
		    "there are none");
	for (size_t i = 0; i < n; i++) {
		struct json_at peer = json_at_item(&list, i);

		session_look(&peer, f);
	}
}

/* ---- what was sent to peers ---- */

static const char *
step_of_errno(int error)
{
	if (error == ECONNREFUSED)
		return "has the router a neighbor with this node's address? "
		       "Does it listen on that port?";
	if (error == ETIMEDOUT)
		return "ping it; a filter of TCP on the way; a password or "
		       "ttlSecurity on one side only is met by silence, too";
	return "ip route get: how is it reached?";
}

static void
reach_look(const struct doctor_facts *facts, struct findings *f)
{
	size_t before = f->n;

	for (size_t i = 0; i < facts->n_probes; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (p->up)
			continue;
		if (p->tcp == 0)
			findings_add(f, "reach", DOCTOR_GOOD, NULL,
			    "%s (%s): port %d takes connections", p->name,
			    p->address, p->port);
		else
			findings_add(f, "reach", DOCTOR_BAD,
			    step_of_errno(p->tcp), "%s (%s): port %d: %s",
			    p->name, p->address, p->port, strerror(p->tcp));
	}
	if (facts->probed && facts->n_probes == 0)
		findings_add(f, "reach", DOCTOR_UNSEEN, NULL,
		    "no peer with an address is known");
	else if (facts->probed && f->n == before)
		findings_add(f, "reach", DOCTOR_GOOD, NULL,
		    "each session is up: no connection was tried");
}

static void
way_look(const struct doctor_facts *facts, struct findings *f)
{
	for (size_t i = 0; i < facts->n_probes; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (p->way == WAY_UNSEEN)
			findings_add(f, "way", DOCTOR_UNSEEN, NULL,
			    "%s (%s) answers no datagrams", p->name,
			    p->address);
		else if (p->way == WAY_WHOLE)
			findings_add(f, "way", DOCTOR_GOOD, NULL,
			    "%s (%s): packets of %d bytes pass", p->name,
			    p->address, p->mtu);
		else if (p->way == WAY_NARROW)
			findings_add(f, "way", DOCTOR_DOUBT,
			    "the MTU of the links on the way; TCP makes do "
			    "with it, if ICMP reaches both sides",
			    "%s (%s): packets of %d bytes are too large, those "
			    "of %d pass",
			    p->name, p->address, p->mtu, p->narrow);
		else
			findings_add(f, "way", DOCTOR_BAD,
			    "the MTU of links and switches on the way, and "
			    "who drops ICMP there",
			    "%s (%s): packets of %d bytes vanish, small ones "
			    "don't",
			    p->name, p->address, p->mtu);
	}
}

/* ---- others ---- */

/* Programs by the name that the kernel has of them, 15 octets. */
static const struct {
	const char *program, *what;
} others[] = {
	{ "speaker", "MetalLB" },
	{ "kube-vip", "kube-vip" },
	{ "kube-router", "kube-router" },
	{ "bird", "BIRD (Calico's, perhaps)" },
	{ "bird6", "BIRD (Calico's, perhaps)" },
	{ "bgpd", "FRR or OpenBGPD" },
	{ "gobgpd", "GoBGP" },
	{ "cilium-agent", "Cilium (its BGP or L2 announcements, perhaps)" },
	{ "keepalived", "keepalived" },
};

static bool
runs(const struct doctor_facts *facts, const char *program)
{
	for (size_t i = 0;
	     facts->programs != NULL && facts->programs[i] != NULL; i++)
		if (strcmp(facts->programs[i], program) == 0)
			return true;
	return false;
}

static void
others_look(const struct doctor_facts *facts, struct findings *f)
{
	size_t before = f->n;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (runs(facts, others[i].program))
			findings_add(f, "others", DOCTOR_DOUBT,
			    "does it announce, or assign, the same addresses? "
			    "Two that do undo each other's work",
			    "%s runs here: %s", others[i].program,
			    others[i].what);
	if (f->n > before)
		return;
	if (facts->sees_all)
		findings_add(f, "others", DOCTOR_GOOD, NULL,
		    "no other load balancer and no other BGP speaker runs "
		    "here");
	else
		findings_add(f, "others", DOCTOR_UNSEEN, NULL,
		    "only the programs of this container are seen");
}

/* ---- all ---- */

static void (*const checks[])(
    const struct doctor_facts *, struct findings *) = {
	daemon_look,
	version_look,
	conditions_look,
	port_look,
	sessions_look,
	reach_look,
	way_look,
	doctor_kernel,
	others_look,
};

void
doctor_examine(const struct doctor_facts *facts, struct findings *f)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](facts, f);
}
