/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lbbgp-convert - manifests of other systems in, ours out. It is run once in a
 * cluster's life, so it is a program of its own and not in the image.
 */
#include <stddef.h>

#include "cli/convert/files_io.h"
#include "common/args.h"

int
main(int argc, char **argv)
{
	static const struct args_option none[] = { { 0 } };
	static const struct args_program program = {
		.name = "lbbgp-convert",
		.usage = "[FILE]...",
		.about = "Reads manifests of MetalLB, PureLB, Calico, kube-vip "
			 "and Cilium and writes ours.",
		.options = none,
		.footer = "Without a FILE, or where it is -, standard input "
			  "is read.\n"
			  "What has no counterpart is told on standard error.\n"
			  "Exit codes: 1 not all of it could be read, 2 usage.",
		.words = true,
	};
	int code, first = args_parse(&program, argc, argv, &code);

	return first < 0 ? code
			 : convert_files(argv + first, (size_t)(argc - first));
}
