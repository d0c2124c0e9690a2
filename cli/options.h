/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - what lbbgp is told by options, and what it says of them.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>

#include "common/args.h"
#include "common/kube/kube_config.h"

#define SOCKET "/run/lbbgp/bgpd.sock"

struct cli_args {
	const char *socket, *source, *kubeconfig, *output, *default_class;
	const char *router, *class;
	const char *ns, *color, *timeout;
	struct kube_person person;
	struct args_list as_groups;
	struct args_list files;
	bool all_nodes, wait, probe, help;
};

/*
 * Over what is there. Returns the index of the first word; -1: the program ends with
 * that code, and has said why, or told what it was asked about options and commands.
 */
int options_read(struct cli_args *, int argc, char **argv, int *code);
#endif
