/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cilium - Cilium's pools and its BGP resources: cluster and peer
 * configurations, advertisements, and the peering policy that came before
 * these.
 */
#ifndef CLI_CONVERT_CILIUM_H
#define CLI_CONVERT_CILIUM_H

struct foreign;
struct job;

void cilium_cluster(struct job *, struct foreign *); /* with its peers */
void cilium_policy(struct job *, struct foreign *); /* CiliumBGPPeeringPolicy */
void cilium_pool(struct job *, struct foreign *);
/* Goes into the groups of all pools. */
void cilium_advertisement(struct job *, struct foreign *);
#endif
