/* SPDX-License-Identifier: Apache-2.0 */
#include "common/scoped_addr.h"

#include <stdio.h>
#include <string.h>

/* What Linux takes for the name of an interface, and no shell or URL trips over. */
bool
zone_is_good(const char *zone)
{
	size_t n = strspn(zone,
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-");

	return n > 0 && n < ZONE_TEXT && zone[n] == '\0';
}

bool
scoped_addr_parse(const char *text, struct scoped_addr *a)
{
	const char *percent = strchr(text, '%');
	char head[ADDR_TEXT];

	*a = (struct scoped_addr){ 0 };
	if (percent == NULL)
		return addr_parse(text, &a->addr);
	if (percent - text >= ADDR_TEXT || !zone_is_good(percent + 1))
		return false;
	snprintf(head, sizeof(head), "%.*s", (int)(percent - text), text);
	if (!addr_parse(head, &a->addr) || a->addr.family != FAMILY_V6 ||
	    !addr_is_link_local(&a->addr)) {
		a->addr = (struct addr){ 0 };
		return false;
	}
	snprintf(a->zone, sizeof(a->zone), "%s", percent + 1);
	return true;
}

const char *
scoped_addr_print(const struct scoped_addr *a, char text[SCOPED_ADDR_TEXT])
{
	char addr[ADDR_TEXT];

	snprintf(text, SCOPED_ADDR_TEXT, "%s%s%s", addr_print(&a->addr, addr),
	    a->zone[0] != '\0' ? "%" : "", a->zone);
	return text;
}

int
scoped_addr_cmp(const struct scoped_addr *a, const struct scoped_addr *b)
{
	int order = addr_cmp(&a->addr, &b->addr);

	return order != 0 ? order : strcmp(a->zone, b->zone);
}

struct scoped_addr
scoped_addr(const struct addr *addr, const char *zone)
{
	struct scoped_addr a = { .addr = *addr };

	snprintf(a.zone, sizeof(a.zone), "%s", zone);
	return a;
}
