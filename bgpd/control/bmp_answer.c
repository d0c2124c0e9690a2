/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/bmp_answer.h"

#include <jansson.h>

#include "bgpd/bmp/stations.h"
#include "bgpd/control/views.h"

static json_t *
station_view(const struct daemon_view *view, const struct stations_view *v)
{
	return json_pack("{s:o, s:i, s:s, s:o, s:s?, s:i}", "address",
	    view_addr(&v->target->addr), "port", (int)v->target->port, "state",
	    v->connected ? "Connected" : "Away", "since",
	    view_time(view, v->since), "message", v->connected ? NULL : v->why,
	    "tooSlow", (int)v->lost);
}

bool
bmp_answer(const struct daemon_view *view, const struct json_at *request,
    json_t *reply, struct err *err)
{
	json_t *list = json_array();
	struct stations_view v;

	(void)request;
	(void)err;
	json_object_set_new(reply, "stations", list);
	for (size_t i = 0;
	     view->stations != NULL && stations_view(view->stations, i, &v);
	     i++)
		json_array_append_new(list, station_view(view, &v));
	return true;
}
