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

void metallb_bfd_profile(struct job *, struct foreign *);
void metallb_peer(struct job *, struct foreign *); /* v1beta1 and v1beta2 */
void metallb_community(struct job *, struct foreign *);
void metallb_pool(struct job *, struct foreign *); /* IPAddressPool */
/* Goes into the groups of the pools that it means. */
void metallb_advertisement(struct job *, struct foreign *);
void metallb_old_pool(struct job *, struct foreign *); /* AddressPool */
void metallb_l2_advertisement(struct job *, struct foreign *);
/* What all of them together say, when all are read. */
void metallb_finish(struct job *);

/*
 * Adds the resources that a ConfigMap with data.config stands for. False: it
 * is no such ConfigMap.
 */
bool metallb_config(struct job *, const json_t *config_map);

/* ---- what both kinds of advertisements have ---- */

/* False, told: what has to be a list is none. The paths end with NULL. */
bool metallb_lists_check(struct job *, const char *label,
    const json_t *advertisement, const char *const *paths);
/* Does it mean that pool? Without names and selectors it means all of them. */
bool metallb_means(
    struct job *, const json_t *advertisement, const struct foreign *pool);
/* Tells which of the names at the path are not in the input. */
void metallb_strangers_tell(
    struct job *, const struct foreign *, const char *path, const char *kind);
/* Is it for some Services only? A group can't be announced so. */
bool metallb_is_for_some_services(const json_t *advertisement);
#endif
