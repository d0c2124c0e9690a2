# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += common/libcommon.a
common_libcommon_a_SOURCES = \
	common/alloc.c common/alloc.h \
	common/clock.h \
	common/args.c common/args.h \
	common/base64.c common/base64.h \
	common/daemon_args.h \
	common/date.c common/date.h \
	common/dir/dir_index.c common/dir/dir_index.h \
	common/err.c common/err.h \
	common/fnv.c common/fnv.h \
	common/http_request.c common/http_request.h \
	common/json.c common/json.h \
	common/kube/kube.c common/kube/kube.h \
	common/kube/kube_config.c common/kube/kube_config.h \
	common/kube/kube_impersonation.c common/kube/kube_impersonation.h \
	common/kube/kube_plugin.c common/kube/kube_plugin.h \
	common/kube/kube_feed.c common/kube/kube_feed.h \
	common/kube/kube_brief.c common/kube/kube_brief.h \
	common/kube/kube_watch.c common/kube/kube_watch.h \
	common/kube/review.c common/kube/review.h \
	common/log.c common/log.h \
	common/dir/manifest.c common/dir/manifest.h \
	common/metrics.c common/metrics.h \
	common/permit.h \
	common/patch.c common/patch.h \
	common/prefix.c common/prefix.h \
	common/quota.c common/quota.h \
	common/rng.c common/rng.h \
	common/scoped_addr.c common/scoped_addr.h \
	common/source/source.c common/source/source.h \
	common/source/store.c common/source/store.h \
	common/text.h \
	common/utf8.c common/utf8.h \
	common/yaml.c common/yaml.h \
	common/yaml_print.c common/yaml_print.h

# The rim: event loop, files, sockets.
noinst_LIBRARIES += common/libcommon_io.a
common_libcommon_io_a_SOURCES = \
	common/curl_loop_io.c common/curl_loop_io.h \
	common/dir/document_io.c common/dir/document_io.h \
	common/http_io.c common/http_io.h \
	common/kube/https_io.c common/kube/https_io.h \
	common/listener_io.c common/listener_io.h \
	common/lock_file_io.c common/lock_file_io.h \
	common/lockdown_io.c common/lockdown_io.h \
	common/log_io.c common/log_io.h \
	common/kube/kube_access_io.c common/kube/kube_access_io.h \
	common/kube/kube_creds_io.c common/kube/kube_creds_io.h \
	common/kube/kube_io.c common/kube/kube_io.h \
	common/kube/kube_writes_io.c common/kube/kube_writes_io.h \
	common/loop_io.c common/loop_io.h \
	common/notify_io.c common/notify_io.h \
	common/dir/scan_io.c common/dir/scan_io.h \
	common/dir/source_dir_io.c common/dir/source_dir_io.h \
	common/source_io.c common/source_io.h \
	common/kube/source_kube_io.c \
	common/kube/source_kube_io.h \
	common/tls_io.c common/tls_io.h \
	common/dir/state_io.c common/dir/state_io.h \
	common/dir/tree_io.c common/dir/tree_io.h

# What a test of the pure part of common/ is linked with.
common_ldadd = common/libcommon.a $(JANSSON_LIBS) $(YAML_LIBS) \
	$(CMOCKA_LIBS)
common_io_ldadd = common/libcommon_io.a $(common_ldadd) $(EVENT_LIBS) \
	$(CURL_LIBS)

check_PROGRAMS += tests/unit/test_notify_io
tests_unit_test_notify_io_SOURCES = tests/unit/test_notify_io.c \
	tests/unit/netns.h
tests_unit_test_notify_io_LDADD = $(common_io_ldadd)

check_PROGRAMS += tests/unit/test_scoped_addr
tests_unit_test_scoped_addr_SOURCES = tests/unit/test_scoped_addr.c
tests_unit_test_scoped_addr_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_base64
tests_unit_test_base64_SOURCES = tests/unit/test_base64.c
tests_unit_test_base64_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_date
tests_unit_test_date_SOURCES = tests/unit/test_date.c
tests_unit_test_date_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_fnv
tests_unit_test_fnv_SOURCES = tests/unit/test_fnv.c
tests_unit_test_fnv_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_quota
tests_unit_test_quota_SOURCES = tests/unit/test_quota.c
tests_unit_test_quota_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_http_request
tests_unit_test_http_request_SOURCES = tests/unit/test_http_request.c
tests_unit_test_http_request_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_json
tests_unit_test_json_SOURCES = tests/unit/test_json.c
tests_unit_test_json_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_kube
tests_unit_test_kube_SOURCES = tests/unit/test_kube.c
tests_unit_test_kube_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_kube_plugin
tests_unit_test_kube_plugin_SOURCES = tests/unit/test_kube_plugin.c
tests_unit_test_kube_plugin_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_kube_config
tests_unit_test_kube_config_SOURCES = tests/unit/test_kube_config.c
tests_unit_test_kube_config_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_kube_feed
tests_unit_test_kube_feed_SOURCES = tests/unit/test_kube_feed.c
tests_unit_test_kube_feed_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_kube_brief
tests_unit_test_kube_brief_SOURCES = tests/unit/test_kube_brief.c
tests_unit_test_kube_brief_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_kube_watch
tests_unit_test_kube_watch_SOURCES = tests/unit/test_kube_watch.c
tests_unit_test_kube_watch_LDADD = $(common_ldadd)

check_PROGRAMS += tests/fuzz/replay_kube_watch
tests_fuzz_replay_kube_watch_SOURCES = tests/fuzz/fuzz_kube_watch.c \
	$(fuzz_replay)
tests_fuzz_replay_kube_watch_LDADD = common/libcommon.a $(JANSSON_LIBS)
if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_kube_watch
tests_fuzz_fuzz_kube_watch_SOURCES = tests/fuzz/fuzz_kube_watch.c \
	tests/fuzz/fuzz.h
tests_fuzz_fuzz_kube_watch_LDADD = common/libcommon.a $(JANSSON_LIBS)
tests_fuzz_fuzz_kube_watch_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += tests/unit/test_review
tests_unit_test_review_SOURCES = tests/unit/test_review.c
tests_unit_test_review_LDADD = $(common_ldadd) $(CRYPTO_LIBS)

check_PROGRAMS += tests/unit/test_https_io
tests_unit_test_https_io_SOURCES = tests/unit/test_https_io.c \
	tests/unit/free_port.h \
	tests/fake/fake_api.c tests/fake/fake_api.h
tests_unit_test_https_io_LDADD = common/libcommon_io.a $(common_ldadd) \
	$(EVENT_LIBS) $(CURL_LIBS) $(TLS_LIBS)

check_PROGRAMS += tests/unit/test_source
tests_unit_test_source_SOURCES = tests/unit/test_source.c
tests_unit_test_source_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_source_kube_io
tests_unit_test_source_kube_io_SOURCES = tests/unit/test_source_kube_io.c \
	tests/fake/fake_api.c tests/fake/fake_api.h
tests_unit_test_source_kube_io_LDADD = common/libcommon_io.a $(common_ldadd) \
	$(EVENT_LIBS) $(CURL_LIBS)

check_PROGRAMS += tests/unit/test_log
tests_unit_test_log_SOURCES = tests/unit/test_log.c
tests_unit_test_log_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c
tests_unit_test_store_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_utf8
tests_unit_test_utf8_SOURCES = tests/unit/test_utf8.c
tests_unit_test_utf8_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_yaml
tests_unit_test_yaml_SOURCES = tests/unit/test_yaml.c
tests_unit_test_yaml_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_yaml_print
tests_unit_test_yaml_print_SOURCES = tests/unit/test_yaml_print.c \
	tests/unit/manifests.h
tests_unit_test_yaml_print_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_args
tests_unit_test_args_SOURCES = tests/unit/test_args.c
tests_unit_test_args_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_err
tests_unit_test_err_SOURCES = tests/unit/test_err.c
tests_unit_test_err_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_metrics
tests_unit_test_metrics_SOURCES = tests/unit/test_metrics.c
tests_unit_test_metrics_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_prefix
tests_unit_test_prefix_SOURCES = tests/unit/test_prefix.c
tests_unit_test_prefix_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_rng
tests_unit_test_rng_SOURCES = tests/unit/test_rng.c
tests_unit_test_rng_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_source_dir
tests_unit_test_source_dir_SOURCES = tests/unit/test_source_dir.c
tests_unit_test_source_dir_LDADD = $(common_io_ldadd)

check_PROGRAMS += tests/unit/test_document_io
tests_unit_test_document_io_SOURCES = tests/unit/test_document_io.c
tests_unit_test_document_io_LDADD = $(common_io_ldadd)

check_PROGRAMS += tests/unit/test_manifest
tests_unit_test_manifest_SOURCES = tests/unit/test_manifest.c
tests_unit_test_manifest_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_patch
tests_unit_test_patch_SOURCES = tests/unit/test_patch.c
tests_unit_test_patch_LDADD = $(common_ldadd)

check_PROGRAMS += tests/unit/test_dir_index
tests_unit_test_dir_index_SOURCES = tests/unit/test_dir_index.c
tests_unit_test_dir_index_LDADD = $(common_ldadd)

check_PROGRAMS += tests/fuzz/replay_http_request
tests_fuzz_replay_http_request_SOURCES = tests/fuzz/fuzz_http_request.c $(fuzz_replay)
tests_fuzz_replay_http_request_LDADD = common/libcommon.a
if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_http_request
tests_fuzz_fuzz_http_request_SOURCES = tests/fuzz/fuzz_http_request.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_http_request_LDADD = $(tests_fuzz_replay_http_request_LDADD)
tests_fuzz_fuzz_http_request_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += tests/fuzz/replay_yaml
tests_fuzz_replay_yaml_SOURCES = tests/fuzz/fuzz_yaml.c $(fuzz_replay)
tests_fuzz_replay_yaml_LDADD = common/libcommon.a $(JANSSON_LIBS) \
	$(YAML_LIBS)
if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_yaml
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_yaml_LDADD = $(tests_fuzz_replay_yaml_LDADD)
tests_fuzz_fuzz_yaml_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += tests/unit/test_http_io
tests_unit_test_http_io_SOURCES = tests/unit/test_http_io.c \
	tests/unit/free_port.h
tests_unit_test_http_io_LDADD = $(common_io_ldadd) $(TLS_LIBS)

check_PROGRAMS += tests/unit/test_lock_file_io
tests_unit_test_lock_file_io_SOURCES = tests/unit/test_lock_file_io.c \
	tests/unit/directory.h
tests_unit_test_lock_file_io_LDADD = $(common_io_ldadd)

check_PROGRAMS += tests/unit/test_lockdown_io
tests_unit_test_lockdown_io_SOURCES = tests/unit/test_lockdown_io.c
tests_unit_test_lockdown_io_LDFLAGS = -Wl,--wrap=lchown
tests_unit_test_lockdown_io_LDADD = $(common_io_ldadd) $(SECCOMP_LIBS) \
	$(CAPNG_LIBS)

check_PROGRAMS += tests/unit/test_log_io
tests_unit_test_log_io_SOURCES = tests/unit/test_log_io.c
tests_unit_test_log_io_LDADD = $(common_io_ldadd)

check_PROGRAMS += tests/unit/test_loop_io
tests_unit_test_loop_io_SOURCES = tests/unit/test_loop_io.c
tests_unit_test_loop_io_LDADD = $(common_io_ldadd)
