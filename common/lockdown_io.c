/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lockdown_io.h"

#include <cap-ng.h>
#include <errno.h>
#include <limits.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "common/err.h"
#include "config.h"

/* Nothing here is needed after the start; each is refused with EPERM. */
static const int needless[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
#ifndef SANITIZED /* LeakSanitizer looks at us with it, at the end */
	SCMP_SYS(ptrace),
#endif
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(add_key),
	SCMP_SYS(keyctl),
	SCMP_SYS(request_key),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(acct),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
};

static bool
filter_calls(struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int rc = ctx != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < sizeof(needless) / sizeof(int); i++)
		rc = seccomp_rule_add(
		    ctx, SCMP_ACT_ERRNO(EPERM), needless[i], 0);
	if (rc == 0)
		rc = seccomp_load(ctx);
	if (ctx != NULL)
		seccomp_release(ctx);
	return rc == 0 || err_set(err, "seccomp: %s", strerror(-rc));
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

static bool
change_user(const char *user, enum lockdown_keep keep, struct err *err)
{
	int uid, gid;

	if (!lockdown_user(user, &uid, &gid))
		return err_set(
		    err, "--user: %s: not UID or UID:GID, numbers", user);
	capng_clear(CAPNG_SELECT_BOTH);
	if (keep == LOCKDOWN_NETWORK &&
	    capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
		CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW, -1) != 0)
		return err_set(err, "--user: no capabilities to keep");
	int rc = capng_change_id(
	    uid, gid, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING);

	return rc == 0 ||
	    err_set(err,
		"--user: %s: can't become that user (%d): it takes "
		"CAP_SETUID, CAP_SETGID and CAP_SETPCAP",
		user, rc);
}

bool
lockdown(const char *user, enum lockdown_keep keep, struct err *err)
{
	if (user != NULL && !change_user(user, keep, err))
		return false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set(err, "no_new_privs: %s", strerror(errno));
	return filter_calls(err);
}
