/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

static int
digit_value(char c)
{
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static const char *
skip_line_ends(const char *p)
{
	return p + strspn(p, "\r\n");
}

/* The digits up to the padding; *bits counts them, six each. */
static const char *
digits_decode(const char *p, char *out, size_t *bits)
{
	uint32_t sum = 0;
	int value;

	for (*bits = 0; (value = digit_value(*p)) >= 0;
	     p = skip_line_ends(p + 1)) {
		sum = sum << 6 | (uint32_t)value;
		*bits += 6;
		if (*bits % 8 < 6)
			out[*bits / 8 - 1] = (char)(sum >> *bits % 8);
	}
	return p;
}

char *
base64_decode(const char *text, size_t *n)
{
	char *out = xcalloc(1, strlen(text) / 4 * 3 + 4);
	size_t bits, pad = 0;
	const char *p = digits_decode(skip_line_ends(text), out, &bits);

	for (; *p == '='; p = skip_line_ends(p + 1))
		pad++;
	if (*p != '\0' || pad > 2 || (bits / 6 + pad) % 4 != 0) {
		free(out);
		return NULL;
	}
	*n = bits / 8;
	out[*n] = '\0';
	return out;
}

char *
base64_encode(const char *bytes, size_t n)
{
	const uint8_t *in = (const uint8_t *)bytes;
	char *text = xcalloc(1, (n + 2) / 3 * 4 + 1), *out = text;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i < 3 ? n - i : 3;
		uint32_t sum = (uint32_t)in[i] << 16 |
		    (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
		    (left > 2 ? in[i + 2] : 0);

		for (size_t k = 0; k < 4; k++)
			*out++ =
			    k <= left ? digits[sum >> (18 - 6 * k) & 63] : '=';
	}
	return text;
}
