/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_vip - the ConfigMap of kube-vip's cloud provider: cidr-global,
 * range-NAMESPACE and so on.
 */
#ifndef CLI_CONVERT_KUBE_VIP_H
#define CLI_CONVERT_KUBE_VIP_H

struct foreign;
struct job;

/* Any other ConfigMap is dismissed. */
void kube_vip_config(struct job *, struct foreign *);
#endif
