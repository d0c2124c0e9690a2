# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/announce/libannounce.a
bgpd_announce_libannounce_a_SOURCES = \
	bgpd/announce/announce.c bgpd/announce/announce.h \
	bgpd/announce/announce_state.h bgpd/announce/announce_views.c \
	bgpd/announce/attribute_sets.c bgpd/announce/attribute_sets.h \
	bgpd/announce/audiences.c bgpd/announce/audiences.h \
	bgpd/announce/attributes.c bgpd/announce/attributes.h \
	bgpd/announce/chosen.c bgpd/announce/chosen.h \
	bgpd/announce/covered.c bgpd/announce/covered.h \
	bgpd/announce/dress.c bgpd/announce/dress.h \
	bgpd/announce/endpoints.c bgpd/announce/endpoints.h \
	bgpd/announce/entries.c bgpd/announce/entries.h \
	bgpd/announce/facts.h \
	bgpd/announce/index.c bgpd/announce/index.h \
	bgpd/announce/kinds.h \
	bgpd/announce/lan.c bgpd/announce/lan.h \
	bgpd/announce/news.c bgpd/announce/news.h \
	bgpd/announce/others.c bgpd/announce/others.h \
	bgpd/announce/pod_cidrs.c bgpd/announce/pod_cidrs.h \
	bgpd/announce/rules.c bgpd/announce/rules.h \
	bgpd/announce/want.c bgpd/announce/want.h \
	bgpd/announce/weights.c bgpd/announce/weights.h \
	bgpd/announce/words.c bgpd/announce/words.h

announce_ldadd = bgpd/announce/libannounce.a $(config_ldadd)

check_PROGRAMS += tests/unit/test_rules
tests_unit_test_rules_SOURCES = tests/unit/test_rules.c tests/unit/objects.h
tests_unit_test_rules_LDADD = $(announce_ldadd)

check_PROGRAMS += tests/unit/test_chosen
tests_unit_test_chosen_SOURCES = tests/unit/test_chosen.c
tests_unit_test_chosen_LDADD = $(announce_ldadd)

check_PROGRAMS += tests/unit/test_weights
tests_unit_test_weights_SOURCES = tests/unit/test_weights.c
tests_unit_test_weights_LDADD = $(announce_ldadd)

check_PROGRAMS += tests/unit/test_others
tests_unit_test_others_SOURCES = tests/unit/test_others.c \
	tests/unit/objects.h
tests_unit_test_others_LDADD = $(announce_ldadd)
tests_unit_test_others_LDFLAGS = -Wl,--wrap=peering_selects

check_PROGRAMS += tests/unit/test_announce
tests_unit_test_announce_SOURCES = tests/unit/test_announce.c \
	tests/unit/objects.h
tests_unit_test_announce_LDADD = $(announce_ldadd)

check_PROGRAMS += tests/unit/test_lan
tests_unit_test_lan_SOURCES = tests/unit/test_lan.c tests/unit/objects.h
tests_unit_test_lan_LDADD = $(announce_ldadd)

check_PROGRAMS += tests/unit/test_index
tests_unit_test_index_SOURCES = tests/unit/test_index.c
tests_unit_test_index_LDADD = $(announce_ldadd)

check_PROGRAMS += tests/unit/test_attribute_sets
tests_unit_test_attribute_sets_SOURCES = tests/unit/test_attribute_sets.c
tests_unit_test_attribute_sets_LDADD = $(announce_ldadd)

check_PROGRAMS += tests/unit/test_entries
tests_unit_test_entries_SOURCES = tests/unit/test_entries.c
tests_unit_test_entries_LDADD = $(announce_ldadd)
