# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/health/libhealth.a
bgpd_health_libhealth_a_SOURCES = \
	bgpd/health/check.c bgpd/health/check.h \
	bgpd/health/commands_helper_io.c bgpd/health/commands_helper_io.h \
	bgpd/health/commands_io.c bgpd/health/commands_io.h \
	bgpd/health/health.c bgpd/health/health.h \
	bgpd/health/health_io.c bgpd/health/health_io.h \
	bgpd/health/health_port.h \
	bgpd/health/url_io.c bgpd/health/url_io.h

check_PROGRAMS += tests/unit/test_check
tests_unit_test_check_SOURCES = tests/unit/test_check.c
tests_unit_test_check_LDADD = bgpd/health/libhealth.a $(CMOCKA_LIBS)

# What a test of health_io is linked with.
health_io_ldadd = bgpd/health/libhealth.a common/libcommon_io.a \
	common/libcommon.a $(EVENT_LIBS) $(CURL_LIBS) $(SECCOMP_LIBS) \
	$(CAPNG_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_health_io
tests_unit_test_health_io_SOURCES = tests/unit/test_health_io.c
tests_unit_test_health_io_LDADD = $(health_io_ldadd)

check_PROGRAMS += tests/unit/test_health_tls
tests_unit_test_health_tls_SOURCES = tests/unit/test_health_tls.c
tests_unit_test_health_tls_LDADD = $(health_io_ldadd)

EXTRA_DIST += tests/unit/tls_server.py

check_PROGRAMS += tests/unit/test_commands_io
tests_unit_test_commands_io_SOURCES = tests/unit/test_commands_io.c
tests_unit_test_commands_io_LDADD = $(health_io_ldadd)
