/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/bfd_metrics.h"

#include "bgpd/bfd/bfd_port.h"
#include "bgpd/control/bfd_view.h"
#include "bgpd/control/metrics.h"
#include "bgpd/control/views.h"
#include "bgpd/session/session.h"
#include "common/metrics.h"

typedef double session_value(const struct bfd_view *);

/* Of each session, with the labels peer and address, as the metrics of BGP. */
static void
each_session(void *arg, struct metrics_out *out, session_value *value)
{
	const struct daemon_view *view = bgpd_metrics_view(arg);
	struct bfd_view v;

	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];
		struct scoped_addr remote =
		    session_config_remote(session_config(p->session));
		char address[SCOPED_ADDR_TEXT];
		struct metric_label labels[] = { { "peer", p->name },
			{ "address", scoped_addr_print(&remote, address) } };

		if (bfd_view_of(view, p, &v))
			metrics_value(out, labels, 2, value(&v));
	}
}

static double
is_up(const struct bfd_view *v)
{
	return v->state == BFD_UP;
}

static void
collect_up(void *arg, struct metrics_out *out)
{
	each_session(arg, out, is_up);
}

static double
flaps(const struct bfd_view *v)
{
	return (double)v->flaps;
}

static void
collect_flaps(void *arg, struct metrics_out *out)
{
	each_session(arg, out, flaps);
}

static double
detect(const struct bfd_view *v)
{
	return v->detect_us / 1e6;
}

static void
collect_detect(void *arg, struct metrics_out *out)
{
	each_session(arg, out, detect);
}

static double
sent(const struct bfd_view *v)
{
	return (double)v->sent;
}

static void
collect_sent(void *arg, struct metrics_out *out)
{
	each_session(arg, out, sent);
}

static double
received(const struct bfd_view *v)
{
	return (double)v->received;
}

static void
collect_received(void *arg, struct metrics_out *out)
{
	each_session(arg, out, received);
}

/* Of all of them. */

static bool
totals(void *arg, struct bfd_totals *t)
{
	const struct bfd_port *port = bgpd_metrics_view(arg)->bfd;

	if (port != NULL)
		port->totals(port->arg, t);
	return port != NULL;
}

static void
collect_refused(void *arg, struct metrics_out *out)
{
	struct bfd_totals t;

	if (!totals(arg, &t))
		return;
	for (unsigned i = BFD_GOOD + 1; i < BFD_FAULTS; i++) {
		struct metric_label label = { "reason", bfd_fault_name(i) };

		metrics_value(out, &label, 1, (double)t.refused[i]);
	}
}

static void
collect_late(void *arg, struct metrics_out *out)
{
	struct bfd_totals t;

	if (totals(arg, &t))
		metrics_value(out, NULL, 0, (double)t.late);
}

static void
collect_real_time(void *arg, struct metrics_out *out)
{
	struct bfd_totals t;

	if (totals(arg, &t))
		metrics_value(out, NULL, 0, t.real_time);
}

/* clang-format off */
static const struct metric table[] = {
	{ "lbbgp_bfd_up", "1 while the BFD session is Up.",
	    METRIC_GAUGE, collect_up, "peer address" },
	{ "lbbgp_bfd_flaps_total", "Times that Up was lost.",
	    METRIC_COUNTER, collect_flaps, "peer address" },
	{ "lbbgp_bfd_detection_time_seconds",
	    "Silence after which the peer is gone; 0: not agreed yet.",
	    METRIC_GAUGE, collect_detect, "peer address" },
	{ "lbbgp_bfd_packets_sent_total", "Packets sent to the peer.",
	    METRIC_COUNTER, collect_sent, "peer address" },
	{ "lbbgp_bfd_packets_received_total", "Good packets of the peer.",
	    METRIC_COUNTER, collect_received, "peer address" },
	{ "lbbgp_bfd_packets_refused_total", "Packets discarded, by reason.",
	    METRIC_COUNTER, collect_refused, "reason" },
	{ "lbbgp_bfd_woken_late_total",
	    "Times that the node kept BFD waiting for 5 ms or more.",
	    METRIC_COUNTER, collect_late, NULL },
	{ "lbbgp_bfd_real_time",
	    "1 while BFD is served before all other programs of the node.",
	    METRIC_GAUGE, collect_real_time, NULL },
};
/* clang-format on */

void
bfd_metrics_add(struct metrics *metrics, struct bgpd_metrics *numbers)
{
	metrics_add_looking(metrics, table, sizeof(table) / sizeof(table[0]),
	    bgpd_metrics_look, numbers);
}
