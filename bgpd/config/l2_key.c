/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/l2_key.h"

#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/secret.h"
#include "common/source/store.h"

#define SHORT 16 /* bytes; who hears a hello may try all that are shorter */

struct reference { /* to a value of a Secret */
	const char *ns;
	const char *name, *key;
	const char *field[2]; /* that hold them, for a message; else "" */
};

static struct reference
reference(const char *ns, const struct bgp_configuration *config)
{
	if (config == NULL || config->l2.secret_name == NULL)
		return (struct reference){ ns, "lbbgp-l2", "key", { "", "" } };
	return (struct reference){
		ns, config->l2.secret_name, config->l2.secret_key,
		{ "spec.l2.secretKeyRef.name: ", "spec.l2.secretKeyRef.key: " }
	};
}

const char *
l2_key_secret(const struct bgp_configuration *config)
{
	return reference(NULL, config).name;
}

static struct l2_key
value_choose(const struct reference *r, const struct secret *secret)
{
	const struct secret_value *v = secret_get(secret, r->key);
	struct l2_key k = { .state = L2_KEY_MISSING };

	if (v == NULL) {
		err_set(&k.why, "%sSecret %s in namespace %s has no key %s",
		    r->field[1], r->name, r->ns, r->key);
		return k;
	}
	if (v->length == 0) {
		err_set(&k.why, "%sthe value of %s in Secret %s is empty",
		    r->field[1], r->key, r->name);
		return k;
	}
	k.state = L2_KEY_GOOD;
	k.value = v;
	if (v->length < SHORT)
		err_set(&k.doubt,
		    "%sthe value of %s in Secret %s is shorter than %d bytes, "
		    "so who listens on a link may guess it",
		    r->field[1], r->key, r->name, SHORT);
	return k;
}

struct l2_key
l2_key_choose(const struct bgp_configuration *config, const char *ns,
    const struct secret *secret, bool unreadable)
{
	struct reference r = reference(ns, config);
	struct l2_key k = { .state = L2_KEY_MISSING };

	if (secret != NULL)
		return value_choose(&r, secret);
	if (unreadable)
		err_set(&k.why, "%sSecret %s in namespace %s can not be read",
		    r.field[0], r.name, ns);
	else if (r.field[0][0] != '\0')
		err_set(&k.why, "%sthere is no Secret %s in namespace %s",
		    r.field[0], r.name, ns);
	else
		k.state = L2_KEY_NONE;
	return k;
}

struct search { /* for a Secret that can't be read */
	const char *name;
	bool found;
};

static void
search_each(void *arg, const struct object_key *key, const struct err *why)
{
	struct search *s = arg;

	(void)why;
	s->found |= strcmp(key->name, s->name) == 0;
}

struct l2_key
l2_key_find(const struct bgp_configuration *config, const struct store *store,
    size_t kind)
{
	struct object_key key = { store_namespace(store, kind),
		l2_key_secret(config) };
	struct search s = { key.name, false };

	store_each_refused(store, kind, search_each, &s);
	return l2_key_choose(
	    config, key.ns, store_get(store, kind, &key), s.found);
}
