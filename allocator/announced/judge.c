/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For each class of nodes the daemons' own rules are asked what such a node wants to
 * announce of the Service. They are shown endpoints none of which is on the node: with
 * policy Cluster that makes no difference; with Local the answer is that it has none
 * here, and then the nodes of the class that do have one are counted. To nodes that
 * want to announce an address three questions of our own are put, which none of them
 * can answer for itself: is its daemon there, is any BGPPeer for it, and is a session
 * up that the route is for.
 *
 * Of several reasons the one that is told first is that of the nodes that came closest:
 * that thirty nodes are not selected is as it should be when the two that are have no
 * session.
 *
 * A group is judged by a Service that has its first addresses, and is not there.
 */
#include "allocator/announced/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/announced/node_classes.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/rules.h"
#include "bgpd/announce/want.h"
#include "bgpd/config/bgp_configuration.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/service.h"
#include "common/api/service_group.h"

enum { /* reasons of our own, behind those of enum verdict */
	DAEMON_AWAY = VERDICTS,
	PEERLESS,
	SESSIONLESS,
	NOT_CONFIGURED,
	REASONS,
	GOOD = REASONS,
	GOOD_LINK, /* on links only */
	GOOD_COVER,
};

static const struct {
	const char *name, *text;
} own[] = {
	[DAEMON_AWAY - VERDICTS] = { NO_DAEMON,
	    "no daemon of lbbgp runs there, or none was heard of for long" },
	[PEERLESS - VERDICTS] = { NO_PEER, "no BGPPeer is for them" },
	[SESSIONLESS - VERDICTS] = { NO_SESSION,
	    "no session is up with a peer that it is for, of its family" },
	[NOT_CONFIGURED - VERDICTS] = { "NotConfigured",
	    "no BGPConfiguration with an asNumber is for them" },
};

/* The closest to being announced first; what is not here comes behind these. */
static const unsigned closeness[] = { SESSIONLESS, PEERLESS, DAEMON_AWAY,
	VERDICT_DATA_PLANE, VERDICT_STALE, VERDICT_NETWORK, VERDICT_STRANDED,
	VERDICT_NO_ENDPOINT, VERDICT_DRAINED, VERDICT_NODE_EXCLUDED,
	VERDICT_NODE_NOT_SELECTED, NOT_CONFIGURED, VERDICT_OUTSIDE_POOLS,
	VERDICT_NO_LOCAL_ENDPOINT };

static const char *
reason_of(unsigned r)
{
	return r < VERDICTS ? verdict_name((enum verdict)r)
			    : own[r - VERDICTS].name;
}

static const char *
reason_text(unsigned r)
{
	return r < VERDICTS ? verdict_text((enum verdict)r)
			    : own[r - VERDICTS].text;
}

struct count {                      /* of nodes, for one address */
	size_t good, links, covers; /* the latter two are in good */
	size_t most;                /* maxAnnouncers; 0: all */
	size_t why[REASONS];
};

static void
count_add(struct count *c, unsigned outcome, size_t n)
{
	if (outcome < REASONS) {
		c->why[outcome] += n;
		return;
	}
	c->good += n;
	c->links += outcome == GOOD_LINK ? n : 0;
	c->covers += outcome == GOOD_COVER ? n : 0;
}

/* ---- one class, one address ---- */

static bool
is_local(const struct want *w)
{
	return w->verdict == VERDICT_NO_LOCAL_ENDPOINT;
}

/* A group's addresses are for links alone there. */
static bool
is_link_only(const struct node_class *class, const struct service_group *g)
{
	return g->l2.present &&
	    !(service_group_on_bgp(g) &&
		bgp_configuration_speaks(class->view.config));
}

/*
 * It would be announced, as far as the rules see; else why not. group: it is judged,
 * by a Service without endpoints; NULL: a Service is.
 */
static unsigned
outcome_of(const struct node_class *class, const struct want *w,
    const struct service_group *group)
{
	if (group != NULL && w->verdict == VERDICT_NO_ENDPOINT)
		return is_link_only(class, group) ? GOOD_LINK : GOOD;
	if (verdict_announces(w->verdict) || is_local(w))
		return GOOD;
	if (w->verdict == VERDICT_LINK_ONLY)
		return GOOD_LINK;
	return w->verdict == VERDICT_COVERED ? GOOD_COVER
					     : (unsigned)w->verdict;
}

/* And as far as we see. */
static unsigned
outcome_whole(const struct node_class *class, const struct want *w,
    const struct service_group *group)
{
	unsigned outcome = outcome_of(class, w, group);
	enum family family = (enum family)w->prefix.addr.family;

	if (outcome < REASONS)
		return outcome;
	if (!class->daemon)
		return DAEMON_AWAY;
	if (outcome == GOOD_LINK)
		return outcome;
	if (!class->peers)
		return PEERLESS;
	return class_tells(
		   class, family, outcome == GOOD_COVER ? NULL : &w->attributes)
	    ? outcome
	    : SESSIONLESS;
}

/* The want that says most for the address; NULL: none is about it. */
static const struct want *
want_of(const struct wants *wants, const struct addr *addr)
{
	const struct want *found = NULL;

	for (size_t i = 0; i < wants->n; i++) {
		const struct want *w = &wants->at[i];

		if (prefix_contains(&w->prefix, addr) &&
		    (found == NULL || verdict_announces(w->verdict)))
			found = w;
	}
	return found;
}

/* ---- all classes, all addresses ---- */

struct case_of { /* a Service that is judged */
	const struct node_classes *classes;
	const struct endpoints *endpoints;
	const struct service *service;
	const struct service_group *group; /* it is made up for that; or NULL */
	size_t *here[FAMILIES]; /* owned; nodes of each class with one */
	struct count *counts;   /* owned; one for each address */
};

struct here_walk {
	const struct node_classes *classes;
	size_t *here;
};

static bool
here_each(void *arg, const char *node)
{
	const struct here_walk *w = arg;
	size_t of = node_classes_of(w->classes, node);

	if (of != SIZE_MAX)
		w->here[of]++;
	return true;
}

/* How many nodes of each class have an endpoint. */
static void
here_count(struct case_of *c, enum family family)
{
	const struct meta *meta = &c->service->meta;
	const struct tally *t =
	    endpoints_of(c->endpoints, meta->ns, meta->name, family);
	struct here_walk w = { c->classes,
		xcalloc(node_classes_n(c->classes) + 1, sizeof(size_t)) };

	if (t != NULL)
		endpoints_each_node(c->endpoints, t, here_each, &w);
	c->here[family] = w.here;
}

static void
address_count(struct case_of *c, size_t i, size_t of, const struct wants *wants)
{
	const struct node_class *class = node_classes_at(c->classes, of);
	const struct addr *addr = &c->service->ingress[i].addr;
	const struct want *w = want_of(wants, addr);
	size_t n = class->n;

	if (w == NULL) {
		count_add(&c->counts[i], NOT_CONFIGURED, n);
		return;
	}
	if (is_local(w)) {
		if (c->here[addr->family] == NULL)
			here_count(c, (enum family)addr->family);
		n = c->here[addr->family][of];
		count_add(
		    &c->counts[i], VERDICT_NO_LOCAL_ENDPOINT, class->n - n);
	}
	count_add(&c->counts[i], outcome_whole(class, w, c->group), n);
}

static void
class_count(struct case_of *c, size_t of)
{
	const struct node_class *class = node_classes_at(c->classes, of);
	const struct service *s = c->service;
	struct wants wants = { 0 };

	if (class->view.node != NULL)
		announce_service(&class->view, s, &wants);
	for (uint32_t i = 0; i < s->n_ingress; i++) {
		const struct service_group *g =
		    announce_group_of(&class->view, s, &s->ingress[i].addr);

		address_count(c, i, of, &wants);
		if (g != NULL && !g->l2.present)
			c->counts[i].most = g->announce.max_announcers;
	}
	wants_fini(&wants);
}

static void
case_count(struct case_of *c)
{
	c->counts = xcalloc(c->service->n_ingress + 1, sizeof(*c->counts));
	for (size_t of = 0; of < node_classes_n(c->classes); of++)
		class_count(c, of);
}

static void
case_fini(struct case_of *c)
{
	for (unsigned f = 0; f < FAMILIES; f++)
		free(c->here[f]);
	free(c->counts);
}

/* ---- in words ---- */

__attribute__((format(printf, 2, 3))) static void
say(struct ruling *r, const char *fmt, ...)
{
	size_t used = strlen(r->message);
	va_list args;

	va_start(args, fmt);
	vsnprintf(r->message + used, sizeof(r->message) - used, fmt, args);
	va_end(args);
}

/* REASONS: there is none. */
static unsigned
closest(const struct count *c)
{
	unsigned r = 0;

	for (size_t i = 0; i < sizeof(closeness) / sizeof(closeness[0]); i++)
		if (c->why[closeness[i]] > 0)
			return closeness[i];
	while (r < REASONS && c->why[r] == 0)
		r++;
	return r;
}

static const char *
good_reason(const struct count *c)
{
	return c->links == c->good ? "OnLinks"
	    : c->covers == c->good ? "Covered"
				   : "Announced";
}

static void
count_say(struct ruling *r, const struct count *c, size_t nodes)
{
	unsigned main = closest(c);
	size_t n = c->most > 0 && c->most < c->good ? c->most : c->good;

	say(r, "%zu of %zu nodes%s", n, nodes,
	    c->good > 0 && c->links == c->good ? " may hold it on their links"
					       : "");
	for (unsigned why = 0; why < REASONS; why++)
		if (c->why[why] > 0)
			say(r, ", %zu %s", c->why[why], reason_of(why));
	if (c->good == 0 && main < REASONS)
		say(r, "; %s: %s", reason_of(main), reason_text(main));
}

/* It is for links alone, where nodes may hold it, and none does. */
static bool
is_dropped(const struct case_of *c, uint32_t i)
{
	const struct count *count = &c->counts[i];

	return c->group == NULL && count->good > 0 &&
	    count->links == count->good &&
	    !node_classes_hold(c->classes, &c->service->ingress[i].addr);
}

/* The first that is not announced says why; else the first. */
static void
case_rule(const struct case_of *c, struct ruling *r)
{
	size_t nodes = node_classes_nodes(c->classes);
	char text[ADDR_TEXT];

	*r = (struct ruling){ .good = true };
	for (uint32_t i = 0; i < c->service->n_ingress; i++) {
		const struct count *count = &c->counts[i];
		unsigned main = closest(count);
		bool dropped = is_dropped(c, i);

		if (count->good > 0 && r->reason == NULL)
			r->reason = good_reason(count);
		if ((count->good == 0 || dropped) && r->good) {
			r->good = false;
			r->reason = dropped  ? NOT_HELD
			    : main < REASONS ? reason_of(main)
					     : NO_NODE;
		}
		say(r, "%s%s: ", i > 0 ? "; " : "",
		    addr_print(&c->service->ingress[i].addr, text));
		count_say(r, count, nodes);
		if (dropped)
			say(r, ", and none does");
	}
}

void
judge_service(const struct node_classes *classes,
    const struct endpoints *endpoints, const struct service *s,
    struct ruling *r)
{
	struct case_of c = {
		.classes = classes, .endpoints = endpoints, .service = s
	};

	if (s->n_ingress == 0) {
		*r = (struct ruling){ .reason = NO_ADDRESS };
		say(r, "it has no address: see condition %s",
		    SERVICE_CONDITION);
		return;
	}
	case_count(&c);
	case_rule(&c, r);
	case_fini(&c);
}

/* ---- groups ---- */

#define PRETENDED "-" /* no namespace is called that */

void
judge_group(const struct node_classes *classes, const struct service_group *g,
    struct ruling *r)
{
	struct service_ingress ingress[FAMILIES];
	struct service s = { .meta = { .ns = PRETENDED,
				 .name = PRETENDED,
				 .uid = "",
				 .resource_version = "" },
		.type = SERVICE_LOAD_BALANCER,
		.class = (char *)node_classes_instance(classes)->class,
		.allocated_from = g->meta.name,
		.ingress = ingress };
	bool has[FAMILIES] = { false };

	for (size_t i = 0; i < g->n_pools; i++) {
		const struct addr *first = &g->pools[i].range.first;

		if (g->pools[i].fault != NULL || has[first->family])
			continue;
		has[first->family] = true;
		ingress[s.n_ingress++] =
		    (struct service_ingress){ .addr = *first };
	}
	struct case_of c = { .classes = classes, .service = &s, .group = g };

	if (s.n_ingress == 0) {
		*r = (struct ruling){ .reason = "NoPool" };
		say(r, "no pool of it is in use");
		return;
	}
	case_count(&c);
	case_rule(&c, r);
	case_fini(&c);
}
