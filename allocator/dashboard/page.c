/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page is whole without its script, which fetches the tables again when the stream
 * of events says that something has changed, or when another filter is typed. So the
 * stream is small, and each browser asks for what it shows.
 *
 * Its policy lets a browser load nothing but what is here, and run nothing that is
 * within the page: a text that gets around html_text() would be shown, not run.
 */
#include "allocator/dashboard/page.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/dashboard/ask.h"
#include "allocator/dashboard/html.h"
#include "allocator/dashboard/kept.h"
#include "common/alloc.h"

/* Of every answer. */
#define FIELDS                                                            \
	"Content-Security-Policy: default-src 'none'; style-src 'self'; " \
	"script-src 'self'; connect-src 'self'; img-src 'self'; "         \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n" \
	"Cross-Origin-Resource-Policy: same-origin\r\n"                   \
	"X-Content-Type-Options: nosniff\r\n"                             \
	"Referrer-Policy: no-referrer\r\n"                                \
	"Cache-Control: no-store\r\n"

static const char style[] =
    ":root { color-scheme: light dark;\n"
    "  --page: #f6f7f9; --card: #fff; --text: #1c2530; --soft: #5b6776;\n"
    "  --line: #e3e7ec; --good: #18794e; --good-is: #e2f4ea;\n"
    "  --warn: #8a5a00; --warn-is: #fdf0d0; --bad: #b3261e;\n"
    "  --bad-is: #fce4e2; --none-is: #edf0f3; --bar: #e3e7ec; }\n"
    "@media (prefers-color-scheme: dark) { :root {\n"
    "  --page: #11161c; --card: #1a2129; --text: #e4e9ef; --soft: #94a1b0;\n"
    "  --line: #2b3440; --good: #6fd6a0; --good-is: #17362a;\n"
    "  --warn: #f0c060; --warn-is: #3d3115; --bad: #ff9a92;\n"
    "  --bad-is: #46201e; --none-is: #27303a; --bar: #2b3440; } }\n"
    "* { box-sizing: border-box; }\n"
    "body { margin: 0 auto; max-width: 76rem; padding: 1.25rem;\n"
    "  background: var(--page); color: var(--text);\n"
    "  font: 14px/1.45 system-ui, sans-serif; }\n"
    "header { display: flex; flex-wrap: wrap; align-items: center; gap: 1rem; }\n"
    "h1 { font-size: 1.4rem; margin: 0; letter-spacing: -.01em; }\n"
    "h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }\n"
    "form { margin-left: auto; }\n"
    "input { font: inherit; color: inherit; background: var(--card);\n"
    "  border: 1px solid var(--line); border-radius: 6px;\n"
    "  padding: .35rem .6rem; width: 19rem; max-width: 100%; }\n"
    "#lead { color: var(--soft); margin: .5rem 0 1rem; }\n"
    ".alarm { background: var(--bad-is); color: var(--bad);\n"
    "  border-radius: 8px; padding: .6rem .9rem; }\n"
    /* Nothing behind it is said to be good, as it may not be any more. */
    ".old ~ * { --good: var(--soft); --good-is: var(--none-is); }\n"
    "#sum { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0; }\n"
    ".tile { flex: 1 1 10rem; background: var(--card); padding: .6rem .9rem;\n"
    "  border: 1px solid var(--line); border-left: 4px solid var(--soft);\n"
    "  border-radius: 8px; }\n"
    ".tile.good { border-left-color: var(--good); }\n"
    ".tile.warn { border-left-color: var(--warn); }\n"
    ".tile.bad { border-left-color: var(--bad); }\n"
    ".tile dt { color: var(--soft); font-size: .85rem; }\n"
    ".tile dd { margin: 0; } .tile b { font-size: 1.35rem; }\n"
    "section { overflow-x: auto; }\n"
    "table { width: 100%; border-collapse: separate; border-spacing: 0;\n"
    "  background: var(--card); border: 1px solid var(--line);\n"
    "  border-radius: 8px; font-variant-numeric: tabular-nums; }\n"
    "th, td { text-align: left; vertical-align: top; padding: .35rem .75rem; }\n"
    "thead th { color: var(--soft); font-weight: 500; font-size: .85rem;\n"
    "  white-space: nowrap; }\n"
    "tbody th { font-weight: 600; overflow-wrap: anywhere; }\n"
    ".first > * { border-top: 1px solid var(--line); }\n"
    "small { color: var(--soft); font-size: .85em; font-weight: 400; }\n"
    "td small { margin-left: .4rem; }\n"
    ".number { text-align: right; white-space: nowrap; width: 1%; }\n"
    ".says { color: var(--soft); width: 40%; overflow-wrap: anywhere; }\n"
    "sup { line-height: 0; }\n"
    "td.none { color: var(--soft); }\n"
    "code { font: .95em ui-monospace, monospace; white-space: nowrap; }\n"
    ".state { display: inline-block; padding: 0 .5rem; border-radius: 999px;\n"
    "  font-size: .9em; white-space: nowrap; background: var(--none-is);\n"
    "  color: var(--soft); }\n"
    ".state.good { background: var(--good-is); color: var(--good); }\n"
    ".state.warn { background: var(--warn-is); color: var(--warn); }\n"
    ".state.bad { background: var(--bad-is); color: var(--bad); }\n"
    ".usage { white-space: nowrap; }\n"
    ".bar { width: 8rem; height: .5rem; border-radius: 4px;\n"
    "  vertical-align: middle; fill: var(--bar); }\n"
    ".bar.good .used { fill: var(--good); }\n"
    ".bar.warn .used { fill: var(--warn); }\n"
    ".bar.bad .used { fill: var(--bad); }\n"
    ".percent { display: inline-block; min-width: 3.5rem;\n"
    "  text-align: right; }\n"
    ".more { color: var(--soft); margin: .5rem 0; }\n";

static const char script[] =
    "\"use strict\";\n"
    "const tables = document.getElementById(\"tables\");\n"
    "const live = document.getElementById(\"live\");\n"
    "const form = document.querySelector(\"form\");\n"
    "let asked = false, again = false;\n"
    "function say(word, shade) {\n"
    "\tlive.textContent = word;\n"
    "\tlive.className = \"state \" + shade;\n"
    "}\n"
    "async function refresh() {\n"
    "\tagain = asked;\n"
    "\tif (asked)\n"
    "\t\treturn;\n"
    "\tasked = true;\n"
    "\ttry {\n"
    "\t\tconst got = await fetch(\"tables\" + location.search);\n"
    "\t\tif (got.ok)\n"
    "\t\t\ttables.innerHTML = await got.text();\n"
    "\t\telse if (got.status === 503)\n"
    "\t\t\tsetTimeout(refresh, 1000);\n"
    "\t} catch (e) {\n"
    "\t\tsay(\"Away\", \"bad\");\n"
    "\t}\n"
    "\tasked = false;\n"
    "\tif (again)\n"
    "\t\trefresh();\n"
    "}\n"
    "function follow() {\n"
    "\tconst events = new EventSource(\"events\");\n"
    "\tevents.onopen = () => { say(\"Live\", \"good\"); refresh(); };\n"
    "\tevents.addEventListener(\"changed\", refresh);\n"
    "\tevents.onerror = () => {\n"
    "\t\tsay(\"Not live\", \"warn\");\n"
    "\t\tif (events.readyState === EventSource.CLOSED)\n"
    "\t\t\tsetTimeout(follow, 10000);\n"
    "\t};\n"
    "}\n"
    "form.addEventListener(\"input\", () => {\n"
    "\tconst q = form.elements.q.value;\n"
    "\thistory.replaceState(null, \"\", q === \"\" ? location.pathname\n"
    "\t    : \"?q=\" + encodeURIComponent(q));\n"
    "\trefresh();\n"
    "});\n"
    "form.addEventListener(\"submit\", e => e.preventDefault());\n"
    "follow();\n";

static const char icon[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">"
    "<rect width=\"16\" height=\"16\" rx=\"4\" fill=\"#18794e\"/>"
    "<path d=\"M4 12V4m0 8h8M8 8h4\" stroke=\"#fff\" stroke-width=\"2\" "
    "fill=\"none\"/></svg>\n";

/* ---- what is at each path ---- */

static char *
page_body(const char *tables, const char *filter)
{
	char *text;
	size_t n;
	FILE *out = xmemstream(&text, &n);

	fputs(
	    "<!DOCTYPE html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\"><title>lbbgp</title>\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<link rel=\"icon\" href=\"icon.svg\">\n"
	    "<link rel=\"stylesheet\" href=\"style.css\">\n"
	    "<script src=\"script.js\" defer></script></head><body>\n"
	    "<header><h1>lbbgp</h1>"
	    "<span id=\"live\" class=\"state none\">As of its loading</span>\n"
	    "<form><input type=\"search\" name=\"q\" ",
	    out);
	fprintf(out,
	    "maxlength=\"%d\" "
	    "placeholder=\"Filter: name, peer, address, state, text\" "
	    "aria-label=\"Filter\" value=\"",
	    ASK_FILTER_UNITS);
	html_text(out, filter);
	fprintf(out,
	    "\"></form></header>\n<main id=\"tables\">\n%s</main>\n"
	    "</body></html>\n",
	    tables);
	fclose(out);
	return text;
}

static char *
tables_body(const char *tables, const char *filter)
{
	(void)filter;
	return xstrdup(tables);
}

#define HTML "text/html; charset=utf-8"

static const struct {
	const char *path, *type;
	const char *fixed; /* NULL: made by the next one */
	char *(*body)(const char *tables, const char *filter);
	bool stays;
} paths[] = {
	{ "/", HTML, .body = page_body },
	{ "/tables", HTML, .body = tables_body },
	{ "/events", "text/event-stream", .fixed = "retry: 3000\n\n",
	    .stays = true },
	{ "/style.css", "text/css", .fixed = style },
	{ "/script.js", "text/javascript", .fixed = script },
	{ "/icon.svg", "image/svg+xml", .fixed = icon },
};

static struct page_answer
say(const char *status, const char *text)
{
	return (struct page_answer){ .status = status,
		.type = "text/plain",
		.fields = FIELDS,
		.body = xstrdup(text) };
}

/* RFC 9110 15.6.4, 10.2.3. */
static struct page_answer
busy(void)
{
	struct page_answer a =
	    say("503 Service Unavailable", "asked for too often\n");

	a.fields = FIELDS "Retry-After: 1\r\n";
	return a;
}

static struct page_answer
answer_at(struct kept *kept, const struct page_asked *asked, size_t i)
{
	struct page_answer a = { "200 OK", paths[i].type, FIELDS, NULL,
		paths[i].stays };
	char filter[ASK_FILTER];

	if (paths[i].fixed != NULL) {
		a.body = xstrdup(paths[i].fixed);
		return a;
	}
	ask_filter(asked->query, asked->n_query, filter);
	const char *tables = kept_tables(kept, filter);

	if (tables == NULL)
		return busy();
	a.body = paths[i].body(tables, filter);
	return a;
}

struct page_answer
page_answer(struct kept *kept, const struct page_asked *asked)
{
	if (asked->local && !ask_host_is_plain(asked->host, asked->n_host))
		return say("421 Misdirected Request",
		    "by an address or as localhost only\n");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(paths[i].path, asked->path) == 0)
			return answer_at(kept, asked, i);
	return say("404 Not Found", "the page is at /\n");
}
