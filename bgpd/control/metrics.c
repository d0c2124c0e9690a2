/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing is counted here. The daemon keeps its numbers where they arise, in sessions
 * and in the rib; a row of the table at the end of this file names a metric, and its
 * function reads the numbers out of the view when somebody scrapes. So a metric costs
 * nothing until it is asked for, and can't differ from what `lbbgp show` says.
 *
 * Most metrics have a value for each peer, with the labels peer and address, and some
 * one more label of a fixed set of words: message type, code of a NOTIFICATION,
 * attribute, family. Words of peers are never labels.
 */
#include "bgpd/control/metrics.h"

#include <stdio.h>

#include "bgpd/announce/announce.h"
#include "bgpd/control/filters_answer.h"
#include "bgpd/control/peer_view.h"
#include "bgpd/control/views.h"
#include "bgpd/peer/peer_restart.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/links.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/attr.h"
#include "bgpd/wire/notification.h"
#include "common/log.h"
#include "common/metrics.h"
#include "config.h"

static const char *const families[FAMILIES] = {
	[FAMILY_V4] = "ipv4",
	[FAMILY_V6] = "ipv6",
};

static const char *const types[MSG_TYPES] = {
	[MSG_OPEN] = "open",
	[MSG_UPDATE] = "update",
	[MSG_NOTIFICATION] = "notification",
	[MSG_KEEPALIVE] = "keepalive",
	[MSG_ROUTE_REFRESH] = "route-refresh",
};

/* One value for each peer: labels peer and address. */

typedef double peer_value(const struct daemon_view *, const struct view_peer *);

struct peer_labels { /* with room for two more */
	char address[SCOPED_ADDR_TEXT];
	struct metric_label at[4];
};

static struct metric_label *
peer_labels(struct peer_labels *l, const struct view_peer *p)
{
	struct scoped_addr remote =
	    session_config_remote(session_config(p->session));

	scoped_addr_print(&remote, l->address);
	l->at[0] = (struct metric_label){ "peer", p->name };
	l->at[1] = (struct metric_label){ "address", l->address };
	return l->at;
}

static void
each_peer(void *arg, struct metrics_out *out, peer_value *value)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct peer_labels l;

	for (size_t i = 0; i < view->n_peers; i++)
		metrics_value(out, peer_labels(&l, &view->peers[i]), 2,
		    value(view, &view->peers[i]));
}

static double
is_up(const struct daemon_view *view, const struct view_peer *p)
{
	(void)view;
	return session_state(p->session) == STATE_ESTABLISHED;
}

static void
collect_up(void *arg, struct metrics_out *out)
{
	each_peer(arg, out, is_up);
}

static double
is_blocked(const struct daemon_view *view, const struct view_peer *p)
{
	(void)view;
	return p->blocked != NULL;
}

static void
collect_blocked(void *arg, struct metrics_out *out)
{
	each_peer(arg, out, is_blocked);
}

static double
flaps(const struct daemon_view *view, const struct view_peer *p)
{
	(void)view;
	return session_stats(p->session)->flaps;
}

static void
collect_flaps(void *arg, struct metrics_out *out)
{
	each_peer(arg, out, flaps);
}

static double
hold_time(const struct daemon_view *view, const struct view_peer *p)
{
	const struct agreed *agreed = session_agreed(p->session);

	(void)view;
	return agreed != NULL ? agreed->hold_time : 0;
}

static void
collect_hold_time(void *arg, struct metrics_out *out)
{
	each_peer(arg, out, hold_time);
}

static double
hold_expired(const struct daemon_view *view, const struct view_peer *p)
{
	(void)view;
	return session_stats(p->session)->hold_expired;
}

static void
collect_hold_expired(void *arg, struct metrics_out *out)
{
	each_peer(arg, out, hold_expired);
}

static double
send_hold_expired(const struct daemon_view *view, const struct view_peer *p)
{
	(void)view;
	return session_stats(p->session)->send_hold_expired;
}

static void
collect_send_hold_expired(void *arg, struct metrics_out *out)
{
	each_peer(arg, out, send_hold_expired);
}

static double
keeps_ours(const struct daemon_view *view, const struct view_peer *p)
{
	(void)view;
	return session_keeps_ours(p->session);
}

static void
collect_graceful_restart(void *arg, struct metrics_out *out)
{
	each_peer(arg, out, keeps_ours);
}

static double
stale_routes(const struct daemon_view *view, const struct view_peer *p)
{
	return view_stale_routes(view, p);
}

static void
collect_stale_routes(void *arg, struct metrics_out *out)
{
	each_peer(arg, out, stale_routes);
}

/* Several values for each peer. */

/* at 0: there was none in this session. */
static void
end_value(struct metrics_out *out, struct metric_label *labels,
    const char *direction, const struct view_peer *p, uint64_t at)
{
	if (p->member == NULL || at == 0)
		return;
	labels[3] = (struct metric_label){ "direction", direction };
	metrics_value(
	    out, labels, 4, (double)(at - session_since(p->session)) / 1000);
}

static void
collect_end_of_rib(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct peer_labels l;

	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];

		peer_labels(&l, p);
		for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
			l.at[2] =
			    (struct metric_label){ "family", families[f] };
			end_value(out, l.at, "received", p,
			    p->restart->end_received[f]);
			end_value(
			    out, l.at, "sent", p, p->restart->end_sent[f]);
		}
	}
}

/* TCP-AO (RFC 5925); peers that have none are not told of. */

static void
collect_ao_keys(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct peer_labels l;

	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];
		size_t n = session_config(p->session)->ao.n;

		if (n > 0)
			metrics_value(out, peer_labels(&l, p), 2, (double)n);
	}
}

typedef void
ao_values(struct metrics_out *, struct metric_label *, const struct ao_state *);

static void
each_ao_state(void *arg, struct metrics_out *out, ao_values *values)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct peer_labels l;
	struct ao_state ao;

	for (size_t i = 0; i < view->n_peers; i++)
		if (session_ao(view->peers[i].session, &ao))
			values(out, peer_labels(&l, &view->peers[i]), &ao);
}

static void
ao_id_values(struct metrics_out *out, struct metric_label *labels,
    const struct ao_state *ao)
{
	labels[2] = (struct metric_label){ "use", "sends" };
	metrics_value(out, labels, 3, ao->current_id);
	labels[2] = (struct metric_label){ "use", "asks" };
	metrics_value(out, labels, 3, ao->rnext_id);
}

static void
collect_ao_ids(void *arg, struct metrics_out *out)
{
	each_ao_state(arg, out, ao_id_values);
}

static void
ao_segment_values(struct metrics_out *out, struct metric_label *labels,
    const struct ao_state *ao)
{
	const struct {
		const char *verdict;
		uint64_t n;
	} rows[] = {
		{ "good", ao->good },
		{ "bad", ao->bad },
		{ "unknown_key", ao->unknown },
		{ "unsigned", ao->unsigned_ },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		labels[2] = (struct metric_label){ "verdict", rows[i].verdict };
		metrics_value(out, labels, 3, (double)rows[i].n);
	}
}

static void
collect_ao_segments(void *arg, struct metrics_out *out)
{
	each_ao_state(arg, out, ao_segment_values);
}

static void
message_values(struct metrics_out *out, struct metric_label *labels,
    const char *direction, const uint64_t counts[MSG_TYPES])
{
	labels[2] = (struct metric_label){ "direction", direction };
	for (unsigned t = MSG_OPEN; t < MSG_TYPES; t++) {
		labels[3] = (struct metric_label){ "type", types[t] };
		metrics_value(out, labels, 4, (double)counts[t]);
	}
}

static void
collect_messages(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct peer_labels l;

	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];
		const struct session_stats *s = session_stats(p->session);

		peer_labels(&l, p);
		message_values(out, l.at, "received", s->in);
		message_values(out, l.at, "sent", s->out);
	}
}

static void
notification_values(struct metrics_out *out, struct metric_label *labels,
    const char *direction, const uint32_t counts[SESSION_ERROR_CODES])
{
	labels[2] = (struct metric_label){ "direction", direction };
	for (unsigned code = 0; code < SESSION_ERROR_CODES; code++) {
		if (counts[code] == 0)
			continue;
		labels[3] = (struct metric_label){ "code",
			notification_code_name((uint8_t)code) };
		metrics_value(out, labels, 4, counts[code]);
	}
}

static void
collect_notifications(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct peer_labels l;

	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];
		const struct session_stats *s = session_stats(p->session);

		peer_labels(&l, p);
		notification_values(out, l.at, "received", s->notifications_in);
		notification_values(out, l.at, "sent", s->notifications_out);
	}
}

static void
fault_values(struct metrics_out *out, struct metric_label *labels,
    const char *verdict, const uint32_t counts[ATTR_CODES])
{
	labels[2] = (struct metric_label){ "verdict", verdict };
	for (unsigned code = 0; code < ATTR_CODES; code++) {
		if (counts[code] == 0)
			continue;
		labels[3] = (struct metric_label){ "attribute",
			attr_name((uint8_t)code) };
		metrics_value(out, labels, 4, counts[code]);
	}
}

static void
collect_faults(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct peer_labels l;

	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];
		const struct session_stats *s = session_stats(p->session);

		peer_labels(&l, p);
		fault_values(out, l.at, "discard", s->attr_discarded);
		fault_values(out, l.at, "withdraw", s->attr_withdrawn);
	}
}

static void
prefix_values(struct metrics_out *out, struct metric_label *labels,
    const struct daemon_view *view, const struct view_peer *p)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct rib_counts in = rib_counts(view->rib, p->source, f);
		const struct {
			const char *direction;
			double value;
		} values[] = {
			{ "received", in.received },
			{ "accepted", in.accepted },
			{ "filtered", in.filtered },
			{ "sent", (double)adjout_advertised(p->member, f) },
			{ "queued", (double)adjout_queued(p->member, f) },
			{ "too_long", (double)adjout_too_long(p->member, f) },
		};

		labels[2] = (struct metric_label){ "family", families[f] };
		for (unsigned i = 0; i < 6; i++) {
			labels[3] = (struct metric_label){ "direction",
				values[i].direction };
			metrics_value(out, labels, 4, values[i].value);
		}
	}
}

static void
collect_prefixes(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct peer_labels l;

	for (size_t i = 0; i < view->n_peers; i++)
		if (view->peers[i].member != NULL)
			prefix_values(out, peer_labels(&l, &view->peers[i]),
			    view, &view->peers[i]);
}

/* The node. */

static void
collect_announced(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct metric_label label = { "family", families[f] };

		metrics_value(
		    out, &label, 1, (double)announce_count(view->announce, f));
	}
}

static void
collect_wants(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	for (unsigned v = 0; v < VERDICTS; v++) {
		struct metric_label labels[] = {
			{ "announced", verdict_announces(v) ? "yes" : "no" },
			{ "reason", verdict_name(v) },
		};

		metrics_value(out, labels, 2,
		    (double)announce_verdicts(view->announce, v));
	}
}

static void
collect_drain(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	for (unsigned s = 0; s < DRAIN_STATES; s++) {
		struct metric_label label = { "state", view_drain_state(s) };

		metrics_value(out, &label, 1, view->drain.state == s);
	}
}

static void
collect_conditions(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	for (size_t i = 0; i < view->n_conditions; i++) {
		struct metric_label labels[] = {
			{ "type", view->conditions[i].type },
			{ "reason", view->conditions[i].reason },
		};

		metrics_value(out, labels, 2, 1);
	}
}

static void
collect_refused(void *arg, struct metrics_out *out)
{
	const struct bgpd_metrics *m = arg;
	const struct {
		const char *reason;
		uint64_t n;
	} rows[] = {
		{ "unknown", m->refused->unknown },
		{ "elsewhere", m->refused->elsewhere },
		{ "shared", m->refused->shared },
		{ "limited", m->refused->limited },
		{ "full", m->refused->uninvited },
		{ "unkeyed", m->refused->unkeyed },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct metric_label label = { "reason", rows[i].reason };

		metrics_value(out, &label, 1, (double)rows[i].n);
	}
}

static void
collect_dynamic(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	for (size_t i = 0; i < view->n_ranges; i++) {
		struct metric_label label = { "peer", view->ranges[i].name };

		metrics_value(out, &label, 1, (double)view->ranges[i].n);
	}
}

static void
collect_dynamic_limit(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	for (size_t i = 0; i < view->n_ranges; i++) {
		struct metric_label label = { "peer", view->ranges[i].name };

		metrics_value(out, &label, 1, view->ranges[i].limit);
	}
}

/* Names of objects, so there are only so many. */
static void
collect_filter_hits(void *arg, struct metrics_out *out)
{
	struct filter_tallies t;

	filter_tallies_init(&t, bgpd_metrics_view(arg));
	for (size_t i = 0; i < t.n; i++) {
		const struct filter_tally *tally = &t.at[i];
		struct metric_label labels[] = {
			{ "filter", tally->counter.filter },
			{ "rule", tally->counter.rule },
			{ "direction",
			    tally->way == FILTER_IMPORT ? "import" : "export" },
		};

		metrics_value(out, labels, 3, (double)tally->counter.hits);
	}
	filter_tallies_fini(&t);
}

static void
collect_log_lines(void *arg, struct metrics_out *out)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARN] = "warn",
	};

	(void)arg;
	for (unsigned level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_WARN;
	     level++) {
		struct metric_label label = { "level", names[level] };

		metrics_value(out, &label, 1, (double)log_count(level));
	}
}

static void
collect_log_lost(void *arg, struct metrics_out *out)
{
	(void)arg;
	metrics_value(out, NULL, 0, (double)log_lost());
}

static void
collect_table_bytes(void *arg, struct metrics_out *out)
{
	metrics_value(
	    out, NULL, 0, (double)rib_bytes(bgpd_metrics_view(arg)->rib));
}

static void
collect_table_budget(void *arg, struct metrics_out *out)
{
	metrics_value(
	    out, NULL, 0, (double)rib_budget(bgpd_metrics_view(arg)->rib));
}

static void
collect_build(void *arg, struct metrics_out *out)
{
	const char *class = bgpd_metrics_view(arg)->class;
	const struct metric_label labels[] = {
		{ "version", PACKAGE_VERSION },
		{ "class", class != NULL ? class : "" },
	};

	metrics_value(out, labels, 2, 1);
}

/* clang-format off */
static const struct metric table[] = {
	{ "lbbgp_build_info", "The running version, and the class of its lbbgp.",
	    METRIC_GAUGE, collect_build, "version class" },
	{ "lbbgp_peer_up", "1 while the session is Established.",
	    METRIC_GAUGE, collect_up, "peer address" },
	{ "lbbgp_peer_blocked", "1 while the configuration forbids the session.",
	    METRIC_GAUGE, collect_blocked, "peer address" },
	{ "lbbgp_peer_flaps_total", "Times that Established was lost.",
	    METRIC_COUNTER, collect_flaps, "peer address" },
	{ "lbbgp_peer_hold_time_seconds", "Hold time agreed; 0: none, or down.",
	    METRIC_GAUGE, collect_hold_time, "peer address" },
	{ "lbbgp_peer_hold_expired_total", "Sessions ended by the hold timer.",
	    METRIC_COUNTER, collect_hold_expired, "peer address" },
	{ "lbbgp_peer_send_hold_expired_total",
	    "Sessions ended by the send hold timer (RFC 9687).",
	    METRIC_COUNTER, collect_send_hold_expired, "peer address" },
	{ "lbbgp_peer_messages_total", "BGP messages by type and direction.",
	    METRIC_COUNTER, collect_messages, "peer address direction type" },
	{ "lbbgp_peer_notifications_total", "NOTIFICATIONs by code.",
	    METRIC_COUNTER, collect_notifications, "peer address direction code" },
	{ "lbbgp_peer_attribute_faults_total",
	    "UPDATEs with a bad attribute, by what it cost (RFC 7606).",
	    METRIC_COUNTER, collect_faults, "peer address verdict attribute" },
	{ "lbbgp_peer_prefixes", "Prefixes by family and direction.",
	    METRIC_GAUGE, collect_prefixes, "peer address family direction" },
	{ "lbbgp_filter_hits_total",
	    "Times that a rule of a BGPFilter decided about a route.",
	    METRIC_COUNTER, collect_filter_hits, "filter rule direction" },
	{ "lbbgp_peer_graceful_restart",
	    "1 while the peer would keep our routes over a restart.",
	    METRIC_GAUGE, collect_graceful_restart, "peer address" },
	{ "lbbgp_peer_stale_routes",
	    "Routes of an earlier session with the peer that are kept.",
	    METRIC_GAUGE, collect_stale_routes, "peer address" },
	{ "lbbgp_peer_end_of_rib_seconds",
	    "From Established until End-of-RIB, of this session.",
	    METRIC_GAUGE, collect_end_of_rib, "peer address family direction" },
	{ "lbbgp_peer_tcp_ao_keys", "Keys of TCP-AO that the session may use (RFC 5925).",
	    METRIC_GAUGE, collect_ao_keys, "peer address" },
	{ "lbbgp_peer_tcp_ao_key_id",
	    "Number of the key that we send with, and of that we ask the peer for.",
	    METRIC_GAUGE, collect_ao_ids, "peer address use" },
	{ "lbbgp_peer_tcp_ao_segments_total",
	    "TCP segments of the connection, by their signature (TCP-AO).",
	    METRIC_COUNTER, collect_ao_segments, "peer address verdict" },
	{ "lbbgp_dynamic_peers", "Peers that have come from a BGPPeer's peerPrefix.",
	    METRIC_GAUGE, collect_dynamic, "peer" },
	{ "lbbgp_dynamic_peers_limit", "How many may come from it at once (peerLimit).",
	    METRIC_GAUGE, collect_dynamic_limit, "peer" },
	{ "lbbgp_refused_connections_total",
	    "Connections to the BGP port that no session took, by reason.",
	    METRIC_COUNTER, collect_refused, "reason" },
	{ "lbbgp_announced_prefixes", "Prefixes that this node announces.",
	    METRIC_GAUGE, collect_announced, "family" },
	{ "lbbgp_table_bytes", "Bytes of routes, prefixes and attributes.",
	    METRIC_GAUGE, collect_table_bytes, NULL },
	{ "lbbgp_table_budget_bytes",
	    "Above it the peer who brought the most is reset.",
	    METRIC_GAUGE, collect_table_budget, NULL },
	{ "lbbgp_announcements", "What objects want announced, by verdict.",
	    METRIC_GAUGE, collect_wants, "announced reason" },
	{ "lbbgp_bgp_drain_state", "1 for the state of the node's drain.",
	    METRIC_GAUGE, collect_drain, "state" },
	{ "lbbgp_condition", "1 for each condition that holds.",
	    METRIC_GAUGE, collect_conditions, "type reason" },
	{ "lbbgp_log_lines_total", "Lines logged, by level.",
	    METRIC_COUNTER, collect_log_lines, "level" },
	{ "lbbgp_log_lines_lost_total", "Lines that nobody read from standard error.",
	    METRIC_COUNTER, collect_log_lost, NULL },
};
/* clang-format on */

void
bgpd_metrics_add(struct metrics *metrics, struct bgpd_metrics *numbers)
{
	metrics_add_looking(metrics, table, sizeof(table) / sizeof(table[0]),
	    bgpd_metrics_look, numbers);
}
