/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg - one message out of a stream of bytes, and the frame of one being written.
 *
 * RFC 4271 4.1 and 6.1.
 */
#ifndef BGPD_WIRE_MSG_H
#define BGPD_WIRE_MSG_H

#include "bgpd/wire/bgp.h"

enum {
	MSG_HEADER = 19,
	MSG_MAX = 4096,
	MSG_MAX_EXTENDED = 65535 /* RFC 8654, when both sides said so */
};

struct msg {
	uint8_t type;     /* enum msg_type */
	struct rbuf body; /* behind the header; borrowed from the stream */
};

enum msg_cut {
	MSG_MORE,  /* not all there yet; the stream is as it was */
	MSG_WHOLE, /* taken off the stream */
	MSG_BAD    /* err is filled */
};

/*
 * Takes the next message off the stream. max is MSG_MAX or MSG_MAX_EXTENDED. A bad
 * header is told as soon as it is there, before the rest of the message.
 */
enum msg_cut
msg_cut(struct rbuf *stream, size_t max, struct msg *, struct bgp_err *);

/* Writes the header; the length comes with msg_end. Returns where it starts. */
size_t msg_begin(struct wbuf *, enum msg_type);
/* False, and all since msg_begin taken back, when it did not fit. */
bool msg_end(struct wbuf *, size_t start);

bool keepalive_build(struct wbuf *);
const char *msg_name(uint8_t type); /* "OPEN" …, "unknown" */
#endif
