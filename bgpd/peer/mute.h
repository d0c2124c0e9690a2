/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mute - a way to TCP that leads nowhere, for sessions that are only looked at.
 */
#ifndef BGPD_MUTE_H
#define BGPD_MUTE_H

struct session;

/* In place of peer_link_new(): the session may be started, but nothing goes out. */
void mute_attach(struct session *);
#endif
