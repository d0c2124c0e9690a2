/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - what the allocator is told on its command line.
 */
#ifndef ALLOCATOR_OPTIONS_H
#define ALLOCATOR_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator/lead/leader.h"
#include "common/kube/https_io.h"
#include "common/api/instance.h"

#define METRICS ":9180"
#define DASHBOARD "127.0.0.1:9183"

struct allocator_args {
	const char *source, *kubeconfig, *metrics, *dashboard;
	const char *default_class, *user;
	struct https_given https;
	const char *elect, *lease, *renew, *retry, *cooldown;
	uint32_t cooldown_ms;
	struct leader_times times;
	struct instance instance;
	bool check;
};

/* Over what is there. False: the program ends with that code, and has said why. */
bool options_read(struct allocator_args *, int argc, char **argv, int *code);
#endif
