# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += common/api/libapi.a
common_api_libapi_a_SOURCES = \
	common/api/addr_range.c common/api/addr_range.h \
	common/api/block_affinity.c common/api/block_affinity.h \
	common/api/community.c common/api/community.h \
	common/api/endpoint_slice.c common/api/endpoint_slice.h \
	common/api/fields.c common/api/fields.h \
	common/api/meta.c common/api/meta.h \
	common/api/node.c common/api/node.h \
	common/api/read.c common/api/read.h \
	common/api/rows.c common/api/rows.h \
	common/api/selector.c common/api/selector.h \
	common/api/service.c common/api/service.h \
	common/api/service_group.c common/api/service_group.h
