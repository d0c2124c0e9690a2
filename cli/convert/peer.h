/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer - what is the same for BGPPeers, wherever they come from.
 */
#ifndef CLI_CONVERT_PEER_H
#define CLI_CONVERT_PEER_H

#include <stdbool.h>

typedef struct json_t json_t;
struct err;
struct foreign;
struct job;
struct rule;

/*
 * The address with its port (NULL: none is given) as our peerIP; owned. NULL
 * and err: it is no address. A port that is none is told, and 179 does.
 */
json_t *peer_ip(struct job *, const char *label, const json_t *address,
    const json_t *port, struct err *);
/*
 * The password by a rule or more, which set spec.password. False: there is
 * one, in the field at path, but it can't be had; a session must not go
 * without it.
 */
bool peer_password(struct job *, struct foreign *, const char *path,
    const struct rule *, json_t *ours);
/*
 * Where every peer says which AS number the nodes have, the first one makes it that of
 * the BGPConfiguration default, and of later ones those say it that differ. No pods
 * are announced.
 */
void
peer_local_as(struct job *, const char *label, const json_t *as, json_t *ours);
/*
 * A password in the open, which is at the path, becomes a Secret. What only stands for
 * one does not, and the session stays down until somebody has made it.
 */
void peer_secret_make(struct job *, const char *label, const char *path,
    const json_t *password, json_t *ours);
#endif
