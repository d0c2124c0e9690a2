/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One place says how a peer and its errors look as JSON, whether they are asked for
 * over the control socket or written into the BGPNodeStatus. Keys are stable: people
 * and programs read them. What a peer said of itself passes through peer_text before it
 * gets here.
 *
 * A summary of a peer is what a list shows and what the BGPNodeStatus keeps; its detail
 * adds what was configured, what both sides offered and every counter.
 */
#include "bgpd/control/peer_view.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/control/views.h"
#include "bgpd/peer/peer_restart.h"
#include "bgpd/policy/filter.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/peer_text.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/notification.h"
#include "bgpd/wire/open.h"
#include "common/alloc.h"
#include "common/err.h"

static const char *const family_keys[FAMILIES] = {
	[FAMILY_V4] = "ipv4",
	[FAMILY_V6] = "ipv6",
};

static const char *const message_keys[MSG_TYPES] = {
	[MSG_OPEN] = "open",
	[MSG_UPDATE] = "update",
	[MSG_NOTIFICATION] = "notification",
	[MSG_KEEPALIVE] = "keepalive",
	[MSG_ROUTE_REFRESH] = "routeRefresh",
};

json_t *
view_neighbor_addr(const struct view_peer *p)
{
	struct scoped_addr remote =
	    session_config_remote(session_config(p->session));
	char text[SCOPED_ADDR_TEXT];

	if (addr_is_zero(&remote.addr)) /* it is not known who is there */
		return json_string(remote.zone);
	return json_string(scoped_addr_print(&remote, text));
}

bool
view_peer_is(const struct view_peer *p, const char *who)
{
	struct scoped_addr a,
	    remote = session_config_remote(session_config(p->session));

	return strcmp(p->name, who) == 0 ||
	    (p->unnumbered && strcmp(remote.zone, who) == 0) ||
	    (scoped_addr_parse(who, &a) && scoped_addr_cmp(&a, &remote) == 0);
}

bool
view_peer_exists(
    const struct daemon_view *view, const char *who, struct err *err)
{
	for (size_t i = 0; i < view->n_peers; i++)
		if (view_peer_is(&view->peers[i], who))
			return true;
	return err_set(err, "no neighbor %.100s on node %s", who, view->node);
}

/* ["ipv4-unicast", "4-octet-as", ...]; the same words everywhere. */
static json_t *
view_caps(const struct caps *caps)
{
	const struct {
		bool has;
		const char *word;
	} words[] = {
		{ caps->family[FAMILY_V4], "ipv4-unicast" },
		{ caps->family[FAMILY_V6], "ipv6-unicast" },
		{ caps->as4, "4-octet-as" },
		{ caps->route_refresh, "route-refresh" },
		{ caps->enhanced_refresh, "enhanced-route-refresh" },
		{ caps->extended_message, "extended-message" },
		{ caps->extended_next_hop, "extended-next-hop" },
		{ caps->restart.present, "graceful-restart" },
		{ caps->long_lived.present, "long-lived-graceful-restart" },
		{ caps->add_path[FAMILY_V4] != 0, "add-path-ipv4" },
		{ caps->add_path[FAMILY_V6] != 0, "add-path-ipv6" },
		{ caps->has_role, "role" },
	};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].has)
			json_array_append_new(list, json_string(words[i].word));
	return list;
}

static json_t *
prefix_counts(const struct daemon_view *view, const struct view_peer *p)
{
	json_t *counts = json_object();

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct rib_counts in = { 0 };
		size_t sent = 0, queued = 0;
		json_t *family = json_object();

		if (p->member != NULL) {
			in = rib_counts(view->rib, p->source, f);
			sent = adjout_advertised(p->member, f);
			queued = adjout_queued(p->member, f);
		}
		view_set_int(family, "received", in.received);
		view_set_int(family, "accepted", in.accepted);
		view_set_int(family, "filtered", in.filtered);
		view_set_int(family, "sent", sent);
		view_set_int(family, "queued", queued);
		view_set(counts, family_keys[f], family);
	}
	return counts;
}

/* A peer need not give a text: then it is what its code means. */
static json_t *
error_text(const struct session_error *e)
{
	if (e->text[0] != '\0' || e->code == 0)
		return json_string(e->text);
	if (e->subcode == 0)
		return json_string(notification_code_name(e->code));
	return json_sprintf("%s, %s", notification_code_name(e->code),
	    notification_subcode_name(e->code, e->subcode));
}

static json_t *
last_error(const struct daemon_view *view, const struct view_peer *p)
{
	const struct session_error *e = session_error(p->session);

	if (e == NULL || e->at == 0)
		return json_null();
	json_t *error = json_object();

	view_set(error, "at", view_time(view, e->at));
	view_set(error, "sentBy", json_string(e->received ? "Peer" : "Local"));
	view_set_int(error, "code", e->code);
	view_set_int(error, "subcode", e->subcode);
	view_set(error, "text", error_text(e));
	return error;
}

/* What TCP says while another error explains why the session is down. */
static json_t *
tcp_error(const struct daemon_view *view, const struct view_peer *p)
{
	const struct session_error *e = session_tcp_error(p->session);
	json_t *error = json_object();

	if (e->at == 0) {
		json_decref(error);
		return json_null();
	}
	view_set(error, "at", view_time(view, e->at));
	view_set(error, "text", json_string(e->text));
	return error;
}

char *
view_suspended(const struct daemon_view *view, const struct view_peer *p)
{
	uint64_t at = session_retry_at(p->session);

	if (!session_suspended(p->session))
		return NULL;
	if (at == UINT64_MAX)
		return xstrdup(
		    "until spec.maxPrefixes or spec.maxPrefixesRestartTime is "
		    "changed, or the peer is shut down and enabled again");
	json_t *when = view_time(view, at);
	char *text = xasprintf("until %s", json_string_value(when));

	json_decref(when);
	return text;
}

static json_t *
suspended(const struct daemon_view *view, const struct view_peer *p)
{
	char *text = view_suspended(view, p);
	json_t *out = text != NULL ? json_string(text) : json_null();

	free(text);
	return out;
}

static json_t *
preserved(const struct caps_restart *said)
{
	json_t *list = json_array();

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (said->family[f] && said->forwarding[f])
			json_array_append_new(
			    list, json_string(family_name(f)));
	return list;
}

static json_int_t
longest(const struct caps_long_lived *said)
{
	uint32_t most = 0;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (said->family[f] && said->time[f] > most)
			most = said->time[f];
	return most;
}

static json_t *
time_or_null(const struct daemon_view *view, uint64_t at)
{
	return at != 0 ? view_time(view, at) : json_null();
}

uint32_t
view_stale_routes(const struct daemon_view *view, const struct view_peer *p)
{
	return rib_counts(view->rib, p->source, FAMILY_V4).stale +
	    rib_counts(view->rib, p->source, FAMILY_V6).stale;
}

/* What the peer says of itself. */
static json_t *
restart_view(const struct daemon_view *view, const struct view_peer *p)
{
	static const struct caps none;
	const struct agreed *agreed = session_agreed(p->session);
	const struct caps *said =
	    agreed != NULL && !p->leaving ? &agreed->caps : &none;

	return json_pack("{s:b, s:I, s:b, s:b, s:o, s:I, s:I, s:o}", "agreed",
	    said->restart.present, "restartTime",
	    (json_int_t)said->restart.time, "notification",
	    said->restart.notification, "restarting", said->restart.restarting,
	    "preserved", preserved(&said->restart), "longLivedTime",
	    longest(&said->long_lived), "staleRoutes",
	    (json_int_t)view_stale_routes(view, p), "staleUntil",
	    time_or_null(view, p->stale_until));
}

static json_t *
end_of_rib_view(const struct daemon_view *view, const struct view_peer *p)
{
	bool up = p->member != NULL;
	json_t *o = json_object();

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		json_object_set_new(o, family_keys[f],
		    json_pack("{s:o, s:o}", "sent",
			time_or_null(view, up ? p->restart->end_sent[f] : 0),
			"received",
			time_or_null(
			    view, up ? p->restart->end_received[f] : 0)));
	return o;
}

/* Who reads the last status is not to take for up what ends right behind it. */
static enum fsm_state
state_of(const struct view_peer *p)
{
	return p->leaving ? STATE_IDLE : session_state(p->session);
}

/* A capability may have 253 octets of it; so many are enough to know a router by. */
#define SAID_MOST 64

static json_t *
said_view(struct rbuf said)
{
	char text[SAID_MOST + 1];

	return said.left > 0 ? json_string(peer_text(text, sizeof(text), said))
			     : json_null();
}

/* "FRRouting/10.1", where it says so (draft-abraitis-bgp-version-capability). */
static json_t *
software_view(const struct view_peer *p)
{
	const struct bgp_open *open = session_open_received(p->session);

	return open != NULL ? said_view(open->seen.software) : json_null();
}

/* What the kernel says of the connection that is up. */
static json_t *
ao_view(const struct view_peer *p)
{
	struct ao_state ao;

	if (!session_ao(p->session, &ao))
		return json_null();
	return json_pack("{s:i, s:i, s:I, s:I, s:I, s:I}", "currentKeyID",
	    (int)ao.current_id, "rnextKeyID", (int)ao.rnext_id, "good",
	    (json_int_t)ao.good, "bad", (json_int_t)ao.bad, "unknownKey",
	    (json_int_t)ao.unknown, "unsigned", (json_int_t)ao.unsigned_);
}

json_t *
view_peer_summary(const struct daemon_view *view, const struct view_peer *p)
{
	const struct session_config *c = session_config(p->session);
	const struct agreed *agreed = session_agreed(p->session);
	const char *pending = session_pending_reset(p->session);
	json_t *o = json_object();

	view_set(o, "name", json_string(p->name));
	view_set(o, "address", view_neighbor_addr(p));
	view_set_int(o, "port", c->port != 0 ? c->port : BGP_PORT);
	view_set_int(
	    o, "asNumber", agreed != NULL ? agreed->remote_as : c->remote_as);
	view_set(o, "localAddress",
	    view_addr(agreed != NULL ? &agreed->local : &c->source));
	view_set_int(o, "localASNumber",
	    agreed != NULL ? agreed->local_as : c->local_as);
	view_set(o, "state", json_string(fsm_state_name(state_of(p))));
	view_set(o, "since", view_time(view, session_since(p->session)));
	view_set_int(o, "holdTime", agreed != NULL ? agreed->hold_time : 0);
	view_set_int(
	    o, "keepaliveTime", agreed != NULL ? agreed->keepalive_time : 0);
	view_set(o, "capabilities",
	    agreed != NULL ? view_caps(&agreed->caps) : json_array());
	view_set(o, "software", software_view(p));
	view_set_int(o, "flaps", session_stats(p->session)->flaps);
	view_set(o, "prefixes", prefix_counts(view, p));
	view_set(o, "gracefulRestart", restart_view(view, p));
	view_set(o, "endOfRib", end_of_rib_view(view, p));
	view_set(o, "lastError", last_error(view, p));
	view_set(o, "tcpError", tcp_error(view, p));
	view_set(o, "tcpAO", ao_view(p));
	view_set(o, "suspended", suspended(view, p));
	view_set(o, "pendingReset",
	    pending != NULL ? json_string(pending) : json_null());
	view_set(o, "resetAt",
	    pending != NULL && p->reset_at != 0 ? view_time(view, p->reset_at)
						: json_null());
	view_set(o, "blocked",
	    p->blocked != NULL ? json_string(p->blocked) : json_null());
	return o;
}

/* Ids of the keys, the one that the peer is asked for first; no secrets. */
static json_t *
ao_configured(const struct ao_keys *keys)
{
	json_t *list = json_array();

	for (size_t i = 0; i < keys->n; i++)
		json_array_append_new(list,
		    json_pack("{s:i, s:i}", "keyID", (int)keys->at[i].send_id,
			"recvID", (int)keys->at[i].recv_id));
	return list;
}

static json_t *
configured(const struct session_config *c)
{
	json_t *o = json_object(), *families = json_array();

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (c->families[f])
			json_array_append_new(
			    families, json_string(family_name(f)));
	view_set_int(o, "holdTime", c->hold_time);
	view_set_int(o, "keepaliveTime", c->keepalive_time);
	view_set_int(o, "connectRetryTime", c->connect_retry);
	view_set_int(o, "connectRetryMaxTime", c->retry_most);
	view_set_int(o, "maxPrefixesRestartTime", c->limit_restart);
	view_set(o, "gracefulRestart",
	    json_pack("{s:b, s:i, s:I, s:b}", "enabled", c->restart.on,
		"restartTime", (int)c->restart.time, "longLivedTime",
		(json_int_t)c->restart.long_lived, "notification",
		c->restart.notification));
	view_set(o, "families", families);
	view_set(o, "passive", json_boolean(c->passive));
	view_set(o, "addPaths",
	    json_pack("{s:b, s:b}", "send", c->add_path_send, "receive",
		c->add_path_receive));
	view_set(o, "role",
	    c->role != ROLE_NONE ? json_string(role_name(c->role))
				 : json_null());
	view_set(o, "roleStrict", json_boolean(c->role_strict));
	view_set(o, "extendedMessages", json_boolean(c->extended_messages));
	view_set(o, "extendedNextHop", json_boolean(c->extended_next_hop));
	view_set_int(o, "multihop", c->multihop);
	view_set_int(o, "ttlSecurity", c->ttl_security);
	view_set(o, "password", json_boolean(c->password != NULL));
	view_set(o, "tcpAO", ao_configured(&c->ao));
	view_set(o, "clusterID",
	    c->cluster_id != 0 ? view_router_id(c->cluster_id) : json_null());
	view_set(o, "routeReflectorClient", json_boolean(c->client));
	return o;
}

static json_t *
message_counts(const uint64_t counts[MSG_TYPES])
{
	json_t *o = json_object();

	for (unsigned t = MSG_OPEN; t < MSG_TYPES; t++)
		view_set_int(o, message_keys[t], counts[t]);
	return o;
}

/* Attributes with a fault so far, RFC 7606, by name. */
static json_t *
attribute_faults(const uint32_t counts[ATTR_CODES])
{
	json_t *o = json_object();

	for (unsigned code = 0; code < ATTR_CODES; code++)
		if (counts[code] != 0)
			view_set_int(o, attr_name((uint8_t)code), counts[code]);
	return o;
}

static json_t *
open_view(const struct bgp_open *open)
{
	if (open == NULL)
		return json_null();
	json_t *o = json_object();

	view_set_int(o, "asNumber", open->asn);
	view_set(o, "routerID", view_router_id(open->router_id));
	view_set_int(o, "holdTime", open->hold_time);
	view_set(o, "capabilities", view_caps(&open->caps));
	view_set(o, "hostname", said_view(open->seen.hostname));
	view_set(o, "software", said_view(open->seen.software));
	return o;
}

static void
filters_add(json_t *list, const struct policy *policy, const char *direction)
{
	struct filter_counter c;

	for (size_t i = 0; policy != NULL && filters_counter(policy, i, &c);
	     i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s, s:I}", "direction",
			direction, "filter", c.filter, "rule", c.rule, "action",
			c.accept ? "Accept" : "Reject", "hits",
			(json_int_t)c.hits));
	if (policy != NULL)
		json_array_append_new(list,
		    json_pack("{s:s, s:n, s:n, s:s, s:I}", "direction",
			direction, "filter", "rule", "action",
			strcmp(direction, "Import") == 0 ? "Reject" : "Accept",
			"hits", (json_int_t)filters_others(policy)));
}

/* Each rule with its hits, in order; then what none decided about. */
static json_t *
filters_view(const struct view_peer *p)
{
	json_t *list = json_array();

	filters_add(list, p->import, "Import");
	filters_add(list, p->export, "Export");
	return list;
}

json_t *
view_peer_detail(const struct daemon_view *view, const struct view_peer *p)
{
	const struct session_stats *stats = session_stats(p->session);
	json_t *o = view_peer_summary(view, p);
	json_t *messages = json_object(), *faults = json_object();

	view_set(messages, "received", message_counts(stats->in));
	view_set(messages, "sent", message_counts(stats->out));
	view_set(faults, "discarded", attribute_faults(stats->attr_discarded));
	view_set(faults, "withdrawn", attribute_faults(stats->attr_withdrawn));
	view_set(o, "fromPrefix", json_boolean(p->comes));
	view_set(o, "configured", configured(session_config(p->session)));
	view_set(o, "openSent", open_view(session_open_sent(p->session)));
	view_set(
	    o, "openReceived", open_view(session_open_received(p->session)));
	view_set(o, "messages", messages);
	view_set(o, "attributeFaults", faults);
	view_set(o, "filters", filters_view(p));
	view_set(o, "filterFault",
	    p->filter_fault != NULL ? json_string(p->filter_fault)
				    : json_null());
	view_set(o, "receivedRoutes",
	    json_string(rib_counts(view->rib, p->source, FAMILY_V4).counted
		    ? "Counted"
		    : "Kept"));
	view_set_int(o, "connectAttempts", stats->attempts);
	view_set_int(o, "collisions", stats->collisions);
	view_set_int(o, "holdExpired", stats->hold_expired);
	view_set_int(o, "sendHoldExpired", stats->send_hold_expired);
	return o;
}

size_t
view_established(const struct daemon_view *view)
{
	size_t n = 0;

	for (size_t i = 0; i < view->n_peers; i++)
		n += state_of(&view->peers[i]) == STATE_ESTABLISHED;
	return n;
}
