# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/config/libconfig.a
bgpd_config_libconfig_a_SOURCES = \
	bgpd/config/ao_spec.c bgpd/config/ao_spec.h \
	bgpd/config/bgp_configuration.c bgpd/config/bgp_configuration.h \
	bgpd/config/bgp_configuration_fields.c \
	bgpd/config/bgp_filter.c bgpd/config/bgp_filter.h \
	bgpd/config/bgp_filter_fields.c \
	bgpd/config/bgp_node_status.c bgpd/config/bgp_node_status.h \
	bgpd/config/bgp_peer.c bgpd/config/bgp_peer.h \
	bgpd/config/bgp_peer_fields.c \
	bgpd/config/l2_key.c bgpd/config/l2_key.h \
	bgpd/config/neighbors.c bgpd/config/neighbors.h \
	bgpd/config/node_drain.c bgpd/config/node_drain.h \
	bgpd/config/node_values.c bgpd/config/node_values.h \
	bgpd/config/peer_ip.c bgpd/config/peer_ip.h \
	bgpd/config/peering.c bgpd/config/peering.h \
	bgpd/config/restart.c bgpd/config/restart.h \
	bgpd/config/rivals.c bgpd/config/rivals.h \
	bgpd/config/routable.c bgpd/config/routable.h \
	bgpd/config/secret.c bgpd/config/secret.h \
	bgpd/config/service_cidr.c bgpd/config/service_cidr.h \
	bgpd/config/virtual_ip.c bgpd/config/virtual_ip.h \
	bgpd/config/virtual_ip_fields.c

# What a test of the decoders is linked with.
config_ldadd = bgpd/config/libconfig.a $(api_ldadd)

check_PROGRAMS += tests/unit/test_corpus
tests_unit_test_corpus_SOURCES = tests/unit/test_corpus.c \
	tests/unit/manifests.h
tests_unit_test_corpus_LDADD = $(config_ldadd)

check_PROGRAMS += tests/unit/test_crd
tests_unit_test_crd_SOURCES = tests/unit/test_crd.c \
	tests/unit/manifests.h crd/crd.c crd/crd.h
tests_unit_test_crd_LDADD = $(config_ldadd)

EXTRA_DIST += tests/corpus

check_PROGRAMS += tests/unit/test_bgp_configuration
tests_unit_test_bgp_configuration_SOURCES = tests/unit/test_bgp_configuration.c
tests_unit_test_bgp_configuration_LDADD = $(config_ldadd)

check_PROGRAMS += tests/unit/test_bgp_filter
tests_unit_test_bgp_filter_SOURCES = tests/unit/test_bgp_filter.c \
	tests/unit/manifests.h
tests_unit_test_bgp_filter_LDADD = $(config_ldadd) $(YAML_LIBS)

check_PROGRAMS += tests/unit/test_bgp_peer
tests_unit_test_bgp_peer_SOURCES = tests/unit/test_bgp_peer.c
tests_unit_test_bgp_peer_LDADD = $(config_ldadd)

check_PROGRAMS += tests/unit/test_l2_key
tests_unit_test_l2_key_SOURCES = tests/unit/test_l2_key.c \
	tests/unit/manifests.h
tests_unit_test_l2_key_LDADD = $(config_ldadd) $(YAML_LIBS)

check_PROGRAMS += tests/unit/test_neighbors
tests_unit_test_neighbors_SOURCES = tests/unit/test_neighbors.c \
	tests/unit/manifests.h
tests_unit_test_neighbors_LDADD = $(config_ldadd) $(YAML_LIBS)

check_PROGRAMS += tests/unit/test_peering
tests_unit_test_peering_SOURCES = tests/unit/test_peering.c \
	tests/unit/manifests.h
tests_unit_test_peering_LDADD = $(config_ldadd) $(YAML_LIBS)

check_PROGRAMS += tests/unit/test_secret
tests_unit_test_secret_SOURCES = tests/unit/test_secret.c
tests_unit_test_secret_LDADD = $(config_ldadd)

check_PROGRAMS += tests/unit/test_service_cidr
tests_unit_test_service_cidr_SOURCES = tests/unit/test_service_cidr.c \
	tests/unit/manifests.h
tests_unit_test_service_cidr_LDADD = $(config_ldadd) $(YAML_LIBS)

check_PROGRAMS += tests/unit/test_virtual_ip
tests_unit_test_virtual_ip_SOURCES = tests/unit/test_virtual_ip.c \
	tests/unit/manifests.h
tests_unit_test_virtual_ip_LDADD = $(config_ldadd) $(YAML_LIBS)
