/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - what a request to the dashboard asks for, and whether it may.
 */
#ifndef ALLOCATOR_DASHBOARD_ASK_H
#define ALLOCATOR_DASHBOARD_ASK_H

#include <stdbool.h>
#include <stddef.h>

#define ASK_FILTER 64 /* room for what is looked for, with NUL */

/*
 * Is the host that a request names an address, or localhost? A page of somebody else,
 * whose name leads to us all at once (DNS rebinding), names its own. NULL: none is
 * named.
 */
bool ask_host_is_plain(const char *host, size_t n);
/* What ?q=… looks for, decoded; what has no room is cut off. query may be NULL. */
void ask_filter(const char *query, size_t n, char filter[ASK_FILTER]);
/* Is it part of the text, in whatever case? "" is part of each. */
bool ask_matches(const char *filter, const char *text);
#endif
