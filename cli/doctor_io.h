/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_io - gathers on a node what doctor.h judges: what its daemon says, and what
 * /proc and /sys have. It changes nothing, and sends nothing unless that is asked for.
 */
#ifndef CLI_DOCTOR_IO_H
#define CLI_DOCTOR_IO_H

#include "cli/doctor_facts.h"

struct doctor_seen {
	struct doctor_facts facts; /* of the kernel; borrows from below */
	struct doctor_link *links; /* owned, as all below */
	struct doctor_route *routes;
	char **programs; /* ended by NULL */
	size_t n_programs;
};

/* root: "", or a folder with the /proc and /sys of a test. */
void doctor_see(struct doctor_seen *, const char *root);
void doctor_seen_fini(struct doctor_seen *);

/*
 * All of it, by the daemon's socket, and what comes of it: doctor_reply(), owned.
 * probe: packets are sent to its peers, too; ns: where its pods are, NULL: as it says
 * itself.
 */
char *doctor_carry_out(
    const char *socket, const char *version, bool probe, const char *ns);
/*
 * The lbbgp of the daemon that answers there: class and namespace, owned. False: none
 * does, or it does not tell.
 */
bool doctor_instance(const char *socket, char **class, char **ns);
#endif
