/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From sessions and the rib to BMP stations. A peer is told of from its session's
 * Established to its end; of its routes the rib says which are others now, by an UPDATE
 * or by another policy. The table is told of as soon as the node knows
 * its AS and router id, and anew when one of them is another.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/bmp/stations.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/peering.h"
#include "bgpd/core.h"
#include "bgpd/peer/peers.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/open.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "config.h"

#define TABLE "global" /* RFC 9069 5.2.1: the one there is */
#define OPEN_ROOM (2 * MSG_MAX)
#define EVENT_SEND_HOLD 29 /* RFC 9687 3.1 */

static int64_t
wall_of(const struct bgpd *b, uint64_t at)
{
	return clock_wall(b->ports.clock) - (int64_t)(bgpd_now(b) - at);
}

/* A whole message again. */
static struct rbuf
open_of(struct wbuf *w, struct rbuf body)
{
	size_t start = msg_begin(w, MSG_OPEN);

	wbuf_copy(w, body);
	msg_end(w, start);
	return wbuf_read(w, start);
}

static struct rbuf
open_made(struct wbuf *w, const struct bgp_open *o)
{
	size_t start = w->len;

	open_build(w, o);
	return wbuf_read(w, start);
}

/* What the station is told borrows from room. */
static struct station_peer
peer_told(
    const struct bgpd *b, const struct view_peer *p, uint8_t room[OPEN_ROOM])
{
	const struct agreed *agreed = session_agreed(p->session);
	const struct session_config *c = session_config(p->session);
	struct wbuf w = wbuf_of(room, OPEN_ROOM);
	struct station_peer told = { .source = p->source,
		.peer = { .addr = agreed->remote,
		    .asn = agreed->remote_as,
		    .id = agreed->remote_id,
		    .at = (uint64_t)wall_of(b, session_since(p->session)) },
		.prepended = agreed->prepend_as,
		.up = { .local = agreed->local,
		    .remote_port = c->port != 0 ? c->port : BGP_PORT,
		    .sent = open_made(&w, session_open_sent(p->session)),
		    .received = open_of(&w, session_open_body(p->session)) } };

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		told.families[f] = agreed->caps.family[f];
		told.path_ids[f] =
		    (agreed->caps.add_path[f] & ADD_PATH_RECEIVE) != 0;
	}
	return told;
}

/* RFC 9069 5.1, 5.2: an OPEN of our own, both ways, with what its routes need. */
static struct station_peer
table_told(const struct bgpd *b, uint8_t room[OPEN_ROOM])
{
	const struct bgp_open open = { .asn = b->table_asn,
		.router_id = b->table_id,
		.has_caps = true,
		.caps = { .as4 = true,
		    .family = { [FAMILY_V4] = true, [FAMILY_V6] = true } } };
	struct wbuf w = wbuf_of(room, OPEN_ROOM);
	struct rbuf said = open_made(&w, &open);

	return (struct station_peer){ .source = STATION_LOC_RIB,
		.peer = { .type = BMP_LOC_RIB,
		    .asn = b->table_asn,
		    .id = b->table_id,
		    .at = (uint64_t)wall_of(b, b->ran_at) },
		.up = { .sent = said, .received = said, .table = TABLE },
		.families = { [FAMILY_V4] = true, [FAMILY_V6] = true } };
}

/* Those that are up, for a station that comes later. */
static void
each_up(
    void *arg, void (*tell)(void *to, const struct station_peer *), void *to)
{
	struct bgpd *b = arg;
	uint8_t *room = xcalloc(OPEN_ROOM, 1);
	size_t n;
	const struct view_peer *peers = peers_view(b->peers, &n);

	for (size_t i = 0; i < n; i++) {
		if (peers[i].member == NULL)
			continue;
		struct station_peer told = peer_told(b, &peers[i], room);

		tell(to, &told);
	}
	if (b->table_asn != 0) {
		struct station_peer told = table_told(b, room);

		tell(to, &told);
	}
	free(room);
}

static size_t
counts(void *arg, uint32_t source, struct bmp_count *list, size_t most)
{
	const struct bgpd *b = arg;
	struct rib_counts v4, v6;

	if (most < 2)
		return 0;
	if (source == STATION_LOC_RIB) {
		list[0] = (struct bmp_count){ BMP_STAT_LOC_RIB,
			rib_size(b->rib, FAMILY_V4) +
			    rib_size(b->rib, FAMILY_V6) };
		return 1;
	}
	v4 = rib_counts(b->rib, source, FAMILY_V4);
	v6 = rib_counts(b->rib, source, FAMILY_V6);
	list[0] = (struct bmp_count){ BMP_STAT_ADJ_RIB_IN,
		(uint64_t)v4.received + v6.received };
	list[1] =
	    (struct bmp_count){ BMP_STAT_AS_PATH_LOOP, v4.looped + v6.looped };
	return 2;
}

static void
on_arm(void *arg, uint64_t at)
{
	bgpd_mark(arg, JOB_BMP, at);
}

static void
on_stations_changed(void *arg)
{
	bgpd_mark_status(arg);
}

static const struct stations_ops stations_ops = { .arm = on_arm,
	.changed = on_stations_changed,
	.each_up = each_up,
	.counts = counts };

static void
on_best(void *arg, enum family family, uint32_t index, unsigned news)
{
	struct bgpd *b = arg;
	struct prefix prefix =
	    prefix_table_get(rib_prefixes(b->rib, family), index);

	(void)news;
	stations_touch(b->stations, STATION_LOC_RIB, &prefix, 0, true);
}

static void
on_route(void *arg, enum family family, uint32_t index, uint32_t source,
    uint32_t path_id, bool was_eligible)
{
	struct bgpd *b = arg;
	struct prefix prefix =
	    prefix_table_get(rib_prefixes(b->rib, family), index);

	stations_touch(b->stations, source, &prefix, path_id, was_eligible);
}

static const struct rib_ops best_ops = { .news = RIB_NEWS_BEST,
	.changed = on_best };
static const struct rib_ops route_ops = { .route = on_route };

void
bgpd_bmp_init(struct bgpd *b)
{
	if (b->ports.stations == NULL)
		return;
	b->best.listener = (struct rib_listener){ .ops = &best_ops, .arg = b };
	b->routes.listener =
	    (struct rib_listener){ .ops = &route_ops, .arg = b };
	b->stations = stations_new(b->rib, b->options.node,
	    PACKAGE_NAME " " PACKAGE_VERSION, b->ports.stations, &stations_ops,
	    b);
}

static void
listen_if_wanted(struct rib *rib, struct bmp_listener *l, bool wanted)
{
	if (wanted && !l->listens)
		rib_listen(rib, &l->listener);
	if (!wanted && l->listens)
		rib_unlisten(rib, &l->listener);
	l->listens = wanted;
}

void
bgpd_bmp_fini(struct bgpd *b)
{
	listen_if_wanted(b->rib, &b->best, false);
	listen_if_wanted(b->rib, &b->routes, false);
	stations_free(b->stations);
}

struct stations *
bgpd_stations(struct bgpd *b)
{
	return b->stations;
}

/* RFC 9069 5.3: the reason has the table's name behind it. */
static void
table_is(struct bgpd *b, uint32_t asn, uint32_t id)
{
	static const uint8_t name[] = { 0, 3, 0, sizeof(TABLE) - 1, 'g', 'l',
		'o', 'b', 'a', 'l' };
	uint8_t *room;

	if (b->table_asn == asn && b->table_id == id)
		return;
	if (b->table_asn != 0)
		stations_down(b->stations, STATION_LOC_RIB, BMP_DOWN_LOC_RIB,
		    rbuf_of(name, sizeof(name)));
	b->table_asn = asn;
	b->table_id = id;
	if (asn == 0)
		return;
	room = xcalloc(OPEN_ROOM, 1);
	struct station_peer told = table_told(b, room);

	stations_up(b->stations, &told);
	free(room);
}

void
bgpd_apply_bmp(struct bgpd *b, const struct node *node,
    const struct bgp_configuration *config)
{
	size_t n = config != NULL ? config->n_stations : 0;
	bool wants_table = false, wants_routes = false;

	if (b->stations == NULL)
		return;
	if (node != NULL && config != NULL)
		table_is(b, config->as_number, peering_router_id(node, config));
	else
		table_is(b, 0, 0);
	struct station_target *targets = xcalloc(n, sizeof(*targets));

	for (size_t i = 0; i < n; i++) {
		const struct bmp_station *s = &config->stations[i];

		targets[i] =
		    (struct station_target){ s->addr, s->port, s->pre_policy,
			    s->post_policy, s->loc_rib, s->statistics };
		wants_table |= s->loc_rib;
		wants_routes |= s->pre_policy || s->post_policy;
	}
	listen_if_wanted(b->rib, &b->best, wants_table);
	listen_if_wanted(b->rib, &b->routes, wants_routes);
	stations_set(b->stations, targets, n, bgpd_now(b));
	free(targets);
}

void
bgpd_bmp_up(void *arg, const struct view_peer *p)
{
	struct bgpd *b = arg;

	if (b->stations == NULL || !stations_any(b->stations))
		return;
	uint8_t *room = xcalloc(OPEN_ROOM, 1);
	struct station_peer told = peer_told(b, p, room);

	stations_up(b->stations, &told);
	free(room);
}

/* RFC 7854 4.9. Our end without a NOTIFICATION has an event (RFC 9687 3.1), or 0. */
void
bgpd_bmp_down(void *arg, uint32_t source, const struct session_error *error)
{
	struct bgpd *b = arg;
	const uint8_t event[] = { 0,
		error->code == ERR_SEND_HOLD ? EVENT_SEND_HOLD : 0 };

	if (b->stations == NULL || !stations_any(b->stations))
		return;
	if (error->message.left > 0)
		stations_down(b->stations, source,
		    error->received ? BMP_DOWN_PEER_NOTIFIED
				    : BMP_DOWN_NOTIFIED,
		    error->message);
	else if (error->code == 0 && !error->left)
		stations_down(
		    b->stations, source, BMP_DOWN_PEER, error->message);
	else
		stations_down(b->stations, source, BMP_DOWN_EVENT,
		    rbuf_of(event, sizeof(event)));
}

uint64_t
bgpd_run_bmp(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	stations_tick(b->stations, now);
	return 0;
}
