/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_kernel - does the kernel of a node let packets of clients through, and their
 * answers back?
 *
 * Forwarding, filters by the way back, MTUs, ARP and the table of connections, as
 * /proc and /sys have them. Thresholds stand at their checks.
 */
#ifndef CLI_DOCTOR_KERNEL_H
#define CLI_DOCTOR_KERNEL_H

struct doctor_facts;
struct findings;

/* Adds at least one finding for each check of the kernel. */
void doctor_kernel(const struct doctor_facts *, struct findings *);
#endif
