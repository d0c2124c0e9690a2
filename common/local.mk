# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += common/libcommon.a
common_libcommon_a_SOURCES = \
	common/alloc.c common/alloc.h \
	common/err.c common/err.h \
	common/log.h \
	common/prefix.c common/prefix.h \
	common/rng.c common/rng.h
