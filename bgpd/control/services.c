/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/services.h"

#include <jansson.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/control/view.h"
#include "common/api/service.h"

static json_t *
want_view(const struct service *s, const struct want *want)
{
	char text[PREFIX_TEXT];
	json_t *o = json_object();
	bool announced = want != NULL && verdict_announces(want->verdict);

	json_object_set_new(o, "namespace", json_string(s->meta.ns));
	json_object_set_new(o, "name", json_string(s->meta.name));
	json_object_set_new(o, "prefix",
	    want != NULL ? json_string(prefix_print(&want->prefix, text))
			 : json_null());
	json_object_set_new(o, "announced", json_boolean(announced));
	json_object_set_new(o, "reason",
	    json_string(
		want != NULL ? verdict_name(want->verdict) : "NoAddress"));
	json_object_set_new(o, "message",
	    json_string(want != NULL ? verdict_text(want->verdict)
				     : "it has no address yet"));
	return o;
}

static bool
is_service(const struct service *s, const char *name)
{
	size_t n = strlen(s->meta.ns);

	return strncmp(name, s->meta.ns, n) == 0 && name[n] == '/' &&
	    strcmp(name + n + 1, s->meta.name) == 0;
}

/* Those that neither want nor will ever get a route of their own are left out. */
static bool
list_service(void *arg, const struct service *s, const struct wants *wants)
{
	struct service_list *l = arg;
	size_t n = wants != NULL ? wants->n : 0;

	if (l->only != NULL && !is_service(s, l->only))
		return true;
	if (n == 0 && s->type != SERVICE_LOAD_BALANCER)
		return true;
	if (l->seen >= l->skip && json_array_size(l->rows) >= LIST_PART) {
		l->full = true;
		return false;
	}
	if (l->seen++ < l->skip)
		return true;
	if (n == 0)
		json_array_append_new(l->rows, want_view(s, NULL));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(l->rows, want_view(s, &wants->at[i]));
	return true;
}

void
services_list(const struct daemon_view *view, struct service_list *l)
{
	announce_each_service(view->announce, list_service, l);
}
