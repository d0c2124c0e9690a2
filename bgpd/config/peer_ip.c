/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/peer_ip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
port_parse(const char *text, uint16_t *port)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 5 || text[digits] != '\0' ||
	    text[0] == '0' || atol(text) > UINT16_MAX)
		return false;
	*port = (uint16_t)atol(text);
	return true;
}

/* What is behind the address: "" or ":1790", "]:1790" behind brackets. */
static const char *
peer_ip_end(const char *text)
{
	const char *end = NULL;

	if (text[0] == '[')
		return strstr(text, "]:");
	if (strchr(text, '.') != NULL && strchr(text, '%') == NULL)
		end = strchr(text, ':');
	return end != NULL ? end : text + strlen(text);
}

enum family
peer_ip_family(const char *text)
{
	return strcmp(text, PEER_IP_GATEWAY_V4) == 0 ? FAMILY_V4
	    : strcmp(text, PEER_IP_GATEWAY_V6) == 0  ? FAMILY_V6
						     : FAMILY_NONE;
}

bool
peer_ip_parse(const char *text, struct scoped_addr *a, uint16_t *port)
{
	char host[PEER_IP_MOST + 1];
	bool brackets = text[0] == '[';
	const char *end = peer_ip_end(text);

	*port = PEER_IP_PORT;
	*a = (struct scoped_addr){ .addr.family = peer_ip_family(text) };
	if (a->addr.family != FAMILY_NONE)
		return true;
	if (end == NULL || end - text > PEER_IP_MOST ||
	    (end[0] != '\0' && !port_parse(end + 1 + brackets, port)))
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)(end - text - brackets),
	    text + brackets);
	return scoped_addr_parse(host, a) &&
	    (a->addr.family == FAMILY_V6) == (strchr(host, ':') != NULL) &&
	    (!brackets || a->addr.family == FAMILY_V6);
}

bool
peer_ip_is_good(const struct scoped_addr *a)
{
	struct addr all_ones = addr_v4(UINT32_MAX);

	if (a->addr.family == FAMILY_V4)
		return !addr_is_zero(&a->addr) &&
		    !addr_eq(&a->addr, &all_ones) &&
		    (a->addr.bytes[0] & 0xf0) != 0xe0;
	return !addr_is_zero(&a->addr) && a->addr.bytes[0] != 0xff &&
	    addr_is_link_local(&a->addr) == (a->zone[0] != '\0');
}
