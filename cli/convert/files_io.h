/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files_io - files or standard input to standard output, remarks to standard
 * error.
 */
#ifndef CLI_CONVERT_FILES_IO_H
#define CLI_CONVERT_FILES_IO_H

#include <stddef.h>

/*
 * What the program ends with. What can be read is written, also when something
 * else can't be.
 */
int convert_files(char *const *paths, size_t n);
#endif
