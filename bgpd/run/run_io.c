/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/run/run_io.h"

#include <stddef.h>
#include <sys/stat.h>

#include "common/alloc.h"

char *
run_path(const char *directory, const char *name)
{
	struct stat ns;

	return stat("/proc/self/ns/net", &ns) == 0
	    ? xasprintf(
		  "%s/%s-%llu", directory, name, (unsigned long long)ns.st_ino)
	    : NULL;
}
