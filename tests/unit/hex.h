/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hex - bytes for tests, each block on the heap and exactly as long as it has to be,
 * so that a sanitizer sees a read past its end. They live as long as the program.
 */
#ifndef TESTS_UNIT_HEX_H
#define TESTS_UNIT_HEX_H

#include <ctype.h>
#include <string.h>

#include "bgpd/wire/buf.h"
#include "common/alloc.h"

/* A new block, which stays reachable until the end. */
static inline uint8_t *
exact_block(size_t n)
{
	static struct block {
		struct block *next;
		uint8_t *bytes;
	} * blocks;
	struct block *b = xcalloc(1, sizeof(*b));

	*b = (struct block){ blocks, xrealloc(NULL, n, 1) };
	blocks = b;
	return b->bytes;
}

static inline struct rbuf
exact_copy(const uint8_t *p, size_t n)
{
	uint8_t *bytes = exact_block(n);

	if (n > 0)
		memcpy(bytes, p, n);
	return rbuf_of(bytes, n);
}

static inline unsigned
hex_digit(char c)
{
	return isdigit((unsigned char)c) ? (unsigned)(c - '0')
					 : (unsigned)(tolower(c) - 'a' + 10);
}

/* "04 fde9 00b4": two digits a byte, spaces anywhere. */
static inline struct rbuf
hex(const char *text)
{
	uint8_t bytes[8192];
	size_t digits = 0;

	for (; *text != '\0' && digits < 2 * sizeof(bytes); text++) {
		if (!isxdigit((unsigned char)*text))
			continue;

		unsigned high = digits % 2 ? bytes[digits / 2] << 4 : 0;

		bytes[digits / 2] = (uint8_t)(high | hex_digit(*text));
		digits++;
	}
	return exact_copy(bytes, digits / 2);
}
#endif
