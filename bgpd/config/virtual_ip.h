/* SPDX-License-Identifier: Apache-2.0 */
/*
 * virtual_ip - the VirtualIP resource: addresses that one of several nodes answers for,
 * or that all healthy ones announce.
 */
#ifndef BGPD_CONFIG_VIRTUAL_IP_H
#define BGPD_CONFIG_VIRTUAL_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/community.h"
#include "common/api/lan_terms.h"
#include "common/api/meta.h"
#include "common/api/selector.h"
#include "common/prefix.h"

enum vip_ask {
	VIP_ASK_HTTP,
	VIP_ASK_HTTPS,
	VIP_ASK_TCP,
	VIP_ASK_COMMAND,
};

struct vip_check {
	char *name; /* owned, as all of it */
	enum vip_ask ask;
	char *url;       /* of HTTP and HTTPS */
	bool verify;     /* HTTPS: the server's certificate */
	char *ca_secret; /* HTTPS; NULL: the system's authorities */
	char *ca_key;
	char *host; /* of TCP */
	uint16_t port;
	char **argv;                /* of a command, ended by NULL */
	uint32_t interval, timeout; /* ms */
	uint16_t rise, fall;        /* answers in a row */
	bool holder;                /* asked by the holder only */
	uint8_t lowers;             /* lowersPriority; 0: it has none */
};

struct vip_bgp {
	struct communities communities;
	uint32_t local_preference;
	bool has_local_preference;
};

struct vip_l2 {
	bool always; /* mode: Always */
	struct lan_terms terms;
};

struct vip_vrrp {
	char interface[INTERFACE_MAX_CHARS + 1];
	uint8_t vrid, version, priority;
	struct vip_priority {
		uint8_t priority;
		struct selector nodes;
	} * priorities; /* the first that matches holds */
	size_t n_priorities;
	uint32_t interval;      /* ms */
	uint32_t preempt_delay; /* ms */
	bool preempt, accept, virtual_mac;
	struct addr *peers;
	size_t n_peers;
};

struct virtual_ip {
	struct meta meta;
	struct prefix *addrs; /* host bits kept; the length is for interfaces */
	size_t n_addrs;
	struct selector nodes;
	char interface[INTERFACE_MAX_CHARS + 1]; /* "": as it is announced */
	bool any; /* one check that holds is enough */
	struct vip_check *checks;
	size_t n_checks;
	/* At least one; not both of the last two. NULL: not by this way. */
	struct vip_bgp *bgp;
	struct vip_l2 *l2;
	struct vip_vrrp *vrrp;
	struct conditions conditions;
	char *holder; /* status.holder, as somebody has written it, or NULL */
	char *since;  /* status.since, the same */
};

extern const struct fields virtual_ip_fields;

/* These two fit into a row of a store's table of kinds. NULL and err: refused. */
void *virtual_ip_decode(const json_t *, struct err *);
void virtual_ip_free(void *vip);
/* False and err: a field that there is not, or any other refusal. */
bool virtual_ip_known(const json_t *, struct err *);
/* Does it ask that other way? For those who keep what they know of a check. */
bool vip_check_eq(const struct vip_check *, const struct vip_check *);
#endif
