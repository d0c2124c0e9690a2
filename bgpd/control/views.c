/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/views.h"

#include <jansson.h>

#include "bgpd/rib/path.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "bgpd/wire/link_bandwidth.h"
#include "common/date.h"

void
view_set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

void
view_set_int(json_t *object, const char *key, uint64_t value)
{
	view_set(object, key, json_integer((json_int_t)value));
}

json_t *
view_time(const struct daemon_view *view, uint64_t at)
{
	int64_t wall = view->wall - (int64_t)(view->now - at);
	char text[DATE_TEXT];

	return json_string(date_print(wall / 1000, text));
}

json_t *
view_addr(const struct addr *a)
{
	char text[ADDR_TEXT];

	return a->family == FAMILY_NONE ? json_null()
					: json_string(addr_print(a, text));
}

json_t *
view_router_id(uint32_t id)
{
	struct addr a = addr_v4(id);

	return view_addr(&a);
}

json_t *
view_ranges(const struct daemon_view *view)
{
	json_t *list = json_array();

	for (size_t i = 0; i < view->n_ranges; i++) {
		const struct view_range *r = &view->ranges[i];
		char text[PREFIX_TEXT];
		json_t *o = json_object();

		view_set(o, "name", json_string(r->name));
		view_set(
		    o, "prefix", json_string(prefix_print(&r->prefix, text)));
		view_set(o, "state",
		    json_string(r->blocked != NULL ? "Blocked"
			    : r->shut              ? "Shutdown"
						   : "Open"));
		view_set_int(o, "peers", r->n);
		view_set_int(o, "limit", r->limit);
		view_set_int(o, "refused", r->refused);
		view_set(o, "blocked",
		    r->blocked != NULL ? json_string(r->blocked) : json_null());
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
as_path_view(struct rbuf path)
{
	struct as_path_iter iter = { .path = path };
	json_t *list = json_array();
	uint32_t asn;

	while ((asn = as_path_next(&iter)) != 0)
		json_array_append_new(list, json_integer(asn));
	return list;
}

static json_t *
communities_view(struct rbuf list)
{
	json_t *out = json_array();

	while (list.left >= 4) {
		unsigned high = rbuf_u16(&list), low = rbuf_u16(&list);

		json_array_append_new(out, json_sprintf("%u:%u", high, low));
	}
	return out;
}

static json_t *
large_view(struct rbuf list)
{
	json_t *out = json_array();

	while (list.left >= 12) {
		uint32_t global = rbuf_u32(&list), a = rbuf_u32(&list);
		uint32_t b = rbuf_u32(&list);

		json_array_append_new(
		    out, json_sprintf("%u:%u:%u", global, a, b));
	}
	return out;
}

/* In Mbit/s, as spec.announce.bgp.weightedECMP.bandwidth. */
static json_t *
bandwidth_view(const struct attrs *a)
{
	float bytes =
	    link_bandwidth_of(a->ext_communities, a->ipv6_ext_communities);

	return bytes < 0 ? json_null() : json_real((double)bytes * 8 / 1e6);
}

json_t *
view_path(const struct path *path)
{
	static const char *const origins[] = { "igp", "egp", "incomplete" };
	json_t *o = json_object();
	struct attrs a;

	path_attrs(path, &a);
	view_set(o, "nextHop", view_addr(&a.next_hop.addr));
	view_set(o, "linkLocalNextHop",
	    a.next_hop.link_local.family == FAMILY_NONE
		? json_null()
		: view_addr(&a.next_hop.link_local));
	view_set(o, "origin",
	    json_string(
		a.origin <= ORIGIN_INCOMPLETE ? origins[a.origin] : "unknown"));
	view_set(o, "asPath", as_path_view(a.as_path));
	view_set(o, "med",
	    attrs_has(&a, ATTR_MED) ? json_integer(a.med) : json_null());
	view_set(o, "localPreference",
	    attrs_has(&a, ATTR_LOCAL_PREF) ? json_integer(a.local_pref)
					   : json_null());
	view_set(o, "communities", communities_view(a.communities));
	view_set(o, "largeCommunities", large_view(a.large_communities));
	view_set(o, "linkBandwidth", bandwidth_view(&a));
	return o;
}

const char *
view_drain_state(enum drain_state state)
{
	static const char *const names[DRAIN_STATES] = {
		[DRAIN_ACTIVE] = "Active",
		[DRAIN_DRAINING] = "Draining",
		[DRAIN_DRAINED] = "Drained",
	};

	return names[state];
}

static json_t *
drain_time(const struct daemon_view *view, uint64_t at)
{
	return view_time(view, at != 0 ? at : view->started);
}

json_t *
view_drain(const struct daemon_view *view)
{
	const struct view_drain *d = &view->drain;

	/* What is not there any more is null: the status is laid over the last one. */
	return json_pack("{s:s, s:s?, s:s?, s:i, s:o}", "state",
	    view_drain_state(d->state), "reason", d->reason, "annotation",
	    d->annotated ? d->annotation : NULL, "wait", (int)d->wait, "since",
	    drain_time(view, d->since));
}

json_t *
view_drained(const struct daemon_view *view)
{
	const struct view_drain *d = &view->drain;

	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", "Drained",
	    "status", d->drained ? "True" : "False", "reason",
	    view_drain_state(d->state), "message",
	    d->reason != NULL ? d->reason : "nobody asks for a drain",
	    "lastTransitionTime", drain_time(view, d->drained_since));
}

json_t *
view_conditions(const struct daemon_view *view)
{
	json_t *list = json_array();

	for (size_t i = 0; i < view->n_conditions; i++) {
		const struct view_condition *c = &view->conditions[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", c->type,
			"status", "True", "reason", c->reason, "message",
			c->message, "lastTransitionTime",
			view_time(view, c->since)));
	}
	return list;
}
