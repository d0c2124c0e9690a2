/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files_io - the objects of manifest files, as JSON.
 */
#ifndef CLI_FILES_IO_H
#define CLI_FILES_IO_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json_at;

/*
 * Of a file, or of standard input ("-"), added to the array: each object, those of a
 * List one by one. False and err: it can't be read, or is not all good.
 */
bool files_read(const char *path, const struct json_at *array, struct err *);
#endif
