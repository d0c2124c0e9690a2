/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metallb - MetalLB's resources, and the ConfigMap that it had before these.
 */
#ifndef CLI_CONVERT_METALLB_H
#define CLI_CONVERT_METALLB_H

#include <stdbool.h>

typedef struct json_t json_t;
struct foreign;
struct job;

void metallb_peer(struct job *, struct foreign *); /* v1beta1 and v1beta2 */
void metallb_community(struct job *, struct foreign *);
void metallb_pool(struct job *, struct foreign *); /* IPAddressPool */
/* Goes into the groups of the pools that it means. */
void metallb_advertisement(struct job *, struct foreign *);
void metallb_old_pool(struct job *, struct foreign *); /* AddressPool */
/* What all of them together say, when all are read. */
void metallb_finish(struct job *);

/*
 * Adds the resources that a ConfigMap with data.config stands for. False: it
 * is no such ConfigMap.
 */
bool metallb_config(struct job *, const json_t *config_map);
#endif
