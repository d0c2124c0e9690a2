/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each sign is an object that one of them only has when it gives addresses or announces
 * them: being installed is not enough, for Cilium and Calico are CNIs before all else.
 */
#include "cli/doctor_others.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "cli/findings.h"
#include "cli/inquiry.h"

#define CILIUM "/apis/cilium.io/v2"
#define CALICO "/apis/crd.projectcalico.org/v1/bgpconfigurations"
#define SETS "/apis/apps/v1/daemonsets?limit=1&labelSelector="

static const struct {
	const char *path; /* of a list, or of one object */
	const char *what;
	const char
	    *field; /* of spec, a list that is not empty; NULL: any does */
} signs[] = {
	{ "/apis/metallb.io/v1beta1/ipaddresspools?limit=1",
	    "MetalLB has an IPAddressPool", NULL },
	{ "/apis/purelb.io/v1/servicegroups?limit=1",
	    "PureLB has a ServiceGroup", NULL },
	{ CILIUM "/ciliumloadbalancerippools?limit=1",
	    "Cilium has a CiliumLoadBalancerIPPool", NULL },
	{ CILIUM "alpha1/ciliumloadbalancerippools?limit=1",
	    "Cilium has a CiliumLoadBalancerIPPool", NULL },
	{ CILIUM "alpha1/ciliuml2announcementpolicies?limit=1",
	    "Cilium has a CiliumL2AnnouncementPolicy", NULL },
	{ CILIUM "/ciliumbgpclusterconfigs?limit=1",
	    "Cilium has a CiliumBGPClusterConfig", NULL },
	{ CILIUM "alpha1/ciliumbgpclusterconfigs?limit=1",
	    "Cilium has a CiliumBGPClusterConfig", NULL },
	{ CALICO, "Calico announces serviceLoadBalancerIPs",
	    "serviceLoadBalancerIPs" },
	{ CALICO, "Calico announces serviceExternalIPs", "serviceExternalIPs" },
	{ SETS "svccontroller.k3s.cattle.io/svcname",
	    "servicelb of k3s has DaemonSets svclb-*", NULL },
	{ SETS "app.kubernetes.io/name=kube-vip-ds", "kube-vip has a DaemonSet",
	    NULL },
	{ "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/"
	  "plndr-svcs-lock",
	    "kube-vip has, or had, a leader for Services", NULL },
};

#define SIGNS (sizeof(signs) / sizeof(signs[0]))
#define STEP                                                                 \
	"which Services are whose? spec.loadBalancerClass, and the "         \
	"allocator's --default-class; two that take the same one undo each " \
	"other's work"

void
doctor_others_ask(struct inquiry *questions)
{
	for (size_t i = 0; i < SIGNS; i++)
		inquiry_add(questions, signs[i].path, signs[i].path, NULL);
}

static bool
has_field(const json_t *items, const char *field)
{
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *spec =
		    json_object_get(json_array_get(items, i), "spec");

		if (json_array_size(json_object_get(spec, field)) > 0)
			return true;
	}
	return false;
}

static bool
is_there(const json_t *body, const char *field)
{
	const json_t *items = json_object_get(body, "items");

	if (field != NULL)
		return has_field(items, field);
	return items != NULL ? json_array_size(items) > 0
			     : json_object_get(body, "metadata") != NULL;
}

/* The same of two versions of an API is told once. */
static bool
is_told(const struct findings *f, size_t from, const char *text)
{
	for (size_t i = from; i < f->n; i++)
		if (strcmp(f->at[i].text, text) == 0)
			return true;
	return false;
}

void
doctor_others(const struct json_at *request, struct findings *f)
{
	size_t before = f->n, unseen = 0;
	struct api_answer a, last = { .error = "" };

	for (size_t i = 0; i < SIGNS; i++) {
		inquiry_answer(request, signs[i].path, &a);
		if (a.body != NULL && is_there(a.body, signs[i].field) &&
		    !is_told(f, before, signs[i].what))
			findings_add(f, "others", DOCTOR_DOUBT, STEP, "%s",
			    signs[i].what);
		if (a.body != NULL || a.http == 404)
			continue;
		unseen++;
		last = a;
	}
	if (unseen > 0)
		findings_add(f, "others", DOCTOR_UNSEEN, NULL,
		    "%zu of %zu signs of other load balancers: %s", unseen,
		    SIGNS, last.error);
	else if (f->n == before)
		findings_add(f, "others", DOCTOR_GOOD, NULL,
		    "no other load balancer gives or announces addresses");
}
