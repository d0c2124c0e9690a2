/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/node_values.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_peer.h"
#include "common/api/node.h"
#include "common/err.h"

#define AS_NUMBER_DIGITS 10

/* NULL: it fits, and is set; else what would, a literal. */
typedef const char *value_set(struct bgp_peer *, const char *text);

static const char *
peer_ip_set(struct bgp_peer *p, const char *text)
{
	const char *fault = bgp_peer_set_ip(p, text);

	for (unsigned f = FAMILY_V4; f < FAMILIES && fault == NULL; f++)
		if (!p->families_given)
			p->families[f] = p->address.family == f;
	return fault;
}

static const char *
as_number_set(struct bgp_peer *p, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long long n = strtoull(text, NULL, 10);

	if (digits == 0 || digits > AS_NUMBER_DIGITS || text[digits] != '\0' ||
	    n == 0 || n > UINT32_MAX)
		return "not an AS number in 1..4294967295";
	p->as_number = (uint32_t)n;
	return NULL;
}

static const char *
source_set(struct bgp_peer *p, const char *text)
{
	return addr_parse(text, &p->source) ? NULL : "not an IP address";
}

/* As API servers have them (RFC 1123). */
static const char *
secret_set(struct bgp_peer *p, const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || n > 253 ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") != n)
		return "not the name of a Secret";
	p->secret_name = (char *)text;
	p->secret_key = (char *)NODE_SECRET_KEY;
	return NULL;
}

static const struct node_value_row {
	const char *field;
	value_set *set;
} rows[NODE_VALUES] = {
	[NODE_VALUE_PEER_IP] = { "peerIP", peer_ip_set },
	[NODE_VALUE_AS_NUMBER] = { "asNumber", as_number_set },
	[NODE_VALUE_SOURCE] = { "sourceAddress", source_set },
	[NODE_VALUE_SECRET] = { "passwordSecret", secret_set },
};

bool
node_values_wanted(const struct bgp_peer *peer)
{
	for (unsigned i = 0; i < NODE_VALUES; i++)
		if (bgp_peer_leaves(peer, i))
			return true;
	return false;
}

static bool
value_apply(struct bgp_peer *p, unsigned which, const struct node *node,
    struct err *err)
{
	const struct node_value *v = &p->from_node[which];
	bool annotated = v->annotation != NULL;
	const char *key = annotated ? v->annotation : v->label;
	const char *text =
	    labels_get(annotated ? &node->annotations : &node->labels, key);
	const char *map = annotated ? "annotations" : "labels";

	if (text == NULL)
		return err_set(err,
		    "Node %s: metadata.%s[%s]: missing: spec.fromNode.%s takes "
		    "the value from there",
		    node->meta.name, map, key, rows[which].field);
	const char *fault = rows[which].set(p, text);

	p->wrong = fault != NULL;
	return fault == NULL ||
	    err_set(err,
		"Node %s: metadata.%s[%s]: %.60s: %s, as which "
		"spec.fromNode.%s takes it",
		node->meta.name, map, key, text, fault, rows[which].field);
}

/* What two objects say, and only together is wrong. */
static bool
fits_together(
    const struct bgp_peer *p, const struct node *node, struct err *err)
{
	char source[ADDR_TEXT], peer[ADDR_TEXT];

	return p->source.family == FAMILY_NONE ||
	    p->address.family == FAMILY_NONE ||
	    p->source.family == p->address.family ||
	    err_set(err,
		"Node %s: the source address %s and the peer %s are of "
		"different families",
		node->meta.name, addr_print(&p->source, source),
		addr_print(&p->address, peer));
}

bool
node_values_apply(
    struct bgp_peer *peer, const struct node *node, struct err *err)
{
	bool good = true;

	for (unsigned i = 0; i < NODE_VALUES && good; i++)
		if (bgp_peer_leaves(peer, i))
			good = value_apply(peer, i, node, err);
	if (good) {
		good = fits_together(peer, node, err);
		peer->wrong = !good;
	}
	if (!good) {
		peer->address = (struct addr){ .family = FAMILY_NONE };
		peer->zone[0] = '\0';
		peer->gateway = FAMILY_NONE;
	}
	return good;
}
