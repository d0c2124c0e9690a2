/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fnv - a number that stands for some bytes, the same on every machine.
 */
#ifndef COMMON_FNV_H
#define COMMON_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)

/* The hash of what had this hash before, and these bytes after it. */
uint64_t fnv_add(uint64_t hash, const char *bytes, size_t n);
#endif
