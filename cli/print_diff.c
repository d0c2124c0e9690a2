/* SPDX-License-Identifier: Apache-2.0 */
/* What lbbgp diff has found, a line for each change. */
#include <jansson.h>

#include "cli/cells.h"
#include "cli/print.h"
#include "cli/print_table.h"
#include "cli/table.h"

/* clang-format off */
static const struct column changes[] = {
	{ "NODE", "node", NULL, 0, NULL },
	{ "NEIGHBOR", "neighborName", NULL, 0, NULL },
	{ "CHANGE", "change", NULL, 0, NULL },
	{ "PREFIX", "prefix", NULL, 0, NULL },
	{ "BECAUSE", "message", NULL, TABLE_WRAP, NULL },
};
/* clang-format on */

void
print_diff(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "changes");

	if (!print_nothing(o, rows, "changes"))
		print_rows(o, COLUMNS(changes), rows);
}
