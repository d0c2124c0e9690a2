/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay - runs a fuzz target over its corpus as a test: each file as it is, and cut
 * at every byte. Each block has exactly its size, so that a sanitizer sees its end.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "tests/fuzz/fuzz.h"

static uint8_t *
file_read(const char *path, size_t *size) /* NULL: it cannot be read */
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = NULL;
	size_t n;

	*size = 0;
	if (f == NULL)
		return NULL;
	do {
		bytes = xrealloc(bytes, *size + 4096, 1);
		n = fread(bytes + *size, 1, 4096, f);
		*size += n;
	} while (n > 0);
	fclose(f);
	return bytes;
}

static void
run(const uint8_t *bytes, size_t size)
{
	uint8_t *exact = xrealloc(NULL, size, 1);

	memcpy(exact, bytes, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static bool
file_replay(const char *path)
{
	size_t size;
	uint8_t *bytes = file_read(path, &size);

	if (bytes == NULL)
		return false;
	for (size_t n = 0; n <= size; n++)
		run(bytes, n);
	free(bytes);
	return true;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(void)
{
	const char *srcdir = getenv("srcdir");
	char *dir = xasprintf("%s/tests/fuzz/corpus/%s",
	    srcdir == NULL ? "." : srcdir, fuzz_name);
	struct dirent **files;
	int n = scandir(dir, &files, is_visible, alphasort);

	if (n <= 0) {
		printf("Bail out! %s: no corpus\n", dir);
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", dir, files[i]->d_name);
		bool good = file_replay(path);

		printf("%s %d - %s\n", good ? "ok" : "not ok", i + 1,
		    files[i]->d_name);
		free(path);
		free(files[i]);
	}
	free(files);
	free(dir);
	return 0;
}
