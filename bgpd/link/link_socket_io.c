/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket is one for all protocols (ETH_P_ALL): as tcpdump it is before netfilter,
 * tc and the host's own stack, so that no firewall and no CNI plugin takes the frames
 * of neighbours away. So as not to be woken by the node's whole traffic it has a filter
 * in the kernel, which needs three or four comparisons for a TCP segment. What passes
 * is looked at closely by frame_parse().
 *
 * The kernel has taken a VLAN's tag out of the frame and beside it by then. A frame of
 * a VLAN is for that VLAN's interface, where it comes again without; here it must not
 * be taken for an untagged one. A tag for VLAN 0 is only about priority.
 */
#include "bgpd/link/link_socket_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/link/frame.h"
#include "common/err.h"

#define ROOM (1 << 20) /* bytes of frames that wait: a second of a busy LAN */
#define PRIORITY 7     /* TC_PRIO_CONTROL: as the kernel's own ARP */

/* The filter's instructions; each goes on with the next unless it jumps. */
enum {
	LOAD_PACKET_TYPE,
	IF_FOR_US, /* host, broadcast or multicast; not outgoing nor another's */
	LOAD_TAGGED,
	IF_UNTAGGED,
	LOAD_TAG,
	MASK_VLAN,
	IF_NO_VLAN,
	LOAD_ETHERTYPE,
	IF_ARP,
	IF_IPV6,
	IF_IPV4,
	LOAD_PROTOCOL,
	IF_VRRP,
	IF_UDP,
	LOAD_DESTINATION,
	IF_HELLO_GROUP,
	LOAD_FRAGMENT,
	IF_WHOLE,
	LOAD_HEADER_LENGTH,
	LOAD_PORT,
	IF_HELLO_PORT,
	LOAD_TTL,
	IF_ON_LINK,
	LOAD_NEXT_HEADER,
	IF_VRRP_V6,
	LOAD_HOP_LIMIT,
	IF_ON_LINK_V6,
	LOAD_NEXT_HEADER_AGAIN,
	IF_ICMPV6,
	IF_UDP_V6,
	LOAD_DESTINATION_V6,
	IF_HELLO_GROUP_V6,
	LOAD_PORT_V6,
	IF_HELLO_PORT_V6,
	LOAD_ICMPV6_TYPE,
	IF_NOT_BELOW_DISCOVERY,
	IF_NOT_ABOVE_DISCOVERY,
	PASS,
	DROP
};

#define LOAD(at, size, offset) \
	[at] = BPF_STMT(BPF_LD | BPF_ABS | (size), (uint32_t)(offset))
#define JUMP(at, test, value, yes, no) \
	[at] = BPF_JUMP(               \
	    BPF_JMP | BPF_K | (test), (value), (yes) - (at)-1, (no) - (at)-1)
#define IS(at, value, yes, no) JUMP(at, BPF_JEQ, value, yes, no)

enum {
	IP = ETH_HLEN, /* where the IP header is */
	IPV6_PAYLOAD = IP + 40,
	NO_FRAGMENT =
	    0x3fff, /* none of these bits, of an offset and for more */
	ON_LINK = 255,
	V4_GROUP = 0xe00000fe,
	V6_GROUP_TAIL = 0x00000114, /* frame_parse() sees the whole address */
};

/* clang-format off */
static const struct sock_filter filter[] = {
	LOAD(LOAD_PACKET_TYPE, BPF_B, SKF_AD_OFF + SKF_AD_PKTTYPE),
	JUMP(IF_FOR_US, BPF_JGT, PACKET_MULTICAST, DROP, LOAD_TAGGED),
	LOAD(LOAD_TAGGED, BPF_B, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
	IS(IF_UNTAGGED, 0, LOAD_ETHERTYPE, LOAD_TAG),
	LOAD(LOAD_TAG, BPF_H, SKF_AD_OFF + SKF_AD_VLAN_TAG),
	[MASK_VLAN] = BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff),
	IS(IF_NO_VLAN, 0, LOAD_ETHERTYPE, DROP),
	LOAD(LOAD_ETHERTYPE, BPF_H, 12),
	IS(IF_ARP, ETH_P_ARP, PASS, IF_IPV6),
	IS(IF_IPV6, ETH_P_IPV6, LOAD_NEXT_HEADER, IF_IPV4),
	IS(IF_IPV4, ETH_P_IP, LOAD_PROTOCOL, DROP),

	LOAD(LOAD_PROTOCOL, BPF_B, IP + 9),
	IS(IF_VRRP, FRAME_PROTOCOL_VRRP, PASS, IF_UDP),
	IS(IF_UDP, IPPROTO_UDP, LOAD_DESTINATION, DROP),
	LOAD(LOAD_DESTINATION, BPF_W, IP + 16),
	IS(IF_HELLO_GROUP, V4_GROUP, LOAD_FRAGMENT, DROP),
	LOAD(LOAD_FRAGMENT, BPF_H, IP + 6),
	JUMP(IF_WHOLE, BPF_JSET, NO_FRAGMENT, DROP, LOAD_HEADER_LENGTH),
	[LOAD_HEADER_LENGTH] = BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, IP),
	[LOAD_PORT] = BPF_STMT(BPF_LD | BPF_H | BPF_IND, IP + 2),
	IS(IF_HELLO_PORT, FRAME_HELLO_PORT, LOAD_TTL, DROP),
	LOAD(LOAD_TTL, BPF_B, IP + 8),
	IS(IF_ON_LINK, ON_LINK, PASS, DROP),

	LOAD(LOAD_NEXT_HEADER, BPF_B, IP + 6),
	IS(IF_VRRP_V6, FRAME_PROTOCOL_VRRP, PASS, LOAD_HOP_LIMIT),
	LOAD(LOAD_HOP_LIMIT, BPF_B, IP + 7),
	IS(IF_ON_LINK_V6, ON_LINK, LOAD_NEXT_HEADER_AGAIN, DROP),
	LOAD(LOAD_NEXT_HEADER_AGAIN, BPF_B, IP + 6),
	IS(IF_ICMPV6, IPPROTO_ICMPV6, LOAD_ICMPV6_TYPE, IF_UDP_V6),
	IS(IF_UDP_V6, IPPROTO_UDP, LOAD_DESTINATION_V6, DROP),
	LOAD(LOAD_DESTINATION_V6, BPF_W, IP + 36),
	IS(IF_HELLO_GROUP_V6, V6_GROUP_TAIL, LOAD_PORT_V6, DROP),
	LOAD(LOAD_PORT_V6, BPF_H, IPV6_PAYLOAD + 2),
	IS(IF_HELLO_PORT_V6, FRAME_HELLO_PORT, PASS, DROP),
	LOAD(LOAD_ICMPV6_TYPE, BPF_B, IPV6_PAYLOAD),
	/* Of routers (133, 134) and of neighbours (135, 136). */
	JUMP(IF_NOT_BELOW_DISCOVERY, BPF_JGE, 133, IF_NOT_ABOVE_DISCOVERY, DROP),
	JUMP(IF_NOT_ABOVE_DISCOVERY, BPF_JGT, 136, DROP, PASS),

	[PASS] = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	[DROP] = BPF_STMT(BPF_RET | BPF_K, 0),
};
/* clang-format on */

static struct sockaddr_ll
at_interface(int index, uint16_t protocol)
{
	return (struct sockaddr_ll){ .sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = index };
}

/* What may fail is a matter of comfort. */
static void
set_comfort(int fd)
{
	int room = ROOM, priority = PRIORITY, on = 1;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority));
	/* Else each frame that the node sends is cloned only to be dropped. */
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
}

/* Nothing arrives before the bind: by then there is the filter. */
int
link_socket_open(int index, struct err *err)
{
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]),
		(struct sock_filter *)filter };
	struct sockaddr_ll at = at_interface(index, ETH_P_ALL);
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		err_set(err, "packet socket: %s", strerror(errno));
		return -1;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		sizeof(program)) == 0) {
		set_comfort(fd);
		if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
			return fd;
	}
	err_set(err, "packet socket: %s", strerror(errno));
	close(fd);
	return -1;
}

/* The kernel takes the index away with the interface. */
bool
link_socket_is_bound(int fd, int index)
{
	struct sockaddr_ll at = { 0 };
	socklen_t size = sizeof(at);

	return getsockname(fd, (struct sockaddr *)&at, &size) == 0 &&
	    at.sll_ifindex == index;
}

void
link_socket_all_groups(int fd, int index)
{
	struct packet_mreq all = { .mr_ifindex = index,
		.mr_type = PACKET_MR_ALLMULTI };

	setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all));
}

bool
link_socket_send(int fd, int index, const uint8_t *frame, size_t n)
{
	struct sockaddr_ll to;

	if (n < ETH_HLEN)
		return false;
	to = at_interface(index, (uint16_t)(frame[12] << 8 | frame[13]));
	return sendto(fd, frame, n, MSG_DONTWAIT, (struct sockaddr *)&to,
		   sizeof(to)) == (ssize_t)n;
}

static bool
will_pass(int error)
{
	return error == EAGAIN || error == EINTR || error == ENETDOWN ||
	    error == ENOBUFS || error == ENOMEM;
}

/* ENETDOWN is told once when the interface goes down; frames may come after it. */
ssize_t
link_socket_recv(int fd, uint8_t *frame, size_t size, struct err *err)
{
	ssize_t n = recv(fd, frame, size, MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0 && errno == ENETDOWN)
		n = recv(fd, frame, size, MSG_DONTWAIT | MSG_TRUNC);
	if (n >= 0)
		return n;
	if (will_pass(errno))
		return 0;
	err_set(err, "packet socket: %s", strerror(errno));
	return -1;
}

unsigned
link_socket_missed(int fd)
{
	struct tpacket_stats stats = { 0 };
	socklen_t size = sizeof(stats);

	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
	return stats.tp_drops;
}
