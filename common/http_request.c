/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http_request.h"

#include <string.h>
#include <strings.h>

/* Bytes of the line that begins there, with its LF; 0: not whole yet. */
static size_t
line_length(const char *text, size_t n)
{
	const char *end = memchr(text, '\n', n);

	return end != NULL ? (size_t)(end - text) + 1 : 0;
}

/* RFC 9112 2.2: a line ends with CR LF; a LF alone is taken as well. */
size_t
http_head_length(const char *text, size_t n)
{
	size_t at = 0;

	for (;;) {
		size_t line = line_length(text + at, n - at);

		if (line == 0)
			return 0;
		bool empty = line == 1 || (line == 2 && text[at] == '\r');

		at += line;
		if (empty)
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

static bool
is_version(const char *at, const char *end)
{
	static const char name[] = "HTTP/1.";
	size_t n = (size_t)(end - at);

	if (n > 0 && end[-1] == '\r')
		n--;
	return n == strlen(name) + 1 && memcmp(at, name, strlen(name)) == 0 &&
	    (at[n - 1] == '0' || at[n - 1] == '1');
}

/* RFC 6750 2.1: b64token, one or more of these and then perhaps "=". */
static bool
is_token(const char *at, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-._~+/";

	while (n > 0 && at[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++)
		if (at[i] == '\0' || strchr(letters, at[i]) == NULL)
			return false;
	return n > 0;
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

/* Of a field Authorization, without its line end. */
static void
token_read(const char *at, const char *end, struct http_request *r)
{
	at = after("Bearer ", at, end);
	if (at == NULL)
		return;
	at = skip_space(at, end);
	if (!is_token(at, (size_t)(end - at)))
		return;
	r->token = at;
	r->n_token = (size_t)(end - at);
}

static void
host_read(const char *at, const char *end, struct http_request *r)
{
	r->host = at;
	r->n_host = (size_t)(end - at);
}

static void
host_forget(struct http_request *r)
{
	r->host = NULL;
	r->n_host = 0;
}

static void
token_forget(struct http_request *r)
{
	r->token = NULL;
	r->n_token = 0;
}

static const struct field {
	const char *name; /* with its colon */
	/* What is between spaces behind it. */
	void (*read)(const char *at, const char *end, struct http_request *);
	void (*forget)(struct http_request *);
} fields[] = {
	{ "Authorization:", token_read, token_forget },
	{ "Host:", host_read, host_forget },
};

static void
field_read(
    const struct field *f, const char *at, size_t n, struct http_request *r)
{
	unsigned found = 0;

	for (size_t line; (line = line_length(at, n)) > 0;
	     at += line, n -= line) {
		const char *end = at + line;
		const char *value = after(f->name, at, end);

		if (value == NULL)
			continue;
		found++;
		while (end > value && strchr(" \t\r\n", end[-1]) != NULL)
			end--;
		f->read(skip_space(value, end), end, r);
	}
	if (found > 1) /* who is meant? */
		f->forget(r);
}

bool
http_request_parse(const char *head, size_t n, struct http_request *r)
{
	size_t line = line_length(head, n), n_method, n_path;
	const char *at = head;

	*r = (struct http_request){ 0 };
	if (line == 0)
		return false;
	const char *end = head + line - 1;
	const char *method = word_next(&at, end, &n_method);
	const char *path = method != NULL ? word_next(&at, end, &n_path) : NULL;

	if (path == NULL || !is_version(at, end))
		return false;
	r->get = is_word(method, n_method, "GET");
	r->head = is_word(method, n_method, "HEAD");
	const char *query = memchr(path, '?', n_path);

	if (query != NULL) {
		r->query = query + 1;
		r->n_query = n_path - (size_t)(query + 1 - path);
		n_path = (size_t)(query - path);
	}
	if (n_path < sizeof(r->path))
		memcpy(r->path, path, n_path);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		field_read(&fields[i], head + line, n - line, r);
	return true;
}
