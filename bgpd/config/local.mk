# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/config/libconfig.a
bgpd_config_libconfig_a_SOURCES = \
	bgpd/config/bgp_configuration.c bgpd/config/bgp_configuration.h \
	bgpd/config/bgp_node_status.c bgpd/config/bgp_node_status.h \
	bgpd/config/bgp_peer.c bgpd/config/bgp_peer.h \
	bgpd/config/secret.c bgpd/config/secret.h

# What a test of the decoders is linked with.
config_ldadd = bgpd/config/libconfig.a common/api/libapi.a $(common_ldadd)

check_PROGRAMS += tests/unit/test_corpus
tests_unit_test_corpus_SOURCES = tests/unit/test_corpus.c \
	tests/unit/manifests.h
tests_unit_test_corpus_LDADD = $(config_ldadd)

check_PROGRAMS += tests/unit/test_crd
tests_unit_test_crd_SOURCES = tests/unit/test_crd.c
tests_unit_test_crd_LDADD = $(config_ldadd)

EXTRA_DIST += tests/corpus
