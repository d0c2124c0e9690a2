/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_conditions - what each condition of a daemon is worth as a finding: how bad it
 * is, and what to do about it.
 *
 * By their types alone: a node's doctor has them of its daemon, that of the cluster out
 * of the BGPNodeStatus of every node.
 */
#ifndef CLI_DOCTOR_CONDITIONS_H
#define CLI_DOCTOR_CONDITIONS_H

#include <stdbool.h>

#include "cli/findings.h"

/*
 * What to do about a condition of that type and message, a literal; NULL: it speaks for
 * itself.
 */
const char *doctor_step(const char *type, const char *message);
/* … and how bad it is; one that is not known is. */
enum verdict_of_doctor doctor_verdict(const char *type);
bool doctor_knows(const char *type);
#endif
