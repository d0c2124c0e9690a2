/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/kube_vip.h"
#include "cli/convert/kube_vip_env.h"
#include "cli/convert/path.h"
#include "cli/convert/peer.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

struct said { /* what is the same for all of its peers; owned */
	const char *name;
	const json_t *nodes; /* borrowed */
	json_t *as, *source;
	int64_t hold, keepalive; /* s; 0: not given */
};

struct parts { /* of a peer; borrowed, NULL: not given */
	const char *address, *as, *multihop, *port;
	json_t *password;  /* a text, or valueFrom */
	const char *where; /* the variable */
};

static void
more_set(const struct said *s, const struct parts *p, json_t *ours)
{
	if (p->multihop != NULL && strcmp(p->multihop, "true") == 0)
		path_set(ours, "spec.ebgpMultihop", json_integer(255));
	if (s->source != NULL)
		path_set(ours, "spec.sourceAddress", json_incref(s->source));
	if (s->hold > 0)
		path_set(ours, "spec.holdTime", json_integer(s->hold));
	if (s->keepalive > 0)
		path_set(
		    ours, "spec.keepaliveTime", json_integer(s->keepalive));
	if (json_object_size(s->nodes) > 0)
		path_set(ours, "spec.nodeSelector", json_deep_copy(s->nodes));
}

/* valueFrom may name a Secret: of another namespace. */
static void
password_set(const struct vip_env *e, const struct parts *p, json_t *ours)
{
	const json_t *ref = path_get(p->password, "secretKeyRef");
	const char *name = path_text(ref, "name"), *key = path_text(ref, "key");

	if (p->password == NULL)
		return;
	if (name == NULL || key == NULL) {
		peer_secret_make(
		    e->job, e->from->label, p->where, p->password, ours);
		return;
	}
	path_set(ours, "spec.password.secretKeyRef",
	    json_pack("{s:s, s:s}", "name", name, "key", key));
	vip_env_remark(e, p->where,
	    "the Secret %s has to be in the namespace lbbgp-system", name);
}

static void
peer_make(const struct vip_env *e, const struct said *s, const struct parts *p)
{
	json_t *address = json_string(p->address);
	json_t *port =
	    p->port != NULL && p->port[0] != '\0' ? json_string(p->port) : NULL;
	json_t *text = json_string(p->as != NULL ? p->as : "");
	struct err err;
	json_t *ip = peer_ip(e->job, e->from->label, address, port, &err);
	json_t *as = ip != NULL ? turn_as_number(text, &err) : NULL;
	char *name = xasprintf("%s-%s", s->name, p->address);

	if (as == NULL) {
		vip_env_remark(e, p->where, "a peer is left out: %s", err.text);
	} else {
		json_t *ours =
		    job_make(e->job, e->from->label, "BGPPeer", name);

		path_set(ours, "spec.peerIP", json_incref(ip));
		path_set(ours, "spec.asNumber", json_incref(as));
		more_set(s, p, ours);
		password_set(e, p, ours);
		if (s->as != NULL)
			peer_local_as(e->job, e->from->label, s->as, ours);
	}
	free(name);
	json_decref(address);
	json_decref(port);
	json_decref(text);
	json_decref(ip);
	json_decref(as);
}

/* An IPv6 address is in brackets; false: the brackets are not closed. */
static bool
address_split(char *text, struct parts *p, char **rest)
{
	if (text[0] != '[') {
		*rest = text;
		p->address = strsep(rest, ":");
		return true;
	}
	char *end = strchr(text, ']');

	if (end == NULL)
		return false;
	*end = '\0';
	p->address = text + 1;
	*rest = end[1] == ':' ? end + 2 : NULL;
	return true;
}

/* <address>:<AS>[:<password>[:<multihop>[:<port>[:…]]]], with options behind a "/". */
static void
peer_read(const struct vip_env *e, const struct said *s, char *text)
{
	struct parts p = { .where = "bgp_peers" };
	char *options = strchr(text, '/'), *rest;

	if (options != NULL)
		*options++ = '\0';
	if (!address_split(text, &p, &rest)) {
		vip_env_remark(
		    e, p.where, "a peer is left out: no ] behind its address");
		return;
	}
	p.as = strsep(&rest, ":");
	const char *password = strsep(&rest, ":");

	p.multihop = strsep(&rest, ":");
	p.port = strsep(&rest, ":");
	if (password != NULL && password[0] != '\0')
		p.password = json_string(password);
	if ((rest != NULL && rest[0] != '\0') || options != NULL)
		vip_env_remark(e, p.where,
		    "%s: options of MP-BGP and BFD have no counterpart; "
		    "families of the BGPPeer has the families",
		    p.address);
	peer_make(e, s, &p);
	json_decref(p.password);
}

static void
list_read(struct vip_env *e, const struct said *s)
{
	json_t *list = vip_env_take(e, "bgp_peers");
	const char *text = json_string_value(list);
	char *copy = xstrdup(text != NULL ? text : ""), *rest = copy, *one;

	while ((one = strsep(&rest, ",")) != NULL)
		if (one[strspn(one, " ")] != '\0')
			peer_read(e, s, one + strspn(one, " "));
	free(copy);
	json_decref(list);
}

/* The one peer of variables of its own. */
static void
single_read(struct vip_env *e, const struct said *s)
{
	json_t *address = vip_env_take(e, "bgp_peeraddress");
	json_t *as = vip_env_take(e, "bgp_peeras");
	json_t *password = vip_env_take(e, "bgp_peerpass");
	struct parts p = { .where = "bgp_peeraddress",
		.address = json_string_value(address),
		.as = json_string_value(as),
		.multihop = vip_env_is_on(e, "bgp_multihop") ? "true" : "false",
		.password = password };

	if (p.address != NULL)
		peer_make(e, s, &p);
	else if (address != NULL)
		vip_env_remark(e, p.where, "a peer needs an address");
	json_decref(address);
	json_decref(as);
	json_decref(password);
}

/* Where each node takes its own address no word is needed. */
static void
router_id_tell(struct vip_env *e)
{
	json_t *id = vip_env_take(e, "bgp_routerid");

	if (json_is_string(id))
		vip_env_remark(e, "bgp_routerid",
		    "the annotation lbbgp.io/router-id of a Node does that");
	json_decref(id);
}

void
kube_vip_peers(struct vip_env *e, const char *name, const json_t *nodes)
{
	struct said s = { .name = name, .nodes = nodes };
	json_t *as = vip_env_take(e, "bgp_as");
	struct err err;

	if (as == NULL)
		vip_env_remark(
		    e, "bgp_as", "not given: the BGPConfiguration says it");
	else if ((s.as = turn_as_number(as, &err)) == NULL)
		vip_env_remark(e, "bgp_as", "%s", err.text);
	s.source = vip_env_take(e, "bgp_sourceip");
	vip_env_number(e, "bgp_hold_time", &s.hold);
	vip_env_number(e, "bgp_keepalive_interval", &s.keepalive);
	list_read(e, &s);
	single_read(e, &s);
	router_id_tell(e);
	json_decref(as);
	json_decref(s.as);
	json_decref(s.source);
}
