/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pod_cidrs - the pod CIDRs that this node has, from where the configuration says.
 */
#ifndef BGPD_ANNOUNCE_POD_CIDRS_H
#define BGPD_ANNOUNCE_POD_CIDRS_H

#include <stdbool.h>

struct err;
struct view;
struct wants;

/* Appends to wants. False: some could not be read; the others are there. */
bool announce_node(const struct view *, struct wants *, struct err *);
#endif
