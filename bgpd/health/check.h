/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - what the answers to one question that is asked again and again come to, and
 * what several of these come to together.
 *
 * So many bad answers in a row make a failure, and so many good ones end it. At the
 * start one good answer is enough, so that a restart costs no more than it has to.
 */
#ifndef BGPD_HEALTH_CHECK_H
#define BGPD_HEALTH_CHECK_H

#include <stdbool.h>
#include <stddef.h>

enum check_state {
	CHECK_UNKNOWN, /* no good answer yet, and too few bad ones */
	CHECK_UP,
	CHECK_DOWN,
};

struct check {
	unsigned rise, fall; /* at least 1 */
	enum check_state state;
	unsigned row;   /* answers of one kind that have come in a row */
	bool last_good; /* of which kind */
};

void check_init(struct check *, unsigned rise, unsigned fall);
/* What is known stays; it takes another number of answers from now on. */
void check_set_terms(struct check *, unsigned rise, unsigned fall);
/* True: its state is another now. */
bool check_answer(struct check *, bool good);

/*
 * Of n states together: all have to be UP, or with `any` one. UNKNOWN: it depends on
 * those that are. Of none: UP.
 */
enum check_state checks_state(const enum check_state *, size_t n, bool any);
#endif
