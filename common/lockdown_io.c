/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Done once, when everything is open that needs rights: sockets bound, files read,
 * netlink joined. The order matters. What the program will have to write later is given
 * to the user who is left, the user is changed and the capabilities dropped to those
 * that stay; then core dumps and ptrace are shut off; the filter of system calls comes
 * last, on all threads (TSYNC), because libcurl resolves names in threads of its own.
 *
 * The filter is a list of what is allowed, made from traces; where an argument decides,
 * as with ioctl, it is compared. A call that is not on it fails with EPERM instead of
 * killing the process: a library that tries a newer call falls back to the older one.
 */
#include "common/lockdown_io.h"

#include <cap-ng.h>
#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/err.h"
#include "config.h"

/*
 * What the programs do once they run; all else is refused with EPERM. Made from traces
 * of both daemons on both sources, with what other versions of the C library and of the
 * libraries use in place of these. Names that an architecture lacks are left out there.
 */
static const int needed[] = {
	/* memory */
	SCMP_SYS(brk),
	SCMP_SYS(madvise),
	SCMP_SYS(mmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	/* time */
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(nanosleep),
	SCMP_SYS(time),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	/* what happens to descriptors */
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(eventfd2),
	SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_init1),
	SCMP_SYS(inotify_rm_watch),
	SCMP_SYS(pipe2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(pselect6),
	SCMP_SYS(select),
	/* files */
	SCMP_SYS(access),
	SCMP_SYS(close),
	SCMP_SYS(dup),
	SCMP_SYS(dup3),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(fchmod),
	SCMP_SYS(fcntl),
	SCMP_SYS(fdatasync),
	SCMP_SYS(flock),
	SCMP_SYS(fstat),
	SCMP_SYS(fstatfs),
	SCMP_SYS(fsync),
	SCMP_SYS(ftruncate),
	SCMP_SYS(getcwd),
	SCMP_SYS(getdents64),
	SCMP_SYS(lseek),
	SCMP_SYS(lstat),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(read),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(readv),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(rmdir),
	SCMP_SYS(stat),
	SCMP_SYS(statfs),
	SCMP_SYS(statx),
	SCMP_SYS(umask),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	/* sockets; which families: see families[] */
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(bind),
	SCMP_SYS(connect),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt),
	SCMP_SYS(listen),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown),
	/* who and where we are */
	SCMP_SYS(getegid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrusage),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
	/* signals, to ourselves alone: see filter_own() */
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	/* threads, of libcurl's resolver; which: see filter_threads() */
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(futex),
	SCMP_SYS(get_robust_list),
	SCMP_SYS(membarrier),
	SCMP_SYS(rseq),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address),
#ifdef SANITIZED /* LeakSanitizer looks at us from a process of its own */
	SCMP_SYS(clone),
	SCMP_SYS(getdents),
	SCMP_SYS(personality),
	SCMP_SYS(prctl),
	SCMP_SYS(ptrace),
	SCMP_SYS(wait4),
#endif
};

static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };

/*
 * Of a descriptor: how much can be read or is unsent, block or not, is it a terminal.
 * Of an interface: its number and name, for an address of a link, as fe80::1%eth0,
 * which resolv.conf may name a server by.
 */
static const unsigned long controls[] = { FIONREAD, FIONBIO, TIOCOUTQ, TCGETS,
	SIOCGIFINDEX, SIOCGIFNAME };

#define N(list) (sizeof(list) / sizeof((list)[0]))

static int
allow(scmp_filter_ctx ctx, int call)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 0);
}

/* The call with one of these values as its argument of that number. */
static int
allow_with(scmp_filter_ctx ctx, int call, unsigned arg, scmp_datum_t value)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1,
	    SCMP_CMP64(arg, SCMP_CMP_EQ, value, 0));
}

/* Frames of an interface come and go by sockets of their own, also later. */
static int
filter_packets(scmp_filter_ctx ctx, const struct lockdown *l)
{
	return l->network ? allow_with(ctx, SCMP_SYS(socket), 0, AF_PACKET) : 0;
}

static int
filter_arguments(scmp_filter_ctx ctx)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < N(families); i++)
		rc = allow_with(
		    ctx, SCMP_SYS(socket), 0, (scmp_datum_t)families[i]);
	if (rc == 0)
		rc = allow_with(ctx, SCMP_SYS(socketpair), 0, AF_UNIX);
	for (size_t i = 0; rc == 0 && i < N(controls); i++)
		rc = allow_with(ctx, SCMP_SYS(ioctl), 1, controls[i]);
	if (rc == 0) /* limits are read, and not set */
		rc = allow_with(ctx, SCMP_SYS(prlimit64), 2, 0);
#ifndef SANITIZED
	if (rc == 0) /* of a thread */
		rc = allow_with(ctx, SCMP_SYS(prctl), 0, PR_SET_NAME);
#endif
	return rc;
}

/* A signal goes to this process and no other: abort() sends itself one. */
static int
filter_own(scmp_filter_ctx ctx)
{
	return allow_with(ctx, SCMP_SYS(tgkill), 0, (scmp_datum_t)getpid());
}

/*
 * New threads, and no new process. What clone3() is to do stands in memory that a
 * filter can't read; where there is no such call the C library uses clone().
 */
static int
filter_threads(scmp_filter_ctx ctx)
{
	int rc =
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

#ifndef SANITIZED
	if (rc == 0)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM,
			CLONE_THREAD | CLONE_VM));
#endif
	return rc;
}

/*
 * For all threads: one that runs already would be outside of it. Loading it forbids new
 * privileges as well (no_new_privs).
 */
static bool
filter_calls(const struct lockdown *l, struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc = ctx != NULL ? seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1)
			     : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < N(needed); i++)
		rc = allow(ctx, needed[i]);
	if (rc == 0)
		rc = filter_arguments(ctx);
	if (rc == 0)
		rc = filter_packets(ctx, l);
	if (rc == 0)
		rc = filter_own(ctx);
	if (rc == 0)
		rc = filter_threads(ctx);
	if (rc == 0)
		rc = seccomp_load(ctx);
	if (ctx != NULL)
		seccomp_release(ctx);
	return rc == 0 || err_set(err, "seccomp: %s", strerror(-rc));
}

/* Of programs that are started, too: a set-user-ID bit has no effect. */
static bool
forbid_privileges(struct err *err)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ||
	    err_set(err, "no new privileges: %s", strerror(errno));
}

/* -1 is refused with all that is no number: to the kernel it means "as before". */
static bool
id_read(const char **at, int *id)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	unsigned long n = strtoul(*at, &end, 10);

	*at = end;
	*id = (int)n;
	return n <= INT_MAX;
}

bool
lockdown_user(const char *user, int *uid, int *gid)
{
	if (!id_read(&user, uid))
		return false;
	*gid = *uid;
	if (*user != ':')
		return *user == '\0';
	user++;
	return id_read(&user, gid) && *user == '\0';
}

const char *
lockdown_whom(const char *user)
{
	return user == NULL && geteuid() == 0 ? LOCKDOWN_USER : user;
}

/*
 * What is in the directory, too, as an earlier run may have left it as root. It may be
 * a link to one; what links in it lead to stays whose it is. Other daemons may write
 * there meanwhile: a file that has gone since it was listed is none.
 */
static bool
give_tree(const char *path, int uid, int gid, struct err *err)
{
	char *real = realpath(path, NULL);
	char *const roots[] = { real, NULL };
	FTS *tree = real != NULL
	    ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL)
	    : NULL;
	const FTSENT *e;
	bool good = tree != NULL;

	while (good && (e = fts_read(tree)) != NULL)
		good = e->fts_info == FTS_DP ||
		    lchown(e->fts_accpath, (uid_t)uid, (gid_t)gid) == 0 ||
		    errno == ENOENT;
	if (!good)
		err_set(err, "--user: %s: can't be given to user %d: %s", path,
		    uid, strerror(errno));
	if (tree != NULL)
		fts_close(tree);
	free(real);
	return good;
}

/* Of the capabilities that are needed those that we have: a pod may lack some. */
static int
keep_capabilities(const struct lockdown *l)
{
	const struct {
		unsigned capability;
		bool needed, has;
	} kept[] = {
#define KEPT(name, needed) \
	{ name, needed, capng_have_capability(CAPNG_PERMITTED, name) }
		KEPT(CAP_NET_ADMIN, l->network),
		KEPT(CAP_NET_BIND_SERVICE, l->network),
		KEPT(CAP_NET_RAW, l->network),
		KEPT(CAP_DAC_READ_SEARCH, l->reads_all),
#undef KEPT
	};
	int rc = 0;

	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; rc == 0 && i < N(kept); i++)
		if (kept[i].needed && kept[i].has)
			rc = capng_update(CAPNG_ADD,
			    CAPNG_EFFECTIVE | CAPNG_PERMITTED,
			    kept[i].capability);
	return rc;
}

/* Of a user other than root, as a service manager may have started us: no more. */
static bool
drop_capabilities(const struct lockdown *l, struct err *err)
{
	bool bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	int rc = keep_capabilities(l);

	if (rc == 0) /* the ambient ones go with the inheritable ones */
		rc =
		    capng_apply(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
	return rc == 0 ||
	    err_set(err, "capabilities: they can't be given up (%d)", rc);
}

static bool
change_user(const struct lockdown *l, const char *user, struct err *err)
{
	int uid, gid;

	if (!lockdown_user(user, &uid, &gid))
		return err_set(
		    err, "--user: %s: not UID or UID:GID, numbers", user);
	if (uid == 0)
		return err_set(err,
		    "--user: %s: root; it is given up after the start", user);
	if (l->own != NULL && !give_tree(l->own, uid, gid, err))
		return false;
	if (keep_capabilities(l) != 0)
		return err_set(err, "--user: no capabilities to keep");
	int rc = capng_change_id(
	    uid, gid, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING);

	return rc == 0 ||
	    err_set(err,
		"--user: %s: can't become that user (%d): it takes "
		"CAP_SETUID, CAP_SETGID and CAP_SETPCAP",
		user, rc);
}

/* Memory holds passwords: it is dumped nowhere, and nobody of our user reads it. */
static bool
hide_memory(struct err *err)
{
	const struct rlimit none = { 0, 0 };

#ifdef SANITIZED /* LeakSanitizer has to look */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
#else
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
#endif
		return err_set(err, "not dumpable: %s", strerror(errno));
	return setrlimit(RLIMIT_CORE, &none) == 0 ||
	    err_set(err, "no core files: %s", strerror(errno));
}

bool
lockdown_thread(struct err *err)
{
	capng_clear(CAPNG_SELECT_CAPS); /* the library keeps it by thread */
	return capng_apply(CAPNG_SELECT_CAPS) == 0 ||
	    err_set(err, "capabilities: they can't be given up");
}

bool
lockdown(const struct lockdown *l, struct err *err)
{
	const char *user = lockdown_whom(l->user);

	if (capng_get_caps_process() != 0)
		return err_set(err, "capabilities: they can't be read");
	if (user != NULL ? !change_user(l, user, err)
			 : !drop_capabilities(l, err))
		return false;
	if (l->threads != NULL)
		l->threads(l->arg);
	if (l->runs_programs)
		return hide_memory(err) && forbid_privileges(err);
	return hide_memory(err) && filter_calls(l, err);
}
