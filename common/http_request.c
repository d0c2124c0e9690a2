/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http_request.h"

#include <string.h>
#include <strings.h>

#include "common/err.h"

struct span { /* borrowed */
	const char *at;
	size_t n;
};

/* Bytes of the line that begins there, with its LF; 0: not whole yet. */
static size_t
line_length(const char *text, size_t n)
{
	const char *end = memchr(text, '\n', n);

	return end != NULL ? (size_t)(end - text) + 1 : 0;
}

/* RFC 9112 2.2: a line ends with CR LF; a LF alone is taken as well. */
static bool
is_empty_line(const char *line, size_t n)
{
	return n == 1 || (n == 2 && line[0] == '\r');
}

/* RFC 9112 2.2: of an empty line before the request, which is none of it. */
static size_t
lead_length(const char *text, size_t n)
{
	size_t line = line_length(text, n);

	return line > 0 && is_empty_line(text, line) ? line : 0;
}

size_t
http_head_length(const char *text, size_t n)
{
	size_t at = lead_length(text, n);

	for (;;) {
		size_t line = line_length(text + at, n - at);

		if (line == 0)
			return 0;
		at += line;
		if (is_empty_line(text + at - line, line))
			return at;
	}
}

/* The word up to the next space, which is taken too; NULL: there is no space. */
static const char *
word_next(const char **at, const char *end, size_t *n)
{
	const char *word = *at;
	const char *space = memchr(word, ' ', (size_t)(end - word));

	if (space == NULL || space == word)
		return NULL;
	*n = (size_t)(space - word);
	*at = space + 1;
	return word;
}

static bool
is_word(const char *word, size_t n, const char *text)
{
	return n == strlen(text) && memcmp(word, text, n) == 0;
}

#define VERSION "HTTP/1." /* and 0 or 1 */

static bool
is_version(const char *at, const char *end)
{
	size_t n = (size_t)(end - at);

	if (n > 0 && end[-1] == '\r')
		n--;
	return n == strlen(VERSION) + 1 &&
	    memcmp(at, VERSION, strlen(VERSION)) == 0 &&
	    (at[n - 1] == '0' || at[n - 1] == '1');
}

#define ALNUM                        \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"abcdefghijklmnopqrstuvwxyz" \
	"0123456789"
#define NAME_LETTERS ALNUM "!#$%&'*+-.^_`|~" /* RFC 9110 5.6.2 */

static bool
is_all_of(const char *letters, const char *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (at[i] == '\0' || strchr(letters, at[i]) == NULL)
			return false;
	return true;
}

/* RFC 6750 2.1: b64token, one or more of these and then perhaps "=". */
static bool
is_token(const char *at, size_t n)
{
	while (n > 0 && at[n - 1] == '=')
		n--;
	return n > 0 && is_all_of(ALNUM "-._~+/", at, n);
}

/* Behind that word, in whatever case (RFC 9110 5.1, 11.1); NULL: it isn't there. */
static const char *
after(const char *word, const char *at, const char *end)
{
	size_t n = strlen(word);

	return (size_t)(end - at) >= n && strncasecmp(at, word, n) == 0 ? at + n
									: NULL;
}

static const char *
skip_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* How many fields of that name, with its colon, there are; the last one's value. */
static unsigned
field_find(
    const char *name, const char *fields, const char *end, struct span *value)
{
	unsigned found = 0;
	size_t line;

	while ((line = line_length(fields, (size_t)(end - fields))) > 0) {
		const char *stop = fields + line;
		const char *at = after(name, fields, stop);

		fields = stop;
		if (at == NULL)
			continue;
		found++;
		while (stop > at && strchr(" \t\r\n", stop[-1]) != NULL)
			stop--;
		at = skip_space(at, stop);
		*value = (struct span){ at, (size_t)(stop - at) };
	}
	return found;
}

/* Of several none is shown: who is meant? */
static void
token_read(const char *fields, const char *end, struct http_request *r)
{
	struct span v;

	if (field_find("Authorization:", fields, end, &v) != 1)
		return;
	end = v.at + v.n;
	const char *at = after("Bearer ", v.at, end);

	if (at == NULL)
		return;
	at = skip_space(at, end);
	if (!is_token(at, (size_t)(end - at)))
		return;
	r->token = at;
	r->n_token = (size_t)(end - at);
}

/* RFC 3986 3.2.2 and 3.2.3: what may be in a name or an address with a port. */
static bool
is_host(const char *at, size_t n)
{
	return is_all_of(ALNUM "-._~%!$&'()*+,;=:[]", at, n);
}

/*
 * RFC 9112 5.1: each has a name and, with no space between, a colon; another reader
 * may go by what this one skips. So may one that folds lines (5.2).
 */
static bool
fields_check(const char *at, const char *end, struct err *err)
{
	size_t line;

	for (; (line = line_length(at, (size_t)(end - at))) > 0; at += line) {
		const char *colon = memchr(at, ':', line);

		if (is_empty_line(at, line))
			break;
		if (colon == NULL)
			return err_set(err, "a field has no colon");
		if (!is_all_of(NAME_LETTERS, at, (size_t)(colon - at)) ||
		    colon == at)
			return err_set(err,
			    "the name of a field is empty, or has a space or "
			    "another character that it may not have");
	}
	return true;
}

/* RFC 9112 3.2. A target that names a host has been read already, and decides. */
static bool
host_read(const char *fields, const char *end, bool needed,
    struct http_request *r, struct err *err)
{
	struct span v = { NULL, 0 };
	unsigned found = field_find("Host:", fields, end, &v);

	if (found > 1 || (found == 0 && needed))
		return err_set(err, "Host: one is needed, not %u", found);
	if (!is_host(v.at, v.n))
		return err_set(err, "Host: not a host");
	if (r->host == NULL) {
		r->host = v.at;
		r->n_host = v.n;
	}
	return true;
}

/*
 * RFC 9112 3.2.2: http://HOST/PATH, of which the host is read. RFC 9110 4.2.1, 4.2.4:
 * it is not empty, and names no user.
 */
static bool
authority_read(struct span *target, struct http_request *r, struct err *err)
{
	const char *end = target->at + target->n;
	const char *at = after("http://", target->at, end);

	if (at == NULL)
		at = after("https://", target->at, end);
	if (at == NULL) /* 3.2.1, or what is nowhere */
		return true;
	const char *stop = at;

	while (stop < end && *stop != '/' && *stop != '?')
		stop++;
	r->host = at;
	r->n_host = (size_t)(stop - at);
	*target = (struct span){ stop, (size_t)(end - stop) };
	return (r->n_host > 0 && is_host(at, r->n_host)) ||
	    err_set(err, "the target names no host");
}

/* RFC 9112 3.2.1; of an absolute one there may be no path. */
static void
path_read(struct span target, struct http_request *r)
{
	const char *query = memchr(target.at, '?', target.n);

	if (query != NULL) {
		r->query = query + 1;
		r->n_query = target.n - (size_t)(query + 1 - target.at);
		target.n = (size_t)(query - target.at);
	}
	if (target.n == 0)
		target = (struct span){ "/", 1 };
	if (target.n < sizeof(r->path))
		memcpy(r->path, target.at, target.n);
}

/* RFC 9110 9.3, RFC 5789. */
static void
method_read(const char *method, size_t n, struct http_request *r)
{
	static const char *const others[] = { "POST", "PUT", "DELETE", "PATCH",
		"OPTIONS", "TRACE", "CONNECT" };

	r->get = is_word(method, n, "GET");
	r->head = is_word(method, n, "HEAD");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		r->other |= is_word(method, n, others[i]);
}

bool
http_request_parse(
    const char *head, size_t n, struct http_request *r, struct err *err)
{
	size_t lead = lead_length(head, n), n_method;
	size_t line = line_length(head + lead, n - lead);
	const char *at = head + lead;
	struct span target = { NULL, 0 };

	*r = (struct http_request){ 0 };
	if (line == 0)
		return err_set(err, "no request line");
	const char *fields = at + line, *end = fields - 1;
	const char *method = word_next(&at, end, &n_method);

	if (method != NULL)
		target.at = word_next(&at, end, &target.n);
	if (target.at == NULL || !is_version(at, end))
		return err_set(err, "not HTTP/1.0 or HTTP/1.1");
	method_read(method, n_method, r);
	bool needed = at[strlen(VERSION)] == '1';

	if (!fields_check(fields, head + n, err) ||
	    !authority_read(&target, r, err) ||
	    !host_read(fields, head + n, needed, r, err))
		return false;
	path_read(target, r);
	token_read(fields, head + n, r);
	return true;
}
