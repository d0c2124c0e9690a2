/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question for each verb of each row, about the account and not about who asks:
 * that takes the right to create SubjectAccessReviews, which administrators have.
 */
#include "cli/doctor_rights.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/findings.h"
#include "cli/inquiry.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/json.h"

#define BGPD "lbbgp-bgpd"
#define ALLOCATOR "lbbgp-allocator"
#define READ "get list watch"
#define OURS "lbbgp.io"

static const struct doctor_right rights[] = {
	{ BGPD, "", "", "nodes", "", READ },
	{ BGPD, "", "", "services", "", READ },
	{ BGPD, "", "", "namespaces", "", READ },
	{ BGPD, "", "discovery.k8s.io", "endpointslices", "", READ },
	{ BGPD, "", "crd.projectcalico.org", "blockaffinities", "", READ },
	{ BGPD, "", "projectcalico.org", "blockaffinities", "", READ },
	{ BGPD, "", "networking.k8s.io", "servicecidrs", "", READ },
	{ BGPD, "", OURS, "bgpconfigurations", "", READ },
	{ BGPD, "", OURS, "bgpfilters", "", READ },
	{ BGPD, "", OURS, "bgpnodestatuses", "", READ " create patch" },
	{ BGPD, "", OURS, "bgppeers", "", READ },
	{ BGPD, "", OURS, "servicegroups", "", READ },
	{ BGPD, "", OURS, "virtualips", "", READ },
	{ BGPD, "", OURS, "bgpconfigurations/status", "", "patch" },
	{ BGPD, "", OURS, "bgpfilters/status", "", "patch" },
	{ BGPD, "", OURS, "bgppeers/status", "", "patch" },
	{ BGPD, "", OURS, "virtualips/status", "", "patch" },
	{ BGPD, "", OURS, "bgpnodestatuses/status", "", "patch" },
	{ BGPD, "", "", "events", "", "create" },
	{ BGPD, INSTANCE_NAMESPACE, "", "secrets", "", READ },
	{ BGPD, INSTANCE_NAMESPACE, "apps", "daemonsets", BGPD, READ },
	{ ALLOCATOR, "", "", "namespaces", "", READ },
	{ ALLOCATOR, "", "", "nodes", "", READ },
	{ ALLOCATOR, "", "", "services", "", READ },
	{ ALLOCATOR, "", "", "services/status", "", "patch" },
	{ ALLOCATOR, "", "discovery.k8s.io", "endpointslices", "", READ },
	{ ALLOCATOR, "", OURS, "bgpconfigurations", "", READ },
	{ ALLOCATOR, "", OURS, "bgpnodestatuses", "", READ },
	{ ALLOCATOR, "", OURS, "bgppeers", "", READ },
	{ ALLOCATOR, "", OURS, "servicegroups", "", READ },
	{ ALLOCATOR, "", OURS, "virtualips", "", READ },
	{ ALLOCATOR, "", OURS, "bgpnodestatuses/status", "", "patch" },
	{ ALLOCATOR, "", OURS, "bgppeers/status", "", "patch" },
	{ ALLOCATOR, "", OURS, "servicegroups/status", "", "patch" },
	{ ALLOCATOR, "", "", "events", "", "create" },
	{ ALLOCATOR, INSTANCE_NAMESPACE, "coordination.k8s.io", "leases",
	    ALLOCATOR, READ " patch" },
	{ ALLOCATOR, INSTANCE_NAMESPACE, "coordination.k8s.io", "leases", "",
	    "create" },
	{ ALLOCATOR, "default", "discovery.k8s.io", "endpointslices",
	    "kubernetes", READ },
};

#define RIGHTS (sizeof(rights) / sizeof(rights[0]))

const struct doctor_right *
doctor_rights_all(size_t *n)
{
	*n = RIGHTS;
	return rights;
}

struct verb { /* one right, and one verb of it */
	const struct doctor_right *right;
	const struct instance *of;
	char word[16];
};

static const char *
ns_of(const struct verb *v)
{
	bool ours = strcmp(v->right->ns, INSTANCE_NAMESPACE) == 0;

	return ours ? v->of->ns : v->right->ns;
}

/* The next verb of the text; false: there is none. */
static bool
verb_next(const char **verbs, char word[16])
{
	size_t n = strcspn(*verbs, " ");

	if (n == 0)
		return false;
	snprintf(word, 16, "%.*s", (int)n, *verbs);
	*verbs += n + ((*verbs)[n] == ' ');
	return true;
}

/* "list services", "create leases.coordination.k8s.io in lbbgp-system"; owned. */
static char *
verb_text(const struct verb *v)
{
	const struct doctor_right *r = v->right;

	return xasprintf("%s %s%s%s%s%s%s%s", v->word, r->resource,
	    r->group[0] != '\0' ? "." : "", r->group,
	    r->name[0] != '\0' ? " " : "", r->name,
	    r->ns[0] != '\0' ? " in " : "", ns_of(v));
}

static char *
verb_key(const struct verb *v)
{
	char *text = verb_text(v);
	char *key = xasprintf("%s %s", v->right->account, text);

	free(text);
	return key;
}

static json_t *
review(const struct verb *v)
{
	const struct doctor_right *r = v->right;
	const char *slash = strchr(r->resource, '/');
	size_t n = strcspn(r->resource, "/");

	return json_pack(
	    "{s:s, s:s, s:{s:o, s:[s,o,s], s:{s:s, s:s, s:s, s:s%, s:s, s:s}}}",
	    "apiVersion", "authorization.k8s.io/v1", "kind",
	    "SubjectAccessReview", "spec", "user",
	    json_sprintf("system:serviceaccount:%s:%s", v->of->ns, r->account),
	    "groups", "system:serviceaccounts",
	    json_sprintf("system:serviceaccounts:%s", v->of->ns),
	    "system:authenticated", "resourceAttributes", "namespace", ns_of(v),
	    "verb", v->word, "group", r->group, "resource", r->resource, n,
	    "subresource", slash != NULL ? slash + 1 : "", "name", r->name);
}

void
doctor_rights_ask(struct inquiry *questions, const struct instance *of)
{
	for (size_t i = 0; i < RIGHTS; i++) {
		struct verb v = { .right = &rights[i], .of = of };
		const char *verbs = rights[i].verbs;

		while (verb_next(&verbs, v.word)) {
			char *key = verb_key(&v);

			inquiry_add(questions, key,
			    "/apis/authorization.k8s.io/v1/"
			    "subjectaccessreviews",
			    review(&v));
			free(key);
		}
	}
}

#define NAMED 3 /* rights; the others are counted */

struct account { /* of one account */
	const char *account;
	char *lacking; /* owned; the first of them, or NULL */
	size_t lack, have, unseen;
	char *why; /* owned; of one that is unseen */
};

static void
lack_add(struct account *t, const struct verb *v)
{
	char *text = verb_text(v), *before = t->lacking;

	if (t->lack++ < NAMED) {
		t->lacking = before == NULL ? xstrdup(text)
					    : xasprintf("%s, %s", before, text);
		free(before);
	}
	free(text);
}

static void
verb_count(
    const struct json_at *request, const struct verb *v, struct account *t)
{
	struct api_answer a;
	char *key = verb_key(v);

	inquiry_answer(request, key, &a);
	free(key);
	const json_t *allowed =
	    json_object_get(json_object_get(a.body, "status"), "allowed");

	if (json_is_true(allowed)) {
		t->have++;
	} else if (json_is_false(allowed)) {
		lack_add(t, v);
	} else {
		free(t->why);
		t->why = xstrdup(a.error);
		t->unseen++;
	}
}

static void
account_look(
    const struct json_at *request, const char *account, struct findings *f)
{
	struct account t = { .account = account };
	char more[32] = "";

	for (size_t i = 0; i < RIGHTS; i++) {
		struct verb v = { .right = &rights[i], .of = findings_of(f) };
		const char *verbs = rights[i].verbs;

		while (strcmp(rights[i].account, account) == 0 &&
		    verb_next(&verbs, v.word))
			verb_count(request, &v, &t);
	}
	if (t.lack > NAMED)
		snprintf(more, sizeof(more), " and %zu more", t.lack - NAMED);
	if (t.lack > 0)
		findings_add(f, "rights", DOCTOR_BAD,
		    "kubectl apply --kustomize manifests, or the chart again",
		    "%s may not %s%s", account, t.lacking, more);
	if (t.unseen > 0)
		findings_add(
		    f, "rights", DOCTOR_UNSEEN, NULL, "%s: %s", account, t.why);
	if (t.lack + t.unseen == 0)
		findings_add(f, "rights", DOCTOR_GOOD, NULL, "%s has all %zu",
		    account, t.have);
	free(t.lacking);
	free(t.why);
}

/* Where the daemons are no pods of ours, they read by some other account. */
void
doctor_rights(const struct json_at *request, struct findings *f)
{
	struct api_answer a;

	inquiry_answer(request, "rollout", &a);
	if (a.http == 404) {
		findings_add(f, "rights", DOCTOR_UNSEEN, NULL,
		    "without a DaemonSet it is not known by which account the "
		    "daemons read");
		return;
	}
	account_look(request, BGPD, f);
	account_look(request, ALLOCATOR, f);
}
