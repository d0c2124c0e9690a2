/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube-vip itself, as a DaemonSet or a static pod. Its environment says what it does:
 * hold the address of the control plane, which becomes a VirtualIP, and announce
 * Services, which goes into the groups of its ConfigMap; by ARP, on which one node
 * holds an address until it is gone, or by BGP from all of its nodes. With both it
 * speaks BGP alone.
 *
 * There a Lease says who holds; here the nodes agree on the link, and its times become
 * those of the hellos. The control plane's address follows the API server: who has none
 * that answers does not hold it.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/kube_vip.h"
#include "cli/convert/kube_vip_env.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/link.h"
#include "cli/convert/path.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/prefix.h"

#define CONTROL_PLANE "node-role.kubernetes.io/control-plane"
#define MASTER "node-role.kubernetes.io/master"
#define EXCLUDED "node.kubernetes.io/exclude-from-external-load-balancers"
#define API_PORT 6443

struct kube_vip {
	struct job *job;
	struct foreign *from;
	struct vip_env env;
	json_t *nodes;    /* owned; a label selector, {}: all */
	json_t *services; /* ref; of those that announce Services */
	char *name;       /* owned; of what is made */
	bool arp, bgp;
};

/* ---- on which nodes ---- */

static json_t *
with_label(const char *key)
{
	return json_pack("{s:[{s:s, s:s}]}", "matchExpressions", "key", key,
	    "operator", "Exists");
}

/* The label of Kubernetes before 1.24 is asked for beside the one of today. */
static void
master_drop(json_t *terms)
{
	json_t *old = with_label(MASTER), *now = with_label(CONTROL_PLANE);
	json_t *term;
	bool both = false;
	size_t i;

	json_array_foreach (terms, i, term)
		both = both || json_equal(term, now);
	for (i = 0; both && (term = json_array_get(terms, i)) != NULL;)
		if (json_equal(term, old))
			json_array_remove(terms, i);
		else
			i++;
	json_decref(old);
	json_decref(now);
}

/* Of the terms of an affinity one is enough; of the selector all counts, too. */
static json_t *
nodes_of(const json_t *pod, struct err *err)
{
	json_t *terms = json_deep_copy(path_get(pod,
	    "affinity.nodeAffinity."
	    "requiredDuringSchedulingIgnoredDuringExecution."
	    "nodeSelectorTerms"));
	const json_t *labels = json_object_get(pod, "nodeSelector");

	master_drop(terms);
	json_t *nodes = label_selector_any(terms, err), *both = NULL;

	json_decref(terms);
	if (nodes != NULL && json_object_size(labels) > 0) {
		json_t *all = json_object_get(nodes, "matchLabels");

		if (all == NULL)
			json_object_set_new(
			    nodes, "matchLabels", all = json_object());
		json_object_update(all, (json_t *)labels);
	}
	if (nodes != NULL)
		both = label_selector_clean(nodes, err);
	json_decref(nodes);
	return both;
}

static bool
asks_for_control_plane(const json_t *nodes)
{
	const json_t *one;
	size_t i;

	json_array_foreach (
	    json_object_get(nodes, "matchExpressions"), i, one) {
		const char *key = path_text(one, "key");
		const char *op = path_text(one, "operator");

		if (strcmp(op, "Exists") == 0 &&
		    (strcmp(key, CONTROL_PLANE) == 0 ||
			strcmp(key, MASTER) == 0))
			return true;
	}
	return path_get(nodes, "matchLabels") != NULL &&
	    json_object_get(
		json_object_get(nodes, "matchLabels"), CONTROL_PLANE) != NULL;
}

/* ---- the control plane's address ---- */

/* The length for that family out of "24", "/24", "32,128" or "auto"; 0: none. */
static unsigned
length_of(const char *text, enum family family)
{
	unsigned most = family_bits(family), length = 0;
	char *copy = xstrdup(text != NULL ? text : ""), *rest = copy, *one;

	for (unsigned i = 0; (one = strsep(&rest, ", ")) != NULL; i++) {
		unsigned n = (unsigned)strtoul(one + (one[0] == '/'), NULL, 10);

		/* The second of two is IPv6's. */
		if (n > 0 && n <= most && (i > 0) == (family == FAMILY_V6))
			length = n;
	}
	free(copy);
	return length;
}

/* With that length, where the address is not that of the network itself. */
static json_t *
address_text(const struct addr *a, unsigned length)
{
	struct prefix p = { *a, (uint8_t)length };
	char text[PREFIX_TEXT];

	if (length == 0 || length >= family_bits(a->family) ||
	    prefix_is_canonical(&p))
		return json_string(addr_print(a, text));
	return json_string(prefix_print(&p, text));
}

/* One that is none is told. */
static void
address_add(
    struct kube_vip *v, const char *text, const char *subnet, json_t *list)
{
	struct addr a;

	if (!addr_parse(text, &a)) {
		vip_env_remark(&v->env, "address",
		    "\"%.60s\": not an IP address: write the address of that "
		    "name",
		    text);
		return;
	}
	json_t *address = address_text(&a, length_of(subnet, a.family));
	const json_t *group = group_with(v->job, &a);

	if (group != NULL)
		vip_env_remark(&v->env, "address",
		    "it is in a pool of the ServiceGroup %s, too: exclude it "
		    "there, or no Service is to have it",
		    job_name(group));
	path_list_add(list, address);
	json_decref(address);
}

/* One, or several with commas between them; owned, perhaps empty. */
static json_t *
addresses_take(struct kube_vip *v)
{
	json_t *said = vip_env_take(&v->env, "address");
	json_t *older = vip_env_take(&v->env, "vip_address");
	json_t *subnet = vip_env_take(&v->env, "vip_subnet");
	json_t *cidr = vip_env_take(&v->env, "vip_cidr");
	json_t *list = json_array();
	const char *text = json_string_value(said != NULL ? said : older);
	const char *length = json_string_value(subnet != NULL ? subnet : cidr);
	char *copy = xstrdup(text != NULL ? text : ""), *rest = copy, *one;

	while ((one = strsep(&rest, ", ")) != NULL)
		if (one[0] != '\0')
			address_add(v, one, length, list);
	if (length != NULL && strcmp(length, "auto") == 0)
		vip_env_remark(&v->env, "vip_subnet",
		    "auto: the address is put there alone, as /32 or /128");
	free(copy);
	json_decref(said);
	json_decref(older);
	json_decref(subnet);
	json_decref(cidr);
	return list;
}

/* The certificate of an API server has the names of the cluster, not localhost. */
static json_t *
health_of(struct kube_vip *v)
{
	int64_t port;

	if (!vip_env_number(&v->env, "port", &port))
		port = API_PORT;
	json_t *url =
	    json_sprintf("https://localhost:%lld/livez", (long long)port);

	return json_pack("{s:[{s:s, s:{s:o, s:b}}]}", "checks", "name",
	    "apiserver", "https", "url", url, "verify", 0);
}

/* Another one says the same: the same pod of another node. */
static bool
is_made(const struct job *j, const json_t *addresses)
{
	for (size_t i = 0; i < j->n_made; i++)
		if (strcmp(path_text(j->made[i].obj, "kind"), "VirtualIP") ==
			0 &&
		    json_equal(
			path_get(j->made[i].obj, "spec.addresses"), addresses))
			return true;
	return false;
}

static void
control_plane(struct kube_vip *v, const struct answering *l)
{
	json_t *addresses = addresses_take(v), *health = health_of(v);

	if (json_array_size(addresses) == 0) {
		vip_env_remark(&v->env, "cp_enable",
		    "without an address no VirtualIP is written");
	} else if (is_made(v->job, addresses)) {
		vip_env_remark(
		    &v->env, "address", "there is a VirtualIP with it already");
	} else {
		json_t *ours =
		    job_make(v->job, v->from->label, "VirtualIP", v->name);

		path_set(ours, "spec.addresses", json_incref(addresses));
		if (json_object_size(v->nodes) > 0)
			path_set(
			    ours, "spec.nodeSelector", json_incref(v->nodes));
		path_set(ours, "spec.health", json_incref(health));
		if (v->bgp)
			path_set(ours, "spec.bgp", json_object());
		else
			path_set(ours, "spec.l2", link_terms(l));
		json_decref(path_take(ours, "spec.l2.nodeSelector"));
	}
	json_decref(addresses);
	json_decref(health);
}

/* It may stand there all the same. */
static void
address_drop(struct kube_vip *v)
{
	static const char *const names[] = { "address", "vip_address",
		"vip_subnet", "vip_cidr", "port" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *said = vip_env_take(&v->env, names[i]);

		if (said != NULL)
			vip_env_remark(&v->env, names[i],
			    "without cp_enable there is no VirtualIP");
		json_decref(said);
	}
}

/* ---- Services ---- */

/* All nodes announce if that can't be said. */
static void
bgp_nodes_add(struct kube_vip *v, json_t *group)
{
	static const char path[] = "spec.announce.bgp.nodeSelector";
	json_t *old = (json_t *)path_get(group, path);
	struct err err;

	if (old == NULL && json_object_size(v->services) > 0)
		path_set(group, path, json_deep_copy(v->services));
	else if (old != NULL && !label_selector_widen(old, v->services, &err)) {
		job_remark(v->job, v->from->label, NULL,
		    "%s: all nodes announce %s", err.text, job_name(group));
		json_decref(path_take(group, path));
	}
}

static void
services(struct kube_vip *v, const struct answering *l)
{
	const struct answering theirs = { .nodes = v->services,
		.interfaces = l->interfaces,
		.always = l->always,
		.stays = l->stays };
	bool any = false;

	for (size_t i = 0; i < v->job->n_made; i++) {
		json_t *group = v->job->made[i].obj;

		if (!kube_vip_made(v->job, &v->job->made[i]))
			continue;
		any = true;
		if (v->bgp)
			bgp_nodes_add(v, group);
		else
			link_add(v->job, v->from->label, &theirs, group);
	}
	if (!any)
		vip_env_remark(&v->env, "svc_enable",
		    "the ConfigMap kubevip, which has the addresses of "
		    "Services, is not in the input: give them together, or "
		    "make a ServiceGroup");
	else if (asks_for_control_plane(v->services))
		vip_env_remark(&v->env, "svc_enable",
		    "nodes with the label " EXCLUDED
		    ", as kubeadm gives it to the control plane, announce no "
		    "Service: take it off where they are to");
}

/* ---- its Lease ---- */

#define HELLO_MAX 10000 /* ms, as of BGPConfiguration.spec.l2 */
#define DEAD_MAX 60000

static int64_t
at_most(int64_t n, int64_t most)
{
	return n < most ? n : most;
}

/* Who misses it for that long has lost it, and that often it is taken anew. */
static void
lease(struct kube_vip *v)
{
	static const char dead[] = "spec.l2.deadInterval";
	int64_t duration, renew, retry;
	bool long_enough =
	    vip_env_number(&v->env, "vip_leaseduration", &duration);
	bool often = vip_env_number(&v->env, "vip_retryperiod", &retry);

	vip_env_number(&v->env, "vip_renewdeadline", &renew);
	if (!v->arp || !long_enough)
		return;
	json_t *ours = job_find(v->job, "BGPConfiguration", "default");

	if (ours == NULL)
		ours = job_make(
		    v->job, v->from->label, "BGPConfiguration", "default");
	if (path_get(ours, dead) != NULL)
		return; /* that of the first counts */
	duration = at_most(duration * 1000, DEAD_MAX);
	retry = at_most(often ? retry * 1000 : duration / 5, HELLO_MAX);
	path_set(ours, "spec.l2.helloInterval",
	    json_integer(at_most(retry, duration / 2)));
	path_set(ours, dead, json_integer(duration));
	vip_env_remark(&v->env, "vip_leaseduration",
	    "an address moves %lld ms after its node is silent, as there; "
	    "without spec.l2 of the BGPConfiguration after 800 ms",
	    (long long)duration);
}

/* ---- all of it ---- */

/* Owned list of one, or of none. */
static json_t *
interface_of(struct kube_vip *v, const char *name)
{
	json_t *said = vip_env_take(&v->env, name), *list = json_array();
	const char *text = json_string_value(said);

	if (text != NULL && strcmp(text, "lo") != 0 && !v->bgp)
		json_array_append_new(list, link_name(text));
	else if (text != NULL && v->bgp)
		vip_env_remark(&v->env, name,
		    "what is announced by BGP is on lbbgp0, or on the "
		    "interface that says so");
	json_decref(said);
	return list;
}

static struct answering
link_of(const json_t *interfaces)
{
	return (struct answering){ .interfaces = interfaces,
		.always = json_array_size(interfaces) > 0,
		.stays = true };
}

/* False: it announces in no way that there is here. */
static bool
way_take(struct kube_vip *v)
{
	v->arp = vip_env_is_on(&v->env, "vip_arp");
	v->bgp = vip_env_is_on(&v->env, "bgp_enable");
	if (v->arp && v->bgp)
		vip_env_remark(&v->env, "vip_arp",
		    "with bgp_enable kube-vip speaks BGP alone");
	v->arp = v->arp && !v->bgp;
	return v->arp || v->bgp;
}

static void
read_all(struct kube_vip *v)
{
	bool plane = vip_env_is_on(&v->env, "cp_enable");
	bool serves = vip_env_is_on(&v->env, "svc_enable");
	json_t *main_list = interface_of(v, "vip_interface");
	json_t *more = interface_of(v, "vip_servicesinterface");
	struct answering l = link_of(main_list);

	if (v->bgp)
		kube_vip_peers(&v->env, v->name, v->nodes);
	lease(v);
	if (plane)
		control_plane(v, &l);
	else
		address_drop(v);
	if (json_array_size(more) > 0)
		l = link_of(more);
	if (serves)
		services(v, &l);
	if (!plane && !serves)
		job_remark(v->job, v->from->label, NULL,
		    "neither cp_enable nor svc_enable: it announces nothing");
	json_decref(main_list);
	json_decref(more);
}

/* pod: of a DaemonSet its template's spec. */
static void
vip_read(struct job *j, struct foreign *f, const json_t *pod, const char *name,
    bool is_static)
{
	struct kube_vip v = { .job = j, .from = f };
	struct err err;

	if (!vip_env_init(&v.env, j, f, pod)) {
		job_dismiss(j, f, "left out: not of a kind that is converted");
		return;
	}
	v.name = xstrdup(name);
	v.nodes = nodes_of(pod, &err);
	f->told = true;
	if (v.nodes == NULL)
		job_remark(
		    j, f->label, NULL, "left out: its nodes: %s", err.text);
	else if (!way_take(&v))
		job_remark(j, f->label, NULL,
		    "left out: neither vip_arp nor bgp_enable");
	v.services =
	    is_static ? with_label(CONTROL_PLANE) : json_incref(v.nodes);
	if (v.nodes != NULL && (v.arp || v.bgp)) {
		if (is_static)
			job_remark(j, f->label, NULL,
			    "a static pod is on the nodes that have its file: "
			    "put what it becomes into the folder that "
			    "lbbgp-bgpd reads there (--source dir:), or give "
			    "it a nodeSelector");
		read_all(&v);
		vip_env_tell_rest(&v.env);
	}
	vip_env_fini(&v.env);
	json_decref(v.nodes);
	json_decref(v.services);
	free(v.name);
}

void
kube_vip_daemon_set(struct job *j, struct foreign *f)
{
	vip_read(j, f, path_get(f->left, "spec.template.spec"), f->name, false);
}

/* As an API server shows a static pod: with the node's name behind its own. */
static char *
own_name(const struct foreign *f)
{
	const char *node = path_text(f->left, "spec.nodeName");
	size_t n = strlen(f->name), m = node != NULL ? strlen(node) : 0;

	if (m > 0 && n > m + 1 && f->name[n - m - 1] == '-' &&
	    strcmp(f->name + n - m, node) == 0)
		n -= m + 1;
	return xasprintf("%.*s", (int)n, f->name);
}

static bool
is_of_daemon_set(const struct foreign *f)
{
	const json_t *owner =
	    json_array_get(path_get(f->left, "metadata.ownerReferences"), 0);
	const char *kind = path_text(owner, "kind");

	return kind != NULL && strcmp(kind, "Node") != 0;
}

/* The same one of another node. */
static bool
is_there(const struct job *j, const struct foreign *f)
{
	const json_t *own = json_object_get(f->left, "spec");
	const struct foreign *other;
	size_t i = 0;

	while ((other = job_next(j, "", "Pod", &i)) != NULL && other != f)
		if (!is_of_daemon_set(other) &&
		    vip_env_same(own, json_object_get(other->left, "spec")))
			return true;
	return false;
}

void
kube_vip_pod(struct job *j, struct foreign *f)
{
	const char *why = is_of_daemon_set(f)
	    ? "left out: of a pod that something else has made, that is to be "
	      "given"
	    : is_there(j, f) ? "left out: it is that of another node"
			     : NULL;

	if (why != NULL) {
		job_dismiss(j, f, why);
		return;
	}
	char *name = own_name(f);

	vip_read(j, f, json_object_get(f->left, "spec"), name, true);
	free(name);
}
