/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_io - runs the exec credential plugin that a kubeconfig names.
 *
 * For this program only: no daemon may start another program.
 */
#ifndef CLI_PLUGIN_IO_H
#define CLI_PLUGIN_IO_H

#include <stdbool.h>

struct err;
struct kube_plugin;

/* A kube_plugin_run. It waits for as long as the plugin takes: people log in there. */
bool plugin_run(
    const struct kube_plugin *, const char *info, char **answer, struct err *);
#endif
