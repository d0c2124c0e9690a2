/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding: the table (bgp_peer_fields.c) has been applied before.
 *
 * A peer that is shut down is decoded even when the rest of it is refused. Whoever
 * wants a session down must get it down, whatever else the object says; so shut_copy()
 * keeps the few fields that say which peer it is, and the refusal is told all the same.
 */
#include "bgpd/config/bgp_peer.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/peer_ip.h"
#include "bgpd/session/session_config.h"
#include "common/alloc.h"
#include "common/api/fields.h"
#include "common/err.h"
#include "common/json.h"
#include "common/utf8.h"

#define SHUTDOWN_MESSAGE_MAX 128

static void
ranges_decode(struct bgp_peer *p, const json_t *list)
{
	p->n_ranges = json_array_size(list);
	p->ranges = xcalloc(p->n_ranges, sizeof(p->ranges[0]));
	for (size_t i = 0; i < p->n_ranges; i++) {
		const json_t *range = json_array_get(list, i);
		const json_t *to = json_object_get(range, "to");

		p->ranges[i].first = (uint32_t)json_int(range, "from");
		p->ranges[i].last = to != NULL
		    ? (uint32_t)json_integer_value(to)
		    : p->ranges[i].first;
	}
}

static void
as_decode(struct bgp_peer *p, const json_t *spec)
{
	const json_t *ranges = json_object_get(spec, "asNumbers");
	const json_t *options = json_object_get(spec, "localASNumberOptions");

	p->as = json_is_true(json_object_get(spec, "external"))
	    ? PEER_AS_EXTERNAL
	    : json_is_true(json_object_get(spec, "internal")) ? PEER_AS_INTERNAL
	    : ranges != NULL                                  ? PEER_AS_RANGES
							      : PEER_AS_NUMBER;
	ranges_decode(p, ranges);
	p->as_number = (uint32_t)json_int(spec, "asNumber");
	p->local_as_number = (uint32_t)json_int(spec, "localASNumber");
	p->prepend_as = json_is_false(json_object_get(options, "noPrepend"));
	p->keep_as = json_is_false(json_object_get(options, "replaceAS"));
	p->dual_as = json_is_true(json_object_get(options, "dualAS"));
}

static void
times_decode(struct bgp_peer *p, const json_t *spec)
{
	p->hold_time = (uint16_t)json_int(spec, "holdTime");
	p->keepalive_time = (uint16_t)json_int(spec, "keepaliveTime");
	p->connect_retry_time = (uint16_t)json_int(spec, "connectRetryTime");
	p->connect_retry_max_time =
	    (uint16_t)json_int(spec, "connectRetryMaxTime");
}

/*
 * Without a list: the family that the session itself runs over; between nodes, and on a
 * link without addresses, both.
 */
static void
families_decode(struct bgp_peer *p, const json_t *list)
{
	p->families_given = list != NULL;
	for (unsigned f = FAMILY_V4; f < FAMILIES && list == NULL; f++)
		p->families[f] =
		    p->peers.present || p->unnumbered || p->address.family == f;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		p->families[strcmp(name, "IPv4") == 0 ? FAMILY_V4 : FAMILY_V6] =
		    true;
	}
}

static void
security_decode(struct bgp_peer *p, const json_t *spec)
{
	const json_t *ref =
	    json_object_get(json_object_get(spec, "password"), "secretKeyRef");
	const json_t *ao = json_object_get(spec, "tcpAO");

	p->secret_name =
	    xstrdup(ao != NULL ? json_text_or_null(ao, "secretName")
			       : json_text_or_null(ref, "name"));
	p->secret_key = xstrdup(json_text_or_null(ref, "key"));
	ao_spec_init(&p->ao, ao);
	p->ttl_security = (uint8_t)json_int(spec, "ttlSecurity");
	p->multihop = (uint8_t)json_int(spec, "ebgpMultihop");
	p->max_prefixes = (uint32_t)json_int(spec, "maxPrefixes");
	p->max_prefixes_restart =
	    (uint32_t)json_int(spec, "maxPrefixesRestartTime");
}

static void
bfd_decode(struct peer_bfd_spec *b, const json_t *spec)
{
	const json_t *bfd = json_object_get(spec, "bfd");
	const json_t *multihop = json_object_get(bfd, "multihop");

	b->enabled = json_is_true(json_object_get(bfd, "enabled"));
	b->receive_interval = (uint16_t)json_int(bfd, "receiveInterval");
	b->transmit_interval = (uint16_t)json_int(bfd, "transmitInterval");
	b->detect_multiplier = (uint8_t)json_int(bfd, "detectMultiplier");
	b->hops = multihop == NULL   ? PEER_BFD_DERIVED
	    : json_is_true(multihop) ? PEER_BFD_MULTIHOP
				     : PEER_BFD_SINGLE_HOP;
	b->min_ttl = (uint8_t)json_int(bfd, "minimumTTL");
	b->strict = json_is_true(json_object_get(bfd, "strict"));
}

static void
add_paths_decode(struct bgp_peer *p, const json_t *paths)
{
	const char *send = json_text_or_null(paths, "send");

	p->add_path_receive = json_is_true(json_object_get(paths, "receive"));
	if (send != NULL && strcmp(send, "All") == 0)
		p->add_path_send = PEER_ADD_PATH_ALL;
	else if (send != NULL && strcmp(send, "Best") == 0)
		p->add_path_send = (uint32_t)json_int(paths, "best");
}

static enum role
role_decode(const char *name)
{
	unsigned i = 0;

	if (name == NULL)
		return ROLE_NONE;
	while (strcmp(bgp_peer_roles[i], name) != 0)
		i++;
	return (enum role)(ROLE_PROVIDER + i);
}

static void
address_decode(struct bgp_peer *p, const json_t *spec)
{
	const char *text = json_text_or_null(spec, "peerIP");
	const char *interface = json_text_or_null(spec, "interface");
	const char *prefix = json_text_or_null(spec, "peerPrefix");
	struct scoped_addr address = { .addr.family = FAMILY_V6 };
	struct err err;

	p->unnumbered = interface != NULL;
	p->port = PEER_IP_PORT;
	if (interface != NULL)
		address = scoped_addr(&address.addr, interface);
	else if (prefix != NULL && prefix_parse(prefix, &p->prefix, &err))
		address = scoped_addr(&p->prefix.addr, "");
	else if (text != NULL)
		peer_ip_parse(text, &address, &p->port);
	else
		return;
	p->gateway = text != NULL ? peer_ip_family(text) : FAMILY_NONE;
	p->address = address.addr;
	memcpy(p->zone, address.zone, sizeof(p->zone));
}

static void
from_node_decode(struct bgp_peer *p, const json_t *from)
{
	static const char *const fields[NODE_VALUES] = {
		[NODE_VALUE_PEER_IP] = "peerIP",
		[NODE_VALUE_AS_NUMBER] = "asNumber",
		[NODE_VALUE_SOURCE] = "sourceAddress",
		[NODE_VALUE_SECRET] = "passwordSecret",
	};

	for (unsigned i = 0; i < NODE_VALUES; i++) {
		const json_t *value = json_object_get(from, fields[i]);

		p->from_node[i].annotation =
		    xstrdup(json_text_or_null(value, "annotation"));
		p->from_node[i].label =
		    xstrdup(json_text_or_null(value, "label"));
	}
}

static void
spec_decode(struct bgp_peer *p, const json_t *spec)
{
	const json_t *shutdown = json_object_get(spec, "shutdown");
	const json_t *restart = json_object_get(spec, "gracefulRestart");
	const json_t *extended = json_object_get(spec, "extendedNextHop");
	const char *source = json_text_or_null(spec, "sourceAddress");

	address_decode(p, spec);
	p->limit = (uint32_t)json_int(spec, "peerLimit");
	selector_decode(&p->peers, json_object_get(spec, "peerSelector"));
	p->reverse = strcmp(json_text(spec, "reversePeering"), "Auto") == 0;
	p->client = json_is_true(json_object_get(spec, "routeReflectorClient"));
	if (source != NULL)
		addr_parse(source, &p->source);
	from_node_decode(p, json_object_get(spec, "fromNode"));
	as_decode(p, spec);
	times_decode(p, spec);
	families_decode(p, json_object_get(spec, "families"));
	security_decode(p, spec);
	bfd_decode(&p->bfd, spec);
	selector_decode(&p->nodes, json_object_get(spec, "nodeSelector"));
	p->keep_next_hop =
	    json_is_true(json_object_get(spec, "keepOriginalNextHop"));
	p->own_as = (uint8_t)json_int(spec, "numAllowedLocalASNumbers");
	p->passive = json_is_true(json_object_get(spec, "passive"));
	p->extended_next_hop =
	    extended != NULL ? json_is_true(extended) : p->zone[0] != '\0';
	filter_names_decode(&p->filters, json_object_get(spec, "filters"));
	add_paths_decode(p, json_object_get(spec, "addPaths"));
	p->role = role_decode(json_text_or_null(spec, "role"));
	p->role_strict = json_is_true(json_object_get(spec, "roleStrict"));
	p->extended_messages =
	    json_is_true(json_object_get(spec, "extendedMessages"));
	p->has_restart = restart != NULL;
	p->restart = restart_decode(restart);
	p->shutdown = json_is_true(json_object_get(shutdown, "enabled"));
	p->shutdown_message = xstrdup(json_text_or_null(shutdown, "message"));
}

struct bgp_peer
bgp_peer_default(void)
{
	return (struct bgp_peer){
		.port = PEER_IP_PORT,
		.hold_time = 90,
		.connect_retry_time = 5,
		.connect_retry_max_time = 60,
		.restart = restart_decode(NULL),
	};
}

bool
bgp_peer_is_range(const struct bgp_peer *p)
{
	return p->prefix.addr.family != FAMILY_NONE && p->of == NULL;
}

static bool
is_shut(const json_t *obj)
{
	const json_t *shutdown =
	    json_object_get(json_object_get(obj, "spec"), "shutdown");

	return json_is_true(json_object_get(shutdown, "enabled"));
}

/* RFC 9003 2: what is longer cannot be sent. */
static void
message_cut(struct bgp_peer *p, struct err *err)
{
	size_t length =
	    p->shutdown_message != NULL ? strlen(p->shutdown_message) : 0;
	size_t most = utf8_cut(
	    length > 0 ? p->shutdown_message : "", SHUTDOWN_MESSAGE_MAX);

	if (most == length)
		return;
	p->shutdown_message[most] = '\0';
	err_set(err,
	    "spec.shutdown.message: longer than %d bytes of UTF-8: the first "
	    "%zu are sent",
	    SHUTDOWN_MESSAGE_MAX, most);
}

/*
 * All that a peer needs to be down, as a copy. What else it says, or explains, does not
 * count as long as it is: no fault in that may keep a session up that is to go down.
 */
static json_t *
shut_copy(const json_t *obj)
{
	static const char *const kept[] = { "peerIP", "interface", "peerPrefix",
		"peerSelector", "reversePeering", "asNumber", "asNumbers",
		"external", "internal", "nodeSelector", "fromNode" };
	const json_t *spec = json_object_get(obj, "spec");
	json_t *shutdown = json_pack("{s:b}", "enabled", 1);
	json_t *copy = json_copy((json_t *)obj), *least = json_object();
	const json_t *message =
	    json_object_get(json_object_get(spec, "shutdown"), "message");

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (json_object_get(spec, kept[i]) != NULL)
			json_object_set(
			    least, kept[i], json_object_get(spec, kept[i]));
	if (json_is_string(message) && json_string_length(message) <= 1024)
		json_object_set(shutdown, "message", (json_t *)message);
	json_object_set_new(least, "shutdown", shutdown);
	json_object_set_new(copy, "spec", least);
	return copy;
}

/* err is filled also when what counts has been applied. */
static json_t *
spec_apply(const json_t *obj, struct err *err)
{
	json_t *applied = fields_apply(&bgp_peer_fields, obj, err);

	if (applied != NULL || !is_shut(obj))
		return applied;
	json_t *copy = shut_copy(obj);
	struct err why;

	applied = fields_apply(&bgp_peer_fields, copy, &why);
	json_decref(copy);
	return applied;
}

void *
bgp_peer_decode(const json_t *obj, struct err *err)
{
	struct bgp_peer *p = xcalloc(1, sizeof(*p));
	struct err why = { "" };

	if (!meta_decode(&p->meta, obj, &why)) {
		*err = why;
		bgp_peer_free(p);
		return NULL;
	}
	json_t *applied = spec_apply(obj, err);

	if (applied == NULL) {
		bgp_peer_free(p);
		return NULL;
	}
	spec_decode(p, json_object_get(applied, "spec"));
	message_cut(p, err);
	p->in_part = err->text[0] != '\0';
	conditions_decode(&p->conditions, obj);
	json_decref(applied);
	return p;
}

/* An unknown field keeps no session up that is to go down. */
bool
bgp_peer_known(const json_t *obj, struct err *err)
{
	return fields_known(&bgp_peer_fields, obj, err) || is_shut(obj);
}

void
bgp_peer_free(void *peer)
{
	struct bgp_peer *p = peer;

	if (p == NULL)
		return;
	meta_fini(&p->meta);
	selector_fini(&p->nodes);
	selector_fini(&p->peers);
	conditions_fini(&p->conditions);
	filter_names_fini(&p->filters);
	free(p->ranges);
	for (unsigned i = 0; i < NODE_VALUES; i++) {
		free(p->from_node[i].annotation);
		free(p->from_node[i].label);
	}
	free(p->secret_name);
	ao_spec_fini(&p->ao);
	free(p->secret_key);
	free(p->shutdown_message);
	free(p);
}
