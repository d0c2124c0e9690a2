/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_text - words from a peer made safe to show (doc/bgp.md rows 44 and 55).
 */
#ifndef BGPD_PEER_TEXT_H
#define BGPD_PEER_TEXT_H

#include <stddef.h>

#include "bgpd/wire/buf.h"

/*
 * Writes what is UTF-8 and not a control character, '?' for each other byte;
 * cut at a character to size, which counts the NUL. Returns to.
 */
char *peer_text(char *to, size_t size, struct rbuf from);
#endif
