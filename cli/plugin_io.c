/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plugin_io.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/kube_plugin.h"

#define ANSWER_MOST (1u << 20) /* bytes */

extern char **environ;

/* Is it set by one of the n before, "NAME=value"? */
static bool
is_set(char *const *set, size_t n, const char *variable)
{
	size_t length = strcspn(variable, "=") + 1;

	for (size_t i = 0; i < n; i++)
		if (strncmp(set[i], variable, length) == 0)
			return true;
	return false;
}

/* Ours, with what the kubeconfig and KUBERNETES_EXEC_INFO put in front; owned. */
static char **
environment_make(const struct kube_plugin *p, const char *info, char **owned)
{
	size_t n = 0;

	while (environ[n] != NULL)
		n++;
	char **env = xcalloc(n + p->n_env + 2, sizeof(*env));
	size_t used = 0;

	*owned = xasprintf("KUBERNETES_EXEC_INFO=%s", info);
	env[used++] = *owned;
	for (size_t i = 0; i < p->n_env; i++)
		env[used++] = p->env[i];
	size_t set = used;

	for (size_t i = 0; i < n; i++)
		if (!is_set(env, set, environ[i]))
			env[used++] = environ[i];
	return env;
}

static bool
refuse_start(const struct kube_plugin *p, int why, struct err *err)
{
	return err_set(err, "%s: %s: %s%s%s", p->where, p->command,
	    strerror(why), p->hint != NULL ? "; " : "",
	    p->hint != NULL ? p->hint : "");
}

/* Its stdin is ours when it may ask. What it says on stderr is for the person. */
static pid_t
start(const struct kube_plugin *p, const char *info, int out, struct err *err)
{
	char **argv = xcalloc(p->n_args + 2, sizeof(*argv)), *owned;
	char **env = environment_make(p, info, &owned);
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	argv[0] = p->command;
	memcpy(argv + 1, p->args, p->n_args * sizeof(*argv));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (p->mode == PLUGIN_NEVER || !isatty(STDIN_FILENO))
		posix_spawn_file_actions_addopen(
		    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	int why = posix_spawnp(&pid, p->command, &actions, NULL, argv, env);

	posix_spawn_file_actions_destroy(&actions);
	free(argv);
	free(env);
	free(owned);
	if (why == 0)
		return pid;
	refuse_start(p, why, err);
	return -1;
}

/* Owned; NULL: more than it may be. */
static char *
read_all(int in)
{
	char *text = xcalloc(1, ANSWER_MOST + 1);
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0 && n <= ANSWER_MOST) {
		got = read(in, text + n, ANSWER_MOST + 1 - n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			n += (size_t)got;
	}
	if (n <= ANSWER_MOST)
		return text;
	free(text);
	return NULL;
}

static bool
wait_for(const struct kube_plugin *p, pid_t pid, struct err *err)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		return err_set(err, "%s: %s was ended by signal %d", p->where,
		    p->command, WTERMSIG(status));
	return WEXITSTATUS(status) == 0 ||
	    err_set(err, "%s: %s ended with %d", p->where, p->command,
		WEXITSTATUS(status));
}

bool
plugin_run(const struct kube_plugin *p, const char *info, char **answer,
    struct err *err)
{
	int ends[2];

	*answer = NULL;
	if (p->mode == PLUGIN_ALWAYS && !isatty(STDIN_FILENO))
		return err_set(err,
		    "%s.interactiveMode: Always, but standard input is no "
		    "terminal",
		    p->where);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return refuse_start(p, errno, err);
	pid_t pid = start(p, info, ends[1], err);

	close(ends[1]);
	if (pid > 0)
		*answer = read_all(ends[0]);
	close(ends[0]);
	if (pid < 0 || !wait_for(p, pid, err))
		return false;
	return *answer != NULL ||
	    err_set(err, "%s: %s wrote more than %u bytes", p->where,
		p->command, ANSWER_MOST);
}
