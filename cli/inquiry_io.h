/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry_io - asks an API server what inquiry.h has put together.
 */
#ifndef CLI_INQUIRY_IO_H
#define CLI_INQUIRY_IO_H

#include <stdbool.h>

struct err;
struct inquiry;
struct source_options;

/*
 * Each question has its answer then, be it that none came. False and err: the way to
 * the server is not known.
 */
bool inquiry_carry_out(
    const struct source_options *, struct inquiry *, struct err *);
#endif
