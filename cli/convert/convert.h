/* SPDX-License-Identifier: Apache-2.0 */
/*
 * convert - manifests of MetalLB, PureLB, Calico, kube-vip and Cilium become
 * ours.
 *
 * All of them are given first, since they refer to each other, then read in
 * the order of a table: what the nodes are, their peers, pools, and what is
 * announced of these. What is made has passed our own decoders. What has no
 * counterpart is a remark.
 */
#ifndef CLI_CONVERT_CONVERT_H
#define CLI_CONVERT_CONVERT_H

#include <stddef.h>

typedef struct json_t json_t;
struct convert;

struct convert *convert_new(void);
void convert_free(struct convert *);

/* An object, or a List of them, which is emptied; where it is, for remarks. */
void convert_give(struct convert *, json_t *doc, const char *where);
void convert_run(struct convert *); /* once, when all are given */

/* NULL: there are no more. Borrowed. */
const json_t *convert_object(const struct convert *, size_t i);
const char *convert_remark(const struct convert *, size_t i);
#endif
