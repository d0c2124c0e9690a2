/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/turn.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/path.h"
#include "common/api/community.h"
#include "common/err.h"
#include "common/scoped_addr.h"

#define BGP_PORT 179
#define TTL_MAX 255 /* as far as packets go: what others mean by multi-hop */

/* Always NULL. */
static json_t *
refuse(const json_t *v, struct err *err, const char *why)
{
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	err_set(err, "%.80s: %s", text != NULL ? text : "", why);
	free(text);
	return NULL;
}

/* Digits only, so no sign and no spaces; they end at *end. */
static bool
number_read(const char *text, uint64_t max, uint64_t *out, const char **end)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 10)
		return false;
	*out = strtoull(text, NULL, 10);
	*end = text + n;
	return *out <= max;
}

/* RFC 5396: asplain, or asdot with the two halves of the number. */
json_t *
turn_as_number(const json_t *v, struct err *err)
{
	const char *text = json_string_value(v), *end;
	uint64_t high, low;

	if (json_is_integer(v))
		return json_incref((json_t *)v);
	if (text == NULL || !number_read(text, UINT32_MAX, &high, &end))
		return refuse(v, err, "not an AS number");
	if (*end == '\0')
		return json_integer((json_int_t)high);
	if (*end != '.' || high > UINT16_MAX ||
	    !number_read(end + 1, UINT16_MAX, &low, &end) || *end != '\0')
		return refuse(v, err, "not an AS number");
	return json_integer((json_int_t)(high << 16 | low));
}

struct unit {
	const char *name;
	uint64_t ms;
};

/* Of Go's durations; "ms" before "m", since the longer one is meant. */
static const struct unit units[] = {
	{ "ms", 1 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
};

static bool
duration_read(const char *text, uint64_t *ms)
{
	uint64_t n;
	size_t i;

	for (*ms = 0; *text != '\0'; text += strlen(units[i].name)) {
		if (!number_read(text, UINT32_MAX, &n, &text))
			return false;
		for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (strncmp(text, units[i].name,
				strlen(units[i].name)) == 0)
				break;
		if (i == sizeof(units) / sizeof(units[0]))
			return false;
		*ms += n * units[i].ms;
	}
	return true;
}

json_t *
turn_seconds(const json_t *v, struct err *err)
{
	const char *text = json_string_value(v);
	uint64_t ms;

	if (json_is_integer(v))
		return json_incref((json_t *)v);
	if (text == NULL || text[0] == '\0' || !duration_read(text, &ms))
		return refuse(v, err, "not a duration");
	if (ms % 1000 != 0)
		return refuse(v, err, "not a whole number of seconds");
	return json_integer((json_int_t)(ms / 1000));
}

json_t *
turn_network(const json_t *v, struct err *err)
{
	const char *text = json_string_value(v);
	char clean[PREFIX_TEXT];
	struct prefix p;

	if (text == NULL || !prefix_parse(text, &p, err))
		return refuse(v, err, "not an IP prefix");
	p = prefix_canonical(&p);
	return json_string(prefix_print(&p, clean));
}

json_t *
turn_secret_name(const json_t *v, struct err *err)
{
	if (!json_is_string(v))
		return refuse(v, err, "not a name");
	return json_pack(
	    "{s:{s:O, s:s}}", "secretKeyRef", "name", v, "key", "password");
}

json_t *
turn_hops(const json_t *v, struct err *err)
{
	if (!json_is_true(v))
		return refuse(v, err, "not true or false");
	return json_integer(TTL_MAX);
}

json_t *
turn_namespaces(const json_t *v, struct err *err)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach (v, i, item)
		path_list_add(out, item);
	if (json_array_size(out) > 0)
		return out;
	json_decref(out);
	return refuse(v, err, "not a list of namespaces");
}

bool
turn_is_within(const json_t *v, int64_t least, int64_t most)
{
	return json_is_integer(v) && json_integer_value(v) >= least &&
	    json_integer_value(v) <= most;
}

json_t *
turn_priority(const json_t *v, struct err *err)
{
	if (!turn_is_within(v, 1, UINT16_MAX))
		return refuse(v, err, "not a priority from 1 to 65535");
	return json_incref((json_t *)v);
}

json_t *
turn_port(const json_t *v, struct err *err)
{
	const char *text = json_string_value(v), *end;
	uint64_t port;

	if (turn_is_within(v, 0, UINT16_MAX))
		return json_incref((json_t *)v);
	if (text != NULL && number_read(text, UINT16_MAX, &port, &end) &&
	    *end == '\0')
		return json_integer((json_int_t)port);
	return refuse(v, err, "not a port");
}

json_t *
turn_peer(const json_t *address, const json_t *port, struct err *err)
{
	const char *text = json_string_value(address);
	json_int_t number = json_integer_value(port);
	char clean[SCOPED_ADDR_TEXT];
	struct scoped_addr a;

	if (text == NULL || !scoped_addr_parse(text, &a))
		return refuse(address, err, "not an IP address");
	if (port != NULL && !turn_is_within(port, 0, UINT16_MAX))
		return refuse(port, err, "not a port");
	scoped_addr_print(&a, clean);
	if (number == 0 || number == BGP_PORT)
		return json_string(clean);
	return json_sprintf(a.addr.family == FAMILY_V6
		? "[%s]:%" JSON_INTEGER_FORMAT
		: "%s:%" JSON_INTEGER_FORMAT,
	    clean, number);
}

json_t *
turn_community(const json_t *v, struct err *err)
{
	const char *text = json_string_value(v);
	struct community c;

	if (text == NULL)
		return refuse(v, err, "not a community");
	if (strncmp(text, "large:", 6) == 0)
		text += 6;
	if (community_parse(text, &c))
		return json_string(text);
	return refuse(v, err, "not a community");
}

json_t *
turn_community_number(const json_t *v, struct err *err)
{
	const char *text = json_string_value(v), *end;
	uint64_t whole;

	if (text != NULL && number_read(text, UINT32_MAX, &whole, &end) &&
	    *end == '\0')
		return json_sprintf(
		    "%" PRIu64 ":%" PRIu64, whole >> 16, whole & UINT16_MAX);
	return turn_community(v, err);
}
