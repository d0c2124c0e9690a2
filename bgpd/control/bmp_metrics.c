/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/bmp_metrics.h"

#include <stdio.h>

#include "bgpd/bmp/stations.h"
#include "bgpd/control/metrics.h"
#include "bgpd/control/views.h"
#include "common/metrics.h"

typedef double station_value(const struct stations_view *);

/* Of each station, with the labels address and port. */
static void
each_station(void *arg, struct metrics_out *out, station_value *value)
{
	const struct stations *stations = bgpd_metrics_view(arg)->stations;
	struct stations_view v;

	for (size_t i = 0; stations != NULL && stations_view(stations, i, &v);
	     i++) {
		char address[ADDR_TEXT], port[6];
		struct metric_label labels[] = {
			{ "address", addr_print(&v.target->addr, address) },
			{ "port", port }
		};

		snprintf(port, sizeof(port), "%u", v.target->port);
		metrics_value(out, labels, 2, value(&v));
	}
}

static double
is_up(const struct stations_view *v)
{
	return v->connected;
}

static void
collect_up(void *arg, struct metrics_out *out)
{
	each_station(arg, out, is_up);
}

static double
ends(const struct stations_view *v)
{
	return v->ends;
}

static void
collect_ends(void *arg, struct metrics_out *out)
{
	each_station(arg, out, ends);
}

static double
lost(const struct stations_view *v)
{
	return v->lost;
}

static void
collect_lost(void *arg, struct metrics_out *out)
{
	each_station(arg, out, lost);
}

static double
bytes(const struct stations_view *v)
{
	return (double)v->bytes;
}

static void
collect_bytes(void *arg, struct metrics_out *out)
{
	each_station(arg, out, bytes);
}

static double
waiting(const struct stations_view *v)
{
	return (double)v->waiting;
}

static void
collect_waiting(void *arg, struct metrics_out *out)
{
	each_station(arg, out, waiting);
}

/* clang-format off */
static const struct metric table[] = {
	{ "lbbgp_bmp_up", "1 while the BMP station is connected.",
	    METRIC_GAUGE, collect_up, "address port" },
	{ "lbbgp_bmp_connections_lost_total",
	    "Connections that the station or the network has ended.",
	    METRIC_COUNTER, collect_ends, "address port" },
	{ "lbbgp_bmp_too_slow_total",
	    "Connections ended since the station took less than happened.",
	    METRIC_COUNTER, collect_lost, "address port" },
	{ "lbbgp_bmp_sent_bytes_total", "Bytes of BMP messages.",
	    METRIC_COUNTER, collect_bytes, "address port" },
	{ "lbbgp_bmp_waiting_routes",
	    "Routes that have changed and are to be told yet.",
	    METRIC_GAUGE, collect_waiting, "address port" },
};
/* clang-format on */

void
bmp_metrics_add(struct metrics *metrics, struct bgpd_metrics *numbers)
{
	metrics_add_looking(metrics, table, sizeof(table) / sizeof(table[0]),
	    bgpd_metrics_look, numbers);
}
