/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routable - prefixes that are never announced, whoever lists them.
 *
 * A default route would draw everything there is to this node, and the rest no router
 * takes. To be given to a Service is another matter: allocator/pool/groups.c.
 */
#ifndef BGPD_CONFIG_ROUTABLE_H
#define BGPD_CONFIG_ROUTABLE_H

struct prefix;

/* What no router takes: the prefixes that all such are in. */
#define NEVER_CEL                                             \
	"['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', "     \
	"'224.0.0.0/4', '240.0.0.0/4', '::/80', 'fe80::/10'," \
	" 'ff00::/8']"
/* For an address as text. */
#define ROUTABLE_ADDRESS_CEL \
	"(isIP(self) && !" NEVER_CEL ".exists(net, cidr(net).containsIP(self)))"

/* The rules of a field with such a prefix; they come after rules_network. */
extern const struct field_rule rule_not_default, rule_routable;

/* Why it is never announced, a literal; NULL: it may be. */
const char *routable_fault(const struct prefix *);
#endif
