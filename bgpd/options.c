/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/options.h"

#include <stdio.h>

#include "common/args.h"
#include "common/daemon_args.h"
#include "common/err.h"

bool
options_read(struct command_line *o, int argc, char **argv, int *code)
{
	const struct args_option rows[] = {
		SOURCE_ROWS(&o->source, &o->kubeconfig),
		{ .name = "node",
		    .value = "NAME",
		    .help = "name of this node (default: the host name)",
		    .env = "NODE_NAME",
		    .text = &o->node },
		INSTANCE_ROWS(&o->instance, "Secrets and our pods"),
		{ .name = "daemonset",
		    .value = "NAME",
		    .help = "our DaemonSet in --namespace: when it goes, the "
			    "node leaves for good",
		    .text = &o->daemonset },
		{ .name = "socket",
		    .value = "PATH",
		    .help = "control socket (default: " SOCKET ")",
		    .text = &o->socket },
		METRICS_ROW(&o->metrics, METRICS),
		HTTPS_ROWS(&o->https),
		{ .name = "state",
		    .value = "DIR",
		    .help =
			"where what an API server has said is kept for a "
			"later start without one, or off (default: " STATE ")",
		    .text = &o->state },
		USER_ROW(&o->user),
		{ .name = "allow-commands",
		    .help =
			"VirtualIPs may name programs as health checks, which "
			"run as --user, with no capabilities",
		    .flag = &o->allow_commands },
		CHECK_ROW(&o->check),
		ARGS_LOG_ROWS,
		{ 0 },
	};
	const struct args_program program = {
		.name = "lbbgp-bgpd",
		.usage = "--source SOURCE [OPTION]...",
		.about = "Announces this node's pod CIDRs and the cluster's "
			 "Services to BGP routers.",
		.options = rows,
		.footer = "SIGTERM ends it for a restart, SIGINT for good "
			  "(the loop guard is removed), SIGHUP reads\n"
			  "everything again. --check ends with 3 when anything "
			  "is wrong.",
	};

	struct err err;

	if (args_parse(&program, argc, argv, code) < 0)
		return false;
	*code = EXIT_USAGE;
	if (o->source == NULL)
		err_set(&err, "--source is missing: kube or dir:PATH");
	else if (instance_check(&o->instance, &err) &&
	    https_given_check(&o->https, o->source, &err))
		return true;
	fprintf(stderr, "lbbgp-bgpd: %s\n", err.text);
	return false;
}
