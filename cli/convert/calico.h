/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calico - Calico's resources, of projectcalico.org/v3 as of
 * crd.projectcalico.org/v1.
 */
#ifndef CLI_CONVERT_CALICO_H
#define CLI_CONVERT_CALICO_H

struct foreign;
struct job;

void calico_configuration(struct job *, struct foreign *);
void calico_peer(struct job *, struct foreign *);
/* What pools and the configuration say together, when all are read. */
void calico_filter(struct job *, struct foreign *);
void calico_finish(struct job *);
void calico_pool(struct job *, struct foreign *); /* those of Services */
#endif
