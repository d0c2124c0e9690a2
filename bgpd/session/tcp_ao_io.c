/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/tcp_ao_io.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/err.h"

/* What linux/tcp.h of 6.7 has and that of Debian 12 has not. */
enum {
	OPT_ADD_KEY = 38,
	OPT_DEL_KEY = 39,
	OPT_INFO = 40,

	SET_CURRENT = 1u << 0,
	SET_RNEXT = 1u << 1,

	MAC_LEN = 12, /* RFC 5926 3: 96 bits */
};

struct ao_add {
	struct sockaddr_storage addr;
	char algorithm[64];
	int32_t ifindex;
	uint32_t flags;
	uint16_t zero;
	uint8_t prefix_len;
	uint8_t send_id, recv_id;
	uint8_t mac_len;
	uint8_t key_flags;
	uint8_t secret_len;
	uint8_t secret[AO_SECRET_MOST];
};

struct ao_del {
	struct sockaddr_storage addr;
	int32_t ifindex;
	uint32_t flags;
	uint16_t zero;
	uint8_t prefix_len;
	uint8_t send_id, recv_id;
	uint8_t current, rnext;
	uint8_t key_flags;
};

struct ao_info {
	uint32_t flags;
	uint16_t zero;
	uint8_t current, rnext;
	uint64_t good, bad, not_found, required, icmp;
};

_Static_assert(sizeof(struct ao_add) == 288, "as the kernel has it");
_Static_assert(sizeof(struct ao_del) == 144, "the same");
_Static_assert(sizeof(struct ao_info) == 48, "the same");

static void
set_addr(struct sockaddr_storage *to, const struct addr *addr)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (addr->family == FAMILY_V4) {
		memcpy(&v4.sin_addr, addr->bytes, 4);
		memcpy(to, &v4, sizeof(v4));
	} else {
		memcpy(&v6.sin6_addr, addr->bytes, 16);
		memcpy(to, &v6, sizeof(v6));
	}
}

static bool
refused(struct err *err, const struct ao_key *key)
{
	const char *more = "";

	if (errno == ENOMEM)
		more = ", net.core.optmem_max may be too small";
	else if (errno == EEXIST)
		more = ", another peer from there has a key with that id";
	else if (errno == ENOENT)
		more = ", the kernel lacks the algorithm";
	return err_set(
	    err, "TCP-AO key %u: %s%s", key->send_id, strerror(errno), more);
}

static bool
add_key(int fd, const struct prefix *peers, const struct ao_key *key,
    uint32_t flags, struct err *err)
{
	static const char *const algorithms[] = {
		[AO_HMAC_SHA_1_96] = "hmac(sha1)",
		[AO_AES_128_CMAC_96] = "cmac(aes128)",
	};
	struct ao_add add = {
		.flags = flags,
		.prefix_len = (uint8_t)peers->len,
		.send_id = key->send_id,
		.recv_id = key->recv_id,
		.mac_len = MAC_LEN,
		.secret_len = (uint8_t)strlen(key->secret),
	};

	set_addr(&add.addr, &peers->addr);
	memcpy(add.algorithm, algorithms[key->algorithm],
	    strlen(algorithms[key->algorithm]));
	memcpy(add.secret, key->secret, add.secret_len);
	int rc = setsockopt(fd, IPPROTO_TCP, OPT_ADD_KEY, &add, sizeof(add));

	explicit_bzero(&add, sizeof(add));
	return rc == 0 || refused(err, key);
}

/* One that is in use goes only with another in its place. */
static bool
del_key(int fd, const struct prefix *peers, const struct ao_key *key,
    const struct ao_key *next, struct err *err)
{
	struct ao_del del = {
		.prefix_len = (uint8_t)peers->len,
		.send_id = key->send_id,
		.recv_id = key->recv_id,
	};

	set_addr(&del.addr, &peers->addr);
	if (setsockopt(fd, IPPROTO_TCP, OPT_DEL_KEY, &del, sizeof(del)) == 0)
		return true;
	if (errno == ENOENT)
		return true;
	if (errno == EBUSY && next != NULL) {
		del.flags = SET_CURRENT | SET_RNEXT;
		del.current = next->send_id;
		del.rnext = next->recv_id;
		if (setsockopt(
			fd, IPPROTO_TCP, OPT_DEL_KEY, &del, sizeof(del)) == 0)
			return true;
	}
	return refused(err, key);
}

static bool
prefer_key(int fd, const struct ao_key *key, struct err *err)
{
	struct ao_info info = { .flags = SET_RNEXT, .rnext = key->recv_id };

	return setsockopt(fd, IPPROTO_TCP, OPT_INFO, &info, sizeof(info)) ==
	    0 ||
	    refused(err, key);
}

bool
tcp_ao_step(int fd, const struct prefix *peers, enum ao_step step,
    const struct ao_key *key, const struct ao_key *next, struct err *err)
{
	switch (step) {
	case AO_ADD:
		return add_key(fd, peers, key, 0, err);
	case AO_PREFER:
		return prefer_key(fd, key, err);
	case AO_REMOVE:
		return del_key(fd, peers, key, next, err);
	}
	return false;
}

bool
tcp_ao_dial(int fd, const struct addr *peer, const struct ao_keys *keys,
    struct err *err)
{
	struct prefix host = prefix_host(peer);

	for (size_t i = 0; i < keys->n; i++)
		if (!add_key(fd, &host, &keys->at[i],
			i == 0 ? SET_CURRENT | SET_RNEXT : 0, err))
			return false;
	return true;
}

static bool
get_info(int fd, struct ao_info *info)
{
	socklen_t len = sizeof(*info);

	*info = (struct ao_info){ 0 }; /* the kernel reads it first */
	return getsockopt(fd, IPPROTO_TCP, OPT_INFO, info, &len) == 0;
}

bool
tcp_ao_state(int fd, struct ao_state *state)
{
	struct ao_info info;

	if (!get_info(fd, &info))
		return false;
	*state = (struct ao_state){
		.current_id = info.current,
		.rnext_id = info.rnext,
		.good = info.good,
		.bad = info.bad,
		.unknown = info.not_found,
		.unsigned_ = info.required,
	};
	return true;
}

bool
tcp_ao_is_there(struct err *err)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	struct ao_info info;

	if (fd < 0)
		return true; /* that is told elsewhere */
	bool lacks = !get_info(fd, &info) && errno == ENOPROTOOPT;

	close(fd);
	return !lacks ||
	    err_set(err,
		"the kernel has no TCP-AO: Linux 6.7 or later, built with "
		"CONFIG_TCP_AO");
}
