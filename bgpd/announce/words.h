/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words - addresses and prefixes in the text of an annotation, with commas between.
 */
#ifndef BGPD_ANNOUNCE_WORDS_H
#define BGPD_ANNOUNCE_WORDS_H

#include <stdbool.h>

#include "common/prefix.h"

/*
 * Reads one word and moves on behind it; false at the end. Too long a word comes back
 * as "?", which is no address.
 */
bool words_next(const char **text, char word[PREFIX_TEXT]);
#endif
