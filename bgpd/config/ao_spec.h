/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ao_spec - TCP-AO keys (RFC 5925) as a resource names them: values are in a Secret.
 */
#ifndef BGPD_CONFIG_AO_SPEC_H
#define BGPD_CONFIG_AO_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include "bgpd/session/ao.h"
#include "common/api/fields.h"
#include "common/api/rows.h"

struct ao_spec_key {
	uint8_t send_id, recv_id;
	enum ao_algorithm algorithm;
	char *secret_key; /* owned; in the Secret */
};

struct ao_spec {
	struct ao_spec_key *at; /* owned; 1 … AO_KEYS_MOST, or NULL */
	size_t n;               /* 0: no TCP-AO */
};

/* Of an object with these rows, or of NULL: no keys. */
void ao_spec_init(struct ao_spec *, const json_t *);
void ao_spec_fini(struct ao_spec *);

extern const struct field_rule *const ao_spec_rules[];
extern const struct field_rule *const ao_spec_mesh_rules[];
extern const char *const ao_spec_algorithms[];

/* clang-format off */
#define AO_SPEC_ROWS(path, what) \
	AO_SPEC_OWN_ROWS(path, what, ao_spec_rules, \
	    "Its number in what the node sends, and in what the peer sends, too, " \
	    "without recvID."), \
	{ path ".keys[].recvID", FIELD_INT, .max = 255, \
	  .text = "Its number in what the peer sends. Without it: keyID." }

/* Where both ends have the same keys a key has one number. */
#define AO_SPEC_MESH_ROWS(path, what) \
	AO_SPEC_OWN_ROWS(path, what, ao_spec_mesh_rules, "Its number.")

#define AO_SPEC_OWN_ROWS(path, what, key_rules, of_id) \
	{ path, .type = FIELD_OBJECT, .text = what }, \
	{ path ".secretName", FIELD_STRING, FIELD_REQUIRED, \
	  .min = 1, .max = NAME_MAX_CHARS, \
	  .text = "Name of a Secret in the namespace of the daemons, which has " \
		  "them all." }, \
	{ path ".keys", FIELD_LIST, FIELD_REQUIRED, .rules = key_rules, \
	  .min = 1, .max = AO_KEYS_MOST, \
	  .text = "The keys. The first is the one that the peer is asked to send " \
		  "with; the node sends with the one that the peer asks for." }, \
	{ path ".keys[]", FIELD_OBJECT, .text = "A key." }, \
	{ path ".keys[].keyID", FIELD_INT, FIELD_REQUIRED, .max = 255, \
	  .text = of_id }, \
	{ path ".keys[].algorithm", FIELD_STRING, .one_of = ao_spec_algorithms, \
	  .initial = "\"HMAC-SHA-1-96\"", \
	  .text = "How it is used (RFC 5926)." }, \
	{ path ".keys[].secretKey", FIELD_STRING, FIELD_REQUIRED, \
	  .min = 1, .max = NAME_MAX_CHARS, \
	  .text = "Key in the Secret, whose value is from 1 to 80 bytes." }
/* clang-format on */
#endif
