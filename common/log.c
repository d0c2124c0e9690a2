/* SPDX-License-Identifier: Apache-2.0 */
#include "common/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/utf8.h"

#define LOG_LINE 2048 /* a longer message is cut */
#define LINE_END 3    /* bytes: the end of a JSON line */

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

#define LEVELS (sizeof(level_names) / sizeof(level_names[0]))

static enum log_level threshold = LOG_LEVEL_INFO;
static bool as_json;
static void (*to_sink)(enum log_level, const char *text);
static bool (*to_writer)(void *arg, const char *line, size_t n);
static void *writer_arg;
static uint64_t counts[LEVELS];
static uint64_t lost, lost_told;

struct line {
	char text[LOG_LINE_MOST + 1];
	size_t len;
};

void
log_set_level(enum log_level level)
{
	threshold = level;
}

void
log_set_json(bool json)
{
	as_json = json;
}

void
log_set_sink(void (*sink)(enum log_level, const char *text))
{
	to_sink = sink;
}

void
log_set_writer(bool (*write)(void *arg, const char *line, size_t n), void *arg)
{
	to_writer = write;
	writer_arg = arg;
}

bool
log_level_parse(const char *text, enum log_level *level)
{
	for (size_t i = 0; i < LEVELS; i++)
		if (strcmp(text, level_names[i]) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	return false;
}

uint64_t
log_count(enum log_level level)
{
	return counts[level];
}

uint64_t
log_lost(void)
{
	return lost;
}

/* What does not fit is left out, so that the end of the line always does. */
static void
line_add(struct line *l, const char *text, size_t n)
{
	if (l->len + n > LOG_LINE_MOST - LINE_END)
		return;
	memcpy(l->text + l->len, text, n);
	l->len += n;
	l->text[l->len] = '\0';
}

static void
line_puts(struct line *l, const char *text)
{
	line_add(l, text, strlen(text));
}

/* Bytes of the printable character at s, 0 if there is none. */
static size_t
printable(const char *s)
{
	uint32_t c;
	size_t n = utf8_read(s, &c);

	return utf8_is_plain(c) ? n : 0;
}

/* Whatever a peer or an object put into it, it stays one line of clean text. */
static void
line_escape(struct line *l, const char *text, const char *end, bool json)
{
	char hex[8];

	while (text < end) {
		size_t n = printable(text);

		if (n == 0) {
			snprintf(hex, sizeof(hex),
			    json ? "\\\\x%02x" : "\\x%02x",
			    (unsigned char)*text);
			line_puts(l, hex);
			text++;
			continue;
		}
		if (json && (*text == '"' || *text == '\\'))
			line_add(l, "\\", 1);
		line_add(l, text, n);
		text += n;
	}
}

static void
line_stamp(struct line *l)
{
	struct timespec now;
	struct tm tm;
	char text[40];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(
	    text + n, sizeof(text) - n, ".%03dZ", (int)(now.tv_nsec / 1000000));
	line_puts(l, text);
}

static void
line_text(struct line *l, enum log_level level, const char *msg)
{
	line_stamp(l);
	line_puts(l, " ");
	line_puts(l, level_names[level]);
	line_puts(l, " ");
	line_escape(l, msg, msg + strlen(msg), false);
}

static void
line_json(struct line *l, enum log_level level, const char *msg)
{
	const char *colon = strstr(msg, ": ");

	line_puts(l, "{\"ts\":\"");
	line_stamp(l);
	line_puts(l, "\",\"level\":\"");
	line_puts(l, level_names[level]);
	line_puts(l, "\",\"subject\":\"");
	if (colon != NULL) {
		line_escape(l, msg, colon, true);
		msg = colon + 2;
	}
	line_puts(l, "\",\"msg\":\"");
	line_escape(l, msg, msg + strlen(msg), true);
	memcpy(l->text + l->len, "\"}", 2);
	l->len += 2;
}

static bool
line_write(enum log_level level, const char *msg)
{
	struct line line = { .len = 0 };

	if (as_json)
		line_json(&line, level, msg);
	else
		line_text(&line, level, msg);
	line.text[line.len++] = '\n';
	if (to_writer != NULL)
		return to_writer(writer_arg, line.text, line.len);
	fwrite(line.text, 1, line.len, stderr);
	return true;
}

/* Lines that nobody took come before the next one, as a number. */
static bool
tell_lost(void)
{
	char msg[80];

	if (lost == lost_told)
		return true;
	snprintf(msg, sizeof(msg),
	    "log: %llu lines are lost, nobody has read standard error",
	    (unsigned long long)(lost - lost_told));
	if (!line_write(LOG_LEVEL_WARN, msg))
		return false;
	lost_told = lost;
	return true;
}

static void
log_line(enum log_level level, const char *fmt, va_list ap)
{
	char msg[LOG_LINE];

	counts[level]++;
	if (level > threshold)
		return;
	vsnprintf(msg, sizeof(msg), fmt, ap);
	if (to_sink != NULL) {
		struct line line = { .len = 0 };

		line_escape(&line, msg, msg + strlen(msg), false);
		to_sink(level, line.text);
		return;
	}
	if (!tell_lost() || !line_write(level, msg))
		lost++;
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_ERROR, fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_WARN, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_INFO, fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_DEBUG, fmt, ap);
	va_end(ap);
}
