/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of /proc and /sys are read once, from top to bottom: numbers, links and the
 * default routes by which they lead out, who listens, and which programs there are. All
 * of it is below a root, so that a test makes its own. What can't be opened is unseen,
 * which is no error: this runs on a node, in the daemon's pod, or by who may not look.
 *
 * Who listens is found as ss does it: the socket's inode in the table of TCP, and the
 * process that has it open.
 */
#include "cli/doctor_io.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/client_io.h"
#include "cli/doctor.h"
#include "cli/findings.h"
#include "cli/probe_io.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/err.h"
#include "common/json.h"

#define LINE 1024 /* of a table in /proc/net */

/* ---- files ---- */

__attribute__((format(printf, 2, 3))) static FILE *
file_open(const char *root, const char *fmt, ...)
{
	char *path, *whole;
	va_list ap;

	va_start(ap, fmt);
	path = xvasprintf(fmt, ap);
	va_end(ap);
	whole = xasprintf("%s%s", root, path);
	FILE *file = fopen(whole, "re");

	free(whole);
	free(path);
	return file;
}

/* Of a file that is closed here; NULL, or one without a number: FACT_UNSEEN. */
static int64_t
number_in(FILE *file, int base)
{
	char text[32] = "", *end = text;
	int64_t value = FACT_UNSEEN;

	if (file == NULL)
		return FACT_UNSEEN;
	if (fgets(text, sizeof(text), file) != NULL)
		value = strtoll(text, &end, base);
	fclose(file);
	return end == text ? FACT_UNSEEN : value;
}

static int64_t
sysctl(const char *root, const char *name)
{
	return number_in(file_open(root, "/proc/sys/net/%s", name), 10);
}

/* ---- links ---- */

#define FLAG_UP 0x1 /* IFF_UP */

static struct doctor_link *
link_find(struct doctor_seen *seen, const char *name)
{
	for (size_t i = 0; i < seen->facts.n_links; i++)
		if (strcmp(seen->links[i].name, name) == 0)
			return &seen->links[i];
	return NULL;
}

static void
link_see(struct doctor_seen *seen, const char *root, const char *name)
{
	int64_t mtu =
	    number_in(file_open(root, "/sys/class/net/%s/mtu", name), 10);
	int64_t flags =
	    number_in(file_open(root, "/sys/class/net/%s/flags", name), 16);
	struct doctor_link link = { .mtu = (int)mtu,
		.rp_filter = (int)number_in(
		    file_open(
			root, "/proc/sys/net/ipv4/conf/%s/rp_filter", name),
		    10),
		.up = flags != FACT_UNSEEN && (flags & FLAG_UP) != 0 };

	if (mtu == FACT_UNSEEN || strlen(name) >= sizeof(link.name))
		return; /* bonding_masters is no link */
	strcpy(link.name, name);
	seen->links = xrealloc(
	    seen->links, seen->facts.n_links + 1, sizeof(seen->links[0]));
	seen->links[seen->facts.n_links++] = link;
}

static void
links_see(struct doctor_seen *seen, const char *root)
{
	char *path = xasprintf("%s/sys/class/net", root);
	DIR *dir = opendir(path);
	const struct dirent *entry;

	free(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			link_see(seen, root, entry->d_name);
	if (dir != NULL)
		closedir(dir);
	seen->facts.links = seen->links;
}

#define ROUTE_UP 0x1 /* RTF_… */
#define ROUTE_REJECT 0x200

static bool
is_in_use(unsigned flags)
{
	return (flags & ROUTE_UP) != 0 && (flags & ROUTE_REJECT) == 0;
}

/* A default route. */
static void
way_out_see(struct doctor_seen *seen, const char *link)
{
	struct doctor_link *l = link_find(seen, link);

	if (l != NULL && strcmp(link, "lo") != 0)
		l->leads_out = true;
}

static void
route_add(struct doctor_seen *seen, const struct doctor_route *route)
{
	seen->routes = xrealloc(
	    seen->routes, seen->facts.n_routes + 1, sizeof(seen->routes[0]));
	seen->routes[seen->facts.n_routes++] = *route;
}

static void
routes_see_v4(struct doctor_seen *seen, const char *root)
{
	FILE *file = file_open(root, "/proc/net/route");
	char line[LINE];
	struct doctor_route r;
	uint32_t to, mask; /* as they are in memory: in network byte order */
	unsigned flags;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "%15s %" SCNx32 " %*x %x %*d %*d %d %" SCNx32,
			r.link, &to, &flags, &r.metric, &mask) != 5 ||
		    !is_in_use(flags))
			continue;
		r.to = (struct prefix){ addr_from(FAMILY_V4, (uint8_t *)&to),
			(uint8_t)__builtin_popcount(mask) };
		route_add(seen, &r);
		if (r.to.len == 0)
			way_out_see(seen, r.link);
	}
	if (file != NULL)
		fclose(file);
	seen->facts.routes = seen->routes;
}

static void
routes_see_v6(struct doctor_seen *seen, const char *root)
{
	FILE *file = file_open(root, "/proc/net/ipv6_route");
	char line[LINE], name[16];
	unsigned length, flags;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "%*s %x %*s %*x %*s %*x %*x %*x %x %15s",
			&length, &flags, name) == 3 &&
		    length == 0 && is_in_use(flags))
			way_out_see(seen, name);
	if (file != NULL)
		fclose(file);
}

/* ---- programs ---- */

static void
program_add(struct doctor_seen *seen, const char *name)
{
	for (size_t i = 0; i < seen->n_programs; i++)
		if (strcmp(seen->programs[i], name) == 0)
			return;
	seen->programs = xrealloc(
	    seen->programs, seen->n_programs + 2, sizeof(seen->programs[0]));
	seen->programs[seen->n_programs++] = xstrdup(name);
	seen->programs[seen->n_programs] = NULL;
}

/* "net:[4026531840]" of the process; "": it may not be seen. */
static void
network_of(const char *root, const char *pid, char name[32])
{
	char *path = xasprintf("%s/proc/%s/ns/net", root, pid);
	ssize_t n = readlink(path, name, 31);

	name[n > 0 ? n : 0] = '\0';
	free(path);
}

/* What runs in a pod's own network has nothing to do with this node's. */
static bool
is_elsewhere(const char *root, const char *pid)
{
	char its[32], ours[32];

	network_of(root, pid, its);
	network_of(root, "self", ours);
	return its[0] != '\0' && ours[0] != '\0' && strcmp(its, ours) != 0;
}

/* Its name, 15 octets at most; false: it has gone. */
static bool
program_name(const char *root, const char *pid, char name[16])
{
	FILE *file = file_open(root, "/proc/%s/comm", pid);
	bool read = file != NULL && fgets(name, 16, file) != NULL;

	if (file != NULL)
		fclose(file);
	if (read)
		name[strcspn(name, "\n")] = '\0';
	return read;
}

/* It has ended: then its network can't be read either, which tells nothing. */
static bool
is_over(const char *root, const char *pid)
{
	FILE *file = file_open(root, "/proc/%s/stat", pid);
	char line[LINE] = "", name[16];
	const char *state;

	if (file == NULL)
		return !program_name(root, pid, name);
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	fclose(file);
	state = strrchr(line, ')'); /* its name may have any octet */
	return state == NULL || state[1] != ' ' || state[2] == 'Z' ||
	    state[2] == 'X';
}

/* Has the process this socket? Whoever may not look sees none. */
static bool
has_socket(const char *root, const char *pid, uint64_t inode)
{
	char *path = xasprintf("%s/proc/%s/fd", root, pid);
	char *want = xasprintf("socket:[%" PRIu64 "]", inode);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool has = false;

	while (!has && dir != NULL && (entry = readdir(dir)) != NULL) {
		char target[64];
		ssize_t n = readlinkat(
		    dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		has = strcmp(target, want) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	free(want);
	free(path);
	return has;
}

/* inode: of the socket that listens; 0: there is none. */
static void
programs_see(struct doctor_seen *seen, const char *root, uint64_t inode)
{
	char *path = xasprintf("%s/proc", root);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	char name[16];

	free(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !program_name(root, entry->d_name, name))
			continue;
		if (!is_elsewhere(root, entry->d_name) &&
		    !is_over(root, entry->d_name))
			program_add(seen, name);
		if (inode != 0 && seen->facts.listener.program[0] == '\0' &&
		    has_socket(root, entry->d_name, inode))
			memcpy(seen->facts.listener.program, name, 16);
		/* It is not in any container. */
		if (strcmp(name, "kthreadd") == 0)
			seen->facts.sees_all = true;
	}
	if (dir != NULL)
		closedir(dir);
	seen->facts.programs = (const char *const *)seen->programs;
}

#define PORT 179
#define LISTENS 0x0a /* TCP_LISTEN */

/* The inode of a socket that listens on the port; 0: there is none. */
static uint64_t
listener_find(FILE *file)
{
	char line[LINE];
	unsigned port, state;
	uint64_t inode, found = 0;

	while (file != NULL && found == 0 &&
	    fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line,
			"%*d: %*[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*d %*d "
			"%" SCNu64,
			&port, &state, &inode) == 3 &&
		    port == PORT && state == LISTENS)
			found = inode;
	return found;
}

static uint64_t
listener_see(struct doctor_seen *seen, const char *root)
{
	static const char *const tables[] = { "tcp", "tcp6" };
	uint64_t inode = 0;

	for (size_t i = 0; i < 2 && inode == 0; i++) {
		FILE *file = file_open(root, "/proc/net/%s", tables[i]);

		if (file == NULL)
			continue;
		seen->facts.listener.seen = true;
		inode = listener_find(file);
		fclose(file);
	}
	seen->facts.listener.any = inode != 0;
	return inode;
}

void
doctor_see(struct doctor_seen *seen, const char *root)
{
	*seen = (struct doctor_seen){ 0 };
	struct doctor_facts *f = &seen->facts;

	f->forward_v4 = (int)sysctl(root, "ipv4/ip_forward");
	f->forward_v6 = (int)sysctl(root, "ipv6/conf/all/forwarding");
	f->disable_v6 = (int)sysctl(root, "ipv6/conf/all/disable_ipv6");
	f->rp_filter = (int)sysctl(root, "ipv4/conf/all/rp_filter");
	f->arp_ignore = (int)sysctl(root, "ipv4/conf/all/arp_ignore");
	f->tracked = sysctl(root, "netfilter/nf_conntrack_count");
	f->tracked_most = sysctl(root, "netfilter/nf_conntrack_max");
	links_see(seen, root);
	routes_see_v4(seen, root);
	routes_see_v6(seen, root);
	programs_see(seen, root, listener_see(seen, root));
}

void
doctor_seen_fini(struct doctor_seen *seen)
{
	for (size_t i = 0; i < seen->n_programs; i++)
		free(seen->programs[i]);
	free(seen->programs);
	free(seen->links);
	free(seen->routes);
	*seen = (struct doctor_seen){ 0 };
}

/* ---- the daemon ---- */

/* Owned; NULL and err: it does not answer, or refuses. */
static json_t *
ask(const char *socket, const char *what, struct err *err)
{
	char *line = xasprintf("{\"version\":1,\"request\":\"%s\"}", what);
	char *text = client_ask(socket, line, err);
	json_t *reply =
	    text != NULL ? json_parse(text, strlen(text), err) : NULL;
	const char *refusal =
	    json_string_value(json_object_get(reply, "error"));

	free(line);
	free(text);
	if (refusal == NULL)
		return reply;
	err_set(err, "%s", refusal);
	json_decref(reply);
	return NULL;
}

/* Those of its peers that have an address; owned, borrows from the reply. */
static struct doctor_probe *
probes_make(const json_t *neighbors, size_t *n)
{
	const json_t *list = json_object_get(neighbors, "neighbors");
	struct doctor_probe *probes =
	    xcalloc(json_array_size(list) + 1, sizeof(*probes));

	*n = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *peer = json_array_get(list, i);
		struct doctor_probe p = { .name = json_text(peer, "name"),
			.address = json_text(peer, "address"),
			.local = json_text(peer, "localAddress"),
			.port = (int)json_integer_value(
			    json_object_get(peer, "port")),
			.up = strcmp(json_text(peer, "state"), "Established") ==
			    0 };

		if (p.address[0] != '\0')
			probes[(*n)++] = p;
	}
	return probes;
}

bool
doctor_instance(const char *socket, char **class, char **ns)
{
	struct err ignored;
	json_t *status = ask(socket, "status", &ignored);

	*class = xstrdup(json_text(status, "class"));
	*ns = xstrdup(json_text(status, "namespace"));
	json_decref(status);
	if (instance_check(&(struct instance){ *ns, *class }, &ignored))
		return true;
	free(*class);
	free(*ns);
	return false;
}

/* As the daemon says, which versions before don't; ns goes before it. */
static struct instance
instance_of(const json_t *status, const char *ns)
{
	struct instance of = instance_default;
	const char *class = json_text(status, "class");
	const char *its = json_text(status, "namespace");

	if (class[0] != '\0')
		of.class = class;
	if (ns != NULL)
		of.ns = ns;
	else if (its[0] != '\0')
		of.ns = its;
	return of;
}

char *
doctor_carry_out(
    const char *socket, const char *version, bool probe, const char *ns)
{
	struct doctor_seen seen;
	struct err err;
	json_t *neighbors = NULL, *status = ask(socket, "status", &err);
	const struct instance of = instance_of(status, ns);
	struct findings findings = { .of = &of };
	struct doctor_probe *probes = NULL;

	if (status != NULL)
		neighbors = ask(socket, "neighbors", &err);
	const struct json_at status_at = json_at_root(status);
	const struct json_at neighbors_at = json_at_root(neighbors);

	doctor_see(&seen, "");
	seen.facts.version = version;
	if (neighbors != NULL) {
		seen.facts.status = &status_at;
		seen.facts.neighbors = &neighbors_at;
	} else
		seen.facts.silence = err.text;
	if (probe) {
		seen.facts.probed = true;
		probes = probes_make(neighbors, &seen.facts.n_probes);
		probe_peers(probes, seen.facts.n_probes);
		seen.facts.probes = probes;
	}
	doctor_examine(&seen.facts, &findings);
	char *reply = doctor_reply(&findings);

	findings_fini(&findings);
	doctor_seen_fini(&seen);
	free(probes);
	json_decref(status);
	json_decref(neighbors);
	return reply;
}
