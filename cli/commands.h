/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands - from the words of a line to the command that is meant and its request.
 *
 * Help and completion come from the same table (command_table.h).
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct command;
struct err;

/*
 * The one that the words begin with, and in *used how many they are. NULL and err:
 * there is none.
 */
const struct command *command_find(
    char *const *words, size_t n, bool all_nodes, size_t *used, struct err *);
/* The request for the words behind the command's, as JSON, owned; NULL and err. */
char *command_request(
    const struct command *, char *const *words, size_t n, struct err *);

#define COMMANDS_MOST 32 /* that there are */

void commands_help(FILE *); /* two lines for each */
/* Is this option of any use with it? */
bool command_takes(const struct command *, const char *option);
/*
 * Those that the words, of a command or the beginning of one, are about; how many. 0
 * and err: none.
 */
size_t commands_about(char *const *words, size_t n, const struct command **list,
    size_t most, struct err *);
void command_help(FILE *, const struct command *const *list, size_t n);
/* What may stand for words[n - 1], the beginning of a word, one a line. */
void commands_complete(FILE *, char *const *words, size_t n);
#endif
