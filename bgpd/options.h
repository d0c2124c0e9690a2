/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - what the daemon is told on its command line.
 */
#ifndef BGPD_OPTIONS_H
#define BGPD_OPTIONS_H

#include <stdbool.h>

#include "common/kube/https_io.h"
#include "common/api/instance.h"

#define RUN "/run/lbbgp" /* all of it is ours */
#define SOCKET RUN "/bgpd.sock"
#define STATE RUN "/state"
#define METRICS "127.0.0.1:9179"

struct command_line {
	const char *source, *kubeconfig, *node, *socket, *metrics, *user;
	const char *daemonset, *state;
	struct https_given https;
	struct instance instance;
	bool check, allow_commands;
};

/* Over what is there. False: the program ends with that code, and has said why. */
bool options_read(struct command_line *, int argc, char **argv, int *code);
#endif
