# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/libbgpd.a
bgpd_libbgpd_a_SOURCES = \
	bgpd/bgpd.c bgpd/bgpd.h \
	bgpd/conditions.c bgpd/conditions.h \
	bgpd/health_io.c bgpd/health_io.h \
	bgpd/peers.c bgpd/peers.h \
	bgpd/standing.c bgpd/standing.h

# the program links once control and kernel are in
#sbin_PROGRAMS += lbbgp-bgpd
#lbbgp_bgpd_SOURCES = bgpd/main.c

check_PROGRAMS += tests/unit/test_resets
tests_unit_test_resets_SOURCES = tests/unit/test_resets.c
tests_unit_test_resets_LDADD = bgpd/peer/libpeer.a bgpd/wire/libwire.a \
	$(config_ldadd)
