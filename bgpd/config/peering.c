/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a BGPPeer and what the node knows to a session, or to the reason why there is
 * none. First whether the peer is this node's, then whose its address is, from where
 * the node talks to it, and with which secrets: a password, or all keys of TCP-AO. What
 * lacks one of them is blocked, since nothing goes out unauthenticated.
 */
#include "bgpd/config/peering.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/secret.h"
#include "common/api/node.h"

#define MD5_KEY_MAX 80 /* bytes: TCP_MD5SIG_MAXKEYLEN of Linux */

static uint32_t
v4_number(const struct addr *a)
{
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 |
	    (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

/* FNV-1a. */
static uint32_t
name_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

/*
 * RFC 6286 takes any number but 0. Older routers want an address that a host could have
 * and refuse the OPEN (2/3) otherwise.
 */
static bool
id_is_usable(uint32_t id)
{
	uint8_t first = id >> 24;

	return first >= 1 && first <= 223 && first != 127;
}

/* What is not usable moves to 1.0.0.0 … 126.255.255.255. */
static uint32_t
id_of_name(const char *name)
{
	uint32_t id = name_hash(name);

	if (id_is_usable(id))
		return id;
	return ((id >> 24) % 126 + 1) << 24 | (id & 0xffffff);
}

static bool
id_parse(const char *text, uint32_t *id)
{
	struct addr a;

	if (!addr_parse(text, &a) || a.family != FAMILY_V4)
		return false;
	*id = v4_number(&a);
	return id_is_usable(*id);
}

bool
peering_router_id_fits(const struct node *node, struct err *why)
{
	uint32_t id;

	return node->router_id == NULL || id_parse(node->router_id, &id) ||
	    err_set(why,
		"Node %s: metadata.annotations[%s]: %.60s: not an IPv4 address "
		"in 1.0.0.0..223.255.255.255 outside 127.0.0.0/8, so it is not "
		"used",
		node->meta.name, NODE_ROUTER_ID, node->router_id);
}

uint32_t
peering_router_id(
    const struct node *node, const struct bgp_configuration *config)
{
	const struct addr *ip = node_internal_ip(node, FAMILY_V4);
	uint32_t id;

	if (node->router_id != NULL && id_parse(node->router_id, &id))
		return id;
	if (config->router_id == ROUTER_ID_NODE_IP && ip != NULL &&
	    id_is_usable(v4_number(ip)))
		return v4_number(ip);
	return id_of_name(node->meta.name);
}

uint32_t
peering_cluster_id(const struct node *node)
{
	struct addr a;

	return node->cluster_id != NULL && addr_parse(node->cluster_id, &a) &&
		a.family == FAMILY_V4
	    ? v4_number(&a)
	    : 0;
}

bool
peering_cluster_id_fits(const struct node *node, struct err *why)
{
	return node->cluster_id == NULL || peering_cluster_id(node) != 0 ||
	    err_set(why,
		"Node %s: metadata.annotations[%s]: %.60s: not an IPv4 address "
		"other than 0.0.0.0, so the node reflects no routes",
		node->meta.name, NODE_CLUSTER_ID, node->cluster_id);
}

static bool
node_has(const struct node *node, const struct addr *addr)
{
	for (size_t i = 0; i < node->n_internal_ips; i++)
		if (addr_eq(&node->internal_ips[i], addr))
			return true;
	return false;
}

bool
peering_selects(const struct bgp_peer *peer, const struct node *node)
{
	if (peer->peers.present)
		return selector_matches(&peer->nodes, &node->labels) ||
		    (peer->reverse &&
			selector_matches(&peer->peers, &node->labels));
	return selector_matches(&peer->nodes, &node->labels) &&
	    (bgp_peer_is_range(peer) || !node_has(node, &peer->address));
}

/* By which it says where the peer is. */
static const char *
address_field(const struct bgp_peer *peer)
{
	if (peer->prefix.addr.family != FAMILY_NONE)
		return "peerPrefix";
	if (peer->peers.present)
		return "peerSelector";
	return peer->unnumbered ? "interface" : "peerIP";
}

static bool
source_choose(
    const struct bgp_peer *peer, const struct node *node, struct peering *p)
{
	const struct addr *ip = node_internal_ip(node, peer->address.family);

	if (peer->source.family != FAMILY_NONE) {
		p->source = peer->source;
		return true;
	}
	if (peer->zone[0] != '\0') /* the kernel has one on that link */
		return true;
	if (ip == NULL)
		return err_set(&p->why,
		    "spec.%s: the node has no InternalIP of family %s to talk "
		    "from; set spec.sourceAddress",
		    address_field(peer), family_name(peer->address.family));
	p->source = *ip;
	return true;
}

/* What TCP MD5 cannot do, in words that say nothing of the value. */
static const char *
password_fault(const struct secret_value *v)
{
	if (v->length == 0)
		return "is empty";
	if (v->length > MD5_KEY_MAX)
		return "is longer than 80 bytes, which TCP can not use";
	if (strlen(v->value) != v->length)
		return "has a zero byte in it, which is not for a key";
	return NULL;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * Of one without a fault. What comes of files and of echo, and of copying: it is part
 * of the password, and no router has it in its own. TCP only says that nobody answers.
 */
static const char *
password_doubt(const struct secret_value *v)
{
	char first = v->value[0], last = v->value[v->length - 1];

	if (last == '\n')
		return "ends in a newline, which is part of the password";
	if (is_space(first) || is_space(last))
		return "begins or ends in white space, which is part of the "
		       "password";
	for (size_t i = 0; i < v->length; i++)
		if ((unsigned char)v->value[i] < ' ' || v->value[i] == 0x7f)
			return "has a control character in it, which is part "
			       "of the password";
	for (size_t i = 0; i < v->length; i++)
		if ((unsigned char)v->value[i] > 0x7e)
			return "has characters outside of ASCII, which "
			       "routers may write in other bytes";
	return NULL;
}

/* part: ".name" or ".key". */
static const char *
password_field(const struct bgp_peer *peer, const char *part, char text[64])
{
	if (bgp_peer_secret_of_node(peer))
		return "spec.fromNode.passwordSecret";
	snprintf(text, 64, "spec.%s.secretKeyRef%s",
	    peer->by_mesh ? "nodeMeshPassword" : "password", part);
	return text;
}

static bool
password_tell(struct err *err, const struct bgp_peer *peer, const char *what)
{
	char field[64];

	return err_set(err, "%s: the value of %s in Secret %s %s",
	    password_field(peer, ".key", field), peer->secret_key,
	    peer->secret_name, what);
}

static const char *
ao_field(const struct bgp_peer *peer)
{
	return peer->by_mesh ? "nodeMeshTCPAO" : "tcpAO";
}

static bool
ao_tell(
    struct err *err, const struct bgp_peer *peer, size_t i, const char *what)
{
	return err_set(err,
	    "spec.%s.keys[%zu].secretKey: the value of %s in Secret %s %s",
	    ao_field(peer), i, peer->ao.at[i].secret_key, peer->secret_name,
	    what);
}

/* All or nothing: with some of them it is not known what the peer has. */
static bool
ao_choose(const struct bgp_peer *peer, const struct peering_view *view,
    struct peering *p)
{
	const struct secret *secret = view->secret;

	if (secret == NULL)
		return err_set(&p->why,
		    "spec.%s.secretName: there is no Secret %s in namespace "
		    "%s",
		    ao_field(peer), peer->secret_name, view->ns);
	for (size_t i = 0; i < peer->ao.n; i++) {
		const struct ao_spec_key *key = &peer->ao.at[i];
		const struct secret_value *v =
		    secret_get(secret, key->secret_key);

		if (v == NULL)
			return err_set(&p->why,
			    "spec.%s.keys[%zu].secretKey: Secret %s has no "
			    "key %s",
			    ao_field(peer), i, peer->secret_name,
			    key->secret_key);
		const char *fault = password_fault(v);

		if (fault != NULL)
			return ao_tell(&p->why, peer, i, fault);
		const char *doubt = password_doubt(v);

		if (doubt != NULL && p->doubt.text[0] == '\0')
			ao_tell(&p->doubt, peer, i, doubt);
		p->ao[i] = (struct ao_key){ key->send_id, key->recv_id,
			key->algorithm, v->value };
	}
	p->n_ao = peer->ao.n;
	return true;
}

/* A missing Secret blocks: nothing goes out unauthenticated. */
static bool
password_choose(const struct bgp_peer *peer, const struct peering_view *view,
    struct peering *p)
{
	char field[64];

	if (peer->secret_name == NULL)
		return true;
	if (view->secret == NULL)
		return err_set(&p->why,
		    "%s: there is no Secret %s in namespace %s",
		    password_field(peer, ".name", field), peer->secret_name,
		    view->ns);
	const struct secret_value *v =
	    secret_get(view->secret, peer->secret_key);

	if (v == NULL)
		return err_set(&p->why, "%s: Secret %s has no key %s",
		    password_field(peer, ".key", field), peer->secret_name,
		    peer->secret_key);
	const char *fault = password_fault(v);

	if (fault != NULL)
		return password_tell(&p->why, peer, fault);
	const char *doubt = password_doubt(v);

	if (doubt != NULL)
		password_tell(&p->doubt, peer, doubt);
	p->doubts_password = doubt != NULL;
	p->password = v;
	return true;
}

/* A router that has gone is no fault of the object: it is waited for. */
static void
router_choose(const struct bgp_peer *peer, const struct peering_view *view,
    struct peering *p)
{
	if (view->router != NULL) {
		p->remote = *view->router;
	} else if (p->state == PEERING_RUN) {
		p->state = PEERING_WAITS;
		err_set(&p->why, "spec.interface: %s: %s", peer->zone,
		    view->no_router != NULL ? view->no_router
					    : "only the running node knows "
					      "who is on this link");
	}
}

/* The same of a gateway; which of several it should be only people can tell. */
static void
gateway_choose(const struct bgp_peer *peer, struct peering *p)
{
	char text[ADDR_TEXT];

	if (peer->waits != NULL && p->state == PEERING_RUN) {
		p->state = PEERING_WAITS;
		err_set(&p->why, "spec.peerIP: %s", peer->waits);
	}
	if (peer->other.family != FAMILY_NONE && p->doubt.text[0] == '\0')
		err_set(&p->doubt,
		    "spec.peerIP: the node has another default gateway, %s, "
		    "of the same metric",
		    addr_print(&peer->other, text));
}

struct peering
peering_decide(const struct bgp_peer *peer, const struct peering_view *view)
{
	struct peering p = { .state = PEERING_ELSEWHERE };

	if (view->node == NULL || !bgp_configuration_speaks(view->config) ||
	    !peering_selects(peer, view->node))
		return p;
	p.state = PEERING_BLOCKED;
	p.local_as = peer->local_as_number != 0 ? peer->local_as_number
						: view->config->as_number;
	p.node_as = view->config->as_number;
	p.router_id = peering_router_id(view->node, view->config);
	p.cluster_id = peering_cluster_id(view->node);
	p.restart = peer->has_restart ? peer->restart : view->config->restart;
	p.remote = peer->address;
	if (peer->fault != NULL) {
		err_set(&p.why, "%s", peer->fault);
		if (peer->shutdown)
			p.state = PEERING_SHUT;
		return p;
	}
	if (view->older != NULL) {
		err_set(&p.why,
		    "spec.%s: BGPPeer %s, which is older, has the same %s",
		    address_field(peer),
		    view->older->of != NULL ? view->older->of->meta.name
					    : view->older->meta.name,
		    peer->unnumbered              ? "one"
			: bgp_peer_is_range(peer) ? "prefix"
						  : "address");
		return p;
	}
	if (view->beside != NULL) {
		err_set(&p.why,
		    "spec.passive: BGPPeer %s has the same address at another "
		    "port, so nothing tells which of them connects; not "
		    "passive, or spec.sourceAddress of one of them",
		    view->beside->meta.name);
		return p;
	}
	if (!source_choose(peer, view->node, &p))
		return p;
	if (peer->ao.n > 0 && view->no_ao != NULL) {
		err_set(&p.why, "spec.%s: %s", ao_field(peer), view->no_ao);
		return p;
	}
	p.no_secret = peer->ao.n > 0 ? !ao_choose(peer, view, &p)
				     : !password_choose(peer, view, &p);
	if (peer->shutdown)
		p.state = PEERING_SHUT;
	else if (!p.no_secret)
		p.state = PEERING_RUN;
	if (peer->unnumbered)
		router_choose(peer, view, &p);
	if (peer->gateway != FAMILY_NONE)
		gateway_choose(peer, &p);
	return p;
}
