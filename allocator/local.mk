# SPDX-License-Identifier: Apache-2.0
sbin_PROGRAMS += lbbgp-allocator
lbbgp_allocator_SOURCES = allocator/main.c
