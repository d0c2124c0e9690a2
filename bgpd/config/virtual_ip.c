/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding goes by the table (virtual_ip_fields.c), behind which nothing can fail: what
 * is left is to copy values, part by part: addresses, checks, then the three ways by
 * which the addresses are found. A way that is not given is NULL.
 *
 * The status is written by nodes. Of it the conditions and the holder are kept, so that
 * a node does not write what stands there already.
 */
#include "bgpd/config/virtual_ip.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/fields.h"
#include "common/err.h"
#include "common/json.h"
#include "common/text.h"

static bool
text_is(const json_t *obj, const char *key, const char *word)
{
	return text_eq(json_text_or_null(obj, key), word);
}

static bool
bool_of(const json_t *obj, const char *key)
{
	return json_is_true(json_object_get(obj, key));
}

static bool
has_addr(const struct virtual_ip *v, const struct addr *a)
{
	for (size_t i = 0; i < v->n_addrs; i++)
		if (addr_eq(&v->addrs[i].addr, a))
			return true;
	return false;
}

/* One that stands there in two ways has the length that comes first. */
static void
addrs_decode(struct virtual_ip *v, const json_t *list)
{
	v->addrs = xcalloc(json_array_size(list), sizeof(*v->addrs));
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct prefix p;
		struct err err;

		prefix_parse(
		    json_string_value(json_array_get(list, i)), &p, &err);
		if (!has_addr(v, &p.addr))
			v->addrs[v->n_addrs++] = p;
	}
}

/* ---- checks ---- */

static void
https_decode(struct vip_check *c, const json_t *https)
{
	const json_t *ca = json_object_get(https, "caSecretRef");

	c->ask = VIP_ASK_HTTPS;
	c->url = xstrdup(json_text_or_null(https, "url"));
	c->verify = bool_of(https, "verify");
	c->ca_secret = xstrdup(json_text_or_null(ca, "name"));
	c->ca_key = xstrdup(json_text_or_null(ca, "key"));
}

static void
question_decode(struct vip_check *c, const json_t *obj)
{
	const json_t *http = json_object_get(obj, "http");
	const json_t *https = json_object_get(obj, "https");
	const json_t *tcp = json_object_get(obj, "tcp");

	if (http != NULL) {
		c->ask = VIP_ASK_HTTP;
		c->url = xstrdup(json_text_or_null(http, "url"));
	} else if (https != NULL) {
		https_decode(c, https);
	} else if (tcp != NULL) {
		c->ask = VIP_ASK_TCP;
		c->host = xstrdup(json_text_or_null(tcp, "host"));
		c->port = (uint16_t)json_int(tcp, "port");
	} else {
		c->ask = VIP_ASK_COMMAND;
		c->argv = json_texts(json_object_get(obj, "command"), NULL);
	}
}

static void
check_decode(struct vip_check *c, const json_t *obj)
{
	c->name = xstrdup(json_text_or_null(obj, "name"));
	question_decode(c, obj);
	c->interval = (uint32_t)json_int(obj, "interval");
	c->timeout = (uint32_t)json_int(obj, "timeout");
	c->rise = (uint16_t)json_int(obj, "rise");
	c->fall = (uint16_t)json_int(obj, "fall");
	c->holder = text_is(obj, "askedBy", "Holder");
	c->lowers = (uint8_t)json_int(obj, "lowersPriority");
}

static void
health_decode(struct virtual_ip *v, const json_t *health)
{
	const json_t *list = json_object_get(health, "checks");

	v->any = text_is(health, "require", "Any");
	v->n_checks = json_array_size(list);
	v->checks = xcalloc(v->n_checks, sizeof(*v->checks));
	for (size_t i = 0; i < v->n_checks; i++)
		check_decode(&v->checks[i], json_array_get(list, i));
}

static void
check_fini(struct vip_check *c)
{
	free(c->name);
	free(c->url);
	free(c->ca_secret);
	free(c->ca_key);
	free(c->host);
	json_texts_free(c->argv);
}

static bool
argv_eq(char **a, char **b)
{
	if (a == NULL || b == NULL)
		return a == b;
	for (; *a != NULL && text_eq(*a, *b); a++)
		b++;
	return *a == *b; /* both at their ends */
}

bool
vip_check_eq(const struct vip_check *a, const struct vip_check *b)
{
	return a->ask == b->ask && text_eq(a->url, b->url) &&
	    a->verify == b->verify && text_eq(a->ca_secret, b->ca_secret) &&
	    text_eq(a->ca_key, b->ca_key) && text_eq(a->host, b->host) &&
	    a->port == b->port && argv_eq(a->argv, b->argv) &&
	    a->timeout == b->timeout;
}

/* ---- ways ---- */

static struct vip_bgp *
bgp_decode(const json_t *obj)
{
	if (obj == NULL)
		return NULL;
	struct vip_bgp *bgp = xcalloc(1, sizeof(*bgp));
	const json_t *list = json_object_get(obj, "communities");

	for (size_t i = 0; i < json_array_size(list); i++)
		communities_add(&bgp->communities,
		    json_string_value(json_array_get(list, i)));
	bgp->has_local_preference =
	    json_object_get(obj, "localPreference") != NULL;
	bgp->local_preference = (uint32_t)json_int(obj, "localPreference");
	return bgp;
}

static struct vip_l2 *
l2_decode(const json_t *obj)
{
	if (obj == NULL)
		return NULL;
	struct vip_l2 *l2 = xcalloc(1, sizeof(*l2));

	l2->always = text_is(obj, "mode", "Always");
	lan_terms_decode(&l2->terms, obj);
	return l2;
}

static void
priorities_decode(struct vip_vrrp *vrrp, const json_t *list)
{
	vrrp->n_priorities = json_array_size(list);
	vrrp->priorities =
	    xcalloc(vrrp->n_priorities, sizeof(*vrrp->priorities));
	for (size_t i = 0; i < vrrp->n_priorities; i++) {
		const json_t *item = json_array_get(list, i);

		vrrp->priorities[i].priority =
		    (uint8_t)json_int(item, "priority");
		selector_decode(&vrrp->priorities[i].nodes,
		    json_object_get(item, "nodeSelector"));
	}
}

static void
peers_decode(struct vip_vrrp *vrrp, const json_t *list)
{
	vrrp->n_peers = json_array_size(list);
	vrrp->peers = xcalloc(vrrp->n_peers, sizeof(*vrrp->peers));
	for (size_t i = 0; i < vrrp->n_peers; i++)
		addr_parse(json_string_value(json_array_get(list, i)),
		    &vrrp->peers[i]);
}

static void
interface_decode(char name[INTERFACE_MAX_CHARS + 1], const json_t *obj)
{
	const char *text = json_text_or_null(obj, "interface");

	snprintf(name, INTERFACE_MAX_CHARS + 1, "%s", text != NULL ? text : "");
}

static struct vip_vrrp *
vrrp_decode(const json_t *obj)
{
	if (obj == NULL)
		return NULL;
	struct vip_vrrp *vrrp = xcalloc(1, sizeof(*vrrp));

	interface_decode(vrrp->interface, obj);
	vrrp->vrid = (uint8_t)json_int(obj, "virtualRouterID");
	vrrp->version = (uint8_t)json_int(obj, "version");
	vrrp->priority = (uint8_t)json_int(obj, "priority");
	priorities_decode(vrrp, json_object_get(obj, "priorities"));
	vrrp->interval = (uint32_t)json_int(obj, "advertisementInterval");
	vrrp->preempt = bool_of(obj, "preempt");
	vrrp->preempt_delay = 1000 * (uint32_t)json_int(obj, "preemptDelay");
	vrrp->accept = bool_of(obj, "acceptMode");
	vrrp->virtual_mac = bool_of(obj, "virtualMAC");
	peers_decode(vrrp, json_object_get(obj, "unicastPeers"));
	return vrrp;
}

static void
bgp_free(struct vip_bgp *bgp)
{
	if (bgp == NULL)
		return;
	communities_fini(&bgp->communities);
	free(bgp);
}

static void
l2_free(struct vip_l2 *l2)
{
	if (l2 == NULL)
		return;
	lan_terms_fini(&l2->terms);
	free(l2);
}

static void
vrrp_free(struct vip_vrrp *vrrp)
{
	if (vrrp == NULL)
		return;
	for (size_t i = 0; i < vrrp->n_priorities; i++)
		selector_fini(&vrrp->priorities[i].nodes);
	free(vrrp->priorities);
	free(vrrp->peers);
	free(vrrp);
}

/* ---- the whole ---- */

static void
spec_decode(struct virtual_ip *v, const json_t *spec)
{
	addrs_decode(v, json_object_get(spec, "addresses"));
	selector_decode(&v->nodes, json_object_get(spec, "nodeSelector"));
	interface_decode(v->interface, spec);
	health_decode(v, json_object_get(spec, "health"));
	v->bgp = bgp_decode(json_object_get(spec, "bgp"));
	v->l2 = l2_decode(json_object_get(spec, "l2"));
	v->vrrp = vrrp_decode(json_object_get(spec, "vrrp"));
}

void *
virtual_ip_decode(const json_t *obj, struct err *err)
{
	struct virtual_ip *v = xcalloc(1, sizeof(*v));
	json_t *applied = fields_apply(&virtual_ip_fields, obj, err);

	if (applied == NULL || !meta_decode(&v->meta, obj, err)) {
		json_decref(applied);
		virtual_ip_free(v);
		return NULL;
	}
	spec_decode(v, json_object_get(applied, "spec"));
	conditions_decode(&v->conditions, obj);
	v->holder = xstrdup(
	    json_text_or_null(json_object_get(obj, "status"), "holder"));
	v->since =
	    xstrdup(json_text_or_null(json_object_get(obj, "status"), "since"));
	json_decref(applied);
	return v;
}

bool
virtual_ip_known(const json_t *obj, struct err *err)
{
	return fields_known(&virtual_ip_fields, obj, err);
}

void
virtual_ip_free(void *vip)
{
	struct virtual_ip *v = vip;

	if (v == NULL)
		return;
	for (size_t i = 0; i < v->n_checks; i++)
		check_fini(&v->checks[i]);
	free(v->checks);
	free(v->addrs);
	selector_fini(&v->nodes);
	bgp_free(v->bgp);
	l2_free(v->l2);
	vrrp_free(v->vrrp);
	conditions_fini(&v->conditions);
	free(v->holder);
	free(v->since);
	meta_fini(&v->meta);
	free(v);
}
