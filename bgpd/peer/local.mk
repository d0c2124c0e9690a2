# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/peer/libpeer.a
bgpd_peer_libpeer_a_SOURCES = \
	bgpd/peer/agreed.c bgpd/peer/agreed.h \
	bgpd/peer/collision.c bgpd/peer/collision.h \
	bgpd/peer/conn.c bgpd/peer/conn.h \
	bgpd/peer/fsm.c bgpd/peer/fsm.h \
	bgpd/peer/keys.c bgpd/peer/keys.h \
	bgpd/peer/links.c bgpd/peer/links.h \
	bgpd/peer/peer_text.c bgpd/peer/peer_text.h \
	bgpd/peer/ration.c bgpd/peer/ration.h \
	bgpd/peer/retry.c bgpd/peer/retry.h \
	bgpd/peer/session.c bgpd/peer/session.h \
	bgpd/peer/session_config.c bgpd/peer/session_config.h \
	bgpd/peer/session_stats.c bgpd/peer/session_stats.h

# The rim: TCP and libevent.
noinst_LIBRARIES += bgpd/peer/libpeer_io.a
bgpd_peer_libpeer_io_a_SOURCES = \
	bgpd/peer/listener_io.c bgpd/peer/listener_io.h \
	bgpd/peer/peer_io.c bgpd/peer/peer_io.h \
	bgpd/peer/peer_socket_io.c bgpd/peer/peer_socket_io.h \
	bgpd/peer/port_holder_io.c bgpd/peer/port_holder_io.h \
	bgpd/peer/tcp_io.c bgpd/peer/tcp_io.h \
	bgpd/peer/ttl_filter_io.c bgpd/peer/ttl_filter_io.h

check_LIBRARIES += tests/fake/libfake_peer.a
tests_fake_libfake_peer_a_SOURCES = \
	tests/fake/fake_peer.c tests/fake/fake_peer.h
peer_ldadd = tests/fake/libfake_peer.a bgpd/peer/libpeer.a \
	bgpd/wire/libwire.a $(common_ldadd)

check_PROGRAMS += tests/unit/test_fsm
tests_unit_test_fsm_SOURCES = tests/unit/test_fsm.c
tests_unit_test_fsm_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_session
tests_unit_test_session_SOURCES = tests/unit/test_session.c
tests_unit_test_session_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_keys
tests_unit_test_keys_SOURCES = tests/unit/test_keys.c
tests_unit_test_keys_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_links
tests_unit_test_links_SOURCES = tests/unit/test_links.c
tests_unit_test_links_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_ration
tests_unit_test_ration_SOURCES = tests/unit/test_ration.c
tests_unit_test_ration_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_collision
tests_unit_test_collision_SOURCES = tests/unit/test_collision.c
tests_unit_test_collision_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_peer_io
tests_unit_test_peer_io_SOURCES = tests/unit/test_peer_io.c
tests_unit_test_peer_io_LDADD = bgpd/peer/libpeer_io.a bgpd/peer/libpeer.a \
	bgpd/wire/libwire.a common/libcommon_io.a $(common_ldadd) \
	$(EVENT_LIBS)

check_PROGRAMS += tests/unit/test_session_rows
tests_unit_test_session_rows_SOURCES = tests/unit/test_session_rows.c \
	tests/unit/hex.h
tests_unit_test_session_rows_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_retry
tests_unit_test_retry_SOURCES = tests/unit/test_retry.c
tests_unit_test_retry_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_peer_text
tests_unit_test_peer_text_SOURCES = tests/unit/test_peer_text.c tests/unit/hex.h
tests_unit_test_peer_text_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_agreed
tests_unit_test_agreed_SOURCES = tests/unit/test_agreed.c
tests_unit_test_agreed_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/fuzz/replay_session
tests_fuzz_replay_session_SOURCES = tests/fuzz/fuzz_session.c $(fuzz_replay)
tests_fuzz_replay_session_LDADD = bgpd/peer/libpeer.a bgpd/wire/libwire.a \
	common/libcommon.a

if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_session
tests_fuzz_fuzz_session_SOURCES = tests/fuzz/fuzz_session.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_session_LDADD = $(tests_fuzz_replay_session_LDADD)
tests_fuzz_fuzz_session_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif
