/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/lan_metrics.h"

#include "bgpd/config/virtual_ip.h"
#include "bgpd/control/metrics.h"
#include "bgpd/control/views.h"
#include "bgpd/l2/l2.h"
#include "bgpd/link/link_counters.h"
#include "bgpd/vip/vips.h"
#include "bgpd/vrrp/vrrp.h"
#include "common/metrics.h"

#define N(list) (sizeof(list) / sizeof((list)[0]))

static void
put_both(struct metrics_out *out, uint64_t sent, uint64_t received)
{
	struct metric_label s = { "direction", "sent" },
			    r = { "direction", "received" };

	metrics_value(out, &s, 1, (double)sent);
	metrics_value(out, &r, 1, (double)received);
}

/* l2 */

struct lan_tally {
	double held, wanted, members;
};

static bool
count_address(void *arg, const struct l2_view *v)
{
	struct lan_tally *t = arg;

	t->wanted++;
	t->held += v->state == L2_HELD || v->state == L2_YIELDING;
	return true;
}

static bool
count_member(void *arg, const struct l2_member_view *m)
{
	struct lan_tally *t = arg;

	(void)m;
	t->members++;
	return true;
}

static void
collect_addresses(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct metric_label held = { "held", "yes" }, other = { "held", "no" };
	struct lan_tally t = { 0 };

	if (view->l2 == NULL)
		return;
	l2_each(view->l2, count_address, &t);
	metrics_value(out, &held, 1, t.held);
	metrics_value(out, &other, 1, t.wanted - t.held);
}

static void
collect_members(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct lan_tally t = { 0 };

	if (view->l2 == NULL)
		return;
	l2_each_member(view->l2, count_member, &t);
	metrics_value(out, NULL, 0, t.members);
}

static bool
counters_of(void *arg, struct l2_counters *counters)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	if (view->l2 != NULL)
		l2_count(view->l2, counters);
	return view->l2 != NULL;
}

static void
collect_messages(void *arg, struct metrics_out *out)
{
	struct l2_counters c;

	if (counters_of(arg, &c))
		put_both(out, c.sent, c.received);
}

static void
collect_refused(void *arg, struct metrics_out *out)
{
	struct l2_counters c;

	if (!counters_of(arg, &c))
		return;
	const struct {
		const char *reason;
		uint64_t n;
	} rows[] = {
		{ "key", c.refused_key },
		{ "malformed", c.refused_bytes },
		{ "old", c.refused_old },
		{ "name", c.refused_name },
		{ "room", c.refused_room },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct metric_label label = { "reason", rows[i].reason };

		metrics_value(out, &label, 1, (double)rows[i].n);
	}
}

static void
collect_lost(void *arg, struct metrics_out *out)
{
	struct l2_counters c;

	if (counters_of(arg, &c))
		metrics_value(out, NULL, 0, (double)c.lost);
}

static void
collect_transitions(void *arg, struct metrics_out *out)
{
	struct l2_counters c;

	if (counters_of(arg, &c))
		metrics_value(out, NULL, 0, (double)c.transitions);
}

static void
collect_conflicts(void *arg, struct metrics_out *out)
{
	struct l2_counters c;

	if (counters_of(arg, &c))
		metrics_value(out, NULL, 0, (double)c.conflicts);
}

static void
collect_answers(void *arg, struct metrics_out *out)
{
	struct l2_counters c;

	if (counters_of(arg, &c))
		metrics_value(out, NULL, 0, (double)c.answered);
}

/* Frames */

static void
collect_frames(void *arg, struct metrics_out *out)
{
	const struct bgpd_metrics *m = arg;
	struct link_counters c;

	if (m->links(m->arg, &c))
		put_both(out, c.sent, c.received);
}

static void
collect_lost_frames(void *arg, struct metrics_out *out)
{
	const struct bgpd_metrics *m = arg;
	struct link_counters c;

	if (m->links(m->arg, &c))
		put_both(out, c.unsent, c.missed);
}

/* VirtualIPs */

/* On nodes that are not selected nothing is asked: 0 would be taken for a failure. */
static bool
put_healthy(void *arg, const struct vips_view *v)
{
	struct metric_label label = { "name", v->object->meta.name };

	if (v->selected)
		metrics_value(arg, &label, 1, v->healthy);
	return true;
}

static void
collect_healthy(void *arg, struct metrics_out *out)
{
	vips_each(bgpd_metrics_view(arg)->vips, put_healthy, out);
}

static bool
put_master(void *arg, const struct vrrp_view *v)
{
	struct metric_label label = { "name", v->name };

	metrics_value(arg, &label, 1, v->state == VRRP_MASTER);
	return true;
}

static void
collect_masters(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	if (view->vrrp != NULL)
		vrrp_each(view->vrrp, put_master, out);
}

static bool
put_changes(void *arg, const struct vrrp_view *v)
{
	struct metric_label label = { "name", v->name };

	metrics_value(arg, &label, 1, (double)v->transitions);
	return true;
}

static void
collect_changes(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	if (view->vrrp != NULL)
		vrrp_each(view->vrrp, put_changes, out);
}

static void
collect_adverts(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	if (view->vrrp == NULL)
		return;
	const struct vrrp_counters *c = vrrp_counters(view->vrrp);

	put_both(out, c->sent, c->received);
}

static void
collect_bad_adverts(void *arg, struct metrics_out *out)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);

	for (unsigned f = VRRP_GOOD + 1; view->vrrp != NULL && f < VRRP_FAULTS;
	     f++) {
		struct metric_label label = { "reason", vrrp_fault_name(f) };

		metrics_value(out, &label, 1,
		    (double)vrrp_counters(view->vrrp)->refused[f]);
	}
}

/* clang-format off */
static const struct metric table[] = {
	{ "lbbgp_l2_addresses",
	    "Addresses wanted on links, by whether this node answers for them.",
	    METRIC_GAUGE, collect_addresses, "held" },
	{ "lbbgp_l2_members", "Other nodes known on the links.",
	    METRIC_GAUGE, collect_members, NULL },
	{ "lbbgp_l2_messages_total", "Hellos and claims of nodes on the links.",
	    METRIC_COUNTER, collect_messages, "direction" },
	{ "lbbgp_l2_refused_total", "Messages of nodes that were refused, by reason.",
	    METRIC_COUNTER, collect_refused, "reason" },
	{ "lbbgp_l2_hellos_lost_total", "Hellos of other nodes that never came.",
	    METRIC_COUNTER, collect_lost, NULL },
	{ "lbbgp_l2_transitions_total",
	    "Times that this node began or ended to answer for an address.",
	    METRIC_COUNTER, collect_transitions, NULL },
	{ "lbbgp_l2_conflicts_total",
	    "Times that somebody who is no node had an address of ours.",
	    METRIC_COUNTER, collect_conflicts, NULL },
	{ "lbbgp_l2_answers_total", "ARP requests and neighbour solicitations answered.",
	    METRIC_COUNTER, collect_answers, NULL },
	{ "lbbgp_link_frames_total",
	    "Frames of ARP, NDP, VRRP and hellos on the links, by direction.",
	    METRIC_COUNTER, collect_frames, "direction" },
	{ "lbbgp_link_frames_lost_total",
	    "Frames that could not be sent, and received ones without room.",
	    METRIC_COUNTER, collect_lost_frames, "direction" },
	{ "lbbgp_virtual_ip_healthy", "1 while the checks of a VirtualIP hold here.",
	    METRIC_GAUGE, collect_healthy, "name" },
	{ "lbbgp_vrrp_master", "1 while this node is master of the VirtualIP's router.",
	    METRIC_GAUGE, collect_masters, "name" },
	{ "lbbgp_vrrp_transitions_total", "Changes of a virtual router's state.",
	    METRIC_COUNTER, collect_changes, "name" },
	{ "lbbgp_vrrp_advertisements_total", "ADVERTISEMENTs, by direction.",
	    METRIC_COUNTER, collect_adverts, "direction" },
	{ "lbbgp_vrrp_refused_total", "ADVERTISEMENTs that were refused, by reason.",
	    METRIC_COUNTER, collect_bad_adverts, "reason" },
};
/* clang-format on */

void
lan_metrics_add(struct metrics *metrics, struct bgpd_metrics *numbers)
{
	metrics_add_looking(
	    metrics, table, N(table), bgpd_metrics_look, numbers);
}
