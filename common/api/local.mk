# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += common/api/libapi.a
common_api_libapi_a_SOURCES = \
	common/api/addr_range.c common/api/addr_range.h \
	common/api/block_affinity.c common/api/block_affinity.h \
	common/api/community.c common/api/community.h \
	common/api/endpoint_slice.c common/api/endpoint_slice.h \
	common/api/fields.c common/api/fields.h \
	common/api/instance.c common/api/instance.h \
	common/api/lan_terms.c common/api/lan_terms.h \
	common/api/meta.c common/api/meta.h \
	common/api/node.c common/api/node.h \
	common/api/read.c common/api/read.h \
	common/api/rows.c common/api/rows.h \
	common/api/selector.c common/api/selector.h \
	common/api/service.c common/api/service.h \
	common/api/service_routes.c common/api/service_routes.h \
	common/api/service_group.c common/api/service_group.h

# What a test of the decoders that two programs share is linked with.
api_ldadd = common/api/libapi.a $(common_ldadd)

check_PROGRAMS += tests/unit/test_addr_range
tests_unit_test_addr_range_SOURCES = tests/unit/test_addr_range.c
tests_unit_test_addr_range_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_block_affinity
tests_unit_test_block_affinity_SOURCES = tests/unit/test_block_affinity.c
tests_unit_test_block_affinity_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_community
tests_unit_test_community_SOURCES = tests/unit/test_community.c
tests_unit_test_community_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_endpoint_slice
tests_unit_test_endpoint_slice_SOURCES = tests/unit/test_endpoint_slice.c
tests_unit_test_endpoint_slice_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_instance
tests_unit_test_instance_SOURCES = tests/unit/test_instance.c
tests_unit_test_instance_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_fields
tests_unit_test_fields_SOURCES = tests/unit/test_fields.c
tests_unit_test_fields_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_lan_terms
tests_unit_test_lan_terms_SOURCES = tests/unit/test_lan_terms.c
tests_unit_test_lan_terms_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_meta
tests_unit_test_meta_SOURCES = tests/unit/test_meta.c
tests_unit_test_meta_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_node
tests_unit_test_node_SOURCES = tests/unit/test_node.c
tests_unit_test_node_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_selector
tests_unit_test_selector_SOURCES = tests/unit/test_selector.c
tests_unit_test_selector_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_service
tests_unit_test_service_SOURCES = tests/unit/test_service.c
tests_unit_test_service_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_service_routes
tests_unit_test_service_routes_SOURCES = tests/unit/test_service_routes.c \
	tests/unit/objects.h
tests_unit_test_service_routes_LDADD = $(api_ldadd)

check_PROGRAMS += tests/unit/test_service_group
tests_unit_test_service_group_SOURCES = tests/unit/test_service_group.c
tests_unit_test_service_group_LDADD = $(api_ldadd)
