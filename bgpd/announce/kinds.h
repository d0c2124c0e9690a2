/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds - where in the store the objects are that announcing is about.
 */
#ifndef BGPD_ANNOUNCE_KINDS_H
#define BGPD_ANNOUNCE_KINDS_H

#include <stdbool.h>
#include <stddef.h>

struct instance;

struct announce_kinds { /* rows of the store's table */
	size_t node, configuration, group, service, block, service_cidr, peer;
	/* The source knows of kinds that are not installed: a directory does not. */
	bool tells_missing;
	/* Whose Services and daemons; borrowed for good, NULL: the default one. */
	const struct instance *instance;
};
#endif
