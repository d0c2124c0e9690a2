# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/control/libcontrol.a
bgpd_control_libcontrol_a_SOURCES = \
	bgpd/control/all_metrics.c bgpd/control/all_metrics.h \
	bgpd/control/bfd_metrics.c bgpd/control/bfd_metrics.h \
	bgpd/control/bfd_view.c bgpd/control/bfd_view.h \
	bgpd/control/bmp_answer.c bgpd/control/bmp_answer.h \
	bgpd/control/bmp_metrics.c bgpd/control/bmp_metrics.h \
	bgpd/control/control.c bgpd/control/control.h \
	bgpd/control/control_io.c bgpd/control/control_io.h \
	bgpd/control/kernel_metrics.c bgpd/control/kernel_metrics.h \
	bgpd/control/kernel_view.c bgpd/control/kernel_view.h \
	bgpd/control/filters_answer.c bgpd/control/filters_answer.h \
	bgpd/control/metrics.c bgpd/control/metrics.h \
	bgpd/control/l2_answer.c bgpd/control/l2_answer.h \
	bgpd/control/l2_status.c bgpd/control/l2_status.h \
	bgpd/control/lan_metrics.c bgpd/control/lan_metrics.h \
	bgpd/control/monitor.c bgpd/control/monitor.h \
	bgpd/control/node_status.c bgpd/control/node_status.h \
	bgpd/control/peer_view.c bgpd/control/peer_view.h \
	bgpd/control/raw_view.c bgpd/control/raw_view.h \
	bgpd/control/ready.c bgpd/control/ready.h \
	bgpd/control/route_select.c bgpd/control/route_select.h \
	bgpd/control/routes_answer.c bgpd/control/routes_answer.h \
	bgpd/control/services.c bgpd/control/services.h \
	bgpd/control/told.c bgpd/control/told.h \
	bgpd/control/views.c bgpd/control/views.h \
	bgpd/control/vips_answer.c bgpd/control/vips_answer.h

check_LIBRARIES += tests/fake/libfake_daemon.a
tests_fake_libfake_daemon_a_SOURCES = \
	tests/fake/fake_daemon.c tests/fake/fake_daemon.h \
	tests/unit/hex.h tests/unit/routes.h
control_archives = tests/fake/libfake_daemon.a bgpd/control/libcontrol.a \
	bgpd/bmp/libbmp.a \
	$(lan_archives) bgpd/health/libhealth.a \
	tests/fake/libfake_peer.a bgpd/session/libsession.a \
	bgpd/policy/libpolicy.a bgpd/fib/libfib.a bgpd/rib/librib.a \
	bgpd/announce/libannounce.a bgpd/config/libconfig.a \
	bgpd/wire/libwire.a common/api/libapi.a common/libcommon_io.a \
	common/libcommon.a
control_ldadd = $(control_archives) $(EVENT_LIBS) $(JANSSON_LIBS) \
	$(YAML_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_control
tests_unit_test_control_SOURCES = tests/unit/test_control.c tests/unit/reply.h
tests_unit_test_control_LDADD = $(control_ldadd)

check_PROGRAMS += tests/unit/test_route_select
tests_unit_test_route_select_SOURCES = \
	tests/unit/test_route_select.c tests/unit/reply.h tests/unit/routes.h
tests_unit_test_route_select_LDADD = $(control_ldadd)

check_PROGRAMS += tests/unit/test_control_io
tests_unit_test_control_io_SOURCES = tests/unit/test_control_io.c
tests_unit_test_control_io_LDADD = $(control_ldadd)

check_PROGRAMS += tests/unit/test_monitor
tests_unit_test_monitor_SOURCES = \
	tests/unit/test_monitor.c tests/unit/reply.h tests/unit/routes.h
tests_unit_test_monitor_LDADD = $(control_ldadd)

check_PROGRAMS += tests/unit/test_node_status
tests_unit_test_node_status_SOURCES = \
	tests/unit/test_node_status.c tests/unit/reply.h
tests_unit_test_node_status_LDADD = $(control_ldadd)

check_PROGRAMS += tests/unit/test_l2_status
tests_unit_test_l2_status_SOURCES = \
	tests/unit/test_l2_status.c tests/unit/reply.h
tests_unit_test_l2_status_LDADD = tests/sim/liblan.a $(control_ldadd)

check_PROGRAMS += tests/unit/test_bgpd_metrics
tests_unit_test_bgpd_metrics_SOURCES = tests/unit/test_bgpd_metrics.c \
	tests/unit/metric_labels.h
tests_unit_test_bgpd_metrics_LDADD = $(control_ldadd)

check_PROGRAMS += tests/unit/test_lan_metrics
tests_unit_test_lan_metrics_SOURCES = tests/unit/test_lan_metrics.c \
	tests/unit/metric_labels.h
tests_unit_test_lan_metrics_LDADD = tests/sim/liblan.a tests/sim/libvlink.a \
	$(control_ldadd)

check_PROGRAMS += tests/fuzz/replay_control
tests_fuzz_replay_control_SOURCES = tests/fuzz/fuzz_control.c $(fuzz_replay)
tests_fuzz_replay_control_LDADD = $(control_ldadd)

if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_control
tests_fuzz_fuzz_control_SOURCES = tests/fuzz/fuzz_control.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_control_LDADD = $(control_ldadd)
tests_fuzz_fuzz_control_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif
