# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/run/librun.a
bgpd_run_librun_a_SOURCES = \
	bgpd/run/netns_lock_io.c bgpd/run/netns_lock_io.h \
	bgpd/run/rival_io.c bgpd/run/rival_io.h \
	bgpd/run/run_io.c bgpd/run/run_io.h

check_PROGRAMS += tests/unit/test_rival_io
tests_unit_test_rival_io_SOURCES = tests/unit/test_rival_io.c \
	tests/unit/directory.h
tests_unit_test_rival_io_LDADD = bgpd/run/librun.a common/libcommon_io.a \
	common/libcommon.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_run_io
tests_unit_test_run_io_SOURCES = tests/unit/test_run_io.c \
	tests/unit/directory.h
tests_unit_test_run_io_LDADD = bgpd/run/librun.a common/libcommon.a \
	$(CMOCKA_LIBS)
