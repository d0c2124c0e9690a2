/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err - why something was refused, as one line for a person to read.
 *
 * What can fail returns bool or a pointer, false or NULL for failure, and fills
 * a struct err that the caller owns. The text names the place, the value and
 * what is allowed: "spec.peers[2].asn: 0: not in 1..4294967295".
 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

#include <stdbool.h>

struct err {
	char text
	    [512]; /* cut with "..." at its end, never overrun, ended by NUL */
};

/* Sets the text. Always returns false, so that a refusal is one line. */
bool err_set(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Puts "<formatted>" in front of the text that is there. Always returns false.
 */
bool err_prefix(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
#endif
