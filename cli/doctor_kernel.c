/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor_kernel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor_facts.h"
#include "cli/findings.h"
#include "common/alloc.h"

static void
forwarding_look(const struct doctor_facts *facts, struct findings *f)
{
	const struct {
		const char *name, *next;
		int value;
	} rows[] = { { "net.ipv4.ip_forward",
			 "sysctl --write net.ipv4.ip_forward=1, and the same "
			 "in /etc/sysctl.d",
			 facts->forward_v4 },
		{ "net.ipv6.conf.all.forwarding",
		    "sysctl --write net.ipv6.conf.all.forwarding=1, and the "
		    "same in /etc/sysctl.d",
		    facts->disable_v6 == 1 ? 1 : facts->forward_v6 } };
	size_t before = f->n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value == FACT_UNSEEN)
			findings_add(f, "forwarding", DOCTOR_UNSEEN, NULL, "%s",
			    rows[i].name);
		else if (rows[i].value == 0)
			findings_add(f, "forwarding", DOCTOR_BAD, rows[i].next,
			    "%s is 0: packets for pods end here", rows[i].name);
	if (f->n == before)
		findings_add(f, "forwarding", DOCTOR_GOOD, NULL, "on");
}

static void
strict_found(const struct doctor_link *l, struct findings *f)
{
	char *next = xasprintf("sysctl --write net.ipv4.conf.%s.rp_filter=2 "
			       "where packets come in by another link than "
			       "they go out",
	    l->name);

	findings_add(f, "rp_filter", DOCTOR_DOUBT, next,
	    "%s is strict: what comes in by another link than the answer "
	    "leaves by is dropped without a word",
	    l->name);
	free(next);
}

/* conf/all and conf/NAME: the higher counts (ip-sysctl); 1 is RFC 3704 2.2, strict. */
static int
reverse_path_of(const struct doctor_facts *facts, const struct doctor_link *l)
{
	return l->rp_filter > facts->rp_filter ? l->rp_filter
					       : facts->rp_filter;
}

static void
rp_filter_look(const struct doctor_facts *facts, struct findings *f)
{
	size_t before = f->n, unseen = 0;

	for (size_t i = 0; i < facts->n_links; i++) {
		const struct doctor_link *l = &facts->links[i];

		unseen += l->rp_filter == FACT_UNSEEN;
		if (l->leads_out && l->up && reverse_path_of(facts, l) == 1)
			strict_found(l, f);
	}
	if (facts->rp_filter == FACT_UNSEEN || unseen > 0)
		findings_add(f, "rp_filter", DOCTOR_UNSEEN, NULL,
		    "net.ipv4.conf.*.rp_filter");
	else if (f->n == before)
		findings_add(f, "rp_filter", DOCTOR_GOOD, NULL,
		    "not strict where a default route leads out");
}

/* The one that a packet to the address would take; NULL: none. */
static const struct doctor_route *
route_to(const struct doctor_facts *facts, const struct addr *addr)
{
	const struct doctor_route *best = NULL;

	for (size_t i = 0; i < facts->n_routes; i++) {
		const struct doctor_route *r = &facts->routes[i];

		if (prefix_contains(&r->to, addr) &&
		    (best == NULL || r->to.len > best->to.len ||
			(r->to.len == best->to.len &&
			    r->metric < best->metric)))
			best = r;
	}
	return best;
}

static const struct doctor_link *
link_named(const struct doctor_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->n_links; i++)
		if (strcmp(facts->links[i].name, name) == 0)
			return &facts->links[i];
	return NULL;
}

/* By which answers to clients leave, where no finer route leads to them. */
static const struct doctor_link *
link_out(const struct doctor_facts *facts)
{
	const struct doctor_route *best = NULL;

	for (size_t i = 0; i < facts->n_routes; i++) {
		const struct doctor_route *r = &facts->routes[i];

		if (r->to.len == 0 &&
		    (best == NULL || r->metric < best->metric))
			best = r;
	}
	return best != NULL ? link_named(facts, best->link) : NULL;
}

static void
aside_found(const struct doctor_facts *facts, const char *peer,
    const struct doctor_link *in, const struct doctor_link *out,
    struct findings *f)
{
	findings_add(f, "return", DOCTOR_DOUBT,
	    reverse_path_of(facts, in) == 1
		? "rp_filter=2 on that link, a default route by it, or "
		  "learnedRoutes of the BGPConfiguration"
		: "a default route by that link, or learnedRoutes of the "
		  "BGPConfiguration, unless it is meant so",
	    "%s is on %s, and answers to clients leave by %s, but where a "
	    "finer route leads back: %s",
	    peer, in->name, out->name,
	    reverse_path_of(facts, in) == 1
		? "rp_filter is strict there and drops what clients send"
		: "a firewall that sees one way alone drops them");
}

/*
 * Clients' packets come from where the routers are that we tell. Of a default route by
 * several links the kernel's table has the first alone: so one peer on it is enough.
 */
static void
return_look(const struct doctor_facts *facts, struct findings *f)
{
	const struct doctor_link *out = link_out(facts), *aside = NULL;
	struct json_at list = doctor_list(facts->neighbors, "neighbors");
	const char *who = NULL;
	bool together = false;

	for (size_t i = 0; out != NULL && i < json_at_count(&list); i++) {
		const struct json_at peer = json_at_item(&list, i);
		const struct doctor_route *route;
		const struct doctor_link *in;
		struct addr addr;

		if (!addr_parse(doctor_text(&peer, "address"), &addr))
			continue;
		route = route_to(facts, &addr);
		in = route != NULL ? link_named(facts, route->link) : NULL;
		together |= in == out;
		if (in != NULL && aside == NULL) {
			aside = in;
			who = doctor_text(&peer, "name");
		}
	}
	if (together)
		findings_add(f, "return", DOCTOR_GOOD, NULL,
		    "answers leave where the peers are, by %s", out->name);
	else if (aside != NULL)
		aside_found(facts, who, aside, out, f);
	else
		findings_add(f, "return", DOCTOR_UNSEEN, NULL,
		    "no default route, or no peer by IPv4");
}

#define TRACKED_DOUBT 75 /* percent of the table */
#define TRACKED_BAD 95

static void
conntrack_look(const struct doctor_facts *facts, struct findings *f)
{
	if (facts->tracked == FACT_UNSEEN || facts->tracked_most <= 0) {
		findings_add(f, "conntrack", DOCTOR_UNSEEN, NULL,
		    "net.netfilter.nf_conntrack_count and _max");
		return;
	}
	int64_t percent = facts->tracked * 100 / facts->tracked_most;
	enum verdict_of_doctor verdict = percent >= TRACKED_BAD ? DOCTOR_BAD
	    : percent >= TRACKED_DOUBT                          ? DOCTOR_DOUBT
								: DOCTOR_GOOD;

	findings_add(f, "conntrack", verdict,
	    verdict == DOCTOR_GOOD
		? NULL
		: "raise net.netfilter.nf_conntrack_max (kube-proxy: "
		  "conntrack.maxPerCore); above it new connections are dropped",
	    "%" PRId64 " of %" PRId64 " connections, %" PRId64 " %%",
	    facts->tracked, facts->tracked_most, percent);
}

static void
ipv6_look(const struct doctor_facts *facts, struct findings *f)
{
	if (facts->disable_v6 == FACT_UNSEEN)
		findings_add(f, "ipv6", DOCTOR_UNSEEN, NULL,
		    "net.ipv6.conf.all.disable_ipv6");
	else if (facts->disable_v6 == 1)
		findings_add(f, "ipv6", DOCTOR_DOUBT,
		    "sysctl --write net.ipv6.conf.all.disable_ipv6=0 if "
		    "Services have IPv6 addresses",
		    "it is off on this node");
	else
		findings_add(f, "ipv6", DOCTOR_GOOD, NULL, "on");
}

#define MTU_LOOPBACK 65536

/* What leaves a pod in one packet has to leave the node, too. */
static void
mtu_look(const struct doctor_facts *facts, struct findings *f)
{
	const struct doctor_link *out = NULL;
	size_t before = f->n;

	for (size_t i = 0; i < facts->n_links; i++)
		if (facts->links[i].leads_out && facts->links[i].up &&
		    facts->links[i].mtu > 0 &&
		    (out == NULL || facts->links[i].mtu < out->mtu))
			out = &facts->links[i];
	if (out == NULL) {
		findings_add(f, "mtu", DOCTOR_UNSEEN, NULL,
		    "of the link that a default route goes by");
		return;
	}
	for (size_t i = 0; i < facts->n_links; i++) {
		const struct doctor_link *l = &facts->links[i];

		if (!l->leads_out && l->up && l->mtu > out->mtu &&
		    l->mtu < MTU_LOOPBACK)
			findings_add(f, "mtu", DOCTOR_DOUBT,
			    "the MTU in the CNI's configuration; ping -M do "
			    "from a pod to a client",
			    "%s takes %d bytes, %s by which they leave %d",
			    l->name, l->mtu, out->name, out->mtu);
	}
	if (f->n == before)
		findings_add(f, "mtu", DOCTOR_GOOD, NULL, "%s: %d bytes",
		    out->name, out->mtu);
}

/* kube-proxy's own link has all addresses of Services, and Linux answers for any. */
static void
arp_look(const struct doctor_facts *facts, struct findings *f)
{
	bool ipvs = false;

	for (size_t i = 0; i < facts->n_links; i++)
		ipvs |= strcmp(facts->links[i].name, "kube-ipvs0") == 0;
	if (ipvs && facts->arp_ignore == 0)
		findings_add(f, "arp", DOCTOR_BAD,
		    "strictARP: true in kube-proxy's configuration, where "
		    "addresses are announced on links",
		    "kube-proxy is in ipvs mode and this node answers ARP for "
		    "every address of a Service");
	else if (facts->n_links == 0 ||
	    (ipvs && facts->arp_ignore == FACT_UNSEEN))
		findings_add(f, "arp", DOCTOR_UNSEEN, NULL,
		    "links, or net.ipv4.conf.all.arp_ignore");
	else
		findings_add(f, "arp", DOCTOR_GOOD, NULL,
		    "nobody else answers for addresses of Services");
}

static void (*const checks[])(
    const struct doctor_facts *, struct findings *) = {
	forwarding_look,
	rp_filter_look,
	return_look,
	ipv6_look,
	mtu_look,
	arp_look,
	conntrack_look,
};

void
doctor_kernel(const struct doctor_facts *facts, struct findings *f)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](facts, f);
}
