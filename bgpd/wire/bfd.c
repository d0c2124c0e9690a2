/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/bfd.h"

enum { VERSION = 1 };

enum { /* the second byte, below the state */
	POLL = 0x20,
	FINAL = 0x10,
	OWN_PATH = 0x08,
	AUTH = 0x04,
	DEMAND = 0x02,
	MULTIPOINT = 0x01,
};

static void
flags_parse(struct bfd_packet *p, uint8_t flags)
{
	p->state = flags >> 6;
	p->poll = flags & POLL;
	p->final = flags & FINAL;
	p->own_path = flags & OWN_PATH;
	p->demand = flags & DEMAND;
}

/* RFC 5880 6.8.6, in its order. */
enum bfd_fault
bfd_parse(struct rbuf r, struct bfd_packet *p, uint8_t *auth)
{
	size_t whole = r.left;
	uint8_t first = rbuf_u8(&r), flags = rbuf_u8(&r);

	*p = (struct bfd_packet){ .diag = first & 0x1f };
	*auth = 0;
	flags_parse(p, flags);
	p->mult = rbuf_u8(&r);
	uint8_t length = rbuf_u8(&r);

	p->mine = rbuf_u32(&r);
	p->yours = rbuf_u32(&r);
	p->min_tx = rbuf_u32(&r);
	p->min_rx = rbuf_u32(&r);
	p->min_echo = rbuf_u32(&r);
	if (!r.bad && first >> 5 != VERSION)
		return BFD_BAD_VERSION;
	if (r.bad || length < BFD_LENGTH || length > whole)
		return BFD_BAD_LENGTH;
	if (p->mult == 0)
		return BFD_BAD_MULT;
	if (flags & MULTIPOINT)
		return BFD_BAD_MULTIPOINT;
	if (p->mine == 0)
		return BFD_BAD_MINE;
	if (p->yours == 0 && p->state >= BFD_INIT)
		return BFD_BAD_YOURS;
	if (!(flags & AUTH))
		return BFD_GOOD;
	/* Of ours none is configured; its type is for people. */
	struct rbuf section = rbuf_cut(&r, length - BFD_LENGTH);

	*auth = rbuf_u8(&section);
	return BFD_AUTHENTICATED;
}

bool
bfd_build(struct wbuf *w, const struct bfd_packet *p)
{
	size_t start = w->len;

	wbuf_u8(w, (uint8_t)(VERSION << 5 | (p->diag & 0x1f)));
	wbuf_u8(w,
	    (uint8_t)(p->state << 6 | (p->poll ? POLL : 0) |
		(p->final ? FINAL : 0) | (p->own_path ? OWN_PATH : 0) |
		(p->demand ? DEMAND : 0)));
	wbuf_u8(w, p->mult);
	wbuf_u8(w, BFD_LENGTH);
	wbuf_u32(w, p->mine);
	wbuf_u32(w, p->yours);
	wbuf_u32(w, p->min_tx);
	wbuf_u32(w, p->min_rx);
	wbuf_u32(w, p->min_echo);
	return wbuf_end(w, start);
}

const char *
bfd_state_name(enum bfd_state state)
{
	static const char *const names[BFD_STATES] = {
		[BFD_ADMIN_DOWN] = "AdminDown",
		[BFD_DOWN] = "Down",
		[BFD_INIT] = "Init",
		[BFD_UP] = "Up",
	};

	return names[state];
}

const char *
bfd_diag_name(uint8_t diag)
{
	static const char *const names[] = {
		[BFD_DIAG_NONE] = "No Diagnostic",
		[BFD_DIAG_EXPIRED] = "Control Detection Time Expired",
		[BFD_DIAG_ECHO] = "Echo Function Failed",
		[BFD_DIAG_NEIGHBOR] = "Neighbor Signaled Session Down",
		[BFD_DIAG_FORWARDING] = "Forwarding Plane Reset",
		[BFD_DIAG_PATH] = "Path Down",
		[BFD_DIAG_CONCATENATED] = "Concatenated Path Down",
		[BFD_DIAG_ADMIN] = "Administratively Down",
		[BFD_DIAG_REVERSE] = "Reverse Concatenated Path Down",
	};

	return diag < sizeof(names) / sizeof(names[0]) ? names[diag]
						       : "Unknown Diagnostic";
}

const char *
bfd_fault_name(enum bfd_fault fault)
{
	static const char *const names[BFD_FAULTS] = {
		[BFD_GOOD] = "none",
		[BFD_BAD_VERSION] = "version",
		[BFD_BAD_LENGTH] = "length",
		[BFD_BAD_MULT] = "detect-mult",
		[BFD_BAD_MULTIPOINT] = "multipoint",
		[BFD_BAD_MINE] = "my-discriminator",
		[BFD_BAD_YOURS] = "your-discriminator",
		[BFD_AUTHENTICATED] = "authentication",
		[BFD_BAD_TTL] = "ttl",
		[BFD_NO_SESSION] = "no-session",
		[BFD_ADMIN] = "admin-down",
	};

	return names[fault];
}

const char *
bfd_auth_name(uint8_t type)
{
	static const char *const names[] = {
		"none",
		"Simple Password",
		"Keyed MD5",
		"Meticulous Keyed MD5",
		"Keyed SHA1",
		"Meticulous Keyed SHA1",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type]
						       : "unknown type";
}
