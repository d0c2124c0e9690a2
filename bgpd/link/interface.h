/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interface - an interface of the node that frames can be sent on: Ethernet, also
 * VLANs, bonds and bridges. Never one that has no neighbours to ask (loopback, NOARP,
 * point-to-point, dummies as kube-ipvs0, INTERFACE_OWN), nor the port of a bridge or
 * bond: the bridge or bond stands for it.
 */
#ifndef BGPD_LINK_INTERFACE_H
#define BGPD_LINK_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>

#include "bgpd/link/mac.h"
#include "common/prefix.h"

#define INTERFACE_NAME 16 /* room for any name, with NUL */
#define INTERFACE_OWN \
	"lbbgp0" /* holds addresses and leads nowhere, whatever its kind is */

struct interface {
	char name[INTERFACE_NAME];
	int index;
	struct mac mac;
	bool up; /* administratively, and it has a carrier */
	unsigned mtu;
	/*
	 * Owned; its addresses that may be used (not those whose uniqueness is being
	 * tested), host bits kept; primary ones before secondary and temporary ones.
	 */
	struct prefix *at;
	size_t n;
};
#endif
