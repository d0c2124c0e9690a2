/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/link/link_unicast_io.h"

#include <linux/filter.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/link/frame.h"
#include "common/alloc.h"
#include "common/prefix.h"

struct link_unicast {
	int fds[FAMILIES]; /* owned; -1: there is none yet */
};

struct link_unicast *
link_unicast_new(void)
{
	struct link_unicast *u = xcalloc(1, sizeof(*u));

	for (size_t i = 0; i < FAMILIES; i++)
		u->fds[i] = -1;
	return u;
}

void
link_unicast_free(struct link_unicast *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < FAMILIES; i++)
		if (u->fds[i] >= 0)
			close(u->fds[i]);
	free(u);
}

/* Packets are received elsewhere, with their Ethernet headers. */
static bool
set_up(int fd, bool v4)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { 1, &nothing };
	int ttl = 255; /* RFC 9568 5.1.1.3, 5.1.2.3 */

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		   sizeof(program)) == 0 &&
	    setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		v4 ? IP_TTL : IPV6_UNICAST_HOPS, &ttl, sizeof(ttl)) == 0;
}

static int
socket_of(struct link_unicast *u, enum family family)
{
	int *fd = &u->fds[family];

	if (*fd >= 0)
		return *fd;
	*fd = socket(family == FAMILY_V4 ? AF_INET : AF_INET6,
	    SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, FRAME_PROTOCOL_VRRP);
	if (*fd >= 0 && !set_up(*fd, family == FAMILY_V4)) {
		close(*fd);
		*fd = -1;
	}
	return *fd;
}

/* Whence and where out; a source of all zeros is the kernel's choice. */
static void
put_source(struct msghdr *m, int index, const struct addr *src, bool v4)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct in_pktinfo *i4 = (struct in_pktinfo *)CMSG_DATA(c);
	struct in6_pktinfo *i6 = (struct in6_pktinfo *)CMSG_DATA(c);

	c->cmsg_level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
	c->cmsg_type = v4 ? IP_PKTINFO : IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(v4 ? sizeof(*i4) : sizeof(*i6));
	m->msg_controllen = CMSG_SPACE(v4 ? sizeof(*i4) : sizeof(*i6));
	if (v4) {
		i4->ipi_ifindex = index;
		memcpy(&i4->ipi_spec_dst, src->bytes, sizeof(i4->ipi_spec_dst));
	} else {
		i6->ipi6_ifindex = (unsigned)index;
		memcpy(&i6->ipi6_addr, src->bytes, sizeof(i6->ipi6_addr));
	}
}

static socklen_t
put_destination(struct sockaddr_storage *to, int index, const struct addr *dst)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	if (dst->family == FAMILY_V4) {
		v4->sin_family = AF_INET;
		memcpy(&v4->sin_addr, dst->bytes, sizeof(v4->sin_addr));
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	memcpy(&v6->sin6_addr, dst->bytes, sizeof(v6->sin6_addr));
	if (addr_is_link_local(dst))
		v6->sin6_scope_id = (unsigned)index;
	return sizeof(*v6);
}

bool
link_unicast_send(struct link_unicast *u, int index, const struct addr *src,
    const struct addr *dst, const uint8_t *payload, size_t n)
{
	_Alignas(struct cmsghdr) char
	    control[CMSG_SPACE(sizeof(struct in6_pktinfo))] = { 0 };
	struct sockaddr_storage to = { 0 };
	struct iovec bytes = { (void *)payload, n };
	struct msghdr m = { .msg_name = &to,
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };

	if (dst->family == FAMILY_NONE ||
	    (src->family != FAMILY_NONE && src->family != dst->family))
		return false;
	int fd = socket_of(u, dst->family);

	m.msg_namelen = put_destination(&to, index, dst);
	put_source(&m, index, src, dst->family == FAMILY_V4);
	return fd >= 0 && sendmsg(fd, &m, MSG_DONTWAIT) == (ssize_t)n;
}
