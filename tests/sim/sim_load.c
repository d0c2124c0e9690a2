/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_load.h"

#include <stdio.h>
#include <stdlib.h>

#include "bgpd/wire/buf.h"
#include "bgpd/wire/msg.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define FIRST 0x0b000000u /* 11.0.0.0 */

uint32_t
sim_say_routes(struct fake_peer *p, uint32_t nth, uint32_t end)
{
	static const uint8_t attrs[] = { 0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0,
		0xfd, 0xea, 0x40, 3, 4, 192, 0, 2, 2 };
	uint8_t room[MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));
	uint32_t n = 0;

	for (unsigned i = 0; i < 16; i++)
		wbuf_u8(&w, 0xff);
	wbuf_u16(&w, 0); /* the length, below */
	wbuf_u8(&w, MSG_UPDATE);
	wbuf_u16(&w, 0);
	wbuf_u16(&w, sizeof(attrs));
	wbuf_bytes(&w, attrs, sizeof(attrs));
	for (; nth + n < end && w.len + 5 <= sizeof(room); n++) {
		wbuf_u8(&w, 32);
		wbuf_u32(&w, FIRST + nth + n);
	}
	room[16] = (uint8_t)(w.len >> 8);
	room[17] = (uint8_t)w.len;
	assert_int_equal(conn_input(p->at->conn, room, w.len, p->now), w.len);
	return n;
}

void
sim_put_bulk(struct sim *s, uint32_t nth, uint32_t n)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	fprintf(to,
	    "apiVersion: v1\nkind: Service\n"
	    "metadata: {name: bulk-%u, namespace: web}\n"
	    "spec: {externalTrafficPolicy: Local, externalIPs: [",
	    nth);
	for (uint32_t i = nth; i < nth + n; i++)
		fprintf(to, "11.%u.%u.%u,", i >> 16, i >> 8 & 0xff, i & 0xff);
	fprintf(to, "]}\n");
	assert_int_equal(fclose(to), 0);
	sim_put(s, text);
	free(text);
}
