/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrrp_config - what a virtual router is to be.
 */
#ifndef BGPD_VRRP_VRRP_CONFIG_H
#define BGPD_VRRP_VRRP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/link/interface.h"
#include "common/prefix.h"

#define VRRP_ADDRS_MAX 16 /* of a virtual router */

struct vrrp_config {
	char interface[INTERFACE_NAME];
	uint8_t vrid;           /* 1 to 255 */
	uint8_t version;        /* 2 (of IPv4 only) or 3 */
	uint8_t priority;       /* 1 to 255; 255: the addresses are its own */
	uint32_t interval;      /* ms between two ADVERTISEMENTs */
	uint32_t preempt_delay; /* ms */
	bool preempt;
	bool virtual_mac;
	const char *fault;  /* literal; why it is no candidate, NULL: it is */
	struct addr *addrs; /* owned; 1 to VRRP_ADDRS_MAX, of one family */
	size_t n_addrs;
	struct addr *peers; /* owned; none: multicast */
	size_t n_peers;
	struct addr source; /* FAMILY_NONE: the interface's */
};

/* A copy that owns what it has; its interval is one that can be sent. */
struct vrrp_config vrrp_config_dup(const struct vrrp_config *);
void vrrp_config_fini(struct vrrp_config *);
/* The same place: interface, ID, family, version, MAC, and by multicast or not. */
bool
vrrp_config_same_place(const struct vrrp_config *, const struct vrrp_config *);
bool
vrrp_config_same_addrs(const struct vrrp_config *, const struct vrrp_config *);
enum family vrrp_config_family(const struct vrrp_config *);
#endif
