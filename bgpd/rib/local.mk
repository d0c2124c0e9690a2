# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/rib/librib.a
bgpd_rib_librib_a_SOURCES = \
	bgpd/rib/adjout.c bgpd/rib/adjout.h \
	bgpd/rib/batch.c bgpd/rib/batch.h \
	bgpd/rib/buckets.c bgpd/rib/buckets.h \
	bgpd/rib/changes.c bgpd/rib/changes.h \
	bgpd/rib/decide.c bgpd/rib/decide.h \
	bgpd/rib/group.c bgpd/rib/group.h \
	bgpd/rib/pack.c bgpd/rib/pack.h \
	bgpd/rib/path.c bgpd/rib/path.h \
	bgpd/rib/policy.c bgpd/rib/policy.h \
	bgpd/rib/prefix_table.c bgpd/rib/prefix_table.h \
	bgpd/rib/rib.c bgpd/rib/rib.h \
	bgpd/rib/run.c bgpd/rib/run.h \
	bgpd/rib/slots.c bgpd/rib/slots.h

rib_test_libs = bgpd/rib/librib.a bgpd/wire/libwire.a common/libcommon.a \
	$(CMOCKA_LIBS)
rib_test_headers = tests/unit/hex.h tests/unit/listener.h tests/unit/routes.h
check_PROGRAMS += tests/unit/test_adjout_random
tests_unit_test_adjout_random_SOURCES = \
	tests/unit/test_adjout_random.c $(rib_test_headers)
tests_unit_test_adjout_random_LDADD = $(rib_test_libs)
