/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_limit_io - how much memory the kernel lets this process have.
 */
#ifndef BGPD_MEMORY_LIMIT_IO_H
#define BGPD_MEMORY_LIMIT_IO_H

#include <stdint.h>

/*
 * Bytes: the least limit of our cgroup and those above it, as far as they are seen
 * from here; version 1 and 2. UINT64_MAX: there is none. root: where /proc and /sys
 * are, "" but in tests.
 */
uint64_t memory_limit(const char *root);
#endif
