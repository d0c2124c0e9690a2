/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announced - from an announcement to the path that filters judge and peers are told.
 */
#ifndef BGPD_POLICY_ANNOUNCED_H
#define BGPD_POLICY_ANNOUNCED_H

struct attributes; /* bgpd/announce/attributes.h */
struct path;
struct path_table;

/* A reference for the caller. */
struct path *announced_path(struct path_table *, const struct attributes *);
#endif
