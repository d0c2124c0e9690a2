# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/wire/libwire.a
bgpd_wire_libwire_a_SOURCES = \
	bgpd/wire/as_path.c bgpd/wire/as_path.h \
	bgpd/wire/attr.c bgpd/wire/attr.h \
	bgpd/wire/attr_table.c bgpd/wire/attr_table.h \
	bgpd/wire/bfd.c bgpd/wire/bfd.h \
	bgpd/wire/bgp.c bgpd/wire/bgp.h \
	bgpd/wire/bmp.c bgpd/wire/bmp.h \
	bgpd/wire/buf.c bgpd/wire/buf.h \
	bgpd/wire/caps.c bgpd/wire/caps.h \
	bgpd/wire/link_bandwidth.c bgpd/wire/link_bandwidth.h \
	bgpd/wire/msg.c bgpd/wire/msg.h \
	bgpd/wire/nlri.c bgpd/wire/nlri.h \
	bgpd/wire/notification.c bgpd/wire/notification.h \
	bgpd/wire/open.c bgpd/wire/open.h \
	bgpd/wire/refresh.c bgpd/wire/refresh.h \
	bgpd/wire/update.h \
	bgpd/wire/update_in.c bgpd/wire/update_in.h \
	bgpd/wire/update_out.c bgpd/wire/update_out.h

check_PROGRAMS += \
	tests/unit/test_as_path \
	tests/unit/test_attr \
	tests/unit/test_bmp \
	tests/unit/test_buf \
	tests/unit/test_link_bandwidth \
	tests/unit/test_msg \
	tests/unit/test_nlri \
	tests/unit/test_notification \
	tests/unit/test_open \
	tests/unit/test_refresh \
	tests/unit/test_update \
	tests/unit/test_update_out
wire_test_libs = bgpd/wire/libwire.a common/libcommon.a $(CMOCKA_LIBS)
tests_unit_test_as_path_SOURCES = tests/unit/test_as_path.c tests/unit/hex.h
tests_unit_test_as_path_LDADD = $(wire_test_libs)
tests_unit_test_attr_SOURCES = tests/unit/test_attr.c tests/unit/hex.h
tests_unit_test_attr_LDADD = $(wire_test_libs)
tests_unit_test_bmp_SOURCES = tests/unit/test_bmp.c tests/unit/hex.h
tests_unit_test_bmp_LDADD = $(wire_test_libs)
tests_unit_test_buf_SOURCES = tests/unit/test_buf.c tests/unit/hex.h
tests_unit_test_buf_LDADD = $(wire_test_libs)
tests_unit_test_link_bandwidth_SOURCES = \
	tests/unit/test_link_bandwidth.c tests/unit/hex.h
tests_unit_test_link_bandwidth_LDADD = $(wire_test_libs)
tests_unit_test_msg_SOURCES = tests/unit/test_msg.c tests/unit/hex.h
tests_unit_test_msg_LDADD = $(wire_test_libs)
tests_unit_test_nlri_SOURCES = tests/unit/test_nlri.c tests/unit/hex.h
tests_unit_test_nlri_LDADD = $(wire_test_libs)
tests_unit_test_notification_SOURCES = \
	tests/unit/test_notification.c tests/unit/hex.h
tests_unit_test_notification_LDADD = $(wire_test_libs)
tests_unit_test_open_SOURCES = tests/unit/test_open.c tests/unit/hex.h
tests_unit_test_open_LDADD = $(wire_test_libs)
tests_unit_test_refresh_SOURCES = tests/unit/test_refresh.c tests/unit/hex.h
tests_unit_test_refresh_LDADD = $(wire_test_libs)
tests_unit_test_update_SOURCES = tests/unit/test_update.c tests/unit/hex.h
tests_unit_test_update_LDADD = $(wire_test_libs)
tests_unit_test_update_out_SOURCES = \
	tests/unit/test_update_out.c tests/unit/hex.h
tests_unit_test_update_out_LDADD = $(wire_test_libs)

check_PROGRAMS += tests/fuzz/replay_encode
tests_fuzz_replay_encode_SOURCES = tests/fuzz/fuzz_encode.c $(fuzz_replay)
tests_fuzz_replay_encode_LDADD = bgpd/wire/libwire.a common/libcommon.a
check_PROGRAMS += tests/fuzz/replay_msg
tests_fuzz_replay_msg_SOURCES = tests/fuzz/fuzz_msg.c $(fuzz_replay)
tests_fuzz_replay_msg_LDADD = bgpd/wire/libwire.a common/libcommon.a
check_PROGRAMS += tests/fuzz/replay_notification
tests_fuzz_replay_notification_SOURCES = tests/fuzz/fuzz_notification.c $(fuzz_replay)
tests_fuzz_replay_notification_LDADD = bgpd/wire/libwire.a common/libcommon.a
check_PROGRAMS += tests/fuzz/replay_open
tests_fuzz_replay_open_SOURCES = tests/fuzz/fuzz_open.c $(fuzz_replay)
tests_fuzz_replay_open_LDADD = bgpd/wire/libwire.a common/libcommon.a
check_PROGRAMS += tests/fuzz/replay_refresh
tests_fuzz_replay_refresh_SOURCES = tests/fuzz/fuzz_refresh.c $(fuzz_replay)
tests_fuzz_replay_refresh_LDADD = bgpd/wire/libwire.a common/libcommon.a
check_PROGRAMS += tests/fuzz/replay_update
tests_fuzz_replay_update_SOURCES = tests/fuzz/fuzz_update.c $(fuzz_replay)
tests_fuzz_replay_update_LDADD = bgpd/wire/libwire.a common/libcommon.a

if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_encode
tests_fuzz_fuzz_encode_SOURCES = tests/fuzz/fuzz_encode.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_encode_LDADD = bgpd/wire/libwire.a common/libcommon.a
tests_fuzz_fuzz_encode_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
noinst_PROGRAMS += tests/fuzz/fuzz_msg
tests_fuzz_fuzz_msg_SOURCES = tests/fuzz/fuzz_msg.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_msg_LDADD = bgpd/wire/libwire.a common/libcommon.a
tests_fuzz_fuzz_msg_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
noinst_PROGRAMS += tests/fuzz/fuzz_notification
tests_fuzz_fuzz_notification_SOURCES = tests/fuzz/fuzz_notification.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_notification_LDADD = bgpd/wire/libwire.a common/libcommon.a
tests_fuzz_fuzz_notification_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
noinst_PROGRAMS += tests/fuzz/fuzz_open
tests_fuzz_fuzz_open_SOURCES = tests/fuzz/fuzz_open.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_open_LDADD = bgpd/wire/libwire.a common/libcommon.a
tests_fuzz_fuzz_open_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
noinst_PROGRAMS += tests/fuzz/fuzz_refresh
tests_fuzz_fuzz_refresh_SOURCES = tests/fuzz/fuzz_refresh.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_refresh_LDADD = bgpd/wire/libwire.a common/libcommon.a
tests_fuzz_fuzz_refresh_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
noinst_PROGRAMS += tests/fuzz/fuzz_update
tests_fuzz_fuzz_update_SOURCES = tests/fuzz/fuzz_update.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_update_LDADD = bgpd/wire/libwire.a common/libcommon.a
tests_fuzz_fuzz_update_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

# Not built by make check: tests/differential runs it, beside its like for GoBGP.
EXTRA_PROGRAMS += tests/fuzz/verdict
tests_fuzz_verdict_SOURCES = tests/fuzz/verdict.c
tests_fuzz_verdict_LDADD = bgpd/wire/libwire.a common/libcommon.a
