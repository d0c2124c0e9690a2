/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_socket_io - a socket for the frames of one interface.
 */
#ifndef BGPD_LINK_LINK_SOCKET_IO_H
#define BGPD_LINK_LINK_SOCKET_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

/*
 * Non-blocking; -1 and err: there is none. Of the frames that arrive it gets untagged
 * ones for this node or a group that are of a kind that frame.h knows, before netfilter
 * and tc; never what the node sends. It takes CAP_NET_RAW.
 */
int link_socket_open(int index, struct err *);
/* It still hears that interface, which may have been deleted, or made anew. */
bool link_socket_is_bound(int fd, int index);
/* From now on the interface lets all groups in. */
void link_socket_all_groups(int fd, int index);
/* A whole frame; false: it can't be sent now. */
bool link_socket_send(int fd, int index, const uint8_t *frame, size_t n);
/*
 * The next frame; its bytes, which are more than size where it was cut; 0: there is
 * none now; -1 and err: nothing will come from this socket any more.
 */
ssize_t link_socket_recv(int fd, uint8_t *frame, size_t size, struct err *);
/* Frames that came and found no room, since the last call. */
unsigned link_socket_missed(int fd);
#endif
