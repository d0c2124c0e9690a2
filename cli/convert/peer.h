/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer - what is the same for BGPPeers, wherever they come from.
 */
#ifndef CLI_CONVERT_PEER_H
#define CLI_CONVERT_PEER_H

#include <stdbool.h>

typedef struct json_t json_t;
struct foreign;
struct job;
struct rule;

/*
 * The password by a rule or more, which set spec.password. False: there is
 * one, in the field at path, but it can't be had; a session must not go
 * without it.
 */
bool peer_password(struct job *, struct foreign *, const char *path,
    const struct rule *, json_t *ours);
#endif
