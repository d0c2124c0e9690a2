/* SPDX-License-Identifier: Apache-2.0 */
#include "common/fnv.h"

/* FNV-1a, 64 bits (draft-eastlake-fnv). */
uint64_t
fnv_add(uint64_t hash, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (uint8_t)bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}
