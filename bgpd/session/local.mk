# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/session/libsession.a
bgpd_session_libsession_a_SOURCES = \
	bgpd/session/agreed.c bgpd/session/agreed.h \
	bgpd/session/ao.c bgpd/session/ao.h \
	bgpd/session/collision.c bgpd/session/collision.h \
	bgpd/session/conn.c bgpd/session/conn.h \
	bgpd/session/conn_in.c bgpd/session/conn_state.h \
	bgpd/session/fsm.c bgpd/session/fsm.h \
	bgpd/session/keys.c bgpd/session/keys.h \
	bgpd/session/links.c bgpd/session/links.h \
	bgpd/session/listeners.c bgpd/session/listeners.h \
	bgpd/session/admission.c bgpd/session/admission.h \
	bgpd/session/peer_text.c bgpd/session/peer_text.h \
	bgpd/session/ration.c bgpd/session/ration.h \
	bgpd/session/retry.c bgpd/session/retry.h \
	bgpd/session/session.c bgpd/session/session.h \
	bgpd/session/session_port.h \
	bgpd/session/session_config.c bgpd/session/session_config.h \
	bgpd/session/session_owner.c bgpd/session/session_state.h \
	bgpd/session/session_stats.c bgpd/session/session_stats.h \
	bgpd/session/tcp_port.h

# The rim: TCP and libevent.
noinst_LIBRARIES += bgpd/session/libsession_io.a
bgpd_session_libsession_io_a_SOURCES = \
	bgpd/session/listener_io.c bgpd/session/listener_io.h \
	bgpd/session/peer_io.c bgpd/session/peer_io.h \
	bgpd/session/peer_socket_io.c bgpd/session/peer_socket_io.h \
	bgpd/session/port_holder_io.c bgpd/session/port_holder_io.h \
	bgpd/session/tcp_ao_io.c bgpd/session/tcp_ao_io.h \
	bgpd/session/tcp_io.c bgpd/session/tcp_io.h \
	bgpd/session/ttl_filter_io.c bgpd/session/ttl_filter_io.h

check_LIBRARIES += tests/fake/libfake_peer.a
tests_fake_libfake_peer_a_SOURCES = \
	tests/fake/fake_peer.c tests/fake/fake_peer.h \
	tests/fake/fake_port.c tests/fake/fake_port.h
peer_ldadd = tests/fake/libfake_peer.a bgpd/session/libsession.a \
	bgpd/wire/libwire.a $(common_ldadd)

check_PROGRAMS += tests/unit/test_fsm
tests_unit_test_fsm_SOURCES = tests/unit/test_fsm.c
tests_unit_test_fsm_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_session
tests_unit_test_session_SOURCES = tests/unit/test_session.c
tests_unit_test_session_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_session_restart
tests_unit_test_session_restart_SOURCES = tests/unit/test_session_restart.c
tests_unit_test_session_restart_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_keys
tests_unit_test_keys_SOURCES = tests/unit/test_keys.c
tests_unit_test_keys_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_ao
tests_unit_test_ao_SOURCES = tests/unit/test_ao.c
tests_unit_test_ao_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_admission
tests_unit_test_admission_SOURCES = tests/unit/test_admission.c
tests_unit_test_admission_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_links
tests_unit_test_links_SOURCES = tests/unit/test_links.c tests/unit/quiet_session.h
tests_unit_test_links_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_ration
tests_unit_test_ration_SOURCES = tests/unit/test_ration.c
tests_unit_test_ration_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_collision
tests_unit_test_collision_SOURCES = tests/unit/test_collision.c
tests_unit_test_collision_LDADD = $(peer_ldadd)

check_PROGRAMS += tests/unit/test_peer_io
tests_unit_test_peer_io_SOURCES = tests/unit/test_peer_io.c \
	tests/unit/free_port.h
tests_unit_test_peer_io_LDADD = bgpd/session/libsession_io.a bgpd/session/libsession.a \
	bgpd/wire/libwire.a common/libcommon_io.a $(common_ldadd) \
	$(EVENT_LIBS)

check_PROGRAMS += tests/unit/test_link_local
tests_unit_test_link_local_SOURCES = tests/unit/test_link_local.c
tests_unit_test_link_local_LDADD = bgpd/session/libsession_io.a \
	bgpd/session/libsession.a bgpd/wire/libwire.a common/libcommon_io.a \
	$(common_ldadd) $(NL_LIBS) $(EVENT_LIBS)

check_PROGRAMS += tests/unit/test_session_rows
tests_unit_test_session_rows_SOURCES = tests/unit/test_session_rows.c \
	tests/unit/hex.h
tests_unit_test_session_rows_LDADD = tests/fake/libfake_peer.a bgpd/rib/librib.a \
	bgpd/session/libsession.a bgpd/wire/libwire.a $(common_ldadd)

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
tests_fuzz_replay_session_LDADD = bgpd/session/libsession.a bgpd/wire/libwire.a \
	common/libcommon.a

if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_session
tests_fuzz_fuzz_session_SOURCES = tests/fuzz/fuzz_session.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_session_LDADD = $(tests_fuzz_replay_session_LDADD)
tests_fuzz_fuzz_session_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif
