# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/bfd/libbfd.a
bgpd_bfd_libbfd_a_SOURCES = \
	bgpd/bfd/bfd.c bgpd/bfd/bfd.h \
	bgpd/bfd/bfd_entries.c bgpd/bfd/bfd_entries.h \
	bgpd/bfd/bfd_fsm.c bgpd/bfd/bfd_fsm.h \
	bgpd/bfd/bfd_io.c bgpd/bfd/bfd_io.h \
	bgpd/bfd/bfd_kept_io.c bgpd/bfd/bfd_kept_io.h \
	bgpd/bfd/bfd_port.h \
	bgpd/bfd/bfd_session.c bgpd/bfd/bfd_session.h \
	bgpd/bfd/bfd_socket_io.c bgpd/bfd/bfd_socket_io.h \
	bgpd/bfd/bfd_thread_io.c bgpd/bfd/bfd_thread_io.h

bfd_ldadd = bgpd/bfd/libbfd.a bgpd/wire/libwire.a common/libcommon.a \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_bfd_packet
tests_unit_test_bfd_packet_SOURCES = tests/unit/test_bfd_packet.c \
	tests/unit/hex.h
tests_unit_test_bfd_packet_LDADD = $(bfd_ldadd)

check_PROGRAMS += tests/unit/test_bfd_session
tests_unit_test_bfd_session_SOURCES = tests/unit/test_bfd_session.c
tests_unit_test_bfd_session_LDADD = $(bfd_ldadd)

check_PROGRAMS += tests/unit/test_bfd
tests_unit_test_bfd_SOURCES = tests/unit/test_bfd.c tests/unit/hex.h
tests_unit_test_bfd_LDADD = $(bfd_ldadd)

check_PROGRAMS += tests/fuzz/replay_bfd
tests_fuzz_replay_bfd_SOURCES = tests/fuzz/fuzz_bfd.c $(fuzz_replay)
tests_fuzz_replay_bfd_LDADD = bgpd/bfd/libbfd.a bgpd/wire/libwire.a \
	common/libcommon.a

check_PROGRAMS += tests/fuzz/replay_bfd_table
tests_fuzz_replay_bfd_table_SOURCES = tests/fuzz/fuzz_bfd_table.c $(fuzz_replay)
tests_fuzz_replay_bfd_table_LDADD = $(tests_fuzz_replay_bfd_LDADD)

if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_bfd_table
tests_fuzz_fuzz_bfd_table_SOURCES = tests/fuzz/fuzz_bfd_table.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_bfd_table_LDADD = $(tests_fuzz_replay_bfd_LDADD)
tests_fuzz_fuzz_bfd_table_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
noinst_PROGRAMS += tests/fuzz/fuzz_bfd
tests_fuzz_fuzz_bfd_SOURCES = tests/fuzz/fuzz_bfd.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_bfd_LDADD = $(tests_fuzz_replay_bfd_LDADD)
tests_fuzz_fuzz_bfd_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += tests/unit/test_bfd_io
tests_unit_test_bfd_io_SOURCES = tests/unit/test_bfd_io.c tests/unit/netns.h
tests_unit_test_bfd_io_LDADD = bgpd/bfd/libbfd.a bgpd/run/librun.a \
	bgpd/wire/libwire.a common/libcommon_io.a common/libcommon.a \
	$(EVENT_LIBS) \
	$(SECCOMP_LIBS) $(CAPNG_LIBS) $(CMOCKA_LIBS)
