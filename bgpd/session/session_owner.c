/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the owner of a session has done with it, and asks about it. Each verb ends or
 * starts both conns, says why, and leaves the rest to session.c.
 *
 * One that was stopped (session_stop(), session_leave()) or blocked, which names what
 * is missing, stays down until session_start(). A reset is a stop and a start; a
 * suspended one was stopped and comes back by itself, later. The owner may call any of
 * them while it is told of an end, so a verb that goes on behind one looks whether the
 * session was blocked meanwhile.
 */
#include "bgpd/session/session.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/session/session_state.h"
#include "bgpd/wire/open.h"
#include "common/log.h"

/* Of the run before; whether the peer takes long-lived ones nobody has told yet. */
static void
session_expect(struct session *s, uint64_t now)
{
	const struct restart_config *r = &s->config->restart;

	if (!r->on || !s->restarting || !s->forwarding)
		return;
	retry_await(&s->retry, now + r->time * 1000u, 0);
	s->kept_until = now + (r->time + (uint64_t)r->long_lived) * 1000;
}

void
session_start(struct session *s, uint64_t now)
{
	if (s->started)
		return;
	s->started = true;
	s->blocked = false;
	session_forgive(s);
	retry_clear(&s->retry);
	session_expect(s, now);
	session_begin(s, now);
	session_show(s, now);
}

typedef void
conn_end(struct conn *, uint8_t subcode, const char *text, uint64_t now);

/* Both conns go; nothing starts anew while `started` is false. */
static void
session_halt(struct session *s, conn_end *end, uint8_t subcode,
    const char *text, uint64_t now)
{
	s->started = s->retry.damped = s->suspended = false;
	s->last_words = NULL;
	s->retry.at = NEVER;
	for (unsigned i = 0; i < CONNS; i++)
		end(s->conns[i], subcode, text, now);
	session_show(s, now);
}

static void
session_end(struct session *s, uint8_t subcode, const char *text, uint64_t now)
{
	session_halt(s, conn_stop, subcode, text, now);
}

static void
session_again(struct session *s, uint64_t now)
{
	s->started = true;
	if (!s->retry.damped && !s->config->passive) {
		retry_soon(&s->retry, s->rng, now);
		session_arm(s, s->retry.at);
	}
	session_settle(s, now);
	session_show(s, now);
}

/* Down already, and for that reason: it was only told once more. */
static bool
is_down_for(const struct session *s, const struct session_error *e)
{
	return !s->started && s->error.at != 0 && s->error.code == e->code &&
	    s->error.subcode == e->subcode &&
	    strcmp(s->error.text, e->text) == 0;
}

void
session_stop(struct session *s, uint8_t subcode, const char *text, uint64_t now)
{
	struct session_error e = {
		.code = ERR_CEASE, .subcode = subcode, .at = now
	};

	snprintf(e.text, sizeof(e.text), "%s", text == NULL ? "" : text);
	if (is_down_for(s, &e))
		return;
	session_blame(s, &e, true);
	session_end(s, subcode, text, now);
}

/* It is gone, and what it told is still used. */
static bool
is_remembered(const struct session *s, uint64_t now)
{
	return s->started && s->winner == NULL && !s->retry.damped &&
	    !s->config->passive && now < s->kept_until;
}

void
session_part(struct session *s, const char *text, uint64_t now)
{
	if (s->last_words != NULL)
		return;
	if (!is_remembered(s, now)) {
		session_stop(s, CEASE_SHUTDOWN, text, now);
		return;
	}
	log_info("peer %s: dialed once more, to be told", s->name);
	s->last_words = text;
	if (session_state(s) == STATE_IDLE || session_state(s) == STATE_ACTIVE)
		session_retry(s, now);
	session_show(s, now);
}

bool
session_is_parting(const struct session *s)
{
	return s->last_words != NULL;
}

void
session_leave(struct session *s, const char *text, uint64_t now)
{
	struct session_error e = { .at = now };

	if (!session_keeps_ours(s)) {
		session_stop(s, CEASE_SHUTDOWN, text, now);
		return;
	}
	snprintf(e.text, sizeof(e.text), "%s", text);
	session_blame(s, &e, true);
	log_info("peer %s: %s; it keeps our routes for %u s", s->name, text,
	    s->running->restart.time);
	session_halt(s, conn_leave, CEASE_SHUTDOWN, text, now);
}

void
session_set_restarting(struct session *s, bool restarting, bool forwarding)
{
	s->restarting = restarting;
	s->forwarding = forwarding;
}

void
session_block(struct session *s, const char *why, uint64_t now)
{
	struct session_error e = { .at = now };

	s->blocked = true;
	snprintf(e.text, sizeof(e.text), "%s", why);
	if (is_down_for(s, &e))
		return;
	session_blame(s, &e, true);
	session_end(s, CEASE_CONFIG_CHANGE, NULL, now);
}

void
session_reset(
    struct session *s, uint8_t subcode, const char *text, uint64_t now)
{
	if (!s->started)
		return;
	session_stop(s, subcode, text, now);
	if (s->blocked) /* by the owner, who heard that it is down */
		return;
	session_forgive(s); /* on purpose: no fault of anybody */
	session_again(s, now);
}

void
session_renew(struct session *s, uint64_t now)
{
	if (!s->started || !session_keeps_ours(s)) {
		session_reset(s, CEASE_CONFIG_CHANGE, NULL, now);
		return;
	}
	session_leave(s, "a changed configuration needs a new session", now);
	if (s->blocked)
		return;
	session_forgive(s);
	session_again(s, now);
}

void
session_suspend(
    struct session *s, uint8_t subcode, const char *why, uint64_t now)
{
	uint64_t seconds = s->config->limit_restart;

	if (!s->started)
		return;
	session_stop(s, subcode, why, now);
	if (s->blocked)
		return;
	s->started = s->suspended = s->retry.damped = true;
	if (seconds != 0) {
		s->retry.at = now + seconds * 1000;
		session_arm(s, s->retry.at);
	}
}

void
session_resume(struct session *s, uint64_t now)
{
	if (!s->suspended)
		return;
	s->suspended = s->retry.damped = false;
	session_forgive(s);
	session_again(s, now);
}

/* A pause that was planned by longer times than there are now is cut short. */
static void
session_shorten_pause(struct session *s, uint64_t now)
{
	struct retry_times times = session_times(s);

	if (s->retry.at == NEVER || s->suspended)
		return;
	retry_shorten(&s->retry, &times, s->rng, now);
	session_arm(s, s->retry.at);
}

/* The connection has the new keys by now, and is to be measured by them next time. */
static void
session_follow_keys(struct session *s)
{
	if (s->running == NULL ||
	    !ao_keys_follow(&s->running->ao, &s->config->ao))
		return;
	ao_keys_free(&s->running->ao);
	s->running->ao = ao_keys_dup(&s->config->ao);
}

const char *
session_reconfigure(
    struct session *s, const struct session_config *config, uint64_t now)
{
	struct session_config *was = s->config;
	bool redo, other_pauses;

	s->config = session_config_dup(config);
	s->io->configured(s->io_arg, now);
	session_follow_keys(s);
	redo = session_config_resets(was, s->config) != NULL ||
	    was->passive != s->config->passive;
	other_pauses = was->connect_retry != s->config->connect_retry ||
	    was->retry_most != s->config->retry_most;
	session_config_free(was);
	if (other_pauses)
		session_shorten_pause(s, now);
	/* What is not Established has nothing to lose. */
	if (redo && s->winner == NULL && s->started) {
		session_end(s, CEASE_CONFIG_CHANGE, NULL, now);
		session_again(s, now);
	}
	/* Nor may who came under the old one, perhaps without a key, take its place. */
	if (redo && s->winner != NULL &&
	    conn_is_live(session_other(s, s->winner)))
		conn_stop(session_other(s, s->winner), CEASE_CONFIG_CHANGE,
		    NULL, now);
	return session_pending_reset(s);
}

/* --- Questions. --- */

uint64_t
session_since(const struct session *s)
{
	return s->since;
}

uint64_t
session_kept_until(const struct session *s)
{
	return s->kept_until;
}

bool
session_suspended(const struct session *s)
{
	return s->suspended;
}

uint64_t
session_retry_at(const struct session *s)
{
	return s->retry.at;
}

const struct session_config *
session_config(const struct session *s)
{
	return s->config;
}

const struct session_config *
session_running(const struct session *s)
{
	return s->running;
}

const char *
session_pending_reset(const struct session *s)
{
	if (s->winner == NULL)
		return NULL;
	return session_config_resets(s->running, s->config);
}

const struct agreed *
session_agreed(const struct session *s)
{
	return s->winner == NULL ? NULL : conn_agreed(s->winner);
}

bool
session_ao(const struct session *s, struct ao_state *state)
{
	return s->winner != NULL && s->io->ao != NULL &&
	    s->io->ao(s->io_arg, s->winner, state);
}

const struct bgp_open *
session_open_sent(const struct session *s)
{
	return s->winner == NULL ? NULL : conn_open_sent(s->winner);
}

const struct bgp_open *
session_open_received(const struct session *s)
{
	return s->winner == NULL ? NULL : conn_open_received(s->winner);
}

struct rbuf
session_open_body(const struct session *s)
{
	return s->winner == NULL ? (struct rbuf){ 0 }
				 : conn_open_body(s->winner);
}

const struct session_error *
session_tcp_error(const struct session *s)
{
	return &s->tcp_error;
}

const struct session_error *
session_error(const struct session *s)
{
	return &s->error;
}

const struct session_stats *
session_stats(const struct session *s)
{
	return &s->stats;
}
