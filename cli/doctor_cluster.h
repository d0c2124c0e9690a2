/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_cluster - what is wrong in the cluster, by its objects and by what its nodes
 * say of themselves. Findings as doctor.h has them.
 */
#ifndef CLI_DOCTOR_CLUSTER_H
#define CLI_DOCTOR_CLUSTER_H

struct objects_view;

extern const struct objects_view doctor_cluster;
#endif
