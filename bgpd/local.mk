# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/libbgpd.a
bgpd_libbgpd_a_SOURCES = \
	bgpd/await.c \
	bgpd/bfd_conditions.c \
	bgpd/bgpd.h \
	bgpd/bmp_feed.c \
	bgpd/boot_io.c bgpd/boot_io.h \
	bgpd/conditions.c \
	bgpd/core.c bgpd/core.h \
	bgpd/data_plane.c \
	bgpd/descriptors_io.c bgpd/descriptors_io.h \
	bgpd/drain.c bgpd/drain.h \
	bgpd/draining.c \
	bgpd/jobs.c bgpd/jobs.h \
	bgpd/lan.c \
	bgpd/lan_events.c \
	bgpd/lan_vips.c \
	bgpd/last_state.c \
	bgpd/gateway.c \
	bgpd/learned.c \
	bgpd/listen.c \
	bgpd/memory_limit_io.c bgpd/memory_limit_io.h \
	bgpd/node_ready.c \
	bgpd/objects.c \
	bgpd/peer_conditions.c \
	bgpd/peer/peer.c bgpd/peer/peer.h \
	bgpd/peer/peer_bfd.c bgpd/peer/peer_bfd.h \
	bgpd/peer/peer_restart.c bgpd/peer/peer_restart.h \
	bgpd/peer/peer_session.c bgpd/peer/peer_state.h \
	bgpd/peer/peer_verdict.c bgpd/peer/peer_verdict.h \
	bgpd/peer/peers.c bgpd/peer/peers.h \
	bgpd/peer/peer_ranges.c bgpd/peer/peer_ranges.h \
	bgpd/state/state_header.c bgpd/state/state_header.h \
	bgpd/state/state_io.c bgpd/state/state_io.h \
	bgpd/state/state_line.c bgpd/state/state_line.h \
	bgpd/state/state_log.c bgpd/state/state_log.h \
	bgpd/state/state_port.h \
	bgpd/state/state_recall.c bgpd/state/state_recall.h \
	bgpd/stop.c \
	bgpd/status/accepted.c bgpd/status/accepted.h \
	bgpd/status/holdings.c bgpd/status/holdings.h \
	bgpd/status/readiness.c bgpd/status/readiness.h \
	bgpd/status/standing.c bgpd/status/standing.h \
	bgpd/status/status.c bgpd/status/status.h \
	bgpd/status/tells.c bgpd/status/tells.h \
	bgpd/status/writes.c bgpd/status/writes.h \
	bgpd/watch.c

lan_archives = bgpd/vip/libvip.a bgpd/l2/libl2.a bgpd/vrrp/libvrrp.a \
	bgpd/link/liblink.a

sbin_PROGRAMS += lbbgp-bgpd
lbbgp_bgpd_SOURCES = bgpd/main.c bgpd/options.c bgpd/options.h
lbbgp_bgpd_LDADD = \
	bgpd/libbgpd.a \
	bgpd/control/libcontrol.a \
	$(lan_archives) \
	bgpd/session/libsession_io.a \
	bgpd/session/libsession.a \
	bgpd/bfd/libbfd.a bgpd/bmp/libbmp.a \
	bgpd/policy/libpolicy.a \
	bgpd/fib/libfib.a \
	bgpd/rib/librib.a \
	bgpd/announce/libannounce.a \
	bgpd/config/libconfig.a \
	bgpd/kernel/libkernel.a \
	bgpd/netlink/libnetlink.a \
	bgpd/run/librun.a \
	bgpd/health/libhealth.a \
	bgpd/wire/libwire.a \
	common/libcommon_io.a \
	common/api/libapi.a \
	common/libcommon.a \
	$(EVENT_LIBS) $(CURL_LIBS) $(JANSSON_LIBS) $(YAML_LIBS) $(NL_LIBS) \
	$(SECCOMP_LIBS) $(CAPNG_LIBS) $(TLS_LIBS) $(CRYPTO_LIBS)

check_PROGRAMS += tests/unit/test_resets
tests_unit_test_resets_SOURCES = tests/unit/test_resets.c
tests_unit_test_resets_LDADD = bgpd/session/libsession.a bgpd/wire/libwire.a \
	$(config_ldadd)

check_PROGRAMS += tests/unit/test_drain
tests_unit_test_drain_SOURCES = tests/unit/test_drain.c
tests_unit_test_drain_LDADD = bgpd/libbgpd.a common/libcommon.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_readiness
tests_unit_test_readiness_SOURCES = tests/unit/test_readiness.c
tests_unit_test_readiness_LDADD = bgpd/libbgpd.a $(config_ldadd)

check_PROGRAMS += tests/unit/test_jobs
tests_unit_test_jobs_SOURCES = tests/unit/test_jobs.c
tests_unit_test_jobs_LDADD = bgpd/libbgpd.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_state_line
tests_unit_test_state_line_SOURCES = tests/unit/test_state_line.c
tests_unit_test_state_line_LDADD = bgpd/libbgpd.a $(config_ldadd)

check_PROGRAMS += tests/unit/test_state_log
tests_unit_test_state_log_SOURCES = tests/unit/test_state_log.c \
	tests/fake/fake_state.c tests/fake/fake_state.h
tests_unit_test_state_log_LDADD = bgpd/libbgpd.a $(config_ldadd)

check_PROGRAMS += tests/unit/test_state_io
tests_unit_test_state_io_SOURCES = tests/unit/test_state_io.c
tests_unit_test_state_io_LDADD = bgpd/libbgpd.a bgpd/run/librun.a \
	common/libcommon_io.a $(config_ldadd)

check_PROGRAMS += tests/unit/test_tells
tests_unit_test_tells_SOURCES = tests/unit/test_tells.c
tests_unit_test_tells_LDADD = bgpd/libbgpd.a $(config_ldadd)

check_PROGRAMS += tests/unit/test_holdings
tests_unit_test_holdings_SOURCES = tests/unit/test_holdings.c
tests_unit_test_holdings_LDADD = bgpd/libbgpd.a $(config_ldadd)

check_PROGRAMS += tests/unit/test_peers
tests_unit_test_peers_SOURCES = tests/unit/test_peers.c
tests_unit_test_peers_LDADD = bgpd/libbgpd.a bgpd/session/libsession.a \
	bgpd/policy/libpolicy.a bgpd/rib/librib.a bgpd/announce/libannounce.a bgpd/wire/libwire.a \
	$(config_ldadd)
tests_unit_test_peers_LDFLAGS = -Wl,--wrap=addr_eq

check_PROGRAMS += tests/unit/test_boot_io
tests_unit_test_boot_io_SOURCES = tests/unit/test_boot_io.c \
	tests/unit/directory.h
tests_unit_test_boot_io_LDADD = bgpd/libbgpd.a bgpd/run/librun.a \
	common/libcommon.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_descriptors_io
tests_unit_test_descriptors_io_SOURCES = tests/unit/test_descriptors_io.c
tests_unit_test_descriptors_io_LDADD = bgpd/libbgpd.a common/libcommon.a \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_memory_limit_io
tests_unit_test_memory_limit_io_SOURCES = tests/unit/test_memory_limit_io.c \
	tests/unit/directory.h
tests_unit_test_memory_limit_io_LDADD = bgpd/libbgpd.a common/libcommon.a \
	$(CMOCKA_LIBS)
