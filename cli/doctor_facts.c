/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor_facts.h"

#include "common/err.h"

const char *
doctor_text(const struct json_at *o, const char *field)
{
	const char *text = NULL;
	struct err err;

	return o != NULL && json_get_string(o, field, &text, &err) &&
		text != NULL
	    ? text
	    : "";
}

struct json_at
doctor_list(const struct json_at *o, const char *field)
{
	struct json_at list = { 0 };
	struct err err;

	if (o == NULL || !json_get_array(o, field, &list, &err))
		return (struct json_at){ 0 };
	return list;
}
