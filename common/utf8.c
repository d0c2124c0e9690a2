/* SPDX-License-Identifier: Apache-2.0 */
#include "common/utf8.h"

#include <stdio.h>
#include <string.h>

size_t
utf8_read(const char *s, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)s;
	size_t n = u[0] < 0x80      ? 1
	    : (u[0] & 0xe0) == 0xc0 ? 2
	    : (u[0] & 0xf0) == 0xe0 ? 3
	    : (u[0] & 0xf8) == 0xf0 ? 4
				    : 0;

	*c = u[0];
	if (n <= 1)
		return n;
	*c &= 0xffu >> (n + 1);
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (u[i] & 0x3f);
	}
	return *c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff)
	    ? 0
	    : n;
}

bool
utf8_is_plain(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} others[] = {
		{ 0, 0x1f }, { 0x7f, 0x9f },
		{ 0x61c, 0x61c },   /* these turn the direction, as */
		{ 0x200b, 0x200f }, /* those that have no width */
		{ 0x2028, 0x202e }, /* ends of lines, directions */
		{ 0x2060, 0x206f }, { 0xfeff, 0xfeff },
		{ 0xe0000, 0xe007f }, /* tags, which nobody sees */
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (c >= others[i].first && c <= others[i].last)
			return false;
	return true;
}

/* In the place of the n bytes at `at`; returns how many follow, 0: no room. */
static size_t
escape(char *text, char *at, size_t n, size_t room, uint32_t c)
{
	char code[16];
	int more =
	    snprintf(code, sizeof(code), c < 0x100 ? "\\x%02x" : "\\u%04x", c);
	size_t size = (size_t)more, rest = strlen(at + n) + 1;

	if ((size_t)(at - text) + size + 1 > room) {
		*at = '\0';
		return 0;
	}
	if ((size_t)(at - text) + size + rest > room)
		rest = room - (size_t)(at - text) - size;
	memmove(at + size, at + n, rest);
	memcpy(at, code, size);
	text[room - 1] = '\0';
	return size;
}

void
utf8_mend(char *text, size_t room)
{
	uint32_t c;

	for (char *at = text; *at != '\0';) {
		size_t n = utf8_read(at, &c);

		if (n == 0)
			*at++ = '?';
		else if (utf8_is_plain(c))
			at += n;
		else
			at += escape(text, at, n, room, c);
	}
}

size_t
utf8_cut(const char *text, size_t most)
{
	size_t n = strnlen(text, most + 1);

	if (n <= most)
		return n;
	for (n = most; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;)
		n--;
	return n;
}
