# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += common/libcommon.a
common_libcommon_a_SOURCES = \
	common/alloc.c common/alloc.h \
	common/args.h \
	common/base64.c common/base64.h \
	common/err.c common/err.h \
	common/http_io.h \
	common/json.c common/json.h \
	common/kube_watch.c common/kube_watch.h \
	common/log.c common/log.h \
	common/loop_io.h \
	common/metrics.h \
	common/prefix.c common/prefix.h \
	common/rng.c common/rng.h \
	common/source.c common/source.h common/source_io.h \
	common/store.c common/store.h \
	common/yaml.h

check_PROGRAMS += \
	tests/unit/test_base64 \
	tests/unit/test_kube_watch
tests_unit_test_base64_SOURCES = tests/unit/test_base64.c
tests_unit_test_base64_LDADD = common/libcommon.a $(CMOCKA_LIBS)
tests_unit_test_kube_watch_SOURCES = tests/unit/test_kube_watch.c
tests_unit_test_kube_watch_LDADD = common/libcommon.a $(JANSSON_LIBS) \
	$(CMOCKA_LIBS)
