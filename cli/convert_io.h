/* SPDX-License-Identifier: Apache-2.0 */
/*
 * convert_io - lbbgp convert: starts the program that does it.
 */
#ifndef CLI_CONVERT_IO_H
#define CLI_CONVERT_IO_H

#include <stddef.h>

/*
 * lbbgp-convert beside this program, else by PATH, takes its place. What this
 * one ends with when there is none.
 */
int convert_start(char *const *words, size_t n);
#endif
