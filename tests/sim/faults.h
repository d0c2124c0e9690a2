/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults - what happens in a virtual cluster: edits of objects, and faults of the
 * network, of hosts, of programs and of the way to the objects, each of which ends
 * after a while; and what is planned.
 */
#ifndef TESTS_SIM_FAULTS_H
#define TESTS_SIM_FAULTS_H

#include "tests/unit/histories.h"

/* The last of each has no name. */
extern const struct step_kind fault_kinds[];
/* What people do with a cluster where nothing is wrong. */
extern const struct step_kind planned_kinds[];
#endif
