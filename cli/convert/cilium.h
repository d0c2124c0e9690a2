/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cilium - Cilium's pools and its BGP resources: cluster and peer
 * configurations, advertisements, and the peering policy that came before
 * these.
 */
#ifndef CLI_CONVERT_CILIUM_H
#define CLI_CONVERT_CILIUM_H

#include <stdbool.h>

typedef struct json_t json_t;
struct err;
struct foreign;
struct job;

void cilium_cluster(struct job *, struct foreign *); /* with its peers */
void cilium_policy(struct job *, struct foreign *); /* CiliumBGPPeeringPolicy */
void cilium_pool(struct job *, struct foreign *);
/* What all of them together say, when all are read. */
void cilium_finish(struct job *);

/*
 * Who may use the group, by a selector of Services (NULL: all), into its spec. False
 * and err: that can't be said.
 */
bool
cilium_services_select(const json_t *selector, json_t *group, struct err *);
/* For cilium_finish(): the selected advertisements go into the groups. */
void cilium_advertise(struct job *);
/* Likewise: and who answers for their addresses on the local network. */
void cilium_l2_answer(struct job *);
/* Pods, or addresses of pools. */
bool cilium_announces(const json_t *advertisement);
/*
 * An advertisement is {service: {addresses}, selector}. Tells what of that has
 * no counterpart. False: it announces no address of a pool.
 */
bool cilium_services_tell(struct job *, const char *label, const char *path,
    const json_t *advertisement);
#endif
