/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vips - the VirtualIPs of this node: who of them is healthy, and what follows.
 *
 * Objects, labels of nodes, answers of health checks and news of l2 and vrrp come in;
 * out go what l2, vrrp and BGP are to do with each address, which interface has it, and
 * what is to be said of it. Pure. The owner carries it all out (vips_ops).
 */
#ifndef BGPD_VIP_VIPS_H
#define BGPD_VIP_VIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/vip/vips_types.h"

struct labels;
struct probe_view;
struct vips;

struct vips *
vips_new(const struct vips_env *, const struct vips_ops *, void *arg);
void vips_free(struct vips *); /* tells nobody */

/* All kinds are listed: from here on something is done. */
void vips_start(struct vips *);
/*
 * As a row of the store's table has it; is stays borrowed until the next call for the
 * object.
 */
void vips_changed(
    struct vips *, const struct virtual_ip *was, const struct virtual_ip *is);
/* NULL: it was or is not known. */
void vips_node_changed(struct vips *, const char *node,
    const struct labels *was, const struct labels *is);
/* vips_env.node_with may say something else. */
void vips_node_addresses_changed(struct vips *);
/* As health_io_ops.answered; ids of others are passed over. */
void vips_answered(struct vips *, uint32_t id, const char *why);

void vips_l2_changed(
    struct vips *, const struct addr *, const struct vips_l2_news *);
/* master: it has the addresses, be it that it yields. state: literal, as shown. */
void vips_vrrp_changed(
    struct vips *, const char *name, bool master, const char *state);
void vips_tick(struct vips *);
/*
 * gives: others are to take over on links what this node holds; routers still hear of
 * what they heard of, unless it is silent, too.
 */
void vips_drain(struct vips *, bool gives, bool silent);
/* Nothing is asked or announced any more; what is held stays until l2 and vrrp end. */
void vips_leave(struct vips *);
/*
 * The same of a daemon that comes back soon, but for what is announced: that stays, as
 * routers keep the routes meanwhile.
 */
void vips_restart(struct vips *);

/* Is there a VirtualIP in force with this address, by l2? */
bool vips_has(const struct vips *, const struct addr *);
/*
 * May that other node hold the address on a link: its preference, 0 or more; -1: not,
 * or the address is no VirtualIP's.
 */
int vips_may(const struct vips *, const struct addr *, const char *node);

bool vips_find(const struct vips *, const char *name, struct vips_view *);
/* In the order of their names. */
void vips_each(const struct vips *,
    bool (*each)(void *arg, const struct vips_view *), void *arg);
bool vips_place(
    const struct vips *, const char *name, size_t i, struct vips_place *);
bool vips_probe(
    const struct vips *, const char *name, size_t i, struct probe_view *);
#endif
