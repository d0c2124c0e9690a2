/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/service.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/service.h"
#include "common/err.h"

#define DHCP "0.0.0.0" /* kube-vip's word for an address from elsewhere */
#define NO_DHCP                                                                \
	DHCP ": there is no DHCP; the address that it has stays, ask for one " \
	     "of a group"

/* Annotations below these are wishes of the other systems … */
static const char *const domains[] = { "kube-vip.io/", "purelb.io/",
	"metallb.io/", "metallb.universe.tf/", "lbipam.cilium.io/",
	"io.cilium/", "projectcalico.org/" };

/* … but for what these write down for themselves. */
static const char *const notes[] = { "kube-vip.io/vipHost",
	"purelb.io/allocated-by", "purelb.io/allocated-from",
	"purelb.io/pool-type", "purelb.io/announcing-IPv4",
	"purelb.io/announcing-IPv6", "purelb.io/skip-ipv6-dad",
	"metallb.io/ip-allocated-from-pool",
	"metallb.universe.tf/ip-allocated-from-pool" };

static bool
is_foreign(const char *key)
{
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (strcmp(key, notes[i]) == 0)
			return false;
	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
		if (strncmp(key, domains[i], strlen(domains[i])) == 0)
			return true;
	return false;
}

/* The same but for spaces, and for what makes it a JSON list. */
static bool
says_the_same(const char *a, const char *b)
{
	static const char frills[] = " \t\n[]\"";

	for (;; a++, b++) {
		a += strspn(a, frills);
		b += strspn(b, frills);
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
	}
}

/* ---- the group that it names ---- */

static const struct made *
group_find(const struct job *j, const char *name, bool as_it_was)
{
	for (size_t i = 0; i < j->n_made; i++) {
		const struct made *m = &j->made[i];

		if (strcmp(path_text(m->obj, "kind"), "ServiceGroup") == 0 &&
		    strcmp(as_it_was ? m->wish : job_name(m->obj), name) == 0)
			return m;
	}
	return NULL;
}

/* What is wrong with naming that pool; owned, NULL: nothing. */
static char *
group_trouble(const struct job *j, const char *name)
{
	const struct made *ours = group_find(j, name, false);
	const struct made *was = group_find(j, name, true);

	if (was != NULL && was->gone)
		return xasprintf(
		    "\"%.60s\": that ServiceGroup is left out", name);
	if (was != NULL && was != ours)
		return xasprintf("\"%.60s\": that is the ServiceGroup %s here, "
				 "which it has to name",
		    name, job_name(was->obj));
	return ours != NULL ? NULL
			    : xasprintf("\"%.60s\": no pool of the input has "
					"that name",
				  name);
}

/* ---- annotations ---- */

/* What is wrong with one of several wishes of a kind; owned, NULL: nothing. */
static char *
wish_trouble(struct service_wishes wishes, const char *key, const char *text)
{
	if (wishes.n > 0 && strncmp(wishes.at[0].key, "lbbgp.io/", 9) == 0)
		return xasprintf("%s goes before it", wishes.at[0].key);
	for (size_t i = 0; i < wishes.n; i++)
		if (strcmp(wishes.at[i].key, key) != 0 &&
		    !says_the_same(wishes.at[i].text, text))
			return xasprintf("%s says something else: one of them "
					 "has to go",
			    wishes.at[i].key);
	return NULL;
}

static char *
annotation_trouble(const struct job *j, const struct service *s,
    const char *key, const char *text)
{
	enum service_wish_kind kind;

	if (text != NULL && strcmp(text, DHCP) == 0)
		return xstrdup(NO_DHCP);
	if (!service_wish_kind(key, &kind))
		return xstrdup("has no counterpart");
	if (text == NULL)
		return NULL;
	char *why = wish_trouble(service_wishes(s, kind), key, text);

	return why != NULL || kind != WISH_GROUP ? why : group_trouble(j, text);
}

static void
annotation_check(struct job *j, const char *label, const struct service *s,
    const char *key, const char *text)
{
	char *why =
	    is_foreign(key) ? annotation_trouble(j, s, key, text) : NULL;

	if (why == NULL)
		return;
	char *path = xasprintf("metadata.annotations.%s", key);

	job_remark(j, label, path, "%s", why);
	free(path);
	free(why);
}

static void
spec_check(struct job *j, const struct foreign *f)
{
	const char *address = path_text(f->left, "spec.loadBalancerIP");
	const char *class = path_text(f->left, "spec.loadBalancerClass");

	if (address != NULL && strcmp(address, DHCP) == 0)
		job_remark(j, f->label, "spec.loadBalancerIP", NO_DHCP);
	if (class != NULL && strcmp(class, INSTANCE_CLASS) != 0)
		job_remark(j, f->label, "spec.loadBalancerClass",
		    "\"%s\" is another load balancer's: it is left alone "
		    "until it is created anew, without a class or with " INSTANCE_CLASS,
		    class);
}

/* ---- externalIPs ---- */

/* "a" or "a,b", one of each family; false: that is not what they are. */
static bool
externals_print(const struct service *s, char text[2 * ADDR_TEXT])
{
	const struct addr *a = s->external_ips;
	char one[ADDR_TEXT];

	if (s->n_external_ips == 0 || s->n_external_ips > 2 ||
	    (s->n_external_ips == 2 && a[0].family == a[1].family))
		return false;
	text[0] = '\0';
	for (size_t i = 0; i < s->n_external_ips; i++) {
		strcat(text, i > 0 ? "," : "");
		strcat(text, addr_print(&a[i], one));
	}
	return true;
}

const char *
service_namespace(const char *ns)
{
	return ns[0] != '\0' ? ns : "default";
}

/* What does instead, as a command. */
static void
external_check(struct job *j, const struct foreign *f, const struct service *s)
{
	static const char path[] = "spec.externalIPs";
	char text[2 * ADDR_TEXT];
	bool pools = true;

	if (s->n_external_ips == 0 || s->type == SERVICE_EXTERNAL_NAME)
		return;
	for (size_t i = 0; i < s->n_external_ips; i++)
		pools = pools && group_with(j, &s->external_ips[i]) != NULL;
	if (service_wishes(s, WISH_ADDRESSES).n > 0 ||
	    !externals_print(s, text))
		job_remark(j, f->label, path,
		    "Kubernetes 1.36 deprecates them, and a Service has one "
		    "address of a family: each other one needs a Service of "
		    "its own, of type LoadBalancer, with the annotation "
		    "lbbgp.io/addresses");
	else
		job_remark(j, f->label, path,
		    "Kubernetes 1.36 deprecates them; instead%s%s: kubectl -n "
		    "%s "
		    "patch service %s --type merge -p '{\"metadata\":"
		    "{\"annotations\":{\"lbbgp.io/addresses\":\"%s\"}},"
		    "\"spec\":{\"type\":\"LoadBalancer\","
		    "\"externalIPs\":null}}'",
		    s->n_external_ips == 1 ? " (or by spec.loadBalancerIP)"
					   : "",
		    pools ? "" : ", with a ServiceGroup that has them",
		    service_namespace(s->meta.ns), s->meta.name, text);
}

/* ---- all of it ---- */

static void
wishes_check(struct job *j, const struct foreign *f, const struct service *s)
{
	const char *key;
	json_t *v;

	json_object_foreach (
	    (json_t *)path_get(f->left, "metadata.annotations"), key, v)
		annotation_check(j, f->label, s, key, json_string_value(v));
	spec_check(j, f);
}

void
service_check(struct job *j, struct foreign *f)
{
	const char *type = path_text(f->left, "spec.type");
	bool balanced = type != NULL && strcmp(type, "LoadBalancer") == 0;
	struct err err = { "" };
	struct service *s = service_decode(f->left, &err);

	f->told = true;
	if (balanced && err.text[0] != '\0')
		job_remark(j, f->label, NULL, "%s", err.text);
	if (s == NULL)
		return;
	if (balanced)
		wishes_check(j, f, s);
	external_check(j, f, s);
	service_free(s);
}
