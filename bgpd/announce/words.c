/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/words.h"

#include <stdio.h>
#include <string.h>

bool
words_next(const char **text, char word[PREFIX_TEXT])
{
	const char *p = *text + strspn(*text, ", \t");
	size_t n = strcspn(p, ", \t");

	if (n == 0)
		return false;
	*text = p + n;
	snprintf(word, PREFIX_TEXT, "%.*s", n < PREFIX_TEXT ? (int)n : 1,
	    n < PREFIX_TEXT ? p : "?");
	return true;
}
