/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/port_holder_io.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"

enum { TCP_LISTENS = 0x0a }; /* the state in /proc/net/tcp */

/* The inode of the socket that listens there; 0: none in this table. */
static uint64_t
listening_inode(const char *table, uint16_t port)
{
	uint64_t found = 0;
	char line[512];
	FILE *f = fopen(table, "re");

	if (f == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof(line), f) != NULL) {
		unsigned at, state;
		uint64_t inode;

		if (sscanf(line,
			" %*d: %*[0-9A-F]:%x %*s %x %*s %*s %*s %*d %*d %" SCNu64,
			&at, &state, &inode) == 3 &&
		    at == port && state == TCP_LISTENS)
			found = inode;
	}
	fclose(f);
	return found;
}

static bool
holds(const char *pid, const char *wanted)
{
	char path[300], link[64];
	bool found = false;
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);

	DIR *dir = opendir(path);

	while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
		ssize_t n = readlinkat(
		    dirfd(dir), entry->d_name, link, sizeof(link) - 1);

		link[n < 0 ? 0 : n] = '\0';
		found = strcmp(link, wanted) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

static void
add_name(const char *pid, struct err *err)
{
	char path[300], name[32] = "";
	struct err was = *err;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);

	FILE *f = fopen(path, "re");

	if (f == NULL)
		return;
	if (fgets(name, sizeof(name), f) != NULL)
		err_set(err, "%.400s (%.*s, pid %.20s)", was.text,
		    (int)strcspn(name, "\n"), name, pid);
	fclose(f);
}

void
port_holder(uint16_t port, struct err *err)
{
	uint64_t inode = listening_inode("/proc/net/tcp", port);
	struct dirent *entry;
	char wanted[64];

	if (inode == 0)
		inode = listening_inode("/proc/net/tcp6", port);
	snprintf(wanted, sizeof(wanted), "socket:[%" PRIu64 "]", inode);

	DIR *dir = inode == 0 ? NULL : opendir("/proc");

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strspn(entry->d_name, "0123456789") == 0 ||
		    !holds(entry->d_name, wanted))
			continue;
		add_name(entry->d_name, err);
		break;
	}
	if (dir != NULL)
		closedir(dir);
}
