/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon_args - rows of args.h that every daemon has, so that each option means the
 * same to all of them and is told in the same words.
 */
#ifndef COMMON_DAEMON_ARGS_H
#define COMMON_DAEMON_ARGS_H

#include "common/lockdown_io.h"

#define SOURCE_ROWS(spec, kubeconfig_file)                                   \
	{ .name = "source",                                                  \
		.value = "SOURCE",                                           \
		.help = "kube, or dir:PATH for a directory of manifests",    \
		.text = (spec) },                                            \
	{                                                                    \
		.name = "kubeconfig", .value = "FILE",                       \
		.help = "how to reach the API server (default: KUBECONFIG, " \
			"else in-cluster)",                                  \
		.text = (kubeconfig_file)                                    \
	}

/* initial: a literal. */
#define METRICS_ROW(where, initial)                                         \
	{                                                                   \
		.name = "metrics", .value = "ADDR:PORT",                    \
		.help = "where /metrics, /healthz and /readyz are, or off " \
			"(default: " initial ")",                           \
		.text = (where)                                             \
	}

#define USER_ROW(user)                                                       \
	{                                                                    \
		.name = "user", .value = "UID[:GID]",                        \
		.help = "become this user once everything is open "          \
			"(default: " LOCKDOWN_USER " when started as root)", \
		.text = (user)                                               \
	}

#define CHECK_ROW(is_wanted)                                              \
	{                                                                 \
		.name = "check",                                          \
		.help = "read the configuration, say what is wrong, end", \
		.flag = (is_wanted)                                       \
	}
#endif
