/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shells - the scripts by which shells ask for words (completion.h).
 */
#ifndef CLI_SHELLS_H
#define CLI_SHELLS_H

#include <stddef.h>

/* "completion bash|zsh|fish": the script of a shell. Returns an exit code. */
int shells_start(char *const *words, size_t n);
#endif
