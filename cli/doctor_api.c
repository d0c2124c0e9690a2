/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor_api.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/virtual_ip.h"
#include "cli/doctor_conditions.h"
#include "cli/findings.h"
#include "cli/inquiry.h"
#include "common/alloc.h"
#include "common/api/fields.h"
#include "common/api/instance.h"
#include "common/api/service_group.h"
#include "common/date.h"
#include "common/json.h"

static const struct {
	const char *key, *path;
	const char *in_ours; /* behind it and our namespace, or NULL */
} questions[] = {
	{ "server", "/version", NULL },
	{ "schemas", "/openapi/v3/apis/lbbgp.io/v1", NULL },
	{ "rollout", "/apis/apps/v1", "/daemonsets/lbbgp-bgpd" },
	{ "allocator", "/apis/coordination.k8s.io/v1",
	    "/leases/lbbgp-allocator" },
};

void
doctor_api_ask(struct inquiry *to, const struct instance *of)
{
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		const char *in_ours = questions[i].in_ours;
		char *path = in_ours != NULL
		    ? xasprintf("%s/namespaces/%s%s", questions[i].path, of->ns,
			  in_ours)
		    : xstrdup(questions[i].path);

		inquiry_add(to, questions[i].key, path, NULL);
		free(path);
	}
}

/* False: the check is unseen then, and told so. */
static bool
is_answered(const struct api_answer *a, const char *check, struct findings *f)
{
	if (a->body != NULL)
		return true;
	findings_add(f, check, DOCTOR_UNSEEN, NULL, "%s", a->error);
	return false;
}

/* ---- the server ---- */

#define CLOCK_DOUBT \
	10 /* s; its Date has whole seconds, and answers take their time */
#define CLOCK_BAD 60

int64_t
doctor_api_date(const struct json_at *request)
{
	struct api_answer a;

	inquiry_answer(request, "server", &a);
	return a.date;
}

void
doctor_api_server(
    const struct json_at *request, int64_t now, struct findings *f)
{
	struct api_answer a;

	inquiry_answer(request, "server", &a);
	long long ahead = now - a.date;
	long long apart = llabs(ahead);

	if (!is_answered(&a, "server", f))
		return;
	if (a.date == 0)
		findings_add(f, "server", DOCTOR_UNSEEN, NULL,
		    "it does not tell its time");
	else if (apart >= CLOCK_DOUBT)
		findings_add(f, "server",
		    apart >= CLOCK_BAD ? DOCTOR_BAD : DOCTOR_DOUBT,
		    "timedatectl here and at the API server",
		    "the clock of this machine is %lld s %s that of the API "
		    "server",
		    apart, ahead > 0 ? "ahead of" : "behind");
	else
		findings_add(f, "server", DOCTOR_GOOD, NULL,
		    "%s, with the same time as this machine",
		    json_text(a.body, "gitVersion"));
}

/* ---- schemas ---- */

/* The part for "spec.pools[].subnet", as OpenAPI has it, or NULL. */
static const json_t *
schema_part(const json_t *schema, const char *path)
{
	while (*path != '\0' && schema != NULL) {
		size_t n = strcspn(path, ".[{");

		if (n > 0)
			schema = json_object_getn(
			    json_object_get(schema, "properties"), path, n);
		else if (*path == '[')
			schema = json_object_get(schema, "items");
		else if (*path == '{')
			schema =
			    json_object_get(schema, "additionalProperties");
		path += n > 0 ? n : *path == '.' ? 1 : 2;
	}
	return schema;
}

/* Of a kind, by what it says of itself; NULL: there is none. */
static const json_t *
schema_find(const json_t *schemas, const char *kind)
{
	const char *name;
	json_t *schema;

	json_object_foreach ((json_t *)schemas, name, schema) {
		const json_t *gvk = json_array_get(
		    json_object_get(schema, "x-kubernetes-group-version-kind"),
		    0);

		if (strcmp(json_text(gvk, "kind"), kind) == 0)
			return schema;
	}
	return NULL;
}

#define FIELDS_NAMED 3

static void
lacking_add(char **text, const char *path)
{
	char *longer =
	    *text == NULL ? xstrdup(path) : xasprintf("%s, %s", *text, path);

	free(*text);
	*text = longer;
}

/* Tells of fields of ours that the cluster's schema does not have. */
static void
schema_look(const struct fields *ours, const json_t *schema, struct findings *f)
{
	char *named = NULL, more[32] = "";
	size_t n = 0;

	for (size_t i = 0; i < ours->n; i++)
		if (schema_part(schema, ours->at[i].path) == NULL &&
		    n++ < FIELDS_NAMED)
			lacking_add(&named, ours->at[i].path);
	if (n > FIELDS_NAMED)
		snprintf(more, sizeof(more), " and %zu more", n - FIELDS_NAMED);
	if (n > 0)
		findings_add(f, "schemas", DOCTOR_BAD,
		    doctor_step("ResourceMissing", ""),
		    "the CRD of %s is of another version: it has no %s%s",
		    ours->kind, named, more);
	free(named);
}

void
doctor_api_schemas(const struct json_at *request, struct findings *f)
{
	static const struct fields *const kinds[] = { &bgp_configuration_fields,
		&bgp_filter_fields, &bgp_node_status_fields, &bgp_peer_fields,
		&service_group_fields, &virtual_ip_fields };
	size_t before = f->n, seen = 0;
	struct api_answer a;

	inquiry_answer(request, "schemas", &a);
	if (!is_answered(&a, "schemas", f))
		return;
	const json_t *schemas =
	    json_object_get(json_object_get(a.body, "components"), "schemas");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const json_t *schema = schema_find(schemas, kinds[i]->kind);

		seen += schema != NULL;
		if (schema != NULL)
			schema_look(kinds[i], schema, f);
	}
	if (seen == 0)
		findings_add(f, "schemas", DOCTOR_UNSEEN, NULL,
		    "the cluster tells none of our kinds");
	else if (f->n == before)
		findings_add(f, "schemas", DOCTOR_GOOD, NULL,
		    "each has all fields of this version");
}

/* ---- programs ---- */

static json_int_t
number_at(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

void
doctor_api_rollout(const struct json_at *request, struct findings *f)
{
	struct api_answer a;

	inquiry_answer(request, "rollout", &a);
	const json_t *status = json_object_get(a.body, "status");
	int wanted = (int)number_at(status, "desiredNumberScheduled");
	int ready = (int)number_at(status, "numberReady");
	int updated = (int)number_at(status, "updatedNumberScheduled");

	if (a.http == 404)
		findings_add(f, "rollout", DOCTOR_DOUBT,
		    "kubectl apply --kustomize manifests, or "
		    "doc/install.md, unless they run by systemd or as static "
		    "pods",
		    "there is no DaemonSet %s/lbbgp-bgpd", findings_of(f)->ns);
	else if (!is_answered(&a, "rollout", f))
		return;
	else if (wanted == 0)
		findings_add(f, "rollout", DOCTOR_DOUBT,
		    "the nodeSelector of ds/lbbgp-bgpd, unless the daemons run "
		    "by systemd or as static pods",
		    "the DaemonSet wants no pod on any node");
	else if (ready < wanted)
		findings_add(f, "rollout", DOCTOR_BAD,
		    "kubectl --namespace NAMESPACE describe ds/lbbgp-bgpd; "
		    "… get pods --output wide",
		    "of %d daemons that there should be %d are ready", wanted,
		    ready);
	else if (updated < wanted)
		findings_add(f, "rollout", DOCTOR_DOUBT,
		    "kubectl --namespace NAMESPACE rollout status ds/lbbgp-bgpd",
		    "an update is on its way: %d of %d daemons are new",
		    updated, wanted);
	else
		findings_add(f, "rollout", DOCTOR_GOOD, NULL,
		    "%d daemons are ready", ready);
}

#define LEASE_LATE 5 /* s beyond the lease's duration */
#define ALLOCATOR_STEP                                       \
	"kubectl --namespace NAMESPACE get pods --selector " \
	"app.kubernetes.io/component=allocator; … logs deploy/lbbgp-allocator"

/* By the server's clock, and without that not at all. */
static void
lease_look(const json_t *spec, int64_t date, struct findings *f)
{
	const char *holder = json_text(spec, "holderIdentity");
	const char *renewed = json_text(spec, "renewTime");
	int64_t at = 0, lasts = number_at(spec, "leaseDurationSeconds");

	if (holder[0] == '\0')
		findings_add(f, "allocator", DOCTOR_BAD, ALLOCATOR_STEP,
		    "none leads: no Service gets an address");
	else if (!date_parse(renewed, &at) || date == 0)
		findings_add(f, "allocator", DOCTOR_UNSEEN, NULL,
		    "%s leads, but since when is not told", holder);
	else if (date - at > lasts + LEASE_LATE)
		findings_add(f, "allocator", DOCTOR_BAD, ALLOCATOR_STEP,
		    "%s has led until %s and no other has begun: no Service "
		    "gets an address",
		    holder, renewed);
	else
		findings_add(
		    f, "allocator", DOCTOR_GOOD, NULL, "%s leads", holder);
}

void
doctor_api_allocator(const struct json_at *request, struct findings *f)
{
	struct api_answer a;

	inquiry_answer(request, "allocator", &a);
	if (a.http == 404)
		findings_add(f, "allocator", DOCTOR_BAD, ALLOCATOR_STEP,
		    "none has ever led: no Service gets an address");
	else if (is_answered(&a, "allocator", f))
		lease_look(json_object_get(a.body, "spec"), a.date, f);
}
