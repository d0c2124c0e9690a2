/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/plan/request.h"

#include <jansson.h>
#include <string.h>

#include "allocator/ipam/addrs.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/json.h"

static const char blank[] = " \t\r\n";

const char *
reason_name(enum reason reason)
{
	static const char *const names[REASONS] = {
		[REASON_ASSIGNED] = "Assigned",
		[REASON_ADDRESS_IN_USE] = "AddressInUse",
		[REASON_ADDRESS_OUTSIDE_POOLS] = "AddressOutsidePools",
		[REASON_BAD_REQUEST] = "BadRequest",
		[REASON_CONFLICTING_REQUESTS] = "ConflictingRequests",
		[REASON_FAMILY_MISMATCH] = "FamilyMismatch",
		[REASON_FOREIGN_ADDRESS] = "ForeignAddress",
		[REASON_GROUP_NOT_FOUND] = "GroupNotFound",
		[REASON_INVALID_SERVICE] = "InvalidService",
		[REASON_NAMESPACE_NOT_ALLOWED] = "NamespaceNotAllowed",
		[REASON_NO_GROUP] = "NoGroup",
		[REASON_POOL_EXHAUSTED] = "PoolExhausted",
		[REASON_SERVICE_NOT_ALLOWED] = "ServiceNotAllowed",
		[REASON_SHARING_CONFLICT] = "SharingConflict",
	};

	return names[reason];
}

/* One more address for the list; twice the same counts once. */
static bool
add_word(const char *word, size_t len, struct addrs *list, struct err *err)
{
	char text[ADDR_TEXT] = "";
	struct addr a;

	if (len < sizeof(text))
		memcpy(text, word, len);
	if (!addr_parse(text, &a))
		return err_set(err, "%.*s: not an IP address",
		    len < 100 ? (int)len : 100, word);
	if (list->n == REQUEST_MAX && !addrs_has(list, &a))
		return err_set(err, "more than %d addresses", REQUEST_MAX);
	addrs_add(list, &a);
	return true;
}

/* The form of Calico's annotation: ["10.0.0.1"]. */
static bool
parse_json_list(const char *text, struct addrs *list, struct err *err)
{
	json_t *items = json_parse(text, strlen(text), err);
	bool good = items != NULL;

	for (size_t i = 0; good && i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);
		const char *word = json_string_value(item);

		good = word != NULL && strlen(word) == json_string_length(item)
		    ? add_word(word, strlen(word), list, err)
		    : err_set(err, "%.100s: not a list of strings", text);
	}
	json_decref(items);
	return good;
}

/* "10.0.0.1, 10.0.0.2" */
static bool
parse_words(const char *text, struct addrs *list, struct err *err)
{
	while (*text != '\0') {
		size_t item = strcspn(text, ","), len = item;

		while (len > 0 && strchr(blank, text[len - 1]) != NULL)
			len--;
		if (!add_word(text, len, list, err))
			return false;
		text += item;
		if (*text == ',')
			text += 1 + strspn(text + 1, blank);
	}
	return true;
}

bool
request_parse_addrs(const char *text, struct addr addrs[REQUEST_MAX], size_t *n,
    struct err *err)
{
	struct addrs list = { addrs, 0 };

	text += strspn(text, blank);
	bool good = *text == '[' ? parse_json_list(text, &list, err)
				 : parse_words(text, &list, err);

	addrs_sort(&list);
	*n = list.n;
	return good;
}

/* Adds what one source of a request says; all of them must say the same. */
static bool
add_addresses(struct request *r, const char *key, const char *text,
    const char **first_key, struct err *err)
{
	struct addr addrs[REQUEST_MAX];
	size_t n;

	if (!request_parse_addrs(text, addrs, &n, err)) {
		r->reason = REASON_BAD_REQUEST;
		return err_prefix(err, "%s: ", key);
	}
	if (n == 0)
		return true;
	if (*first_key == NULL) {
		*first_key = key;
		r->n_requested = n;
		memcpy(r->requested, addrs, sizeof(addrs[0]) * n);
		return true;
	}
	if (n == r->n_requested &&
	    memcmp(r->requested, addrs, sizeof(addrs[0]) * n) == 0)
		return true;
	r->reason = REASON_CONFLICTING_REQUESTS;
	return err_set(
	    err, "%s and %s ask for different addresses", *first_key, key);
}

static bool
read_addresses(struct request *r, const struct service *s, struct err *err)
{
	struct service_wishes wishes = service_wishes(s, WISH_ADDRESSES);
	const char *first_key = NULL;

	for (size_t i = 0; i < wishes.n; i++)
		if (!add_addresses(r, wishes.at[i].key, wishes.at[i].text,
			&first_key, err))
			return false;
	return true;
}

static bool
read_group(struct request *r, const struct service *s, struct err *err)
{
	struct service_wishes wishes = service_wishes(s, WISH_GROUP);

	for (size_t i = 0; i < wishes.n; i++) {
		const struct service_wish *wish = &wishes.at[i];
		const char *name = wish->text + strspn(wish->text, blank);
		size_t len = strcspn(name, blank);

		if (name[len + strspn(name + len, blank)] != '\0' ||
		    len >= sizeof(r->group)) {
			r->reason = REASON_BAD_REQUEST;
			return err_set(err, "%s: \"%.60s\": not a name",
			    wish->key, wish->text);
		}
		if (i > 0 &&
		    (strncmp(r->group, name, len) != 0 ||
			r->group[len] != '\0')) {
			r->reason = REASON_CONFLICTING_REQUESTS;
			return err_set(err, "%s and %s name different groups",
			    wishes.at[0].key, wish->key);
		}
		memcpy(r->group, name, len);
		r->group[len] = '\0';
	}
	return true;
}

static bool
read_sharing(struct request *r, const struct service *s, struct err *err)
{
	struct service_wishes keys = service_wishes(s, WISH_SHARING_KEY);

	for (size_t i = 1; i < keys.n; i++)
		if (strcmp(keys.at[0].text, keys.at[i].text) != 0) {
			r->reason = REASON_CONFLICTING_REQUESTS;
			return err_set(err, "%s and %s are different keys",
			    keys.at[0].key, keys.at[i].key);
		}
	return true;
}

bool
request_read(const struct service *s, struct request *r, struct err *err)
{
	*r = (struct request){ .reason = REASON_ASSIGNED };
	if (s->fault != NULL) {
		r->reason = REASON_INVALID_SERVICE;
		return err_set(err, "%s", s->fault);
	}
	return read_group(r, s, err) && read_addresses(r, s, err) &&
	    read_sharing(r, s, err);
}
