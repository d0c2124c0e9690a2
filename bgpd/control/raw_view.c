/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/raw_view.h"

#include <jansson.h>
#include <stdlib.h>

#include "bgpd/control/views.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/attr.h"
#include "bgpd/wire/open.h"
#include "common/alloc.h"
#include "common/base64.h"

#define HEADS 512 /* of all that is no list, and what stands before lists */

/* RFC 6396 4.3.4: of MP_REACH_NLRI the length of the next hop and the next hop. */
static void
put_mp_reach(struct wbuf *w, const struct next_hop *n)
{
	size_t at;

	wbuf_u8(w, ATTR_OPTIONAL);
	wbuf_u8(w, ATTR_MP_REACH);
	at = wbuf_mark8(w);
	size_t inner = wbuf_mark8(w);

	wbuf_bytes(w, n->addr.bytes, family_bytes(n->addr.family));
	if (n->link_local.family == FAMILY_V6)
		wbuf_bytes(w, n->link_local.bytes, 16);
	wbuf_fill8(w, inner);
	wbuf_fill8(w, at);
}

static char *
attributes_of(const struct path *path, enum family family)
{
	static const uint8_t zero[16];
	size_t room = path_bytes(path) + HEADS;
	uint8_t *bytes = xcalloc(room, 1);
	struct wbuf w = wbuf_of(bytes, room);
	struct attrs a;

	path_attrs(path, &a);
	if (a.next_hop.addr.family == FAMILY_NONE)
		a.next_hop.addr = addr_from(family, zero);
	attrs_build(&w, &a, family, true);
	if (family != FAMILY_V4 || a.next_hop.addr.family != FAMILY_V4)
		put_mp_reach(&w, &a.next_hop);
	char *text = base64_encode((const char *)bytes, w.len);

	free(bytes);
	return text;
}

json_t *
raw_route(const struct rib_route *r, const struct view_peer *from)
{
	char prefix[PREFIX_TEXT];
	char *attributes = attributes_of(r->path, r->prefix.addr.family);
	json_t *o = json_pack("{s:s, s:s?, s:I, s:s}", "prefix",
	    prefix_print(&r->prefix, prefix), "neighborName",
	    from != NULL ? from->name : NULL, "pathID", (json_int_t)r->path_id,
	    "attributes", attributes);

	free(attributes);
	return o;
}

static json_t *
raw_peer(const struct view_peer *p)
{
	const struct bgp_open *said = session_open_received(p->session);
	const struct agreed *agreed = session_agreed(p->session);
	const struct session_config *c = session_config(p->session);
	uint32_t asn = agreed != NULL ? agreed->remote_as : c->remote_as;

	return json_pack("{s:s, s:o, s:I, s:o}", "name", p->name, "address",
	    view_addr(&c->remote), "asNumber", (json_int_t)asn, "routerID",
	    view_router_id(said != NULL ? said->router_id : 0));
}

void
raw_peers(const struct daemon_view *view, json_t *reply)
{
	json_t *peers = json_array();

	for (size_t i = 0; i < view->n_peers; i++)
		json_array_append_new(peers, raw_peer(&view->peers[i]));
	json_object_set_new(reply, "peers", peers);
	json_object_set_new(reply, "self",
	    json_pack("{s:s, s:I, s:o}", "node", view->node, "asNumber",
		(json_int_t)view->asn, "routerID",
		view_router_id(view->router_id)));
}
