/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors_io - how many descriptors this process may have open.
 */
#ifndef BGPD_DESCRIPTORS_IO_H
#define BGPD_DESCRIPTORS_IO_H

/* A peer takes one for BGP and one for BFD, and there may be some thousands. */
enum { DESCRIPTORS_WANTED = 65536 };

/*
 * As many as the hard limit lets us have, up to DESCRIPTORS_WANTED. The soft limit is
 * 1024 by systemd and by containerd 2, for the sake of programs that use select().
 */
void descriptors_raise(void);
#endif
