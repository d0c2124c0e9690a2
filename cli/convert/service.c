/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/service.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/rule.h"
#include "common/alloc.h"
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

static bool
is_understood(const struct service *s, const char *key)
{
	for (unsigned kind = 0; kind < WISH_KINDS; kind++) {
		struct service_wishes w = service_wishes(s, kind);

		for (size_t i = 0; i < w.n; i++)
			if (strcmp(w.at[i].key, key) == 0)
				return true;
	}
	return false;
}

static void
annotation_check(struct job *j, const char *label, const struct service *s,
    const char *key, const char *text)
{
	const char *why = NULL;

	if (text != NULL && strcmp(text, DHCP) == 0)
		why = NO_DHCP;
	else if (!is_understood(s, key))
		why = "has no counterpart";
	if (!is_foreign(key) || why == NULL)
		return;
	char *path = xasprintf("metadata.annotations.%s", key);

	job_remark(j, label, path, "%s", why);
	free(path);
}

static void
spec_check(struct job *j, const struct foreign *f)
{
	const char *address = rule_text(f->left, "spec.loadBalancerIP");
	const char *class = rule_text(f->left, "spec.loadBalancerClass");

	if (address != NULL && strcmp(address, DHCP) == 0)
		job_remark(j, f->label, "spec.loadBalancerIP", NO_DHCP);
	if (class != NULL && strcmp(class, SERVICE_CLASS) != 0)
		job_remark(j, f->label, "spec.loadBalancerClass",
		    "\"%s\" is another load balancer's: it is left alone "
		    "until it is created anew, without a class or with " SERVICE_CLASS,
		    class);
}

void
service_check(struct job *j, struct foreign *f)
{
	const char *type = rule_text(f->left, "spec.type"), *key;
	struct err err;
	json_t *v;

	f->told = true;
	if (type == NULL || strcmp(type, "LoadBalancer") != 0)
		return;
	struct service *s = service_decode(f->left, &err);

	if (err.text[0] != '\0')
		job_remark(j, f->label, NULL, "%s", err.text);
	if (s == NULL)
		return;
	json_object_foreach (
	    (json_t *)rule_get(f->left, "metadata.annotations"), key, v)
		annotation_check(j, f->label, s, key, json_string_value(v));
	spec_check(j, f);
	service_free(s);
}
