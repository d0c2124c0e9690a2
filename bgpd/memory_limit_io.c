/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/memory_limit_io.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

/* Where a version of cgroups keeps its limits. */
struct version {
	const char *mount;
	const char *files[3]; /* NULL ends */
};

static const struct version v1 = {
	"/sys/fs/cgroup/memory",
	{ "memory.limit_in_bytes", NULL },
};
static const struct version v2 = {
	"/sys/fs/cgroup",
	{ "memory.max", "memory.high", NULL },
};

/* "max", and in version 1 a number beyond all memory, are no limit. */
static uint64_t
read_limit(const char *dir, const char *file)
{
	char *path = xasprintf("%s/%s", dir, file);
	FILE *f = fopen(path, "re");
	uint64_t limit = UINT64_MAX;

	if (f != NULL && fscanf(f, "%" SCNu64, &limit) != 1)
		limit = UINT64_MAX;
	if (f != NULL)
		fclose(f);
	free(path);
	return limit < UINT64_C(1) << 62 ? limit : UINT64_MAX;
}

/*
 * From the cgroup up to the mount. In a container its own cgroup may be what is
 * mounted, and the path one that only the host sees: what is not there has no limit.
 */
static uint64_t
least_limit(const char *root, const struct version *v, const char *cgroup)
{
	char *dir = xasprintf("%s%s%s", root, v->mount, cgroup);
	size_t mount = strlen(root) + strlen(v->mount);
	uint64_t least = UINT64_MAX;

	for (;;) {
		for (size_t i = 0; v->files[i] != NULL; i++) {
			uint64_t limit = read_limit(dir, v->files[i]);

			least = limit < least ? limit : least;
		}
		char *slash = strrchr(dir + mount, '/');

		if (slash == NULL)
			break;
		*slash = '\0';
	}
	free(dir);
	return least;
}

/* Is memory one of "cpu,memory"? */
static bool
has_memory(const char *controllers)
{
	size_t n = strlen("memory");

	for (const char *at = controllers; at != NULL;
	     at = strchr(at, ',') == NULL ? NULL : strchr(at, ',') + 1)
		if (strncmp(at, "memory", n) == 0 &&
		    (at[n] == ',' || at[n] == '\0'))
			return true;
	return false;
}

/* A line of /proc/self/cgroup: "4:cpu,memory:/path"; in version 2 "0::/path". */
static uint64_t
line_limit(const char *root, char *line)
{
	char *controllers = strchr(line, ':');
	char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');

	if (path == NULL)
		return UINT64_MAX;
	*path++ = '\0';
	if (*++controllers == '\0')
		return least_limit(root, &v2, path);
	return has_memory(controllers) ? least_limit(root, &v1, path)
				       : UINT64_MAX;
}

uint64_t
memory_limit(const char *root)
{
	char *path = xasprintf("%s/proc/self/cgroup", root);
	FILE *f = fopen(path, "re");
	uint64_t least = UINT64_MAX;
	char *line = NULL;
	size_t room = 0;

	while (f != NULL && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';

		uint64_t limit = line_limit(root, line);

		least = limit < least ? limit : least;
	}
	if (f != NULL)
		fclose(f);
	free(line);
	free(path);
	return least;
}
