# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += doc/unnumbered.md
noinst_LIBRARIES += bgpd/link/liblink.a
bgpd_link_liblink_a_SOURCES = \
	bgpd/link/checksum.c bgpd/link/checksum.h \
	bgpd/link/frame.c bgpd/link/frame.h \
	bgpd/link/interface.h \
	bgpd/link/interfaces.c bgpd/link/interfaces.h \
	bgpd/link/link_counters.h \
	bgpd/link/link_groups_io.c bgpd/link/link_groups_io.h \
	bgpd/link/link_io.c bgpd/link/link_io.h \
	bgpd/link/link_monitor_io.c bgpd/link/link_monitor_io.h \
	bgpd/link/link_msg_io.c bgpd/link/link_msg_io.h \
	bgpd/link/link_port.h \
	bgpd/link/link_socket_io.c bgpd/link/link_socket_io.h \
	bgpd/link/link_unicast_io.c bgpd/link/link_unicast_io.h \
	bgpd/link/mac.c bgpd/link/mac.h \
	bgpd/link/routers.c bgpd/link/routers.h \
	bgpd/link/unheard.c bgpd/link/unheard.h

check_PROGRAMS += tests/unit/test_frame
tests_unit_test_frame_SOURCES = tests/unit/test_frame.c tests/unit/hex.h
tests_unit_test_frame_LDADD = bgpd/link/liblink.a bgpd/wire/libwire.a \
	common/libcommon.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_interfaces
tests_unit_test_interfaces_SOURCES = tests/unit/test_interfaces.c
tests_unit_test_interfaces_LDADD = bgpd/link/liblink.a common/libcommon.a \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_unheard
tests_unit_test_unheard_SOURCES = tests/unit/test_unheard.c
tests_unit_test_unheard_LDADD = bgpd/link/liblink.a common/libcommon.a \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_link_msg_io
tests_unit_test_link_msg_io_SOURCES = tests/unit/test_link_msg_io.c
tests_unit_test_link_msg_io_LDADD = bgpd/link/liblink.a \
	bgpd/netlink/libnetlink.a common/libcommon.a \
	$(NL_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_link_io
tests_unit_test_link_io_SOURCES = tests/unit/test_link_io.c \
	tests/unit/netns.h
tests_unit_test_link_io_LDADD = bgpd/link/liblink.a \
	bgpd/netlink/libnetlink.a bgpd/wire/libwire.a \
	common/libcommon_io.a common/libcommon.a $(NL_LIBS) $(EVENT_LIBS) \
	$(JANSSON_LIBS) $(CURL_LIBS) $(YAML_LIBS) $(SECCOMP_LIBS) \
	$(CAPNG_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/fuzz/replay_frame
tests_fuzz_replay_frame_SOURCES = tests/fuzz/fuzz_frame.c $(fuzz_replay)
tests_fuzz_replay_frame_LDADD = bgpd/link/liblink.a bgpd/wire/libwire.a \
	common/libcommon.a
if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_frame
tests_fuzz_fuzz_frame_SOURCES = tests/fuzz/fuzz_frame.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_frame_LDADD = $(tests_fuzz_replay_frame_LDADD)
tests_fuzz_fuzz_frame_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += tests/unit/test_routers
tests_unit_test_routers_SOURCES = tests/unit/test_routers.c
tests_unit_test_routers_LDADD = bgpd/link/liblink.a bgpd/wire/libwire.a \
	common/libcommon.a $(CMOCKA_LIBS)
