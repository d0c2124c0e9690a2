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

/* The rules of a field with such a prefix; they come after rules_network. */
extern const struct field_rule rule_not_default, rule_routable;

/* Why it is never announced, a literal; NULL: it may be. */
const char *routable_fault(const struct prefix *);
#endif
