/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/vips_answer.h"

#include <jansson.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "bgpd/control/views.h"
#include "bgpd/l2/l2.h"
#include "bgpd/link/mac.h"
#include "bgpd/vip/probes.h"
#include "bgpd/vip/vips.h"
#include "bgpd/vrrp/vrrp.h"
#include "common/err.h"
#include "common/json.h"

static json_t *
text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

/* By which ways it is announced. */
static json_t *
ways_view(const struct virtual_ip *vip)
{
	json_t *ways = json_array();

	if (vip->bgp != NULL)
		json_array_append_new(ways, json_string("bgp"));
	if (vip->l2 != NULL)
		json_array_append_new(ways, json_string("l2"));
	if (vip->vrrp != NULL)
		json_array_append_new(ways, json_string("vrrp"));
	return ways;
}

/* One word for what the node does with the address. */
static const char *
state_of(const struct vips_view *v, const struct vips_place *place)
{
	/* Also where the node is not selected any more: it yields. */
	if (v->router != NULL)
		return v->router;
	if (!v->selected)
		return "NotSelected";
	if (place->has_conflict && place->interface == NULL)
		return "Conflict";
	if (place->interface != NULL)
		return "Held";
	if (v->announced)
		return "Announced";
	return v->object->l2 != NULL && v->why == NULL ? "Other" : "Idle";
}

static json_t *
checks_view(const struct daemon_view *view, const struct vips_view *v)
{
	static const char *const states[] = {
		[CHECK_UNKNOWN] = "Unknown",
		[CHECK_UP] = "Up",
		[CHECK_DOWN] = "Down",
	};
	json_t *list = json_array();
	struct probe_view p;

	for (size_t i = 0; vips_probe(view->vips, v->object->meta.name, i, &p);
	     i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:b, s:o}", "name", p.check->name,
			"state", states[p.state], "asked", p.asked, "message",
			text_or_null(p.why)));
	return list;
}

static bool
find_router(void *arg, const struct vrrp_view *v)
{
	struct vrrp_view *wanted = arg;
	bool is = strcmp(v->name, wanted->name) == 0;

	if (is)
		*wanted = *v;
	return !is;
}

/* All zeros but for its name where there is none. */
static struct vrrp_view
router_of(const struct daemon_view *view, const struct vips_view *v)
{
	struct vrrp_view router = { .name = v->object->meta.name };

	if (view->vrrp != NULL && v->router != NULL)
		vrrp_each(view->vrrp, find_router, &router);
	return router;
}

/* The node that holds it; of a virtual router the master's address has to do. */
static json_t *
holder_view(const struct daemon_view *view, const struct vips_view *v,
    const struct vips_place *place)
{
	struct vrrp_view router = router_of(view, v);

	if (v->router == NULL || vrrp_has_addrs(router.state))
		return text_or_null(place->holder);
	return router.state == VRRP_BACKUP ? view_addr(&router.master)
					   : json_null();
}

/* Why it is as it is, by whoever knows the most of it. */
static json_t *
message_view(const struct daemon_view *view, const struct vips_view *v,
    const struct vips_place *place)
{
	struct vrrp_view router = router_of(view, v);
	struct l2_view link = { .why = NULL };
	char text[MAC_TEXT];
	struct mac mac;

	memcpy(mac.bytes, place->conflict, MAC_SIZE);
	if (v->why != NULL)
		return json_string(v->why);
	if (place->has_conflict)
		return json_sprintf("%s uses it and is no node of this cluster",
		    mac_print(&mac, text));
	if (v->router != NULL)
		return text_or_null(router.why);
	if (view->l2 == NULL || v->object->l2 == NULL ||
	    !l2_find(view->l2, &place->at->addr, &link))
		return json_null();
	return link.state == L2_AWAY
	    ? json_string("no interface of this node is for it and up")
	    : text_or_null(link.why);
}

static json_t *
place_view(const struct daemon_view *view, const struct vips_view *v,
    const struct vips_place *place)
{
	char text[PREFIX_TEXT], mac[MAC_TEXT];
	struct mac stranger;
	json_t *o = json_object();

	memcpy(stranger.bytes, place->conflict, MAC_SIZE);
	json_object_set_new(o, "name", json_string(v->object->meta.name));
	json_object_set_new(
	    o, "address", json_string(prefix_print(place->at, text)));
	json_object_set_new(o, "by", ways_view(v->object));
	json_object_set_new(o, "state", json_string(state_of(v, place)));
	json_object_set_new(o, "interface", text_or_null(place->interface));
	json_object_set_new(o, "holder", holder_view(view, v, place));
	json_object_set_new(o, "since", view_time(view, place->since));
	json_object_set_new(o, "healthy", json_boolean(v->healthy));
	json_object_set_new(o, "conflict",
	    place->has_conflict ? json_string(mac_print(&stranger, mac))
				: json_null());
	json_object_set_new(o, "message", message_view(view, v, place));
	json_object_set_new(o, "checks", checks_view(view, v));
	return o;
}

struct list {
	const struct daemon_view *view;
	const char *only; /* NULL: all */
	json_t *rows;
};

static bool
list_each(void *arg, const struct vips_view *v)
{
	struct list *l = arg;
	const char *name = v->object->meta.name;
	struct vips_place place;

	if (l->only != NULL && strcmp(l->only, name) != 0)
		return true;
	for (size_t i = 0; vips_place(l->view->vips, name, i, &place); i++)
		json_array_append_new(l->rows, place_view(l->view, v, &place));
	return true;
}

bool
vips_answer(const struct daemon_view *view, const struct json_at *request,
    json_t *reply, struct err *err)
{
	struct list l = { .view = view, .rows = json_array() };

	json_object_set_new(reply, "vips", l.rows);
	if (!json_get_string(request, "name", &l.only, err))
		return false;
	vips_each(view->vips, list_each, &l);
	return l.only == NULL || json_array_size(l.rows) > 0 ||
	    err_set(err, "no VirtualIP %.100s", l.only);
}
