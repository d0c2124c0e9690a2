/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netlink_socket_io - a socket by which the kernel is asked for its links, addresses,
 * rules and routes, and by which it tells of changes (rtnetlink(7)).
 */
#ifndef BGPD_NETLINK_NETLINK_SOCKET_IO_H
#define BGPD_NETLINK_NETLINK_SOCKET_IO_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct nl_sock;
struct sock_filter;

/* One that does not block, owned: nl_socket_free(). NULL: err. */
struct nl_sock *netlink_socket_new(struct err *);
/* Dumps are no longer than asked for, if the kernel can do that (Linux 4.20). */
void netlink_socket_set_strict(struct nl_sock *);
/* Nothing is heard but what that program of n steps lets through. False: err. */
bool netlink_socket_filter(
    struct nl_sock *, struct sock_filter *program, size_t n, struct err *);
#endif
