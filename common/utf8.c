/* SPDX-License-Identifier: Apache-2.0 */
#include "common/utf8.h"

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

void
utf8_mend(char *text)
{
	uint32_t c;

	while (*text != '\0') {
		size_t n = utf8_read(text, &c);

		if (n == 0)
			*text = '?';
		text += n > 0 ? n : 1;
	}
}
