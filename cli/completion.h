/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion - what may stand at the end of a command line, for the scripts of shells
 * (shells.h).
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <stddef.h>
#include <stdio.h>

struct args_option;

/*
 * What may stand for words[n - 1], the beginning of a word, one a line; ":files" is for
 * the names of files.
 */
void completion_print(
    FILE *, const struct args_option *options, char *const *words, size_t n);
#endif
