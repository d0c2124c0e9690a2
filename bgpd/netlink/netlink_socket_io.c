/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/netlink/netlink_socket_io.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>

#include "common/err.h"

struct nl_sock *
netlink_socket_new(struct err *err)
{
	struct nl_sock *s = nl_socket_alloc();
	int rc;

	if (s == NULL) {
		err_set(err, "netlink: no memory");
		return NULL;
	}
	if ((rc = nl_connect(s, NETLINK_ROUTE)) < 0 ||
	    (rc = nl_socket_set_nonblocking(s)) < 0) {
		err_set(err, "netlink: %s", nl_geterror(rc));
		nl_socket_free(s);
		return NULL;
	}
	return s;
}

void
netlink_socket_set_strict(struct nl_sock *s)
{
	int on = 1;

	setsockopt(nl_socket_get_fd(s), SOL_NETLINK, NETLINK_GET_STRICT_CHK,
	    &on, sizeof(on));
}

bool
netlink_socket_filter(
    struct nl_sock *s, struct sock_filter *program, size_t n, struct err *err)
{
	struct sock_fprog whole = { (unsigned short)n, program };

	return setsockopt(nl_socket_get_fd(s), SOL_SOCKET, SO_ATTACH_FILTER,
		   &whole, sizeof(whole)) == 0 ||
	    err_set(err, "netlink: filter: %s", strerror(errno));
}
