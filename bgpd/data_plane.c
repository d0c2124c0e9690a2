/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the data plane answers: who is asked, and what its answers change.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/health/health_port.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/core.h"
#include "bgpd/vip/vips.h"
#include "common/alloc.h"
#include "common/log.h"

#define KUBE_PROXY "http://127.0.0.1:10256/healthz"

enum { CHECK_DATA_PLANE = 1 }; /* ids of health checks */

/*
 * dataPlaneHealth: without it Auto, which asks kube-proxy, on a cluster, and nobody on
 * a directory. So it is without a BGPConfiguration, too, where there are links.
 */
static const char *
wanted_health_url(const struct bgpd *b, const struct bgp_configuration *config)
{
	bool said = config != NULL && config->has_health;

	if (b->ports.health == NULL ||
	    (config == NULL && !announce_on_links(b->announce)) ||
	    (said ? config->health == HEALTH_NONE : b->options.on_dir))
		return NULL;
	return said && config->health == HEALTH_URL ? config->health_url
						    : KUBE_PROXY;
}

/*
 * Services are not in the first state before the data plane has answered, or the time
 * for it is over. An End-of-RIB before then would make routers that kept our routes
 * over a restart drop those of Services, all at once on each node.
 */
void
bgpd_hold_end(struct bgpd *b)
{
	if (b->listed)
		adjout_hold(b->adjout,
		    health_is_pending(&b->health) ||
			announce_is_busy(b->announce));
}

/* url NULL: nobody is asked any more. */
static void
ask_another(
    struct bgpd *b, const struct bgp_configuration *config, const char *url)
{
	const struct health_port *port = b->ports.health;

	if (b->health_url != NULL)
		port->forget(port->arg, CHECK_DATA_PLANE);
	b->asked = false;
	free(b->health_url);
	b->health_url = xstrdup(url);
	jobs_unmark(&b->jobs, JOB_HEALTH);
	if (url == NULL)
		return;
	health_start(&b->health,
	    config == NULL || config->health == HEALTH_AUTO, bgpd_now(b));
	bgpd_mark_health(b);
}

void
bgpd_apply_health(struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	const char *url = wanted_health_url(b, config);
	bool pending = health_is_pending(&b->health);

	if (url == NULL)
		health_stop(&b->health);
	if (url == NULL || b->health_url == NULL ||
	    strcmp(url, b->health_url) != 0)
		ask_another(b, config, url);
	announce_data_plane_changed(b->announce, health_is_up(&b->health));
	if (pending)
		bgpd_mark_guard(b);
	bgpd_hold_end(b);
}

/* Who has said nothing by the next question has not answered the last one. */
uint64_t
bgpd_run_health(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	const struct health_port *port = b->ports.health;
	const struct health_question question = { .ask = HEALTH_ASK_HTTP,
		.timeout = HEALTH_TIMEOUT,
		.url = b->health_url };

	if (b->asked)
		bgpd_probed(b, CHECK_DATA_PLANE, "no answer");
	b->asked = true;
	port->ask(port->arg, CHECK_DATA_PLANE, &question);
	return now + HEALTH_INTERVAL;
}

void
bgpd_probed(struct bgpd *b, uint32_t id, const char *why)
{
	bool was = health_is_up(&b->health);
	bool pending = health_is_pending(&b->health);

	if (id != CHECK_DATA_PLANE)
		vips_answered(b->vips, id, why);
	if (b->health_url == NULL || id != CHECK_DATA_PLANE)
		return;
	b->asked = false;
	health_answer(&b->health, why == NULL, bgpd_now(b));
	bool is = health_is_up(&b->health);

	if (pending)
		bgpd_mark_guard(b);
	if (was == is) {
		bgpd_hold_end(b);
		return;
	}
	if (health_is_unknown(&b->health))
		log_warn("data plane: %s has never answered; nothing is held "
			 "back for it",
		    b->health_url);
	else
		log_info("data plane: %s %s", b->health_url,
		    is ? "answers" : "does not answer: Services withdrawn");
	announce_data_plane_changed(b->announce, is);
	bgpd_hold_end(b);
	bgpd_mark_status(b);
}
