# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/l2/libl2.a
bgpd_l2_libl2_a_SOURCES = \
	bgpd/l2/alarms.c bgpd/l2/alarms.h \
	bgpd/l2/answer.c bgpd/l2/answer.h \
	bgpd/l2/claims.c bgpd/l2/claims.h \
	bgpd/l2/hear.c bgpd/l2/hear.h \
	bgpd/l2/hello.c bgpd/l2/hello.h \
	bgpd/l2/l2.c bgpd/l2/l2.h \
	bgpd/l2/l2_types.h \
	bgpd/l2/l2_views.c \
	bgpd/l2/members.c bgpd/l2/members.h \
	bgpd/l2/opening.c bgpd/l2/opening.h \
	bgpd/l2/rank.c bgpd/l2/rank.h \
	bgpd/l2/say.c bgpd/l2/say.h \
	bgpd/l2/seat.c bgpd/l2/seat.h \
	bgpd/l2/state.h \
	bgpd/l2/catchup.c bgpd/l2/catchup.h \
	bgpd/l2/terms.c bgpd/l2/terms.h
l2_ldadd = bgpd/l2/libl2.a bgpd/link/liblink.a bgpd/wire/libwire.a \
	common/libcommon.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_hello
tests_unit_test_hello_SOURCES = tests/unit/test_hello.c tests/unit/hex.h
tests_unit_test_hello_LDADD = $(l2_ldadd)

check_PROGRAMS += tests/unit/test_rank
tests_unit_test_rank_SOURCES = tests/unit/test_rank.c
tests_unit_test_rank_LDADD = $(l2_ldadd)

check_PROGRAMS += tests/unit/test_claims_list
tests_unit_test_claims_list_SOURCES = tests/unit/test_claims_list.c
tests_unit_test_claims_list_LDADD = $(l2_ldadd)

check_PROGRAMS += tests/unit/test_alarms
tests_unit_test_alarms_SOURCES = tests/unit/test_alarms.c
tests_unit_test_alarms_LDADD = $(l2_ldadd)

check_PROGRAMS += tests/unit/test_catchup
tests_unit_test_catchup_SOURCES = tests/unit/test_catchup.c
tests_unit_test_catchup_LDADD = $(l2_ldadd)

check_PROGRAMS += tests/unit/test_members
tests_unit_test_members_SOURCES = tests/unit/test_members.c
tests_unit_test_members_LDADD = $(l2_ldadd)

check_PROGRAMS += tests/fuzz/replay_hello
tests_fuzz_replay_hello_SOURCES = tests/fuzz/fuzz_hello.c $(fuzz_replay)
tests_fuzz_replay_hello_LDADD = $(l2_ldadd)
if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_hello
tests_fuzz_fuzz_hello_SOURCES = tests/fuzz/fuzz_hello.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_hello_LDADD = $(l2_ldadd)
tests_fuzz_fuzz_hello_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif
