/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion - what may stand at the end of a command line, and the scripts by which
 * shells ask for it.
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

/* "completion bash|zsh|fish": the script of a shell. Returns an exit code. */
int completion_start(char *const *words, size_t n);
#endif
