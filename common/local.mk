# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += common/libcommon.a
common_libcommon_a_SOURCES = \
	common/alloc.c common/alloc.h \
	common/args.h \
	common/err.c common/err.h \
	common/http_io.h \
	common/json.c common/json.h \
	common/log.c common/log.h \
	common/loop_io.h \
	common/metrics.h \
	common/prefix.c common/prefix.h \
	common/rng.c common/rng.h \
	common/source.c common/source.h common/source_io.h \
	common/store.c common/store.h \
	common/yaml.h
