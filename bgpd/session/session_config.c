/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/session_config.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/text.h"

enum { SEND_HOLD_LEAST = 8 * 60 * 1000 }; /* ms */

struct scoped_addr
session_config_remote(const struct session_config *config)
{
	return scoped_addr(&config->remote, config->zone);
}

bool
session_config_listens(const struct session_config *c, struct scoped_addr *at)
{
	static const struct addr any_v6 = { FAMILY_V6, { 0 } };
	bool sourced = c->source.family != FAMILY_NONE;
	bool on_link = !sourced || addr_is_link_local(&c->source);

	*at =
	    scoped_addr(sourced ? &c->source : &any_v6, on_link ? c->zone : "");
	return sourced || c->zone[0] != '\0';
}

static const struct as_range *
ranges_dup(const struct session_config *config)
{
	size_t n = config->n_remote_ranges;

	if (n == 0)
		return NULL;
	struct as_range *copy = xcalloc(n, sizeof(copy[0]));

	memcpy(copy, config->remote_ranges, n * sizeof(copy[0]));
	return copy;
}

static bool
ranges_eq(const struct session_config *a, const struct session_config *b)
{
	if (a->n_remote_ranges != b->n_remote_ranges)
		return false;
	for (size_t i = 0; i < a->n_remote_ranges; i++)
		if (a->remote_ranges[i].first != b->remote_ranges[i].first ||
		    a->remote_ranges[i].last != b->remote_ranges[i].last)
			return false;
	return true;
}

struct session_config *
session_config_dup(const struct session_config *config)
{
	if (config == NULL)
		return NULL;

	struct session_config *copy = xcalloc(1, sizeof(*copy));

	*copy = *config;
	copy->name = xstrdup(config->name);
	copy->password = xstrdup(config->password);
	copy->ao = ao_keys_dup(&config->ao);
	copy->remote_ranges = ranges_dup(config);
	return copy;
}

void
session_config_free(struct session_config *config)
{
	if (config == NULL)
		return;
	free((char *)config->name);
	free((struct as_range *)config->remote_ranges);
	if (config->password != NULL)
		explicit_bzero(
		    (char *)config->password, strlen(config->password));
	free((char *)config->password);
	ao_keys_free(&config->ao);
	free(config);
}

/* Do OPENs say the same of it? */
static bool
restart_eq(const struct restart_config *a, const struct restart_config *b)
{
	if (!a->on && !b->on)
		return true;
	return a->on == b->on && a->time == b->time &&
	    a->long_lived == b->long_lived &&
	    a->notification == b->notification;
}

const char *
session_config_resets(
    const struct session_config *was, const struct session_config *now)
{
	if (!addr_eq(&was->remote, &now->remote) ||
	    strcmp(was->zone, now->zone) != 0 || was->port != now->port)
		return "peerIP";
	if (!addr_eq(&was->source, &now->source))
		return "sourceAddress";
	if (was->local_as != now->local_as)
		return "localASNumber";
	if (was->prepend_as != now->prepend_as ||
	    was->keep_as != now->keep_as || was->dual_as != now->dual_as)
		return "localASNumberOptions";
	if (was->node_as != now->node_as &&
	    (now->keep_as || now->dual_as)) /* else it is not said */
		return "localASNumberOptions";
	if (was->remote_as_rule != now->remote_as_rule ||
	    was->remote_as != now->remote_as)
		return "asNumber";
	if (!ranges_eq(was, now))
		return "asNumbers";
	if (was->router_id != now->router_id)
		return "routerID";
	if (was->client != now->client || was->cluster_id != now->cluster_id)
		return "routeReflectorClient";
	if (was->hold_time != now->hold_time)
		return "holdTime";
	if (was->keepalive_time != now->keepalive_time)
		return "keepaliveTime";
	if (memcmp(was->families, now->families, sizeof(was->families)) != 0)
		return "families";
	if (!restart_eq(&was->restart, &now->restart))
		return "gracefulRestart";
	if (was->add_path_send != now->add_path_send ||
	    was->add_path_receive != now->add_path_receive)
		return "addPaths";
	if (was->role != now->role)
		return "role";
	if (was->role_strict != now->role_strict)
		return "roleStrict";
	if (was->extended_messages != now->extended_messages)
		return "extendedMessages";
	if (was->extended_next_hop != now->extended_next_hop)
		return "extendedNextHop";
	if (was->multihop != now->multihop)
		return "ebgpMultihop";
	if (was->ttl_security != now->ttl_security)
		return "ttlSecurity";
	if (!text_eq(was->password, now->password))
		return "password";
	if (!ao_keys_follow(&was->ao, &now->ao))
		return "tcpAO";
	return NULL;
}

uint32_t
session_config_send_hold(uint16_t hold_time)
{
	uint32_t twice = 2 * 1000u * hold_time;

	return twice > SEND_HOLD_LEAST ? twice : SEND_HOLD_LEAST;
}

bool
session_config_external(const struct session_config *config)
{
	if (config->remote_as_rule == REMOTE_AS_NUMBER)
		return config->remote_as != config->local_as &&
		    !(config->dual_as && config->remote_as == config->node_as);
	return config->remote_as_rule != REMOTE_AS_INTERNAL;
}

uint8_t
session_config_ttl(const struct session_config *config)
{
	if (config->ttl_security != 0 || !session_config_external(config))
		return UINT8_MAX;
	return config->multihop == 0 ? 1 : config->multihop;
}

uint8_t
session_config_least_ttl(const struct session_config *config)
{
	if (config->ttl_security == 0)
		return 0;
	return (uint8_t)(UINT8_MAX + 1 - config->ttl_security);
}
