/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/lead/lease.h"
#include "common/args.h"
#include "common/daemon_args.h"
#include "common/err.h"
#include "common/http_io.h"

static bool
dashboard_check(const char *where, struct err *err)
{
	return strcmp(where, "off") == 0 || http_where_check(where, err) ||
	    err_prefix(err, "--dashboard: ");
}

/* "true" or "false". */
static bool
truths_check(const struct allocator_args *o, struct err *err)
{
	const struct {
		const char *name, *value;
	} rows[] = {
		{ "default-class", o->default_class },
		{ "leader-elect", o->elect },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].value, "true") != 0 &&
		    strcmp(rows[i].value, "false") != 0)
			return err_set(err,
			    "--%s: %.60s: neither true nor false", rows[i].name,
			    rows[i].value);
	return true;
}

/* Whole seconds, as a Lease has them. */
static bool
seconds_read(struct allocator_args *o, struct err *err)
{
	struct leader_times *t = &o->times;
	const struct {
		const char *name, *value;
		uint32_t least, most; /* s */
		uint32_t *ms;
	} rows[] = {
		{ "lease-duration", o->lease, 1, LEASE_DURATION_MOST,
		    &t->lease },
		{ "renew-deadline", o->renew, 1, 3600, &t->renew },
		{ "retry-period", o->retry, 1, 3600, &t->retry },
		{ "cooldown", o->cooldown, 0, 1000000, &o->cooldown_ms },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *end;
		unsigned long s = strtoul(rows[i].value, &end, 10);

		if (end == rows[i].value || *end != '\0' || s < rows[i].least ||
		    s > rows[i].most)
			return err_set(err, "--%s: %.60s: not %u to %u seconds",
			    rows[i].name, rows[i].value, rows[i].least,
			    rows[i].most);
		*rows[i].ms = (uint32_t)s * 1000;
	}
	return true;
}

static bool
options_check(struct allocator_args *o, struct err *err)
{
	if (o->source == NULL)
		return err_set(err, "--source is missing: kube or dir:PATH");
	return instance_check(&o->instance, err) && truths_check(o, err) &&
	    https_given_check(&o->https, o->source, err) &&
	    dashboard_check(o->dashboard, err) && seconds_read(o, err) &&
	    leader_times_check(&o->times, err);
}

bool
options_read(struct allocator_args *o, int argc, char **argv, int *code)
{
	const struct args_option rows[] = {
		SOURCE_ROWS(&o->source, &o->kubeconfig),
		METRICS_ROW(&o->metrics, METRICS),
		HTTPS_ROWS(&o->https),
		{ .name = "dashboard",
		    .value = "ADDR:PORT",
		    .help = "where a page for people is, for whoever reaches "
			    "it, or off (default: " DASHBOARD ")",
		    .text = &o->dashboard },
		INSTANCE_ROWS(&o->instance, "our Lease and pods"),
		{ .name = "default-class",
		    .value = "BOOL",
		    .help = "whether Services without a loadBalancerClass are "
			    "ours: true (the default) or false",
		    .text = &o->default_class },
		{ .name = "leader-elect",
		    .value = "BOOL",
		    .help = "whether there may be others on this cluster, of "
			    "which one decides: true (the default) or false",
		    .text = &o->elect },
		{ .name = "lease-duration",
		    .value = "SECONDS",
		    .help = "another takes over when the leader was silent so "
			    "long (default: 15)",
		    .text = &o->lease },
		{ .name = "renew-deadline",
		    .value = "SECONDS",
		    .help = "the leader stops when it could not renew its "
			    "lease so long (default: 10)",
		    .text = &o->renew },
		{ .name = "retry-period",
		    .value = "SECONDS",
		    .help = "between two tries (default: 2)",
		    .text = &o->retry },
		{ .name = "cooldown",
		    .value = "SECONDS",
		    .help = "how long the address of a deleted Service is "
			    "spared for its namesake (default: 3600, 0: off)",
		    .text = &o->cooldown },
		USER_ROW(&o->user),
		CHECK_ROW(&o->check),
		ARGS_LOG_ROWS,
		{ 0 },
	};
	const struct args_program program = {
		.name = "lbbgp-allocator",
		.usage = "--source SOURCE [OPTION]...",
		.about =
		    "Gives addresses from ServiceGroups to Services of type "
		    "LoadBalancer.",
		.options = rows,
		.footer = "SIGTERM and SIGINT end it, SIGHUP reads everything "
			  "again. --check ends with 3 when\n"
			  "something is refused.",
	};
	struct err err;

	if (args_parse(&program, argc, argv, code) < 0)
		return false;
	*code = EXIT_USAGE;
	if (options_check(o, &err))
		return true;
	fprintf(stderr, "lbbgp-allocator: %s\n", err.text);
	return false;
}
