# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/policy/libpolicy.a
bgpd_policy_libpolicy_a_SOURCES = \
	bgpd/policy/announced.c bgpd/policy/announced.h \
	bgpd/policy/filter.c bgpd/policy/filter.h \
	bgpd/policy/peer_filters.c bgpd/policy/peer_filters.h

check_PROGRAMS += tests/unit/test_filter
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c \
	tests/unit/manifests.h $(rib_test_headers)
tests_unit_test_filter_LDADD = bgpd/policy/libpolicy.a bgpd/rib/librib.a \
	bgpd/wire/libwire.a $(config_ldadd) $(YAML_LIBS)
