/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - lines for the operator on standard error.
 *
 * Text: 2026-01-31T00:00:00.000Z info peer 10.0.0.1: established JSON:
 * {"ts":"…","level":"info","subject":"peer 10.0.0.1","msg":"established"}
 *
 * The subject is what stands before the first ": " of the line. Control
 * characters and bytes that are not UTF-8 are escaped, whoever sent them.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

void log_set_level(enum log_level);
void log_set_json(bool);
bool log_level_parse(const char *text, enum log_level *); /* "info" … */
uint64_t log_count(enum log_level); /* lines so far, also those not written */
uint64_t log_lost(void); /* of these, lines that the writer did not take */

#define LOG_LINE_MOST \
	4096 /* bytes of a line with its end; a longer one is cut */

/*
 * Who takes a line with its end, whole or (false) not at all: what is lost is counted,
 * and said as soon as a line is taken again. NULL: standard error, however long it
 * takes. arg is borrowed.
 */
void
log_set_writer(bool (*write)(void *arg, const char *line, size_t n), void *arg);
/*
 * NULL: standard error. For tests; text is one line without its end, borrowed.
 */
void log_set_sink(void (*sink)(enum log_level, const char *text));

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#endif
