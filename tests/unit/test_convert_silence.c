/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing is passed over in silence: of each tests/convert/NAME.yaml every
 * field and every object is taken out in turn, and a field that nobody knows is
 * put into every object of it. Each time what comes out, or what is told of it,
 * has to be something else.
 */
#include <fnmatch.h>
#include <glob.h>

#include "tests/test.h"
#include "tests/unit/conversions.h"

#define STRANGER "strangerToAll"

#define RUN "how the program is run"
#define LEASE "no Lease says who holds an address"
#define ENV(name, value) "{\"name\": \"" name "\", \"value\": \"" value "\"}"

/*
 * What may go without a trace, by kind, path and value (NULL: any): what it says
 * is what holds without it, in the other system as here.
 */
static const struct {
	const char *kind, *path, *value, *why;
} idle[] = {
	{ "*", "metadata.namespace", NULL, "our kinds have none" },
	{ "*", "status*", NULL, "what the other system found" },
	{ "AddressPool", "spec.protocol", "\"bgp\"", "the default" },
	{ "BGPAdvertisement", "metadata.name", NULL, "for people" },
	{ "BGPAdvertisement", "spec.aggregationLength", "32", "the default" },
	{ "ConfigMap", "data.config.address-pools*.protocol", "\"bgp\"",
	    "the default" },
	{ "ConfigMap", "data.config.*.aggregation-length", "32",
	    "the default" },
	{ "BGPFilter", "spec.import*.source", NULL,
	    "whoever gives a route is a peer" },
	{ "BGPPeer", "spec.nodeSelector", "\"all()\"", "the default" },
	{ "BGPPeer", "spec.passwordSecret.namespace", "\"metallb-system\"",
	    "where it has to be" },
	{ "CiliumBGPAdvertisement", "spec.advertisements*.selector.*", NULL,
	    "one for all Services; others are told as they are" },
	{ "CiliumBGPClusterConfig", "spec.bgpInstances*.name", NULL,
	    "for people" },
	{ "CiliumBGPPeeringPolicy", "*.gracefulRestart*", NULL,
	    "disabled; elsewhere it is not, and told" },
	{ "CiliumLoadBalancerIPPool", "spec.allowFirstLastIPs", "\"Yes\"",
	    "the default" },
	{ "CiliumLoadBalancerIPPool", "spec.serviceSelector*",
	    "{\"key\": \"io.kubernetes.service.name\", \"operator\": "
	    "\"Exists\"}",
	    "true of all Services" },
	{ "Community", "metadata.name", NULL, "for people" },
	{ "L2Advertisement", "metadata.name", NULL, "for people" },
	{ "IPPool", "spec.blockSize", NULL,
	    "how addresses are kept, not which" },
	{ "IPPool", "spec.nodeSelector", "\"all()\"", "the default" },
	{ "ServiceGroup", "*aggregation", "\"default\"", "the default" },
	{ "ServiceGroup", "*aggregation", "\"\"", "the default" },
	{ "ServiceGroup", "spec.netbox.*", NULL, "told as a whole" },
	{ "IPAddressPool", "metadata.labels.zone", "\"a\"",
	    "a selector asks for another value" },
	/* How a program is run, of which the environment says all else. */
	{ "DaemonSet", "metadata.labels*", NULL, RUN },
	{ "DaemonSet", "spec.selector*", NULL, RUN },
	{ "DaemonSet", "spec.template.metadata*", NULL, RUN },
	{ "DaemonSet", "spec.template.spec.hostNetwork", NULL, RUN },
	{ "DaemonSet", "spec." STRANGER, NULL, RUN },
	{ "DaemonSet", "spec.template." STRANGER, NULL, RUN },
	{ "DaemonSet", "spec.template.spec." STRANGER, NULL, RUN },
	{ "DaemonSet", "*affinity." STRANGER, NULL, RUN },
	{ "DaemonSet", "*Affinity." STRANGER, NULL, RUN },
	{ "DaemonSet", "*Execution." STRANGER, NULL, RUN },
	{ "Pod", "metadata.ownerReferences*", NULL, RUN },
	{ "Pod", "spec." STRANGER, NULL, RUN },
	{ "*", "*.containers???.name", NULL, RUN },
	{ "*", "*.containers???.image", NULL, RUN },
	{ "*", "*.containers???.args", "[\"manager\"]", RUN },
	{ "*", "*.containers???.args???", "\"manager\"", RUN },
	{ "*", "*.containers???." STRANGER, NULL, RUN },
	{ "*", "*.valueFrom*" STRANGER, NULL, RUN },
	{ "DaemonSet", "*.nodeSelectorTerms*",
	    "{\"matchExpressions\": [{\"key\": "
	    "\"node-role.kubernetes.io/master\", \"operator\": \"Exists\"}]}",
	    "the control plane's label of old, beside that of today" },
	{ "*", "*.env*", ENV("port", "6443"), "the default" },
	{ "*", "*.env*", ENV("vip_interface", ""), "the default" },
	{ "*", "*.env*", ENV("vip_ddns", "false"), "the default" },
	{ "*", "*.env*", ENV("vip_renewdeadline", "3"),
	    "between the two other times" },
	{ "*", "*.env*", ENV("vip_retryperiod", "1"),
	    "a fifth of the duration without it" },
	{ "*", "*.env*", ENV("vip_leaseduration", "15"), "of no use to BGP" },
	{ "*", "*.env*", ENV("cp_namespace", "kube-system"), LEASE },
	{ "*", "*.env*", ENV("svc_leasename", "plndr-svcs-lock"), LEASE },
	{ "*", "*.env*", ENV("svc_election", "true"), LEASE },
	{ "*", "*.env*", ENV("vip_leaderelection", "true"), LEASE },
	{ "*", "*.env*", ENV("vip_leasename", "plndr-cp-lock"), LEASE },
	{ "*", "*.env*",
	    "{\"name\": \"vip_nodename\", \"valueFrom\": {\"fieldRef\": "
	    "{\"fieldPath\": \"spec.nodeName\"}}}",
	    LEASE },
	{ "*", "*.env*",
	    "{\"name\": \"bgp_routerid\", \"valueFrom\": {\"fieldRef\": "
	    "{\"fieldPath\": \"status.podIP\"}}}",
	    "the default" },
	{ "ConfigMap", "data.allow-share-test", "\"false\"", "the default" },
	/* Of a list in which they stand twice. */
	{ "BGPConfiguration", "spec.prefixAdvertisements*.communities*",
	    "\"good\"", "twice" },
	{ "CiliumLoadBalancerIPPool", "spec.serviceSelector*values*", "\"a\"",
	    "twice" },
	{ "IPAddressPool", "spec.serviceAllocation.namespaces*", "\"team-a\"",
	    "twice" },
	{ "IPAddressPool", "spec.serviceAllocation.namespaceSelectors*",
	    "\"web\"", "twice" },
};

/* ---- where we are ---- */

struct walk {
	json_t *docs;   /* owned */
	json_t *data;   /* of a ConfigMap, whose text … */
	json_t *inside; /* … says this; both NULL: not at hand */
	char *before;   /* owned: what comes out of all of it */
	char *kind;     /* owned: of the object at hand */
	char *label;    /* owned: its beginning of remarks about all of it */
	unsigned tried; /* changes */
	unsigned silent;
};

static char *
outcome(const json_t *docs)
{
	struct convert *c = converted(docs);
	char *out = printed(c), *told = remarks(c);
	char *all = xasprintf("%s\n%s", out, told);

	convert_free(c);
	free(told);
	free(out);
	return all;
}

static bool
is_idle(const struct walk *w, const char *path, const json_t *v)
{
	bool found = false;

	for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++) {
		json_t *same = idle[i].value != NULL
		    ? json_loads(idle[i].value, JSON_DECODE_ANY, NULL)
		    : NULL;

		assert_true(idle[i].value == NULL || same != NULL);
		found = found ||
		    (fnmatch(idle[i].kind, w->kind, 0) == 0 &&
			fnmatch(idle[i].path, path, 0) == 0 &&
			(same == NULL || json_equal(v, same)));
		json_decref(same);
	}
	return found;
}

static const char *
text(const json_t *obj, const char *key)
{
	const char *t = json_string_value(json_object_get(obj, key));

	return t != NULL ? t : "";
}

/*
 * Peers within an object are told by their name: is this one left out as a
 * whole?
 */
static bool
is_peer_left_out(const struct walk *w, const json_t *item)
{
	const char *name = text(item, "name");
	const char *address = text(item, "peerAddress");
	const char *policy = strchr(w->label, ' ') + 1;
	char *line = name[0] != '\0'
	    ? xasprintf("\n%s peer %s: ", w->label, name)
	    : xasprintf("\n%s peer %s-%.*s: ", w->label, policy,
		  (int)strcspn(address, "/"), address);
	const char *at = strstr(w->before, line);
	bool out = false;

	for (; at != NULL; at = strstr(at + 1, line)) {
		const char *end = strchr(at + 1, '\n');
		const char *word = strstr(at, "left out");

		out = out || (word != NULL && word < end);
	}
	free(line);
	return out;
}

/*
 * Is the object left out as a whole, which tells of its fields as well, or laid
 * over another one?
 */
static bool
is_left_out(const struct walk *w)
{
	const char *name = strrchr(w->label, ' ') + 1;
	char *lines[] = { xasprintf("\n%s: left out", w->label),
		xasprintf("\n%s: the %s %s is left out", w->label, w->kind,
		    name + strcspn(name, "/") + (strchr(name, '/') != NULL)),
		xasprintf(
		    "%s: it stands there twice", name + strcspn(name, "/")) };
	bool there = false;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		there = there || strstr(w->before, lines[i]) != NULL;
		free(lines[i]);
	}
	return there;
}

static void
compare(struct walk *w, const char *what, const char *path)
{
	if (w->data != NULL) {
		char *yaml = json_dumps(w->inside, 0); /* JSON is YAML */

		json_object_set_new(w->data, "config", json_string(yaml));
		free(yaml);
	}
	char *now = outcome(w->docs);

	w->tried++;
	if (strcmp(now, w->before) == 0) {
		print_message(
		    "# %s: %s %s: nobody notices\n", w->label, what, path);
		w->silent++;
	}
	free(now);
}

/* ---- every value below v goes and comes back ---- */

static void each_goes(struct walk *w, json_t *v, const char *path);

static void
key_goes(struct walk *w, json_t *v, const char *key, const char *path)
{
	json_t *old = json_copy(v); /* with its keys in their order */
	char *deeper = xasprintf("%s%s%s", path, path[0] ? "." : "", key);

	if (!is_idle(w, deeper, json_object_get(v, key))) {
		json_object_del(v, key);
		compare(w, "without", deeper);
		json_object_clear(v);
		json_object_update(v, old);
		each_goes(w, json_object_get(v, key), deeper);
	}
	free(deeper);
	json_decref(old);
}

static void
item_goes(struct walk *w, json_t *v, size_t i, const char *path)
{
	json_t *item = json_incref(json_array_get(v, i));
	char *deeper = xasprintf("%s[%zu]", path, i);

	if (!is_idle(w, deeper, item)) {
		json_array_remove(v, i);
		compare(w, "without", deeper);
		json_array_insert(v, i, item);
		if (!is_peer_left_out(w, item))
			each_goes(w, item, deeper);
	}
	free(deeper);
	json_decref(item);
}

static void
stranger_comes(struct walk *w, json_t *v, const char *path)
{
	char *deeper = xasprintf("%s." STRANGER, path);

	if (strncmp(path, "metadata", 8) != 0 && !is_idle(w, deeper, NULL)) {
		json_object_set_new(v, STRANGER, json_string("x"));
		compare(w, "with a stranger in", path);
		json_object_del(v, STRANGER);
	}
	free(deeper);
}

static void
each_goes(struct walk *w, json_t *v, const char *path)
{
	json_t *keys = json_is_object(v) ? json_copy(v) : NULL, *below;
	const char *key;

	json_object_foreach (keys, key, below)
		key_goes(w, v, key, path);
	for (size_t i = 0; i < json_array_size(v); i++)
		item_goes(w, v, i, path);
	if (json_is_object(v))
		stranger_comes(w, v, path);
	json_decref(keys);
}

/* ---- objects ---- */

/* MetalLB's configuration of old is a text in a ConfigMap. */
static void
text_try(struct walk *w, json_t *data)
{
	json_t *was = json_incref(json_object_get(data, "config"));
	struct err err;

	if (was != NULL && !is_left_out(w)) {
		w->inside = yaml_parse(
		    json_string_value(was), json_string_length(was), 1, &err);
		w->data = data;
		each_goes(w, w->inside, "data.config");
		w->data = NULL;
		json_decref(w->inside);
		json_object_set(data, "config", was);
	}
	json_decref(was);
}

/* What an API server wants of every object is not tried. */
static void
object_try(struct walk *w, json_t *obj)
{
	static const char *const parts[] = { "metadata", "spec", "data" };
	json_t *meta = json_object_get(obj, "metadata");
	const char *ns = text(meta, "namespace");

	w->kind = xstrdup(text(obj, "kind"));
	w->label = xasprintf(
	    "%s %s%s%s", w->kind, ns, ns[0] ? "/" : "", text(meta, "name"));
	for (size_t i = 0; !is_left_out(w) && i < 3; i++) {
		json_t *part = json_object_get(obj, parts[i]);

		if (part != NULL)
			each_goes(w, part, parts[i]);
	}
	text_try(w, json_object_get(obj, "data"));
	free(w->label);
	free(w->kind);
}

/* docs are objects, and Lists of them. */
static void
objects_try(struct walk *w, json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *obj = json_incref(json_array_get(list, i));
		json_t *items = json_object_get(obj, "items");

		if (strcmp(text(obj, "kind"), "Service") == 0) {
			json_decref(obj); /* it stays as it is */
			continue;
		}
		json_array_remove(list, i);
		w->label = xasprintf("%s %s", text(obj, "kind"),
		    text(json_object_get(obj, "metadata"), "name"));
		compare(w, "without", "the whole");
		free(w->label);
		json_array_insert(list, i, obj);
		if (items != NULL)
			objects_try(w, items);
		else
			object_try(w, obj);
		json_decref(obj);
	}
}

static void
nothing_of_it_goes_in_silence(void **state)
{
	struct walk w = { .docs = documents_of(*state) };

	w.before = outcome(w.docs);
	objects_try(&w, w.docs);
	if (w.silent > 0)
		fail_msg("%u of %u changes go unnoticed", w.silent, w.tried);
	free(w.before);
	json_decref(w.docs);
}

int
main(void)
{
	enum { ROOM = 64 };
	struct CMUnitTest tests[ROOM];
	char *pattern = source_path("tests/convert/*.yaml");
	glob_t found = { 0 };
	size_t n = 0;

	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && n < ROOM; i++)
			tests[n++] = (struct CMUnitTest){
				strrchr(found.gl_pathv[i], '/') + 1,
				nothing_of_it_goes_in_silence, NULL, NULL,
				found.gl_pathv[i]
			};
	free(pattern);
	int failed = n == 0 /* they are not where they should be */
	    ? 1
	    : _cmocka_run_group_tests("silence", tests, n, NULL, NULL);

	globfree(&found);
	return failed;
}
