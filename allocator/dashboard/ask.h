/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - what a request to the dashboard asks for, and whether it may.
 */
#ifndef ALLOCATOR_DASHBOARD_ASK_H
#define ALLOCATOR_DASHBOARD_ASK_H

#include <stdbool.h>
#include <stddef.h>

#define ASK_FILTER_UNITS 63 /* of UTF-16, as browsers count them */
/* Room for so many, of at most three bytes each; for one character more, and NUL. */
#define ASK_FILTER (ASK_FILTER_UNITS * 3 + 4)

/*
 * Is the host that a request names an address, or localhost? A page of somebody else,
 * whose name leads to us all at once (DNS rebinding), names its own. NULL: none is
 * named.
 */
bool ask_host_is_plain(const char *host, size_t n);
/*
 * What ?q=… looks for, decoded, without spaces around it, and cut before the first
 * character that is beyond ASK_FILTER_UNITS. query may be NULL.
 */
void ask_filter(const char *query, size_t n, char filter[ASK_FILTER]);
/* Is it part of the text, in whatever case? "" is part of each. */
bool ask_matches(const char *filter, const char *text);
#endif
