/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/shells.h"

#include <stdio.h>
#include <string.h>

#include "cli/completion_scripts.h"
#include "common/args.h"

static const struct {
	const char *shell, *script;
} scripts[] = {
	{ "bash", bash_script },
	{ "zsh", zsh_script },
	{ "fish", fish_script },
};

int
shells_start(char *const *words, size_t n)
{
	for (size_t i = 0; n == 1 && i < sizeof(scripts) / sizeof(scripts[0]);
	     i++)
		if (strcmp(words[0], scripts[i].shell) == 0)
			return fputs(scripts[i].script, stdout) >= 0 &&
				fflush(stdout) == 0
			    ? EXIT_GOOD
			    : EXIT_FAILED;
	fputs("lbbgp: completion: bash, zsh or fish must follow\n", stderr);
	return EXIT_USAGE;
}
