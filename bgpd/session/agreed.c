/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/agreed.h"

#include "bgpd/session/session_config.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/update.h"

/* Families whose routes the peer is asked to keep: all of the session. */
static void
offer_restart(struct caps *c, const struct restart_config *restart)
{
	c->restart.present = restart->on;
	c->restart.notification = restart->notification;
	c->restart.time = restart->time;
	c->long_lived.present = restart->on && restart->long_lived != 0;
	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		c->restart.family[f] = c->family[f];
		c->long_lived.family[f] = c->family[f];
		c->long_lived.time[f] = restart->long_lived;
	}
}

static uint8_t
add_path_modes(const struct session_config *config, enum family family)
{
	if (!config->families[family])
		return 0;
	return (uint8_t)((config->add_path_send ? ADD_PATH_SEND : 0) |
	    (config->add_path_receive ? ADD_PATH_RECEIVE : 0));
}

void
agreed_offer_node_as(struct bgp_open *open, const struct session_config *config)
{
	if (config->dual_as && config->node_as != 0)
		open->asn = config->node_as;
}

struct bgp_open
agreed_offer(const struct session_config *config, bool plain)
{
	struct bgp_open o = {
		.asn = config->local_as,
		.hold_time = config->hold_time,
		.router_id = config->router_id,
		.has_caps = !plain,
	};

	if (plain) { /* what a speaker without capabilities can do */
		o.caps.family[FAMILY_V4] = true;
		return o;
	}
	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		o.caps.family[f] = config->families[f];
		o.caps.add_path[f] = add_path_modes(config, f);
	}
	o.caps.as4 = true;
	o.caps.route_refresh = true;
	o.caps.enhanced_refresh = true;
	o.caps.extended_message = config->extended_messages;
	o.caps.has_role =
	    config->role != ROLE_NONE && session_config_external(config);
	o.caps.role = (uint8_t)(o.caps.has_role ? config->role - 1 : 0);
	o.caps.extended_next_hop =
	    config->extended_next_hop && config->families[FAMILY_V4];
	offer_restart(&o.caps, &config->restart);
	return o;
}

void
agreed_offer_state(struct bgp_open *open, bool restarting, bool forwarding)
{
	struct caps *c = &open->caps;

	c->restart.restarting = c->restart.present && restarting;
	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		c->restart.forwarding[f] = c->restart.family[f] && forwarding;
		c->long_lived.forwarding[f] =
		    c->long_lived.family[f] && forwarding;
	}
}

bool
agreed_keeps_ours(const struct agreed *a)
{
	return a->caps.restart.present;
}

size_t
agreed_message_max(const struct agreed *a)
{
	return a->caps.extended_message ? MSG_MAX_EXTENDED : MSG_MAX;
}

bool
agreed_may_go_plain(
    const struct session_config *config, const struct bgp_open *sent)
{
	return sent->has_caps && config->families[FAMILY_V4] &&
	    !config->families[FAMILY_V6] && config->local_as <= UINT16_MAX &&
	    config->remote_as <= UINT16_MAX;
}

static bool
in_ranges(const struct session_config *config, uint32_t asn)
{
	for (size_t i = 0; i < config->n_remote_ranges; i++)
		if (asn >= config->remote_ranges[i].first &&
		    asn <= config->remote_ranges[i].last)
			return true;
	return false;
}

static bool
remote_as_fits(
    const struct session_config *config, uint32_t local_as, uint32_t asn)
{
	switch (config->remote_as_rule) {
	case REMOTE_AS_NUMBER:
		return asn == config->remote_as;
	case REMOTE_AS_EXTERNAL:
		return asn != local_as;
	case REMOTE_AS_INTERNAL:
		return asn == local_as;
	case REMOTE_AS_RANGES:
		return asn != local_as && in_ranges(config, asn);
	}
	return false;
}

static bool
any_family(const struct caps *caps)
{
	return caps->family[FAMILY_V4] || caps->family[FAMILY_V6];
}

/* RFC 5492 5: the data are the capabilities that we miss. */
static struct rbuf
missed(const struct caps *ours)
{
	static const uint8_t both[] = { 1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1 };

	if (!ours->family[FAMILY_V6])
		return rbuf_of(both, 6);
	if (!ours->family[FAMILY_V4])
		return rbuf_of(both + 6, 6);
	return rbuf_of(both, sizeof(both));
}

/* RFC 9234 4.2: a peer need not say its role unless we are strict; ours holds then. */
static bool
role_fits(enum role ours, bool strict, const struct bgp_open *theirs)
{
	static const enum role others[ROLES] = {
		[ROLE_PROVIDER] = ROLE_CUSTOMER,
		[ROLE_CUSTOMER] = ROLE_PROVIDER,
		[ROLE_RS] = ROLE_RS_CLIENT,
		[ROLE_RS_CLIENT] = ROLE_RS,
		[ROLE_PEER] = ROLE_PEER,
	};

	if (ours == ROLE_NONE)
		return true;
	if (!theirs->caps.has_role)
		return !strict;
	return !theirs->seen.roles_differ &&
	    theirs->caps.role + 1u == others[ours];
}

static const char *const role_refusals[ROLES] = {
	[ROLE_PROVIDER] = "OPEN: our role is Provider, so the peer's has to be "
			  "Customer",
	[ROLE_CUSTOMER] = "OPEN: our role is Customer, so the peer's has to be "
			  "Provider",
	[ROLE_RS] = "OPEN: our role is RouteServer, so the peer's has to be "
		    "RouteServerClient",
	[ROLE_RS_CLIENT] = "OPEN: our role is RouteServerClient, so the peer's "
			   "has to be RouteServer",
	[ROLE_PEER] = "OPEN: our role is Peer, so the peer's has to be Peer",
};

static const char role_missing[] =
    "OPEN: the peer says no role; by spec.roleStrict it has to say one that goes "
    "with spec.role";

static void
agreed_timers(struct agreed *a, const struct session_config *config,
    const struct bgp_open *ours, const struct bgp_open *theirs)
{
	/* RFC 4271 4.2 and 4.4: the smaller; keepalives at a third of it. */
	a->hold_time = ours->hold_time < theirs->hold_time ? ours->hold_time
							   : theirs->hold_time;
	a->keepalive_time = a->hold_time / 3;
	if (config->keepalive_time != 0 &&
	    config->keepalive_time < a->keepalive_time)
		a->keepalive_time = config->keepalive_time;
}

/* RFC 7705 3; by the node's own AS number there is nothing to hide. */
static void
agreed_local_as(struct agreed *a, const struct session_config *config,
    const struct bgp_open *ours)
{
	bool is_other = !a->internal && config->node_as != 0 &&
	    ours->asn == config->local_as;

	a->local_as = ours->asn;
	a->prepend_as = is_other && config->prepend_as ? ours->asn : 0;
	a->behind_as = is_other && config->keep_as ? config->node_as : 0;
}

bool
agreed_make(struct agreed *a, const struct session_config *config,
    const struct bgp_open *ours, const struct bgp_open *theirs,
    struct bgp_err *err)
{
	bool internal = theirs->asn == ours->asn;

	if (!remote_as_fits(config, ours->asn, theirs->asn)) /* RFC 4271 6.2 */
		return bgp_refuse(err, ERR_OPEN, OPEN_PEER_AS,
		    "OPEN: the AS is not the one configured");
	if (internal && theirs->router_id == config->router_id)
		return bgp_refuse(err, ERR_OPEN, OPEN_ROUTER_ID,
		    "OPEN: the router id is ours"); /* RFC 6286 2.2 */

	struct caps caps = caps_agree(&ours->caps, &theirs->caps);

	if (!any_family(&caps))
		return bgp_refuse_data(err, ERR_OPEN, OPEN_CAPABILITY,
		    "OPEN: no address family in common", missed(&ours->caps));
	a->role = internal ? ROLE_NONE : config->role;
	if (!role_fits(a->role, config->role_strict, theirs))
		return bgp_refuse(err, ERR_OPEN, OPEN_ROLE,
		    theirs->caps.has_role ? role_refusals[a->role]
					  : role_missing);
	a->remote_as = theirs->asn;
	a->remote_id = theirs->router_id;
	a->internal = internal;
	a->cluster_id = internal ? config->cluster_id : 0;
	a->client = internal && config->client;
	a->caps = caps;
	a->knows_long_lived = theirs->caps.restart.present && /* RFC 9494 3.1 */
	    theirs->caps.long_lived.present;
	agreed_local_as(a, config, ours);
	agreed_timers(a, config, ours, theirs);
	return true;
}

struct update_ctx
agreed_update_ctx(const struct agreed *a)
{
	struct update_ctx ctx = {
		.ebgp = !a->internal,
		.as4 = a->caps.as4,
		.first_as = true,
		.peer_as = a->remote_as,
		.extended_next_hop = a->caps.extended_next_hop,
	};

	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		ctx.family[f] = a->caps.family[f];
		ctx.add_path[f] = a->caps.add_path[f] & ADD_PATH_RECEIVE;
	}
	return ctx;
}
