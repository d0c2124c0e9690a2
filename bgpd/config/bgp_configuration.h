/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bgp_configuration - the BGPConfiguration resource: how a node speaks BGP and with the
 * nodes on its links, and what it announces.
 */
#ifndef BGPD_CONFIG_BGP_CONFIGURATION_H
#define BGPD_CONFIG_BGP_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/config/ao_spec.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/restart.h"
#include "common/api/community.h"
#include "common/api/meta.h"
#include "common/api/selector.h"
#include "common/prefix.h"

enum router_id_from { ROUTER_ID_NODE_IP, ROUTER_ID_HASH };
enum bind_mode { BIND_NODE_IP, BIND_NONE }; /* None: every local address */
enum pod_cidr_source {
	POD_CIDR_AUTO,
	POD_CIDR_NODE_SPEC,
	POD_CIDR_CALICO_IPAM,
	POD_CIDR_ANNOTATION,
};
#define HELLO_INTERVAL_DEFAULT 200 /* ms */
#define DEAD_INTERVAL_DEFAULT 800  /* ms */

#define DRAIN_WAIT_DEFAULT 10 /* s */
/* Taints that drain where nothing else is said; ended by NULL. */
extern const char *const drain_taints_default[];

enum health_mode { HEALTH_AUTO, HEALTH_NONE, HEALTH_URL };

struct cidrs {
	struct prefix *at;
	size_t n;
};

struct named_community {
	char *name;
	struct community value; /* never COMMUNITY_NAME */
};

struct prefix_advertisement {
	struct prefix cidr;
	struct communities communities;
	uint32_t local_preference;
	bool has_local_preference;
};

struct l2_settings {                            /* spec.l2, or the defaults */
	uint32_t hello_interval, dead_interval; /* ms */
	char *secret_name, *secret_key;         /* owned; NULL: none named */
};

struct drain_settings { /* spec.drain, or the defaults */
	uint32_t wait;  /* s, with GRACEFUL_SHUTDOWN */
	char **taints;  /* owned, as written: key[=value][:effect] */
	size_t n_taints;
	bool when_cordoned;
};

struct bmp_station { /* of spec.bmp */
	struct addr addr;
	uint16_t port;
	bool pre_policy, post_policy, loc_rib; /* routes */
	uint32_t statistics;                   /* statsInterval, s; 0: none */
};

#define LEARNED_TABLE_DEFAULT 254   /* main */
#define LEARNED_METRIC_DEFAULT 2048 /* behind the node's own routes */
#define LEARNED_PATHS_DEFAULT 16
#define LEARNED_PATHS_MOST 64

struct learned_settings { /* spec.learnedRoutes, or the defaults */
	bool enabled;
	uint32_t table, metric, max_paths;
	bool default_route; /* is installed, too */
};

#define READINESS_SESSIONS_DEFAULT 1
#define READINESS_SESSIONS_MOST 1024

struct readiness_settings { /* spec.nodeReadiness, or the defaults */
	bool enabled;
	uint32_t min_sessions; /* 0: all */
};

struct bgp_configuration {
	struct meta meta;
	struct selector nodes; /* absent for "default" */
	uint32_t as_number;    /* 0: no BGP on these nodes */
	enum router_id_from router_id;
	uint16_t listen_port;
	enum bind_mode bind_mode;
	bool mesh;              /* nodeToNodeMeshEnabled */
	char *mesh_secret_name; /* owned; NULL: nodeMesh has neither of them */
	char *mesh_secret_key;  /* owned; of nodeMeshPassword, NULL: none */
	struct ao_spec mesh_ao; /* nodeMeshTCPAO */
	struct cidrs cluster_ips;       /* serviceClusterIPs */
	bool follow_service_cidrs;      /* serviceClusterIPSource: Auto */
	struct cidrs external_ips;      /* serviceExternalIPs */
	struct cidrs load_balancer_ips; /* serviceLoadBalancerIPs */
	bool advertise_pod_cidrs;
	enum pod_cidr_source pod_cidr_source;
	bool ignore_exclude_label; /* excludeLabel: Ignore */
	bool advertise_without_endpoints;
	enum health_mode health; /* dataPlaneHealth */
	bool has_health;         /* somebody wrote it */
	char *health_url;        /* owned; with HEALTH_URL */
	uint32_t stale_after;    /* s; 0: what is known always counts */
	struct named_community *communities;
	size_t n_communities;
	struct prefix_advertisement *advertisements;
	size_t n_advertisements;
	struct selector service_nodes;   /* serviceNodeSelector */
	struct restart_settings restart; /* gracefulRestart */
	struct bmp_station *stations;    /* bmp */
	size_t n_stations;
	struct l2_settings l2;
	struct drain_settings drain;
	struct filter_names filters; /* of peers that name none */
	struct learned_settings learned;
	struct readiness_settings readiness;
	struct conditions conditions;
	bool in_part; /* listed CIDRs that are never announced were left out */
};

extern const struct fields bgp_configuration_fields;

/*
 * These two fit into a row of a store's table of kinds. NULL and err: refused. Listed
 * CIDRs that are never announced are left out, and err names them.
 */
void *bgp_configuration_decode(const json_t *, struct err *);
void bgp_configuration_free(void *configuration);
/* False and err: a field that there is not, or any other refusal. */
bool bgp_configuration_known(const json_t *, struct err *);

/* Do nodes with this configuration speak BGP? NULL, without one: no. */
bool bgp_configuration_speaks(const struct bgp_configuration *);
/* NULL: this configuration gives that name to nothing. */
const struct community *
bgp_configuration_community(const struct bgp_configuration *, const char *name);
#endif
