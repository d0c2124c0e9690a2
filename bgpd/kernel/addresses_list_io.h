/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses_list_io - the addresses that are ours, in a file, for the next run after a
 * crash: where the kernel keeps no protocol of addresses (before Linux 5.18) nothing
 * else tells them from an operator's.
 *
 * A line each, "eth0 192.168.10.15/24". In /run it does not outlive the kernel that it
 * tells of; it is named by the inode of the network namespace.
 */
#ifndef BGPD_KERNEL_ADDRESSES_LIST_IO_H
#define BGPD_KERNEL_ADDRESSES_LIST_IO_H

#include <stdbool.h>

struct addresses;
struct addresses_list;
struct prefix;

/* Opens or makes the file; without one, which is logged, all below does nothing. */
struct addresses_list *addresses_list_new(const char *directory);
/* An empty file is removed. */
void addresses_list_free(struct addresses_list *);
/* What an earlier run has written is remembered. */
void addresses_list_read(struct addresses_list *, struct addresses *);
/* Those that are ours, and nothing else. */
void addresses_list_write(struct addresses_list *, const struct addresses *);
#endif
