# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += doc/vrrp.md
noinst_LIBRARIES += bgpd/vrrp/libvrrp.a
bgpd_vrrp_libvrrp_a_SOURCES = \
	bgpd/vrrp/memberships.c bgpd/vrrp/memberships.h \
	bgpd/vrrp/place.c bgpd/vrrp/place.h \
	bgpd/vrrp/proclaim.c bgpd/vrrp/proclaim.h \
	bgpd/vrrp/vrouter.c bgpd/vrrp/vrouter.h \
	bgpd/vrrp/vrrp.c bgpd/vrrp/vrrp.h \
	bgpd/vrrp/vrrp_config.c bgpd/vrrp/vrrp_config.h \
	bgpd/vrrp/vrrp_counters.h \
	bgpd/vrrp/vrrp_fsm.c bgpd/vrrp/vrrp_fsm.h \
	bgpd/vrrp/vrrp_msg.c bgpd/vrrp/vrrp_msg.h \
	bgpd/vrrp/vrrp_timers.c bgpd/vrrp/vrrp_timers.h

vrrp_ldadd = bgpd/vrrp/libvrrp.a bgpd/link/liblink.a bgpd/wire/libwire.a \
	common/libcommon.a \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_vrrp_fsm
tests_unit_test_vrrp_fsm_SOURCES = tests/unit/test_vrrp_fsm.c
tests_unit_test_vrrp_fsm_LDADD = $(vrrp_ldadd)

check_PROGRAMS += tests/unit/test_vrrp_msg
tests_unit_test_vrrp_msg_SOURCES = tests/unit/test_vrrp_msg.c tests/unit/hex.h
tests_unit_test_vrrp_msg_LDADD = $(vrrp_ldadd)

check_PROGRAMS += tests/unit/test_vrrp_timers
tests_unit_test_vrrp_timers_SOURCES = tests/unit/test_vrrp_timers.c
tests_unit_test_vrrp_timers_LDADD = $(vrrp_ldadd)

check_LIBRARIES += tests/sim/libvlink.a
tests_sim_libvlink_a_SOURCES = tests/sim/vlink.c tests/sim/vlink.h

check_PROGRAMS += tests/unit/test_vrrp
tests_unit_test_vrrp_SOURCES = tests/unit/test_vrrp.c
tests_unit_test_vrrp_LDADD = tests/sim/libvlink.a $(vrrp_ldadd)

check_PROGRAMS += tests/sim/test_sim_vrrp
tests_sim_test_sim_vrrp_SOURCES = tests/sim/test_sim_vrrp.c
tests_sim_test_sim_vrrp_LDADD = tests/sim/libvlink.a $(vrrp_ldadd)

check_PROGRAMS += tests/fuzz/replay_vrrp
tests_fuzz_replay_vrrp_SOURCES = tests/fuzz/fuzz_vrrp.c $(fuzz_replay)
tests_fuzz_replay_vrrp_LDADD = bgpd/vrrp/libvrrp.a bgpd/link/liblink.a \
	bgpd/wire/libwire.a common/libcommon.a

if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_vrrp
tests_fuzz_fuzz_vrrp_SOURCES = tests/fuzz/fuzz_vrrp.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_vrrp_LDADD = $(tests_fuzz_replay_vrrp_LDADD)
tests_fuzz_fuzz_vrrp_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif
