/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token is known by its digest alone, so that none lies about in memory once it has
 * been asked about. Each has a slot of a table of fixed size: while the API server is
 * asked about it, and then for as long as its answer holds. All that come with the same
 * token meanwhile share the one question.
 *
 * Whoever reaches the port can show tokens, a new one each time. That may cost the API
 * server, the table and those who are let in only so much: of strangers, whose tokens
 * were never granted, so many are asked about at a time and in a second, and fewer from
 * one address, so that he does not lock out who comes from another one with a token
 * that is new and good. A stranger's slot is the first that is given away, those of
 * tokens that were granted the last; and places are kept for these, so that who was let
 * in before is asked about again in time.
 *
 * What could not be asked is not granted, whatever was known before, and is asked anew
 * with the next request.
 */
#include "common/kube/review.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/quota.h"
#include "common/source/source.h"

#define SLOTS 64
#define SECOND 1000 /* ms */
#define TOKEN_REVIEWS "/apis/authentication.k8s.io/v1/tokenreviews"
#define ACCESS_REVIEWS "/apis/authorization.k8s.io/v1/subjectaccessreviews"
#define PATH "/metrics"
#define START 8      /* characters that tell a token from all that is written */
#define USER_MAX 200 /* bytes of a name that are told */

struct slot {
	uint8_t digest[SHA256_DIGEST_LENGTH];
	unsigned ticket;    /* 0: nothing is asked */
	struct prefix from; /* then who waits as a stranger comes from there */
	bool used, about_access;
	bool known; /* was granted, the last time that there was an answer */
	enum permit permit; /* the answer, until then */
	uint64_t until;
	char user[USER_MAX + 1]; /* whose it is */
	/* How the token begins while the API server is asked about it, or "". */
	char start[START + 1];
};

struct reviews {
	const struct review_ops *ops;
	void *arg;
	struct slot slots[SLOTS];
	unsigned tickets;       /* given so far */
	struct quota strangers; /* that are asked about, in this second */
	uint64_t second_at;     /* when it began */
	bool ill;               /* told */
};

struct reviews *
reviews_new(const struct review_ops *ops, void *arg)
{
	struct reviews *r = xcalloc(1, sizeof(*r));

	r->ops = ops;
	r->arg = arg;
	r->strangers.all = REVIEW_SECOND_MAX;
	r->strangers.each = REVIEW_SECOND_EACH;
	return r;
}

void
reviews_free(struct reviews *r)
{
	free(r);
}

/* ---- slots ---- */

static struct slot *
slot_find(struct reviews *r, const uint8_t *digest)
{
	struct slot *found = NULL;

	for (size_t i = 0; i < SLOTS; i++)
		if (r->slots[i].used &&
		    CRYPTO_memcmp(
			r->slots[i].digest, digest, SHA256_DIGEST_LENGTH) == 0)
			found = &r->slots[i];
	return found;
}

/* How dear it is; 0: it costs nobody anything. */
static unsigned
slot_worth(const struct slot *s, uint64_t now)
{
	if (!s->used)
		return 0;
	if (s->ticket != 0)
		return 5;
	return (s->known ? 3u : 1u) + (now < s->until);
}

/* Among equals the one that holds for the shortest time. */
static struct slot *
slot_take(struct reviews *r, const uint8_t *digest, uint64_t now)
{
	struct slot *worst = &r->slots[0];

	for (size_t i = 1; i < SLOTS; i++) {
		struct slot *s = &r->slots[i];
		unsigned a = slot_worth(s, now), b = slot_worth(worst, now);

		if (a < b || (a == b && s->until < worst->until))
			worst = s;
	}
	*worst = (struct slot){ .used = true };
	memcpy(worst->digest, digest, sizeof(worst->digest));
	return worst;
}

static unsigned
pending(const struct reviews *r)
{
	unsigned n = 0;

	for (size_t i = 0; i < SLOTS; i++)
		n += r->slots[i].ticket != 0;
	return n;
}

/* from NULL: wherever they come from. */
static unsigned
pending_strangers(const struct reviews *r, const struct prefix *from)
{
	unsigned n = 0;

	for (size_t i = 0; i < SLOTS; i++)
		n += r->slots[i].ticket != 0 && !r->slots[i].known &&
		    (from == NULL || prefix_eq(&r->slots[i].from, from));
	return n;
}

/* ---- what is told ---- */

/* In words for who asked; false. */
static bool
explain(const struct slot *s, enum permit permit, struct err *why)
{
	if (permit == PERMIT_UNKNOWN)
		return err_set(why,
		    "this bearer token is nobody's in this cluster, or "
		    "it has expired");
	if (permit == PERMIT_FORBIDDEN)
		return err_set(why,
		    "%s may not get " PATH
		    ": a ClusterRole with nonResourceURLs "
		    "[" PATH "] and verbs [get] is wanted",
		    s->user);
	return err_set(why,
	    "the API server could not be asked who may get " PATH
	    ": see the log of this program");
}

/*
 * Told once, until an answer comes again. Should the API server, or who stands before
 * it, repeat the token, its words end there: more eyes read the log than may have it.
 */
static void
fell_ill(struct reviews *r, const struct slot *s, const char *why)
{
	const char *what =
	    s->about_access ? "a SubjectAccessReview" : "a TokenReview";
	const char *end = s->start[0] != '\0' ? strstr(why, s->start) : NULL;
	size_t n = end != NULL ? (size_t)(end - why) : strlen(why);

	if (!r->ill)
		log_warn("metrics by HTTPS: %s: %.*s%s; nobody is let in", what,
		    (int)n, why, end != NULL ? "(the token)" : "");
	r->ill = true;
}

static void
decide(struct reviews *r, struct slot *s, enum permit permit, uint64_t now)
{
	unsigned ticket = s->ticket;
	struct err why = { "" };

	s->ticket = 0;
	s->start[0] = '\0';
	s->permit = permit;
	s->until = now;
	if (permit != PERMIT_UNCERTAIN) {
		if (r->ill)
			log_info(
			    "metrics by HTTPS: the API server answers again");
		r->ill = false;
		s->known = permit == PERMIT_GRANTED;
		s->until += s->known ? REVIEW_GRANTED_MS : REVIEW_DENIED_MS;
	}
	if (permit != PERMIT_GRANTED)
		explain(s, permit, &why);
	r->ops->decided(r->arg, ticket, permit, &why);
}

/* ---- what is asked ---- */

/* Takes the spec. */
static bool
send(struct reviews *r, struct slot *s, json_t *spec)
{
	const char *api = s->about_access ? "authorization.k8s.io/v1"
					  : "authentication.k8s.io/v1";
	json_t *review = json_pack("{s:s, s:s, s:o}", "apiVersion", api, "kind",
	    s->about_access ? "SubjectAccessReview" : "TokenReview", "spec",
	    spec);
	char *body = json_dumps(review, JSON_COMPACT);
	bool sent = r->ops->ask(r->arg, s->ticket,
	    s->about_access ? ACCESS_REVIEWS : TOKEN_REVIEWS, body);

	free(body);
	json_decref(review);
	return sent;
}

/* May somebody be asked about who was never granted anything? Counts him. */
static bool
stranger_may_come(struct reviews *r, const struct addr *from, uint64_t now)
{
	const struct prefix of = quota_of(from);

	if (now - r->second_at >= SECOND) {
		quota_renew(&r->strangers);
		r->second_at = now;
	}
	return pending_strangers(r, NULL) < REVIEW_STRANGERS_MAX &&
	    pending_strangers(r, &of) < REVIEW_STRANGERS_EACH &&
	    quota_take(&r->strangers, from);
}

static bool
may_ask(struct reviews *r, const struct slot *s, const struct addr *from,
    uint64_t now)
{
	return pending(r) < REVIEW_PENDING_MAX &&
	    ((s != NULL && s->known) || stranger_may_come(r, from, now));
}

/* PERMIT_WAITS, or why not. */
static enum permit
slot_ask(
    struct reviews *r, struct slot *s, const struct bearer *b, struct err *why)
{
	if (++r->tickets == 0)
		r->tickets = 1;
	s->ticket = r->tickets;
	s->about_access = false;
	s->from = quota_of(&b->from);
	if (b->n >= START)
		memcpy(s->start, b->token, START);
	if (send(r, s, json_pack("{s:s%}", "token", b->token, b->n)))
		return PERMIT_WAITS;
	s->ticket = 0;
	s->start[0] = '\0';
	explain(s, PERMIT_UNCERTAIN, why);
	return PERMIT_UNCERTAIN;
}

/* What holds, PERMIT_WAITS when it is asked already. False: nothing is known. */
static bool
slot_says(
    const struct slot *s, uint64_t now, enum permit *permit, struct err *why)
{
	if (s == NULL || (s->ticket == 0 && now >= s->until))
		return false;
	*permit = s->ticket != 0 ? PERMIT_WAITS : s->permit;
	if (*permit == PERMIT_UNKNOWN || *permit == PERMIT_FORBIDDEN)
		explain(s, *permit, why);
	return true;
}

enum permit
reviews_ask(struct reviews *r, const struct bearer *b, uint64_t now,
    unsigned *ticket, struct err *why)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	enum permit permit;

	if (b->token == NULL) {
		err_set(why, "a bearer token of the cluster is wanted");
		return PERMIT_UNKNOWN;
	}
	SHA256((const unsigned char *)b->token, b->n, digest);
	struct slot *s = slot_find(r, digest);

	if (!slot_says(s, now, &permit, why)) {
		if (!may_ask(r, s, &b->from, now)) {
			err_set(why,
			    "too many tokens that are not known are "
			    "shown; again in a second");
			return PERMIT_UNCERTAIN;
		}
		if (s == NULL)
			s = slot_take(r, digest, now);
		permit = slot_ask(r, s, b, why);
	}
	*ticket = s->ticket;
	return permit;
}

/* ---- what is answered ---- */

/* Whom that is about, asked about the path; owned. NULL: that names nobody. */
static json_t *
access_spec(const json_t *user)
{
	const char *name = json_string_value(json_object_get(user, "username"));
	json_t *spec;

	if (name == NULL || name[0] == '\0')
		return NULL;
	spec = json_pack("{s:s, s:{s:s, s:s}}", "user", name,
	    "nonResourceAttributes", "path", PATH, "verb", "get");
	json_object_set(spec, "uid", json_object_get(user, "uid"));
	json_object_set(spec, "groups", json_object_get(user, "groups"));
	json_object_set(spec, "extra", json_object_get(user, "extra"));
	return spec;
}

static void
on_token(struct reviews *r, struct slot *s, const json_t *status, uint64_t now)
{
	const json_t *user = json_object_get(status, "user");
	json_t *spec = json_is_true(json_object_get(status, "authenticated"))
	    ? access_spec(user)
	    : NULL;

	if (spec == NULL) {
		decide(r, s, PERMIT_UNKNOWN, now);
		return;
	}
	snprintf(s->user, sizeof(s->user), "%s",
	    json_string_value(json_object_get(user, "username")));
	s->about_access = true;
	if (!send(r, s, spec))
		decide(r, s, PERMIT_UNCERTAIN, now);
}

static void
on_access(struct reviews *r, struct slot *s, const json_t *status, uint64_t now)
{
	bool granted = json_is_true(json_object_get(status, "allowed")) &&
	    !json_is_true(json_object_get(status, "denied"));

	decide(r, s, granted ? PERMIT_GRANTED : PERMIT_FORBIDDEN, now);
}

/* Its status, borrowed from *obj, which is owned. NULL: why there is none. */
static const json_t *
reply_read(const struct source_reply *reply, json_t **obj, struct err *why)
{
	*obj = NULL;
	if (reply->why != NULL) {
		err_set(why, "%.400s", reply->why);
		return NULL;
	}
	*obj = json_loadb(reply->body, reply->n, 0, NULL);
	const json_t *status = json_object_get(*obj, "status");

	if (!json_is_object(status))
		err_set(why, "the answer is no review");
	return json_is_object(status) ? status : NULL;
}

void
reviews_answer(struct reviews *r, unsigned ticket,
    const struct source_reply *reply, uint64_t now)
{
	struct err why;
	json_t *obj;

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &r->slots[i];

		if (ticket == 0 || s->ticket != ticket)
			continue;
		const json_t *status = reply_read(reply, &obj, &why);

		if (status == NULL) {
			fell_ill(r, s, why.text);
			decide(r, s, PERMIT_UNCERTAIN, now);
		} else if (s->about_access) {
			on_access(r, s, status, now);
		} else {
			on_token(r, s, status, now);
		}
		json_decref(obj);
		return;
	}
}
