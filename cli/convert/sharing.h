/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharing - Services of the input that have one address, as kube-vip's may without a
 * word: here they share it only when both say so.
 */
#ifndef CLI_CONVERT_SHARING_H
#define CLI_CONVERT_SHARING_H

struct job;

/* Tells of those that don't, with what makes them. Once, when all are read. */
void sharing_check(struct job *);
#endif
