/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document_io - the documents of a manifest file, one at a time.
 *
 * A .json file holds JSON objects, one after another; others are YAML, parted by
 * "---", or such JSON.
 */
#ifndef COMMON_DIR_DOCUMENT_IO_H
#define COMMON_DIR_DOCUMENT_IO_H

#include <stdbool.h>

struct document_file;
struct err;
struct json_t;
struct stat;

enum document_step {
	DOCUMENT_END,
	DOCUMENT_READ,
	DOCUMENT_BAD, /* this one; the next one may be good */
};

/* Does it end in .yaml, .yml or .json? The last is read as JSON, all else as YAML. */
bool document_is_named(const char *path);
/* Reads all of it. NULL and err: that can't be done. */
struct document_file *document_open(const char *path, struct err *);
void document_close(struct document_file *);
/* How the file was when that had been done. */
const struct stat *document_stat(const struct document_file *);
/* *doc is owned; *line is where it begins, from 1. */
enum document_step document_next(
    struct document_file *, struct json_t **doc, unsigned *line, struct err *);
#endif
