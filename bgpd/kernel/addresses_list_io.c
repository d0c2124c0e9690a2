/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/kernel/addresses_list_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgpd/kernel/addresses.h"
#include "bgpd/run/run_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/prefix.h"

struct addresses_list {
	char *path; /* owned */
	FILE *file; /* owned; NULL: there is none */
};

struct addresses_list *
addresses_list_new(const char *directory)
{
	struct addresses_list *l = xcalloc(1, sizeof(*l));
	int fd = -1;

	l->path = run_path(directory, "addresses");
	if (l->path != NULL && (mkdir(directory, 0755) == 0 || errno == EEXIST))
		fd = open(
		    l->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	l->file = fd >= 0 ? fdopen(fd, "r+") : NULL;
	if (l->file == NULL)
		log_warn(
		    "addresses: %s: %s: nothing is remembered over a crash",
		    l->path != NULL ? l->path : "/proc/self/ns/net",
		    strerror(errno));
	return l;
}

void
addresses_list_free(struct addresses_list *l)
{
	struct stat st;

	if (l == NULL)
		return;
	if (l->file != NULL) {
		if (fstat(fileno(l->file), &st) == 0 && st.st_size == 0)
			unlink(l->path);
		fclose(l->file);
	}
	free(l->path);
	free(l);
}

static void
read_line(char *line, struct addresses *a)
{
	char *space = strchr(line, ' ');
	struct prefix at;
	struct err err;

	line[strcspn(line, "\n")] = '\0';
	if (space == NULL)
		return;
	*space = '\0';
	if (strlen(line) < ADDRESSES_NAME && prefix_parse(space + 1, &at, &err))
		addresses_remember(a, line, &at);
}

void
addresses_list_read(struct addresses_list *l, struct addresses *a)
{
	char line[ADDRESSES_NAME + 1 + PREFIX_TEXT + 1];

	if (l->file == NULL)
		return;
	rewind(l->file);
	while (fgets(line, sizeof(line), l->file) != NULL)
		read_line(line, a);
}

static void
write_line(void *arg, const char *interface, const struct prefix *at)
{
	struct addresses_list *l = arg;
	char text[PREFIX_TEXT];

	fprintf(l->file, "%s %s\n", interface, prefix_print(at, text));
}

void
addresses_list_write(struct addresses_list *l, const struct addresses *a)
{
	if (l->file == NULL)
		return;
	rewind(l->file);
	if (!addresses_know_protocol(a))
		addresses_each_ours(a, write_line, l);
	if (fflush(l->file) != 0 ||
	    ftruncate(fileno(l->file), ftell(l->file)) != 0)
		log_warn("addresses: %s: %s", l->path, strerror(errno));
}
