/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/write/render.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "allocator/pool/groups.h"
#include "allocator/reconcile/task.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/date.h"

#define REMARK_MAX 1024

struct statement { /* a condition before it is JSON */
	const char *type;
	bool good;
	const char *reason, *message;
	int64_t generation;          /* 0: none */
	const struct condition *was; /* as the object has it, or NULL */
};

static void
set_text(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value));
}

static json_t *
condition_json(const struct statement *s, int64_t wall)
{
	const char *status = s->good ? "True" : "False";
	json_t *c = json_object();
	char changed[DATE_TEXT];
	bool kept = s->was != NULL && s->was->changed != 0 &&
	    strcmp(s->was->status, status) == 0;

	set_text(c, "type", s->type);
	set_text(c, "status", status);
	set_text(c, "reason", s->reason);
	set_text(c, "message", s->message);
	set_text(c, "lastTransitionTime",
	    date_print(kept ? s->was->changed : wall / 1000, changed));
	if (s->generation != 0)
		json_object_set_new(
		    c, "observedGeneration", json_integer(s->generation));
	return c;
}

static char *
text_of(json_t *patch)
{
	char *text = json_dumps(patch, JSON_COMPACT);

	json_decref(patch);
	return text;
}

/* ---- Services ---- */

static json_t *
ingress_json(const struct task *t)
{
	json_t *list = json_array();
	char text[ADDR_TEXT];

	for (size_t i = 0; i < t->n_addrs; i++) {
		json_t *item = json_object();

		set_text(item, "ip", addr_print(&t->addrs[i], text));
		set_text(item, "ipMode", "VIP");
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *
record_json(const struct task *t)
{
	char text[REQUEST_MAX * (ADDR_TEXT + 1)] = "", one[ADDR_TEXT];

	for (size_t i = 0; i < t->n_addrs; i++) {
		if (i > 0)
			strcat(text, ",");
		strcat(text, addr_print(&t->addrs[i], one));
	}
	return json_string(text);
}

static void
add_assignment(const struct task *t, json_t *annotations, json_t *balancer)
{
	if (t->n_addrs > 0)
		json_object_set_new(balancer, "ingress", ingress_json(t));
	if (t->n_addrs > 0 && !t->brief) {
		set_text(annotations, SERVICE_ALLOCATED_FROM, t->from);
		json_object_set_new(
		    annotations, SERVICE_ALLOCATED_ADDRESSES, record_json(t));
	}
	if (t->n_addrs == 0 &&
	    (t->service->n_ingress > 0 || t->service->ingress_other))
		json_object_set_new(balancer, "ingress", json_null());
}

static void
add_clearing(const struct task *t, json_t *annotations, json_t *balancer)
{
	json_object_set_new(annotations, SERVICE_ALLOCATED_FROM, json_null());
	json_object_set_new(
	    annotations, SERVICE_ALLOCATED_ADDRESSES, json_null());
	if (t->clear_ingress)
		json_object_set_new(balancer, "ingress", json_null());
}

static json_t *
condition_deletion(const char *type)
{
	return json_pack("{s:s, s:s}", "type", type, "$patch", "delete");
}

static void
add_condition(const struct task *t, int64_t wall, json_t *list)
{
	const struct statement s = { .type = SERVICE_CONDITION,
		.good = t->good,
		.reason = reason_name(t->reason),
		.message = t->message,
		.was = t->service->condition };

	if (t->kind == TASK_ASSIGN || t->kind == TASK_CONDITION)
		json_array_append_new(list, condition_json(&s, wall));
	else if (t->service->condition != NULL)
		json_array_append_new(
		    list, condition_deletion(SERVICE_CONDITION));
}

static void
add_remark(const struct task *t, int64_t wall, json_t *list)
{
	const struct statement s = { .type = SERVICE_DEPRECATION,
		.good = true,
		.reason = DEPRECATION_REASON,
		.message = DEPRECATION_MESSAGE,
		.was = t->service->deprecation };

	if (t->deprecated)
		json_array_append_new(list, condition_json(&s, wall));
	else if (t->service->deprecation != NULL)
		json_array_append_new(
		    list, condition_deletion(SERVICE_DEPRECATION));
}

/* Adds it unless it is empty. */
static void
set_if_full(json_t *object, const char *key, json_t *value)
{
	if (json_object_size(value) > 0)
		json_object_set(object, key, value);
	json_decref(value);
}

char *
render_service(const struct task *t, int64_t wall)
{
	json_t *annotations = json_object(), *balancer = json_object();
	json_t *meta = json_object(), *status = json_object();
	json_t *patch = json_object(), *conditions = json_array();

	if (t->kind == TASK_ASSIGN)
		add_assignment(t, annotations, balancer);
	if (t->kind == TASK_CLEAR)
		add_clearing(t, annotations, balancer);
	if (t->version[0] != '\0')
		set_text(meta, "resourceVersion", t->version);
	set_if_full(meta, "annotations", annotations);
	set_if_full(status, "loadBalancer", balancer);
	add_condition(t, wall, conditions);
	add_remark(t, wall, conditions);
	if (json_array_size(conditions) > 0)
		json_object_set(status, "conditions", conditions);
	json_decref(conditions);
	set_if_full(patch, "metadata", meta);
	set_if_full(patch, "status", status);
	return text_of(patch);
}

/* ---- ServiceGroups ---- */

static json_t *
usage_json(const struct usage *u)
{
	return json_pack("{s:I, s:I, s:I}", "capacity", (json_int_t)u->capacity,
	    "used", (json_int_t)u->used, "free", (json_int_t)u->available);
}

/* Adds a sentence to a remark, as far as there is room. */
__attribute__((format(printf, 2, 3))) static void
remark_add(char text[REMARK_MAX], const char *fmt, ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used > 0)
		used += (size_t)snprintf(text + used, REMARK_MAX - used, "; ");
	if (used >= REMARK_MAX)
		return;
	va_start(args, fmt);
	vsnprintf(text + used, REMARK_MAX - used, fmt, args);
	va_end(args);
}

/* What is to be said of a group that is accepted. */
static void
remark_print(const struct group_report *g, char text[REMARK_MAX])
{
	const struct group_vips *vips = &g->vips;
	char first[ADDR_TEXT];

	text[0] = '\0';
	if (g->warning != NULL)
		remark_add(text, "%s", g->warning);
	if (vips->n > 0)
		remark_add(text,
		    "addresses of VirtualIPs, never given: %zu, first %s of %s",
		    vips->n, addr_print(&vips->first, first), vips->name);
	if (g->retained > 0)
		remark_add(text,
		    "Services that keep addresses no pool has any more: %zu",
		    g->retained);
}

/* Also one that it has: what is left out would be taken away. */
static json_t *
kept_json(const char *type, const struct condition *c)
{
	char changed[DATE_TEXT];

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", type, "status",
	    c->status, "reason", c->reason, "message", c->message,
	    "lastTransitionTime", date_print(c->changed, changed));
}

/* What is not accepted is not ready, whatever nodes may announce. */
static void
add_ready(json_t *list, const struct group_report *g, const struct statement *s,
    const struct group_ready *ready, int64_t wall)
{
	const struct condition *was = g->group != NULL
	    ? conditions_find(&g->group->conditions, GROUP_READY)
	    : NULL;
	struct statement r = { .type = GROUP_READY,
		.good = false,
		.reason = s->reason,
		.message = s->message,
		.generation = s->generation,
		.was = was };

	if (ready == NULL && was == NULL)
		return;
	if (ready == NULL && s->good) {
		json_array_append_new(list, kept_json(GROUP_READY, was));
		return;
	}
	if (s->good) {
		r.good = ready->good;
		r.reason = ready->reason;
		r.message = ready->message;
	}
	json_array_append_new(list, condition_json(&r, wall));
}

char *
render_group(const struct group_report *g, const struct condition *was,
    const struct group_ready *ready, int64_t wall)
{
	json_t *list = json_array();
	char remark[REMARK_MAX];
	struct statement s = { .type = GROUP_CONDITION,
		.good = g->refused == NULL && g->fault == NULL,
		.reason = GROUP_ACCEPTED,
		.message = remark,
		.was = was };

	remark_print(g, remark);
	if (g->refused == NULL) /* else that of what is refused, not known */
		s.generation = g->group->meta.generation;
	if (g->refused != NULL) {
		s.reason = GROUP_REFUSED;
		s.message = g->refused;
	} else if (g->fault != NULL) {
		s.reason = GROUP_POOL_REFUSED;
		s.message = g->fault;
	}
	json_array_append_new(list, condition_json(&s, wall));
	add_ready(list, g, &s, ready, wall);
	if (g->group == NULL) /* it could never be read */
		return text_of(
		    json_pack("{s:{s:o}}", "status", "conditions", list));
	return text_of(json_pack("{s:{s:o, s:o, s:I, s:o}}", "status", "ipv4",
	    usage_json(&g->usage[FAMILY_V4]), "ipv6",
	    usage_json(&g->usage[FAMILY_V6]), "waiting", (json_int_t)g->waiting,
	    "conditions", list));
}

char *
render_stray(const char *why, const struct conditions *said, const char *type,
    int64_t wall)
{
	static const char *const types[] = { GROUP_CONDITION, GROUP_READY };
	json_t *list = json_array();
	bool news = false;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct condition *was = conditions_find(said, types[i]);
		const struct statement s = { .type = types[i],
			.reason = STRAY_UNKNOWN_CLASS,
			.message = why,
			.was = was };

		if (was == NULL ||
		    (type != NULL && strcmp(type, types[i]) != 0))
			continue;
		news |= strcmp(was->reason, STRAY_UNKNOWN_CLASS) != 0;
		json_array_append_new(list, condition_json(&s, wall));
	}
	if (news)
		return text_of(
		    json_pack("{s:{s:o}}", "status", "conditions", list));
	json_decref(list);
	return NULL;
}

char *
render_returned(const struct conditions *said, int64_t generation, int64_t wall)
{
	const struct condition *was = conditions_find(said, GROUP_CONDITION);
	const struct statement s = { .type = GROUP_CONDITION,
		.good = true,
		.reason = GROUP_ACCEPTED,
		.message = "",
		.was = was,
		.generation = generation };

	if (was == NULL || strcmp(was->reason, STRAY_UNKNOWN_CLASS) != 0)
		return NULL;
	return text_of(json_pack(
	    "{s:{s:[o]}}", "status", "conditions", condition_json(&s, wall)));
}
