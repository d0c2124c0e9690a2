/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands_helper_io - the process that starts the programs of health checks, and what
 * is said on its socket.
 *
 * Each message is a packet (SOCK_SEQPACKET), between two processes of one program:
 * fields as they are in memory.
 */
#ifndef BGPD_HEALTH_COMMANDS_HELPER_IO_H
#define BGPD_HEALTH_COMMANDS_HELPER_IO_H

#include <stdint.h>

struct commands_request { /* behind it the words, each ended by NUL */
	uint64_t serial;  /* of no other request */
	uint64_t timeout; /* ms; 0: the one of this serial is given up */
};

#define COMMANDS_PACKET_MAX 32768 /* a request with its words */

enum commands_end {
	COMMANDS_EXITED, /* detail: with this status */
	COMMANDS_KILLED, /* by this signal */
	COMMANDS_TIMED_OUT,
	COMMANDS_NOT_STARTED, /* errno */
};

struct commands_reply {
	uint64_t serial;
	uint32_t end; /* enum commands_end */
	int32_t detail;
};

/*
 * What the helper does from its fork on; never returns. The first packet it sends is
 * empty, or why it can't be: a text. It ends when the other end of fd is closed.
 */
_Noreturn void commands_helper(int fd, const char *user);
#endif
