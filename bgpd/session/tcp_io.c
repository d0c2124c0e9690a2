/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the top: addresses as the kernel has them (the zone of a link-local one is the
 * index of an interface there), sockets and where they are bound, TCP MD5 keys and the
 * proof that a connection was made under one, the options of a session's socket, dials,
 * accepted sockets. Each is one question to the kernel, or a few that belong together;
 * what is to be bound, keyed or dialled, and when, is decided in links.c.
 */
#include "bgpd/session/tcp_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/session/session_config.h"
#include "bgpd/session/tcp_ao_io.h"
#include "bgpd/wire/bgp.h"
#include "common/err.h"

enum {
	BACKLOG = 128,
	TTL_MOST = 255,
	CLASS_CONTROL = 0xc0,          /* IP precedence of routing protocols */
	USER_TIMEOUT_MORE = 10 * 1000, /* ms, behind the send hold time */
};

union sock_addr {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage room; /* what TCP_MD5SIG takes */
};

static socklen_t
sock_addr_of(union sock_addr *to, const struct addr *a, uint16_t port)
{
	memset(to, 0, sizeof(*to));
	if (a->family == FAMILY_V4) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		memcpy(&to->v4.sin_addr, a->bytes, 4);
		return sizeof(to->v4);
	}
	to->v6.sin6_family = AF_INET6;
	to->v6.sin6_port = htons(port);
	memcpy(&to->v6.sin6_addr, a->bytes, 16);
	return sizeof(to->v6);
}

/*
 * False and err: there is no such interface, or it is an alternative name of one: by
 * that the kernel finds it, but tells of it by its name, so nobody who comes would be
 * known.
 */
static bool
zone_index(const char *zone, unsigned *index, struct err *err)
{
	char name[IF_NAMESIZE];

	*index = if_nametoindex(zone);
	if (*index == 0 || if_indextoname(*index, name) == NULL)
		return err_set(err, "%s: no such interface", zone);
	return strcmp(name, zone) == 0 ||
	    err_set(err, "%s: an alternative name; the interface is %s", zone,
		name);
}

static bool
set_zone(union sock_addr *to, const char *zone, struct err *err)
{
	return zone[0] == '\0' || to->any.sa_family != AF_INET6 ||
	    zone_index(zone, &to->v6.sin6_scope_id, err);
}

static struct addr
addr_of(const union sock_addr *from)
{
	if (from->any.sa_family == AF_INET)
		return addr_from(
		    FAMILY_V4, (const uint8_t *)&from->v4.sin_addr);
	return addr_from(FAMILY_V6, (const uint8_t *)&from->v6.sin6_addr);
}

static bool
set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

static int
open_socket(enum family family, struct err *err)
{
	int domain = family == FAMILY_V4 ? AF_INET : AF_INET6;
	int fd = socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err_set(
		    err, "%s socket: %s", family_name(family), strerror(errno));
	return fd;
}

static bool
set_ttl(int fd, enum family family, int ttl)
{
	if (family == FAMILY_V4)
		return set_int(fd, IPPROTO_IP, IP_TTL, ttl);
	return set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
}

static bool
set_least_ttl(int fd, enum family family, int ttl)
{
	if (family == FAMILY_V4)
		return set_int(fd, IPPROTO_IP, IP_MINTTL, ttl);
	return set_int(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, ttl);
}

int
tcp_listener(enum family family, struct err *err)
{
	int fd = open_socket(family, err);

	if (fd < 0)
		return -1;
	/* The answer to a SYN comes from here: a peer with GTSM wants 255. */
	if (!set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) ||
	    !set_ttl(fd, family, TTL_MOST) ||
	    (family == FAMILY_V6 &&
		!set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1))) {
		err_set(
		    err, "%s socket: %s", family_name(family), strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

/* "10.0.0.1: no interface of this node has that address" */
static bool
bind_failed(const struct scoped_addr *at, uint16_t port, struct err *err)
{
	char text[SCOPED_ADDR_TEXT];

	if (errno == EADDRNOTAVAIL)
		return err_set(err,
		    "%s: no interface of this node has that address",
		    scoped_addr_print(at, text));
	if (addr_is_zero(&at->addr))
		return err_set(err, "%s port %u: %s",
		    family_name(at->addr.family), port, strerror(errno));
	return err_set(err, "%s port %u: %s", scoped_addr_print(at, text), port,
	    strerror(errno));
}

/*
 * A link-local address that the node has on that interface: `which`, or with NULL the
 * first one; zero: none.
 */
static struct addr
link_local_of(const char *zone, const struct addr *which)
{
	struct addr found = { .family = FAMILY_V6 };
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) != 0)
		return found;
	for (struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		const union sock_addr *at = (const void *)i->ifa_addr;

		if (at == NULL || at->any.sa_family != AF_INET6 ||
		    strcmp(i->ifa_name, zone) != 0)
			continue;

		struct addr addr = addr_of(at);

		if (addr_is_link_local(&addr) &&
		    (which == NULL || addr_eq(which, &addr))) {
			found = addr;
			break;
		}
	}
	freeifaddrs(all);
	return found;
}

bool
tcp_interface_of(const struct addr *addr, char name[ZONE_TEXT])
{
	struct ifaddrs *all = NULL;
	bool found = false;

	if (getifaddrs(&all) != 0)
		return false;
	for (struct ifaddrs *i = all; !found && i != NULL; i = i->ifa_next) {
		const union sock_addr *at = (const void *)i->ifa_addr;

		if (at == NULL ||
		    (at->any.sa_family != AF_INET &&
			at->any.sa_family != AF_INET6))
			continue;
		struct addr here = addr_of(at);

		found = addr_eq(&here, addr);
		if (found)
			snprintf(name, ZONE_TEXT, "%s", i->ifa_name);
	}
	freeifaddrs(all);
	return found;
}

/* Where it is bound, if that is on the interface; zero: it is not. */
static struct addr
bound_on(int fd, const char *zone)
{
	union sock_addr here;
	socklen_t len = sizeof(here);

	if (getsockname(fd, &here.any, &len) != 0 ||
	    here.v6.sin6_scope_id != if_nametoindex(zone))
		return (struct addr){ .family = FAMILY_V6 };
	return addr_of(&here);
}

bool
tcp_is_on_link(int fd, const char *zone)
{
	struct addr at = bound_on(fd, zone), found = link_local_of(zone, &at);

	return !addr_is_zero(&found);
}

bool
tcp_is_at(int fd, const struct scoped_addr *at)
{
	struct addr here = bound_on(fd, at->zone),
		    there = addr_is_zero(&at->addr)
	    ? link_local_of(at->zone, NULL)
	    : at->addr;

	return !addr_is_zero(&there) && addr_eq(&here, &there);
}

static bool
bind_to(int fd, const struct scoped_addr *at, uint16_t port, struct err *err)
{
	struct scoped_addr here = *at;
	union sock_addr to;
	unsigned index;
	socklen_t len;

	if (here.zone[0] != '\0' && addr_is_zero(&here.addr)) {
		if (!zone_index(here.zone, &index, err))
			return false;
		here.addr = link_local_of(here.zone, NULL);
		if (addr_is_zero(&here.addr))
			return err_set(err,
			    "%s: no link-local address of this node is there",
			    here.zone);
	}
	len = sock_addr_of(&to, &here.addr, port);
	if (!set_zone(&to, here.zone, err))
		return false;
	return bind(fd, &to.any, len) == 0 || bind_failed(&here, port, err);
}

bool
tcp_listen(int fd, const struct scoped_addr *at, uint16_t port, struct err *err)
{
	return bind_to(fd, at, port, err) &&
	    (listen(fd, BACKLOG) == 0 || bind_failed(at, port, err));
}

bool
tcp_is_here(const struct scoped_addr *at, struct err *err)
{
	int fd = open_socket(at->addr.family, err);

	if (fd < 0)
		return false;

	bool is_here = bind_to(fd, at, 0, err);

	close(fd);
	return is_here;
}

/* For the address alone, or for all that share its first prefix_len bits. */
static bool
md5_set(int fd, const struct addr *peer, unsigned prefix_len, const char *key)
{
	bool host = prefix_len == family_bits(peer->family);
	struct tcp_md5sig md5 = { 0 };
	union sock_addr to;

	sock_addr_of(&to, peer, 0);
	md5.tcpm_addr = to.room;
	if (!host) {
		md5.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
		md5.tcpm_prefixlen = (uint8_t)prefix_len;
	}
	if (key != NULL) {
		md5.tcpm_keylen = (uint16_t)strlen(key);
		memcpy(md5.tcpm_key, key, strlen(key));
	}

	int rc = setsockopt(fd, IPPROTO_TCP, host ? TCP_MD5SIG : TCP_MD5SIG_EXT,
	    &md5, sizeof(md5));

	explicit_bzero(&md5, sizeof(md5));
	return rc == 0;
}

static bool
md5_refused(struct err *err)
{
	return err_set(err, "TCP MD5: %s%s", strerror(errno),
	    errno == ENOMEM ? ", net.core.optmem_max may be too small" : "");
}

bool
tcp_set_key(
    int fd, const struct prefix *peers, const char *key, struct err *err)
{
	size_t n = key == NULL ? 0 : strlen(key);

	if (n > TCP_MD5SIG_MAXKEYLEN)
		return err_set(err, "password: %zu bytes: at most %d", n,
		    TCP_MD5SIG_MAXKEYLEN);
	if (md5_set(fd, &peers->addr, peers->len, key) ||
	    (n == 0 && errno == ENOENT))
		return true;
	return md5_refused(err);
}

/*
 * The kernel has no way to ask, but taking away a key that is not there fails. While
 * this one is away, one for the next shorter prefix stands in for it.
 */
bool
tcp_prove_key(int fd, const struct addr *peer, const char *key, struct err *err)
{
	unsigned host = family_bits(peer->family);

	if (!md5_set(fd, peer, host - 1, key))
		return md5_refused(err);
	if (!md5_set(fd, peer, host, NULL)) {
		if (errno != ENOENT)
			return md5_refused(err);
		return err_set(
		    err, "a connection that was made without the password");
	}
	if (md5_set(fd, peer, host, key) && md5_set(fd, peer, host - 1, NULL))
		return true;
	return md5_refused(err);
}

static bool
prepare_ttl(int fd, const struct session_config *config)
{
	enum family family = config->remote.family;
	uint8_t least = session_config_least_ttl(config);

	return set_ttl(fd, family, session_config_ttl(config)) &&
	    (least == 0 || set_least_ttl(fd, family, least));
}

bool
tcp_watch(int fd, uint16_t seconds)
{
	int first = seconds / 2, every = seconds / 6;

	/* With a user timeout that counts, not the number of probes. */
	return set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, first > 0 ? first : 1) &&
	    set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, every > 0 ? every : 1) &&
	    set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, seconds * 1000) &&
	    set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

bool
tcp_prepare(int fd, const struct session_config *config, struct err *err)
{
	bool v4 = config->remote.family == FAMILY_V4;
	int timeout = (int)session_config_send_hold(config->hold_time) +
	    USER_TIMEOUT_MORE;

	if (prepare_ttl(fd, config) &&
	    set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1) &&
	    set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, timeout) &&
	    set_int(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		v4 ? IP_TOS : IPV6_TCLASS, CLASS_CONTROL))
		return true;
	return err_set(err, "socket options: %s", strerror(errno));
}

static bool
bind_source(int fd, const struct session_config *config, struct err *err)
{
	const struct addr *source = &config->source;
	struct scoped_addr at =
	    scoped_addr(source, addr_is_link_local(source) ? config->zone : "");

	return source->family == FAMILY_NONE || bind_to(fd, &at, 0, err) ||
	    err_prefix(err, "source address ");
}

int
tcp_dial(const struct session_config *config, struct err *err)
{
	union sock_addr to;
	socklen_t len = sock_addr_of(
	    &to, &config->remote, config->port == 0 ? BGP_PORT : config->port);
	int fd = open_socket(config->remote.family, err);

	if (fd < 0)
		return -1;
	struct prefix peer = prefix_host(&config->remote);

	if (set_zone(&to, config->zone, err) && tcp_prepare(fd, config, err) &&
	    (config->password == NULL ||
		tcp_set_key(fd, &peer, config->password, err)) &&
	    tcp_ao_dial(fd, &config->remote, &config->ao, err) &&
	    bind_source(fd, config, err)) {
		if (connect(fd, &to.any, len) == 0 || errno == EINPROGRESS)
			return fd;
		err_set(err, "connect: %s", strerror(errno));
	}
	close(fd);
	return -1;
}

/* "" of an interface that is gone already. */
static void
zone_of(unsigned index, char zone[ZONE_TEXT])
{
	_Static_assert(ZONE_TEXT >= IF_NAMESIZE, "any name");
	if (if_indextoname(index, zone) == NULL)
		zone[0] = '\0';
}

int
tcp_accept(int listener, struct scoped_addr *remote)
{
	union sock_addr from;
	socklen_t len = sizeof(from);
	int fd =
	    accept4(listener, &from.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return -1;
	*remote = (struct scoped_addr){ .addr = addr_of(&from) };
	if (from.any.sa_family == AF_INET6 && from.v6.sin6_scope_id != 0)
		zone_of(from.v6.sin6_scope_id, remote->zone);
	return fd;
}

int
tcp_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	return error;
}

bool
tcp_local(int fd, struct addr *local)
{
	union sock_addr here;
	socklen_t len = sizeof(here);

	if (getsockname(fd, &here.any, &len) != 0)
		return false;
	*local = addr_of(&here);
	return true;
}

void
tcp_abort(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}
