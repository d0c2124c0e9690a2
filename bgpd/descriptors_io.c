/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/descriptors_io.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "common/log.h"

void
descriptors_raise(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0 ||
	    l.rlim_cur >= DESCRIPTORS_WANTED || l.rlim_cur >= l.rlim_max)
		return;
	l.rlim_cur =
	    l.rlim_max < DESCRIPTORS_WANTED ? l.rlim_max : DESCRIPTORS_WANTED;
	if (setrlimit(RLIMIT_NOFILE, &l) != 0)
		log_warn("limit of open files: %s", strerror(errno));
}
