/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/ao_spec.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static uint8_t
id_of(const json_t *key, const char *name)
{
	return (uint8_t)json_integer_value(json_object_get(key, name));
}

/* Without recvID it is the same as the other. */
static uint8_t
recv_id_of(const json_t *key)
{
	bool has = json_object_get(key, "recvID") != NULL;

	return id_of(key, has ? "recvID" : "keyID");
}

static bool
ids_hold(const json_t *self)
{
	for (size_t i = 0; i < json_array_size(self); i++)
		for (size_t j = 0; j < i; j++) {
			const json_t *a = json_array_get(self, i);
			const json_t *b = json_array_get(self, j);

			if (id_of(a, "keyID") == id_of(b, "keyID") ||
			    recv_id_of(a) == recv_id_of(b))
				return false;
		}
	return true;
}

static const struct field_rule rule_ids = {
	"self.all(k, self.filter(o, o.keyID == k.keyID).size() == 1) && "
	"self.all(k, self.filter(o, (has(o.recvID) ? o.recvID : o.keyID) == "
	"(has(k.recvID) ? k.recvID : k.keyID)).size() == 1)",
	"two keys have the same keyID, or the same recvID",
	ids_hold,
};

static const struct field_rule rule_mesh_ids = {
	"self.all(k, self.filter(o, o.keyID == k.keyID).size() == 1)",
	"two keys have the same keyID",
	ids_hold,
};

const struct field_rule *const ao_spec_rules[] = { &rule_ids, NULL };
const struct field_rule *const ao_spec_mesh_rules[] = { &rule_mesh_ids, NULL };

const char *const ao_spec_algorithms[] = {
	[AO_HMAC_SHA_1_96] = "HMAC-SHA-1-96",
	[AO_AES_128_CMAC_96] = "AES-128-CMAC-96",
	NULL,
};

static enum ao_algorithm
algorithm_of(const json_t *key)
{
	const char *word = json_string_value(json_object_get(key, "algorithm"));

	return strcmp(word, ao_spec_algorithms[AO_HMAC_SHA_1_96]) == 0
	    ? AO_HMAC_SHA_1_96
	    : AO_AES_128_CMAC_96;
}

void
ao_spec_init(struct ao_spec *spec, const json_t *ao)
{
	const json_t *keys = json_object_get(ao, "keys");

	*spec = (struct ao_spec){ NULL, json_array_size(keys) };
	if (spec->n > 0)
		spec->at = xcalloc(spec->n, sizeof(spec->at[0]));
	for (size_t i = 0; i < spec->n; i++) {
		const json_t *key = json_array_get(keys, i);

		spec->at[i] = (struct ao_spec_key){
			.send_id = id_of(key, "keyID"),
			.recv_id = recv_id_of(key),
			.algorithm = algorithm_of(key),
			.secret_key = xstrdup(json_string_value(
			    json_object_get(key, "secretKey"))),
		};
	}
}

void
ao_spec_fini(struct ao_spec *spec)
{
	for (size_t i = 0; i < spec->n; i++)
		free(spec->at[i].secret_key);
	free(spec->at);
	*spec = (struct ao_spec){ NULL, 0 };
}
