/* SPDX-License-Identifier: Apache-2.0 */
/* In processes of their own, which are root at the start, as that of the tests is. */
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <grp.h>
#include <linux/prctl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/lockdown_io.h"
#include "config.h"
#include "tests/test.h"

static const struct lockdown nothing = { 0 };
static const struct lockdown network = { .network = true };

/* ---- a process that locks itself down and reports ---- */

static char report[8192];

static void
say(FILE *to, const char *name, bool good)
{
	fprintf(to, "%s %s\n", name, good ? "yes" : "no");
}

/* Root of some groups, as a pod's may be. */
static void
begin_as_root(void)
{
	static const gid_t groups[] = { 1, 2 };

	assert_int_equal(setgroups(2, groups), 0);
}

static void
begin_as_user(void)
{
	assert_int_equal(setresgid(1234, 1234, 1234), 0);
	assert_int_equal(setresuid(1234, 1234, 1234), 0);
	assert_int_equal(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
}

/* NET_ADMIN, NET_RAW, SYS_ADMIN, SETPCAP; as AmbientCapabilities of a systemd unit. */
static void
begin_as_user_of_some_capabilities(void)
{
	static const unsigned has[] = { CAP_NET_ADMIN, CAP_NET_RAW,
		CAP_SYS_ADMIN, CAP_SETPCAP };

	assert_int_equal(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), 0);
	begin_as_user();
	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < 4; i++)
		capng_update(CAPNG_ADD,
		    CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE,
		    has[i]);
	assert_int_equal(capng_apply(CAPNG_SELECT_CAPS), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, has[i], 0, 0),
		    0);
}

/* What body says after the lockdown; "" when that failed. */
static const char *
inside_as(void (*begin)(void), const struct lockdown *l, void (*body)(FILE *to))
{
	int pipes[2], status = 0;

	assert_int_equal(pipe(pipes), 0);
	fflush(stdout);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct err err;
		FILE *to = fdopen(pipes[1], "w");

		close(pipes[0]);
		begin();
		if (lockdown(l, &err))
			body(to);
		else
			fprintf(stderr, "lockdown: %s\n", err.text);
		fclose(to);
		_exit(0);
	}
	close(pipes[1]);
	size_t n = 0;

	for (ssize_t got = 1; got > 0; n += (size_t)got) {
		got = read(pipes[0], report + n, sizeof(report) - 1 - n);
		got = got < 0 ? 0 : got;
	}
	report[n] = '\0';
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return report;
}

static const char *
inside(const struct lockdown *l, void (*body)(FILE *to))
{
	return inside_as(begin_as_root, l, body);
}

static void
assert_said(const char *line)
{
	if (strstr(report, line) == NULL)
		fail_msg("no \"%s\" in:\n%s", line, report);
}

/* ---- users and capabilities ---- */

TEST(what_is_no_user_changes_nobody)
{
	static const char *const users[] = { "", "root", "-1", "+1", " 1",
		"65532:", "65532:x", "65532:1:1", ":1", "65532 ", "4294967295",
		"65532:-1", "65532:4294967295", "99999999999999999999" };
	struct err err;

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		const struct lockdown l = { .user = users[i] };
		uid_t before = geteuid();

		assert_false(lockdown(&l, &err));
		assert_non_null(strstr(err.text, "not UID or UID:GID"));
		assert_int_equal(geteuid(), before);
	}
}

TEST(root_is_no_user_to_become)
{
	static const struct lockdown root = { .user = "0" };
	struct err err;

	assert_false(lockdown(&root, &err));
	assert_non_null(strstr(err.text, "--user: 0: root"));
}

static void
say_whom(FILE *to)
{
	say(to, "stays", lockdown_whom(NULL) == NULL);
}

TEST(whom_root_becomes_is_known_before)
{
	assert_string_equal(lockdown_whom(NULL), LOCKDOWN_USER);
	assert_string_equal(lockdown_whom("1234"), "1234");
	inside_as(begin_as_user, &nothing, say_whom);
	assert_said("stays yes\n");
}

/* The lines of /proc/self/status that tell who we are and what we may do. */
static void
say_who(FILE *to)
{
	char line[256];
	FILE *f = fopen("/proc/thread-self/status", "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		fputs(line, to);
	if (f != NULL)
		fclose(f);
}

TEST(root_is_given_up_unasked)
{
	inside(&nothing, say_who);
	assert_said("Uid:\t65532\t65532\t65532\t65532\n");
	assert_said("Gid:\t65532\t65532\t65532\t65532\n");
	assert_said("Groups:\t \n");
	assert_said("CapInh:\t0000000000000000\n");
	assert_said("CapPrm:\t0000000000000000\n");
	assert_said("CapEff:\t0000000000000000\n");
	assert_said("CapBnd:\t0000000000000000\n");
	assert_said("CapAmb:\t0000000000000000\n");
	assert_said("NoNewPrivs:\t1\n");
	assert_said("Seccomp:\t2\n");
}

TEST(only_the_networks_capabilities_are_kept)
{
	inside(&network, say_who); /* NET_BIND_SERVICE, NET_ADMIN, NET_RAW */
	assert_said("CapPrm:\t0000000000003400\n");
	assert_said("CapEff:\t0000000000003400\n");
	assert_said("CapInh:\t0000000000000000\n");
	assert_said("CapBnd:\t0000000000000000\n");
	assert_said("CapAmb:\t0000000000000000\n");
}

TEST(who_is_not_root_gives_up_the_others)
{
	inside_as(begin_as_user_of_some_capabilities, &network, say_who);
	assert_said("Uid:\t1234\t1234\t1234\t1234\n");
	assert_said("CapPrm:\t0000000000003000\n");
	assert_said("CapEff:\t0000000000003000\n");
	assert_said("CapInh:\t0000000000000000\n");
	assert_said("CapBnd:\t0000000000000000\n");
	assert_said("CapAmb:\t0000000000000000\n");
	inside_as(begin_as_user_of_some_capabilities, &nothing, say_who);
	assert_said("CapPrm:\t0000000000000000\n");
}

/* As a pod may be. */
static void
begin_as_root_of_few_capabilities(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
	    CAP_NET_ADMIN, CAP_SETUID, CAP_SETGID, CAP_SETPCAP, -1);
	assert_int_equal(capng_apply(CAPNG_SELECT_CAPS), 0);
}

TEST(root_need_not_have_them_all)
{
	static const struct lockdown all = { .network = true,
		.reads_all = true };

	inside_as(begin_as_root_of_few_capabilities, &all, say_who);
	assert_said("Uid:\t65532\t65532\t65532\t65532\n");
	assert_said("CapPrm:\t0000000000001000\n");
}

TEST(another_user_can_be_named)
{
	static const struct lockdown l = { .user = "1234:4321" };

	inside(&l, say_who);
	assert_said("Uid:\t1234\t1234\t1234\t1234\n");
	assert_said("Gid:\t4321\t4321\t4321\t4321\n");
}

/* ---- files ---- */

static char folder[] = "/tmp/lbbgp-lockdown-XXXXXX";

static void
say_files(FILE *to)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/secret", folder);
	int fd = open(path, O_RDONLY);

	say(to, "read secret", fd >= 0);
	snprintf(path, sizeof(path), "%s/own/old", folder);
	say(to, "replace old",
	    rename(path, path) == 0 && open(path, O_WRONLY | O_TRUNC) >= 0);
	snprintf(path, sizeof(path), "%s/own/new", folder);
	say(to, "make new", open(path, O_WRONLY | O_CREAT, 0600) >= 0);
	snprintf(path, sizeof(path), "%s/new", folder);
	say(to, "write elsewhere", open(path, O_WRONLY | O_CREAT, 0600) >= 0);
}

static void
put(const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

TEST(a_folder_is_read_and_its_state_is_ours)
{
	char own[80], command[120];
	struct lockdown l = { .reads_all = true, .own = own };

	assert_non_null(mkdtemp(folder));
	snprintf(own, sizeof(own), "%s/own", folder);
	assert_int_equal(mkdir(own, 0700), 0);
	put("secret");
	put("own/old");
	inside(&l, say_files);
	assert_said("read secret yes\n");
	assert_said("replace old yes\n");
	assert_said("make new yes\n");
	assert_said("write elsewhere no\n");
	l.reads_all = false;
	inside(&l, say_files);
	assert_said("read secret no\n");
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

TEST(the_state_may_be_elsewhere)
{
	char own[80], command[300];
	const struct lockdown l = { .reads_all = true, .own = own };
	struct stat st;

	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(own, sizeof(own), "%s/own", folder);
	snprintf(command, sizeof(command),
	    "cd %s && mkdir -m 700 disk other && ln -s disk own && "
	    "ln -s ../other disk/link",
	    folder);
	assert_int_equal(system(command), 0);
	put("own/old");
	inside(&l, say_files);
	assert_said("replace old yes\n");
	assert_said("make new yes\n");
	snprintf(own, sizeof(own), "%s/other", folder);
	assert_int_equal(stat(own, &st), 0);
	assert_int_equal(st.st_uid, 0);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

/* Files whose name ends in .new another daemon renames after they were listed. */
int __real_lchown(const char *path, uid_t, gid_t);
int __wrap_lchown(const char *path, uid_t, gid_t);

int
__wrap_lchown(const char *path, uid_t uid, gid_t gid)
{
	const char *end = strstr(path, ".new");
	char to[100];

	if (end != NULL) {
		snprintf(to, sizeof(to), "%.*s", (int)(end - path), path);
		assert_int_equal(rename(path, to), 0);
	}
	return __real_lchown(path, uid, gid);
}

TEST(the_state_may_be_in_use_by_others)
{
	char own[80], command[120];
	const struct lockdown l = { .reads_all = true, .own = own };

	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(own, sizeof(own), "%s/own", folder);
	assert_int_equal(mkdir(own, 0700), 0);
	put("own/old");
	put("own/other.new");
	inside(&l, say_files);
	assert_said("make new yes\n");
	assert_said("replace old yes\n");
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

/* ---- system calls ---- */

#ifndef __NR_open_tree
#define __NR_open_tree 428
#endif
#ifndef __NR_fsopen
#define __NR_fsopen 430
#endif
#ifndef __NR_pidfd_getfd
#define __NR_pidfd_getfd 438
#endif
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442
#endif
#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#endif

/* Calls that an intruder would make, with arguments that harm nothing. */
static void
say_refused(FILE *to)
{
#define CALL(name, ...) \
	say(to, #name,  \
	    syscall(__NR_##name, __VA_ARGS__) == -1 && errno == EPERM)
	CALL(execve, "/nonexistent", NULL, NULL);
	CALL(execveat, -1, "", NULL, NULL, 0);
	CALL(unshare, 0);
	CALL(setns, -1, 0);
	CALL(mount, "", "", "", 0, NULL);
	CALL(umount2, "", 0);
	CALL(open_tree, -1, "", 0);
	CALL(fsopen, "", 0);
	CALL(mount_setattr, -1, "", 0, NULL, 0);
	CALL(pivot_root, "", "");
	CALL(chroot, "");
	CALL(clock_adjtime, 0, NULL);
	CALL(clock_settime, 0, NULL);
	CALL(io_uring_setup, 0, NULL);
	CALL(io_uring_register, -1, 0, NULL, 0);
	CALL(pidfd_getfd, -1, 0, 0);
	CALL(pidfd_open, 0, 0);
	CALL(process_vm_readv, 0, NULL, 0, NULL, 0, 0);
	CALL(kcmp, 0, 0, 0, 0, 0);
	CALL(bpf, -1, NULL, 0);
	CALL(perf_event_open, NULL, 0, 0, 0, 0);
	CALL(userfaultfd, 0);
	CALL(keyctl, -1);
	CALL(add_key, "", "", NULL, 0, 0);
	CALL(name_to_handle_at, -1, "", NULL, NULL, 0);
	CALL(open_by_handle_at, -1, NULL, 0);
	CALL(ptrace, -1, 0, 0, 0);
	CALL(setuid, 0);
	CALL(capset, NULL, NULL);
	CALL(kill, 0, 0);
	CALL(tkill, 1, 0);
	CALL(tgkill, 1, 1, 0);
	CALL(seccomp, -1, 0, NULL);
	CALL(memfd_create, "", -1);
	CALL(quotactl, 0, NULL, 0, NULL);
	CALL(reboot, 0, 0, 0, NULL);
	CALL(init_module, NULL, 0, "");
	CALL(landlock_create_ruleset, NULL, 0, 0);
	CALL(socket, AF_ALG, SOCK_SEQPACKET, 0);
	CALL(socket, AF_VSOCK, SOCK_STREAM, 0);
	CALL(ioctl, 0, TIOCSTI, "");
	CALL(prlimit64, 0, RLIMIT_NOFILE, (void *)1, NULL);
	CALL(prctl, PR_SET_DUMPABLE, 1);
	CALL(prctl, PR_SET_MM, 0);
	CALL(personality, 0xffffffff);
	CALL(clone, SIGCHLD, 0, 0, 0, 0);
#undef CALL
	say(to, "clone3",
	    syscall(__NR_clone3, NULL, 0) == -1 && errno == ENOSYS);
	fputs("end\n", to);
}

TEST(calls_of_an_intruder_are_refused)
{
	inside(&network, say_refused);
	assert_said("execve yes\n");
	assert_said("end\n");
#ifdef SANITIZED /* LeakSanitizer needs some of these */
	assert_null(strstr(report, "execve no"));
#else
	if (strstr(report, " no\n") != NULL)
		fail_msg("not refused:\n%s", report);
#endif
}

/* No socket is of type 15, which the kernel sees before it asks for a capability. */
static void
say_packets(FILE *to)
{
	say(to, "opened", socket(AF_PACKET, SOCK_RAW, 0) >= 0);
	say(to, "filtered", socket(AF_PACKET, 15, 0) < 0 && errno == EPERM);
}

TEST(only_who_keeps_the_network_gets_its_packets)
{
	inside(&network, say_packets);
	assert_said("opened yes\n");
	assert_said("filtered no\n");
	inside(&nothing, say_packets);
	assert_said("opened no\n");
	assert_said("filtered yes\n");
}

static void *
thread_body(void *arg)
{
	*(bool *)arg = true;
	return NULL;
}

/* What the programs do: a thread of libcurl's resolver, sockets, files, signals. */
static void
say_allowed(FILE *to)
{
	pthread_t thread;
	bool ran = false;
	struct rlimit limit;
	char link[IF_NAMESIZE];
	struct ifaddrs *all = NULL;

	say(to, "thread",
	    pthread_create(&thread, NULL, thread_body, &ran) == 0);
	pthread_join(thread, NULL);
	say(to, "ran", ran);
	say(to, "inet", socket(AF_INET, SOCK_STREAM, 0) >= 0);
	say(to, "inet6", socket(AF_INET6, SOCK_STREAM, 0) >= 0);
	say(to, "netlink", socket(AF_NETLINK, SOCK_RAW, 0) >= 0);
	say(to, "unix", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
	say(to, "getrlimit", getrlimit(RLIMIT_NOFILE, &limit) == 0);
	say(to, "open", open("/dev/null", O_RDWR) >= 0);
	say(to, "raise", raise(0) == 0);
	say(to, "number of a link", if_nametoindex("lo") != 0);
	say(to, "name of a link",
	    if_indextoname(if_nametoindex("lo"), link) != NULL);
	say(to, "addresses of links", getifaddrs(&all) == 0);
	freeifaddrs(all);
	fputs("end\n", to);
}

TEST(what_the_programs_do_is_allowed)
{
	inside(&network, say_allowed);
	assert_said("thread yes\n");
	assert_said("end\n");
	if (strstr(report, " no\n") != NULL)
		fail_msg("refused:\n%s", report);
}

/* ---- a thread that ran before ---- */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static bool refused;

static void *
early_thread(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&gate);
	refused = unshare(0) == -1 && errno == EPERM;
	return NULL;
}

TEST(a_thread_that_ran_before_is_locked_down_too)
{
	int status = 0;

	fflush(stdout);
	pid_t pid = fork();

	if (pid == 0) {
		pthread_t thread;
		struct err err;

		pthread_mutex_lock(&gate);
		pthread_create(&thread, NULL, early_thread, NULL);
		bool locked = lockdown(&nothing, &err);

		pthread_mutex_unlock(&gate);
		pthread_join(thread, NULL);
		_exit(locked && refused ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- a thread with rights of its own, as BFD's ---- */

static pthread_barrier_t turn;

/* It was started by the body of before, has what that had, and is told to drop it. */
static void *
capable_thread(void *arg)
{
	struct err err;

	(void)arg;
	pthread_barrier_wait(&turn);
	lockdown_thread(&err);
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn); /* it is looked at */
	return NULL;
}

static void
drop_thread(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&turn);
	pthread_barrier_wait(&turn);
}

static void
begin_with_a_thread(void)
{
	pthread_t thread;

	begin_as_user_of_some_capabilities();
	pthread_barrier_init(&turn, NULL, 2);
	pthread_create(&thread, NULL, capable_thread, NULL);
	pthread_setname_np(thread, "capable");
}

/* By the name of the thread; the process itself may keep some. */
static void
say_thread(FILE *to)
{
	char path[64], line[256], name[64] = "";

	for (pid_t tid = getpid(); tid < getpid() + 1000; tid++) {
		snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid);
		FILE *f = fopen(path, "r");

		while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
			sscanf(line, "Name: %63s", name);
			if (strncmp(line, "CapPrm:", 7) == 0)
				fprintf(to, "%s %s", name, line);
		}
		if (f != NULL)
			fclose(f);
	}
	pthread_barrier_wait(&turn);
}

/* As systemd starts it, where no user changes; the filter comes after that. */
TEST(a_thread_gives_up_its_capabilities_when_it_is_told)
{
	static const struct lockdown l = { .network = true,
		.threads = drop_thread };

	inside_as(begin_with_a_thread, &l, say_thread);
	assert_said("capable CapPrm:\t0000000000000000\n");
	assert_said("CapPrm:\t0000000000003000\n");
}

static void
say_memory(FILE *to)
{
	struct rlimit core = { 1, 1 };

	getrlimit(RLIMIT_CORE, &core);
	say(to, "core", core.rlim_cur == 0 && core.rlim_max == 0);
	say(to, "own memory", open("/proc/self/mem", O_RDONLY) >= 0);
}

/* Of an undumpable process /proc/PID is root's. */
TEST(memory_is_hidden)
{
	inside_as(begin_as_user, &nothing, say_memory);
	assert_said("core yes\n");
#ifndef SANITIZED
	assert_said("own memory no\n");
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_user_changes_nobody),
		cmocka_unit_test(root_is_no_user_to_become),
		cmocka_unit_test(whom_root_becomes_is_known_before),
		cmocka_unit_test(root_is_given_up_unasked),
		cmocka_unit_test(only_the_networks_capabilities_are_kept),
		cmocka_unit_test(who_is_not_root_gives_up_the_others),
		cmocka_unit_test(root_need_not_have_them_all),
		cmocka_unit_test(another_user_can_be_named),
		cmocka_unit_test(a_folder_is_read_and_its_state_is_ours),
		cmocka_unit_test(the_state_may_be_elsewhere),
		cmocka_unit_test(the_state_may_be_in_use_by_others),
		cmocka_unit_test(calls_of_an_intruder_are_refused),
		cmocka_unit_test(only_who_keeps_the_network_gets_its_packets),
		cmocka_unit_test(what_the_programs_do_is_allowed),
		cmocka_unit_test(a_thread_that_ran_before_is_locked_down_too),
		cmocka_unit_test(
		    a_thread_gives_up_its_capabilities_when_it_is_told),
		cmocka_unit_test(memory_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
