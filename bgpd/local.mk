# SPDX-License-Identifier: Apache-2.0
sbin_PROGRAMS += lbbgp-bgpd
lbbgp_bgpd_SOURCES = bgpd/main.c
