/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/html.h"

#include <inttypes.h>
#include <string.h>

#include "common/date.h"
#include "common/utf8.h"

#define NEARLY_FULL 75 /* percent */
#define FULL 90

static const struct {
	char c;
	const char *entity;
} entities[] = {
	{ '&', "&amp;" },
	{ '<', "&lt;" },
	{ '>', "&gt;" },
	{ '"', "&quot;" },
	{ '\'', "&#39;" },
};

static const char *
entity_of(char c)
{
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (entities[i].c == c)
			return entities[i].entity;
	return NULL;
}

void
html_text(FILE *out, const char *text)
{
	while (*text != '\0') {
		uint32_t c = 0;
		size_t n = utf8_read(text, &c);
		const char *entity = entity_of(*text);

		if (n == 0 || !utf8_is_plain(c))
			fputc('?', out);
		else if (entity != NULL)
			fputs(entity, out);
		else
			fwrite(text, 1, n, out);
		text += n > 0 ? n : 1;
	}
}

void
html_state(FILE *out, enum shade shade, const char *word)
{
	static const char *const classes[] = { [SHADE_NONE] = "none",
		[SHADE_GOOD] = "good",
		[SHADE_WARN] = "warn",
		[SHADE_BAD] = "bad" };

	fprintf(out, "<span class=\"state %s\">", classes[shade]);
	html_text(out, word);
	fputs("</span>", out);
}

void
html_age(FILE *out, int64_t then, int64_t now)
{
	static const struct {
		int64_t s;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" },
		{ 1, "s" } };
	int64_t age = now > then ? now - then : 0;
	char date[DATE_TEXT];
	size_t u = 0;

	if (then == 0) {
		fputs("–", out);
		return;
	}
	while (units[u].s > 1 && age < units[u].s)
		u++;
	date_print(then, date);
	fprintf(out, "<time datetime=\"%s\" title=\"%s\">%" PRId64 " %s</time>",
	    date, date, age / units[u].s, units[u].unit);
}

void
html_count(FILE *out, uint64_t n)
{
	unsigned bits = 0;

	if (n < 1000)
		fprintf(out, "%" PRIu64, n);
	else if (n < 1000000)
		fprintf(out, "%" PRIu64 ",%03" PRIu64, n / 1000, n % 1000);
	else if (n < 1000000000)
		fprintf(out, "%" PRIu64 ",%03" PRIu64 ",%03" PRIu64,
		    n / 1000000, n / 1000 % 1000, n % 1000);
	else {
		while (n > 1) {
			n = n / 2 + (n == UINT64_MAX); /* about 2^64 */
			bits++;
		}
		fprintf(out, "2<sup>%u</sup>", bits);
	}
}

/* A drawing, as a style in the page would be against its policy. */
void
html_bar(FILE *out, uint64_t used, uint64_t capacity)
{
	unsigned percent = capacity > 0
	    ? (unsigned)(100.0 * (double)used / (double)capacity)
	    : 0;
	unsigned width = percent == 0 && used > 0 ? 1 : percent;
	const char *class = percent >= FULL ? "bad"
	    : percent >= NEARLY_FULL        ? "warn"
					    : "good";

	fprintf(out,
	    "<svg class=\"bar %s\" viewBox=\"0 0 100 8\" "
	    "preserveAspectRatio=\"none\" role=\"img\" "
	    "aria-label=\"%u %%\"><rect width=\"100\" height=\"8\"/>"
	    "<rect class=\"used\" width=\"%u\" height=\"8\"/></svg>"
	    "<span class=\"percent\">%u %%</span>",
	    class, percent, width, percent);
}

void
html_none(FILE *out, unsigned columns)
{
	fprintf(out,
	    "<tr class=\"first\"><td colspan=\"%u\" class=\"none\">none"
	    "</td></tr>\n",
	    columns);
}

void
html_more(FILE *out, size_t lines)
{
	if (lines == 0)
		return;
	fputs("<p class=\"more\">", out);
	html_count(out, lines);
	fputs(" more are not shown: what is in trouble comes first, the filter "
	      "finds the rest.</p>\n",
	    out);
}
