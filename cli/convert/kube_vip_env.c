/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/kube_vip_env.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "common/alloc.h"

/* ---- where it is ---- */

/* One that nobody else has. */
static const char *const signs[] = { "vip_arp", "cp_enable", "svc_enable",
	"bgp_enable", "vip_interface" };

static bool
is_sign(const json_t *variable)
{
	const char *name = path_text(variable, "name");

	for (size_t i = 0; name != NULL && i < sizeof(signs) / sizeof(signs[0]);
	     i++)
		if (strcmp(name, signs[i]) == 0)
			return true;
	return false;
}

/* The list of its variables; NULL: it is another program's. */
static const json_t *
variables_of(const json_t *container)
{
	const json_t *list = json_object_get(container, "env");
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (is_sign(one))
			return list;
	return NULL;
}

/* As text, also where somebody has forgotten the quotes; owned. */
static json_t *
value_of(const json_t *variable)
{
	json_t *v = json_object_get(variable, "value");
	json_t *from = json_object_get(variable, "valueFrom");

	if (v == NULL || json_is_null(v))
		return json_is_object(from) ? json_incref(from)
					    : json_string("");
	if (json_is_string(v))
		return json_incref(v);
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	json_t *out = json_string(text);

	free(text);
	return out;
}

static void
strangers_tell(const struct vip_env *e, const char *name, json_t *variable)
{
	json_t *left = json_copy(variable);
	char *path = xasprintf("env.%s", name);

	json_object_del(left, "name");
	json_object_del(left, "value");
	json_object_del(left, "valueFrom");
	job_tell(e->job, e->from->label, path, left);
	free(path);
	json_decref(left);
}

/* The later of two of a name counts, as for the kubelet. */
static void
variables_read(struct vip_env *e, const json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const char *name = path_text(one, "name");

		if (name == NULL) {
			job_refuse(e->job, e->from->label, "env", one,
			    "it has no name");
			continue;
		}
		json_object_set_new(e->left, name, value_of(one));
		strangers_tell(e, name, one);
	}
}

/* Flags go before variables there. */
static void
arguments_tell(const struct vip_env *e, const json_t *container)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(container, "args"), i, one)
		if (!json_is_string(one) ||
		    strcmp(json_string_value(one), "manager") != 0)
			job_refuse(e->job, e->from->label, "args", one,
			    "only variables are read: give it as one");
	if (json_array_size(json_object_get(container, "envFrom")) > 0)
		job_refuse(e->job, e->from->label, "envFrom",
		    json_object_get(container, "envFrom"),
		    "only variables that stand there are read");
}

/* NULL: none is kube-vip's. */
static const json_t *
container_of(const json_t *pod_spec)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(pod_spec, "containers"), i, one)
		if (variables_of(one) != NULL)
			return one;
	return NULL;
}

bool
vip_env_same(const json_t *pod_spec, const json_t *other)
{
	const json_t *a = variables_of(container_of(pod_spec));

	return a != NULL && json_equal(a, variables_of(container_of(other)));
}

bool
vip_env_init(struct vip_env *e, struct job *j, const struct foreign *from,
    const json_t *pod_spec)
{
	const json_t *container = container_of(pod_spec);

	if (container == NULL)
		return false;
	*e = (struct vip_env){ j, from, json_object() };
	variables_read(e, variables_of(container));
	arguments_tell(e, container);
	return true;
}

void
vip_env_fini(struct vip_env *e)
{
	json_decref(e->left);
}

/* ---- what is in it ---- */

void
vip_env_remark(const struct vip_env *e, const char *name, const char *fmt, ...)
{
	char why[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	char *path = xasprintf("env.%s", name);

	job_remark(e->job, e->from->label, path, "%s", why);
	free(path);
}

json_t *
vip_env_take(struct vip_env *e, const char *name)
{
	json_t *v = json_incref(json_object_get(e->left, name));

	json_object_del(e->left, name);
	if (v == NULL || json_string_length(v) > 0 || json_is_object(v))
		return v;
	json_decref(v);
	return NULL;
}

static bool
is_one_of(const char *text, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(text, *list) == 0)
			return true;
	return false;
}

bool
vip_env_is_on(struct vip_env *e, const char *name)
{
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE",
		"True", NULL };
	static const char *const no[] = { "0", "f", "F", "false", "FALSE",
		"False", NULL };
	json_t *v = vip_env_take(e, name);
	const char *text = json_string_value(v);
	bool on = text != NULL && is_one_of(text, yes);

	if (v != NULL && !on && (text == NULL || !is_one_of(text, no)))
		vip_env_remark(
		    e, name, "neither true nor false: it is taken as false");
	json_decref(v);
	return on;
}

bool
vip_env_number(struct vip_env *e, const char *name, int64_t *out)
{
	json_t *v = vip_env_take(e, name);
	const char *text = json_string_value(v);
	size_t n = text != NULL ? strspn(text, "0123456789") : 0;
	bool good = n > 0 && n < 10 && text[n] == '\0';

	*out = good ? atoll(text) : 0;
	if (v != NULL && (!good || *out == 0))
		vip_env_remark(e, name, "not a number from 1 on");
	json_decref(v);
	return *out > 0;
}

/* ---- what has no counterpart ---- */

/* NULL: it need not be told. */
static const struct reason {
	const char *name, *why;
} reasons[] = {
	/* Nodes agree by themselves, for each address, without any Lease. */
	{ "vip_leaderelection", NULL },
	{ "vip_leasename", NULL },
	{ "svc_election", NULL },
	{ "svc_leasename", NULL },
	{ "cp_namespace", NULL },
	{ "svc_namespace", NULL },
	{ "vip_nodename", NULL },
	{ "vip_startleader", NULL },
	{ "vip_addpeerstolb", NULL },
	{ "vip_localpeer", NULL },
	{ "vip_remotepeers", NULL },
	{ "vip_peers", NULL },
	{ "vip_packet", NULL },
	{ "vip_arpRate",
	    "an address is announced three times at once, then each minute" },
	{ "vip_loglevel", "lbbgp-bgpd has --log-level" },
	{ "prometheus_server",
	    "lbbgp-bgpd has --metrics; its metrics have other names" },
	{ "health_check_port", "lbbgp-bgpd has /healthz beside its metrics" },
	{ "lb_enable",
	    "connections are not spread over the API servers: a "
	    "proxy on each node does that, before which the "
	    "VirtualIP is" },
	{ "lb_port", "connections are not spread over the API servers" },
	{ "lb_fwdmethod", "connections are not spread over the API servers" },
	{ "lb_class_only",
	    "Services with kube-vip's loadBalancerClass are "
	    "left alone until they are created anew" },
	{ "lb_class_name",
	    "Services with that loadBalancerClass are left "
	    "alone until they are created anew" },
	{ "vip_ddns", "there is no DHCP" },
	{ "vip_wireguard", "there is no WireGuard" },
	{ "vip_routingtable",
	    "routers are told by BGP, not by a table of "
	    "the kernel" },
	{ "bgp_routerinterface",
	    "the router ID is the node's address, or by the annotation "
	    "lbbgp.io/router-id of the Node" },
	{ "bgp_sourceif", "a peer has a sourceAddress" },
	{ "enable_service_security", "kube-proxy serves no other ports" },
};

static const char *
reason_of(const char *name, bool *quiet)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i].name, name) == 0) {
			*quiet = reasons[i].why == NULL;
			return reasons[i].why;
		}
	*quiet = false;
	return "has no counterpart";
}

void
vip_env_tell_rest(struct vip_env *e)
{
	static const char *const nothing[] = { "", "0", "false", NULL };
	const char *name;
	json_t *v;
	bool quiet;

	json_object_foreach (e->left, name, v) {
		const char *why = reason_of(name, &quiet);
		const char *text = json_string_value(v);

		if (!quiet && (text == NULL || !is_one_of(text, nothing)))
			vip_env_remark(e, name, "%s", why);
	}
	json_object_clear(e->left);
}
