/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_vip - kube-vip: the ConfigMap of its cloud provider (cidr-global,
 * range-NAMESPACE and so on), and what runs it, with its environment.
 */
#ifndef CLI_CONVERT_KUBE_VIP_H
#define CLI_CONVERT_KUBE_VIP_H

#include <stdbool.h>

typedef struct json_t json_t;
struct foreign;
struct job;
struct made;
struct vip_env;

/* Any other ConfigMap is dismissed. */
void kube_vip_config(struct job *, struct foreign *);
/* After all ConfigMaps; any other DaemonSet or Pod is dismissed. */
void kube_vip_daemon_set(struct job *, struct foreign *);
void kube_vip_pod(struct job *, struct foreign *);

/* Is it a ServiceGroup that such a ConfigMap became? */
bool kube_vip_made(const struct job *, const struct made *);
/* Makes BGPPeers, named after `name` and for these nodes, of what is in bgp_…. */
void kube_vip_peers(struct vip_env *, const char *name, const json_t *nodes);
#endif
