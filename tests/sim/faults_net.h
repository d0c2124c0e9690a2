/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults_net - what happens to the network of a virtual cluster, and who in it is slow
 * to read, or dials as somebody else. Each ends after a while, but for who dials.
 */
#ifndef TESTS_SIM_FAULTS_NET_H
#define TESTS_SIM_FAULTS_NET_H

#include "tests/sim/scene.h"

void way_is_cut(struct history *);
void segments_are_lost(struct history *);
void connection_is_reset(struct history *);
void host_reads_nothing(struct history *);
void router_reads_little(struct history *);
void intruder_dials(struct history *);
/* One dials that node as that router does. */
void intrude(struct history *, unsigned node, unsigned router);
#endif
