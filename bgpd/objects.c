/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of kinds: which objects the daemon reads, and who hears of their changes.
 *
 * A row has the decoder of a kind and what follows from a change: announce is told at
 * once, sessions and the guard are marked as due (core.h), so that many changes cost
 * one refresh. Until all kinds are listed nothing is decided, but all is kept.
 *
 * What can't be read as a whole leaves the last good one in force. That is told in the
 * resource itself (tells.c), where its author looks, and taken back when it is mended.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/secret.h"
#include "bgpd/config/service_cidr.h"
#include "bgpd/config/virtual_ip.h"
#include "bgpd/core.h"
#include "bgpd/status/accepted.h"
#include "bgpd/status/tells.h"
#include "bgpd/vip/vips.h"
#include "common/alloc.h"
#include "common/api/block_affinity.h"
#include "common/api/endpoint_slice.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/log.h"
#include "common/text.h"

static const char *
annotated_id(const struct node *node)
{
	return node != NULL && node->router_id != NULL ? node->router_id : "";
}

/*
 * What a node is to its peers (neighbors.h): where it is, which objects select it, and
 * whether it reflects routes. NULL: it is not there.
 */
static bool
is_another_neighbor(const struct node *was, const struct node *is)
{
	if (was == NULL || is == NULL)
		return true;
	return !node_same_addresses(was, is) ||
	    !labels_eq(&was->labels, &is->labels) ||
	    peering_cluster_id(was) != peering_cluster_id(is);
}

static void
node_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;
	struct err why;

	announce_node_changed(b->announce, was, is);
	bgpd_lan_node_changed(b, was, is);
	if (strcmp(key->name, b->options.node) != 0) {
		if (is_another_neighbor(was, is))
			bgpd_mark_peers(b);
		return;
	}
	if (is != NULL && !peering_cluster_id_fits(is, &why) &&
	    !text_eq(((const struct node *)is)->cluster_id,
		was != NULL ? ((const struct node *)was)->cluster_id : NULL))
		log_warn("%s", why.text);
	if (is != NULL && !peering_router_id_fits(is, &why) &&
	    strcmp(annotated_id(was), annotated_id(is)) != 0)
		log_warn("%s", why.text);
	if (b->listed) { /* of another BGPConfiguration, perhaps */
		bgpd_apply_health(b);
		bgpd_apply_drain(b);
	}
	bgpd_mark_peers(b);
}

/* Its last refusal was written into it: it is no longer true. Or that is, of it now. */
static void
tell_accepted(struct bgpd *b, enum kind kind, const struct object_key *key,
    const struct meta *meta, const struct conditions *conditions)
{
	if (conditions_refused(conditions) ||
	    conditions_lag(conditions, meta->generation))
		bgpd_tell(b, kind, key->name, meta, NULL);
}

static void
configuration_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;
	const struct bgp_configuration *config = is;

	(void)was;
	b->bad_kind = KINDS;
	if (config != NULL && !config->in_part)
		tell_accepted(b, KIND_CONFIGURATION, key, &config->meta,
		    &config->conditions);
	if (config != NULL)
		tells_seen(b->tells, KIND_CONFIGURATION, key->name,
		    &config->conditions);
	announce_configuration_changed(b->announce);
	bgpd_lan_configure(b);
	if (b->listed) {
		bgpd_apply_health(b);
		bgpd_apply_drain(b);
	}
	bgpd_mark_peers(b);
}

static void
peer_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;
	const struct bgp_peer *peer = is;

	b->bad_kind = KINDS;
	if (peer != NULL)
		tells_seen(b->tells, KIND_PEER, key->name, &peer->conditions);
	announce_peer_changed(b->announce, was, peer);
	bgpd_mark_peers(b);
}

static void
filter_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;
	const struct bgp_filter *filter = is;

	(void)was;
	b->bad_kind = KINDS;
	if (filter != NULL) {
		tell_accepted(
		    b, KIND_FILTER, key, &filter->meta, &filter->conditions);
		tells_seen(
		    b->tells, KIND_FILTER, key->name, &filter->conditions);
	}
	bgpd_mark_peers(b);
}

static void
virtual_ip_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;
	const struct virtual_ip *vip = is;

	b->bad_kind = KINDS;
	vips_changed(b->vips, was, is);
	bgpd_mark_status(b); /* what a node needs depends on there being one */
	if (vip == NULL)
		return;
	tells_seen(b->tells, KIND_VIRTUAL_IP, key->name, &vip->conditions);
}

static void
secret_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	(void)key;
	(void)was;
	(void)is;
	bgpd_mark_peers(arg);
	bgpd_lan_configure(arg);
}

static void
group_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)key;
	announce_group_changed(b->announce, was, is);
	if (b->listed)
		bgpd_apply_health(b); /* the first one for links, perhaps */
	bgpd_mark_status(b); /* it may name a community that there is not */
}

static void
service_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)was;
	(void)is;
	announce_service_changed(b->announce, key);
	bgpd_mark_handover(b);
}

static void
slice_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)key;
	announce_slice_changed(b->announce, was, is);
	bgpd_mark_handover(b);
}

static void
block_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)key;
	(void)was;
	(void)is;
	announce_blocks_changed(b->announce);
}

static void
service_cidr_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)key;
	(void)was;
	(void)is;
	announce_service_cidrs_changed(b->announce);
	bgpd_mark_status(b);
}

/*
 * Our own echo; or somebody has deleted it: then it is written again. Or it is another
 * lbbgp's, whose node this was before: then it becomes ours, and is written after that.
 */
static void
status_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;
	const char *own = b->options.instance.class;

	(void)key;
	b->status_of_other = is != NULL && strcmp(is, own) != 0;
	if (b->status_of_other || (was != NULL && is == NULL) ||
	    (was != NULL && strcmp(was, own) != 0))
		bgpd_mark_status(b);
}

static void
any_refused(void *arg, const struct object_key *key, const struct err *err)
{
	(void)key;
	(void)err;
	bgpd_mark_status(arg);
}

/*
 * What it says of itself: one that is refused as a whole was looked at just before, of
 * one that is in part the rest is in the store.
 */
static const struct conditions *
conditions_of(
    const struct bgpd *b, enum kind kind, const struct object_key *key)
{
	const void *item = store_get(b->store, kind, key);

	if (b->bad_kind == kind && strcmp(b->bad_name, key->name) == 0)
		return &b->bad;
	if (item == NULL)
		return NULL;
	if (kind == KIND_PEER)
		return &((const struct bgp_peer *)item)->conditions;
	if (kind == KIND_FILTER)
		return &((const struct bgp_filter *)item)->conditions;
	return kind == KIND_VIRTUAL_IP
	    ? &((const struct virtual_ip *)item)->conditions
	    : &((const struct bgp_configuration *)item)->conditions;
}

/* Another node may have written it already. */
static void
tell_refused(struct bgpd *b, enum kind kind, const struct object_key *key,
    const struct err *err)
{
	const struct conditions *says = conditions_of(b, kind, key);
	struct meta meta = { .uid = (char *)"" };

	bgpd_mark_status(b);
	if (err == NULL)
		tells_pardon(b->tells, kind, key->name);
	else if (says == NULL || !conditions_say(says, err->text))
		bgpd_tell(b, kind, key->name, &meta, err->text);
}

static void
keep_bad(struct bgpd *b, enum kind kind, const struct object_key *key,
    const struct json_t *object)
{
	conditions_fini(&b->bad);
	b->bad = (struct conditions){ 0 };
	conditions_decode(&b->bad, object);
	b->bad_kind = kind;
	free(b->bad_name);
	b->bad_name = xstrdup(key->name);
	tells_seen(b->tells, kind, key->name, &b->bad);
}

static void
peer_bad(void *arg, const struct object_key *key, const struct json_t *object)
{
	keep_bad(arg, KIND_PEER, key, object);
}

static void
configuration_bad(
    void *arg, const struct object_key *key, const struct json_t *object)
{
	keep_bad(arg, KIND_CONFIGURATION, key, object);
}

static void
filter_bad(void *arg, const struct object_key *key, const struct json_t *object)
{
	keep_bad(arg, KIND_FILTER, key, object);
}

static void
filter_refused(void *arg, const struct object_key *key, const struct err *err)
{
	tell_refused(arg, KIND_FILTER, key, err);
}

static void
virtual_ip_bad(
    void *arg, const struct object_key *key, const struct json_t *object)
{
	keep_bad(arg, KIND_VIRTUAL_IP, key, object);
}

static void
virtual_ip_refused(
    void *arg, const struct object_key *key, const struct err *err)
{
	tell_refused(arg, KIND_VIRTUAL_IP, key, err);
}

static void
peer_refused(void *arg, const struct object_key *key, const struct err *err)
{
	tell_refused(arg, KIND_PEER, key, err);
}

static void
configuration_refused(
    void *arg, const struct object_key *key, const struct err *err)
{
	tell_refused(arg, KIND_CONFIGURATION, key, err);
}

/* There is nothing in it that we don't know: only that it is there. */
static void *
status_decode(const struct json_t *object, struct err *err)
{
	(void)err;
	return xstrdup(instance_class_of(object));
}

/* Of what keeps us running: whether it is there, and is to stay. */
static void *
keeper_decode(const struct json_t *object, struct err *err)
{
	struct meta *meta = xcalloc(1, sizeof(*meta));

	if (meta_decode(meta, object, err))
		return meta;
	free(meta);
	return NULL;
}

static void
keeper_free(void *meta)
{
	meta_fini(meta);
	free(meta);
}

/* Of another lbbgp of the cluster: its allocator or its daemons deal with it. */
static bool
is_ours(void *arg, const struct json_t *object)
{
	const struct bgpd *b = arg;

	return instance_has(&b->options.instance, object);
}

const struct store_kind bgpd_kinds[KINDS] = {
	[KIND_NODE] = { .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = node_decode,
	    .free = node_free,
	    .changed = node_changed,
	    .refused = any_refused },
	[KIND_CONFIGURATION] = { .api = "lbbgp.io/v1",
	    .kind = "BGPConfiguration",
	    .plural = "bgpconfigurations",
	    .decode = bgp_configuration_decode,
	    .free = bgp_configuration_free,
	    .changed = configuration_changed,
	    .refused = configuration_refused,
	    .ours = is_ours,
	    .known = bgp_configuration_known,
	    .bad = configuration_bad },
	[KIND_PEER] = { .api = "lbbgp.io/v1",
	    .kind = "BGPPeer",
	    .plural = "bgppeers",
	    .decode = bgp_peer_decode,
	    .free = bgp_peer_free,
	    .changed = peer_changed,
	    .refused = peer_refused,
	    .ours = is_ours,
	    .known = bgp_peer_known,
	    .bad = peer_bad },
	[KIND_SECRET] = { .api = "v1",
	    .kind = "Secret",
	    .plural = "secrets",
	    .namespaced = true,
	    .ns = INSTANCE_NAMESPACE,
	    .decode = secret_decode,
	    .free = secret_free,
	    .changed = secret_changed,
	    .refused = any_refused },
	[KIND_GROUP] = { .api = "lbbgp.io/v1",
	    .kind = "ServiceGroup",
	    .plural = "servicegroups",
	    .decode = service_group_decode,
	    .free = service_group_free,
	    .changed = group_changed,
	    .refused = any_refused,
	    .ours = is_ours,
	    .known = service_group_known },
	[KIND_SERVICE] = { .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = service_decode_brief,
	    .free = service_free,
	    .changed = service_changed,
	    .refused = any_refused },
	[KIND_SLICE] = { .api = "discovery.k8s.io/v1",
	    .kind = "EndpointSlice",
	    .plural = "endpointslices",
	    .namespaced = true,
	    .decode = endpoint_slice_decode,
	    .free = endpoint_slice_free,
	    .changed = slice_changed,
	    .refused = any_refused },
	[KIND_BLOCK] = { .api = "crd.projectcalico.org/v1",
	    .kind = "BlockAffinity",
	    .plural = "blockaffinities",
	    .decode = block_affinity_decode,
	    .free = block_affinity_free,
	    .changed = block_changed,
	    .refused = any_refused,
	    /* Where Calico has CRDs instead of an API server of its own. */
	    .other_api = "projectcalico.org/v3",
	    .optional = true },
	[KIND_SERVICE_CIDR] = { .api = "networking.k8s.io/v1",
	    .kind = "ServiceCIDR",
	    .plural = "servicecidrs",
	    .decode = service_cidr_decode,
	    .free = service_cidr_free,
	    .changed = service_cidr_changed,
	    .refused = any_refused,
	    .other_api = "networking.k8s.io/v1beta1",
	    .spared = true,
	    .optional = true },
	[KIND_STATUS] = { .api = "lbbgp.io/v1",
	    .kind = "BGPNodeStatus",
	    .plural = "bgpnodestatuses",
	    .decode = status_decode,
	    .free = free,
	    .changed = status_changed,
	    .refused = any_refused },
	[KIND_VIRTUAL_IP] = { .api = "lbbgp.io/v1",
	    .kind = "VirtualIP",
	    .plural = "virtualips",
	    .decode = virtual_ip_decode,
	    .free = virtual_ip_free,
	    .changed = virtual_ip_changed,
	    .refused = virtual_ip_refused,
	    .ours = is_ours,
	    .known = virtual_ip_known,
	    .bad = virtual_ip_bad },
	[KIND_FILTER] = { .api = "lbbgp.io/v1",
	    .kind = "BGPFilter",
	    .plural = "bgpfilters",
	    .decode = bgp_filter_decode,
	    .free = bgp_filter_free,
	    .changed = filter_changed,
	    .refused = filter_refused,
	    .known = bgp_filter_known,
	    .bad = filter_bad },
	[KIND_DAEMONSET] = { .api = "apps/v1",
	    .kind = "DaemonSet",
	    .plural = "daemonsets",
	    .namespaced = true,
	    .ns = INSTANCE_NAMESPACE,
	    .decode = keeper_decode,
	    .free = keeper_free },
	[KIND_NAMESPACE] = { .api = "v1",
	    .kind = "Namespace",
	    .plural = "namespaces",
	    .decode = keeper_decode,
	    .free = keeper_free },
};

void
bgpd_kind_missing(void *arg, size_t kind, bool missing)
{
	struct bgpd *b = arg;

	bgpd_keep_missing(b, kind, missing);
	if (kind == KIND_BLOCK)
		announce_blocks_changed(b->announce);
	if (bgpd_kinds[kind].optional)
		return;
	if (missing)
		log_warn("%s: the resource is not installed (crd/)",
		    bgpd_kinds[kind].plural);
	else
		log_info(
		    "%s: the resource is installed", bgpd_kinds[kind].plural);
	bgpd_mark_status(b);
}
