# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/rib/librib.a
bgpd_rib_librib_a_SOURCES = \
	bgpd/rib/adjout.c bgpd/rib/adjout.h \
	bgpd/rib/adjout_views.c bgpd/rib/adjout_state.h \
	bgpd/rib/batch.c bgpd/rib/batch.h \
	bgpd/rib/buckets.c bgpd/rib/buckets.h \
	bgpd/rib/changes.c bgpd/rib/changes.h \
	bgpd/rib/decide.c bgpd/rib/decide.h \
	bgpd/rib/group.c bgpd/rib/group.h \
	bgpd/rib/otc.c bgpd/rib/otc.h \
	bgpd/rib/pack.c bgpd/rib/pack.h \
	bgpd/rib/path.c bgpd/rib/path.h \
	bgpd/rib/path_match.c bgpd/rib/path_match.h \
	bgpd/rib/policy.c bgpd/rib/policy.h \
	bgpd/rib/policy_index.c bgpd/rib/policy_index.h \
	bgpd/rib/prefix_table.c bgpd/rib/prefix_table.h \
	bgpd/rib/rib.h bgpd/rib/rib_table.c bgpd/rib/rib_table.h \
	bgpd/rib/rib_forget.c \
	bgpd/rib/rib_import.c \
	bgpd/rib/rib_room.c \
	bgpd/rib/rib_several.c \
	bgpd/rib/route_ids.c bgpd/rib/route_ids.h \
	bgpd/rib/run.c bgpd/rib/run.h \
	bgpd/rib/slots.c bgpd/rib/slots.h \
	bgpd/rib/verdict.c bgpd/rib/verdict.h

rib_test_libs = bgpd/rib/librib.a bgpd/wire/libwire.a common/libcommon.a \
	$(CMOCKA_LIBS)
rib_test_headers = tests/unit/hex.h tests/unit/listener.h tests/unit/routes.h
check_PROGRAMS += \
	tests/unit/test_add_path \
	tests/unit/test_adjout \
	tests/unit/test_adjout_random \
	tests/unit/test_batch \
	tests/unit/test_buckets \
	tests/unit/test_changes \
	tests/unit/test_decide \
	tests/unit/test_group \
	tests/unit/test_otc \
	tests/unit/test_pack \
	tests/unit/test_path \
	tests/unit/test_path_match \
	tests/unit/test_policy \
	tests/unit/test_prefix_table \
	tests/unit/test_rib \
	tests/unit/test_rib_room \
	tests/unit/test_rib_sources \
	tests/unit/test_rib_stale \
	tests/unit/test_route_ids \
	tests/unit/test_run \
	tests/unit/test_slots \
	tests/unit/test_verdict
tests_unit_test_add_path_SOURCES = \
	tests/unit/test_add_path.c $(rib_test_headers)
tests_unit_test_add_path_LDADD = $(rib_test_libs)
tests_unit_test_adjout_SOURCES = tests/unit/test_adjout.c $(rib_test_headers)
tests_unit_test_adjout_LDADD = $(rib_test_libs)
tests_unit_test_adjout_random_SOURCES = \
	tests/unit/test_adjout_random.c $(rib_test_headers)
tests_unit_test_adjout_random_LDADD = $(rib_test_libs)
tests_unit_test_batch_SOURCES = tests/unit/test_batch.c $(rib_test_headers)
tests_unit_test_batch_LDADD = $(rib_test_libs)
tests_unit_test_buckets_SOURCES = tests/unit/test_buckets.c $(rib_test_headers)
tests_unit_test_buckets_LDADD = $(rib_test_libs)
tests_unit_test_changes_SOURCES = tests/unit/test_changes.c $(rib_test_headers)
tests_unit_test_changes_LDADD = $(rib_test_libs)
tests_unit_test_decide_SOURCES = tests/unit/test_decide.c $(rib_test_headers)
tests_unit_test_decide_LDADD = $(rib_test_libs)
tests_unit_test_group_SOURCES = tests/unit/test_group.c $(rib_test_headers)
tests_unit_test_group_LDADD = $(rib_test_libs)
tests_unit_test_otc_SOURCES = tests/unit/test_otc.c $(rib_test_headers)
tests_unit_test_otc_LDADD = $(rib_test_libs)
tests_unit_test_pack_SOURCES = tests/unit/test_pack.c $(rib_test_headers)
tests_unit_test_pack_LDADD = $(rib_test_libs)
tests_unit_test_path_SOURCES = tests/unit/test_path.c $(rib_test_headers)
tests_unit_test_path_LDADD = $(rib_test_libs)
tests_unit_test_path_match_SOURCES = tests/unit/test_path_match.c $(rib_test_headers)
tests_unit_test_path_match_LDADD = $(rib_test_libs)
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c $(rib_test_headers)
tests_unit_test_policy_LDADD = $(rib_test_libs)
tests_unit_test_prefix_table_SOURCES = \
	tests/unit/test_prefix_table.c $(rib_test_headers)
tests_unit_test_prefix_table_LDADD = $(rib_test_libs)
tests_unit_test_rib_SOURCES = tests/unit/test_rib.c $(rib_test_headers)
tests_unit_test_rib_LDADD = $(rib_test_libs)
tests_unit_test_rib_room_SOURCES = tests/unit/test_rib_room.c $(rib_test_headers)
tests_unit_test_rib_room_LDADD = $(rib_test_libs)
tests_unit_test_rib_sources_SOURCES = \
	tests/unit/test_rib_sources.c $(rib_test_headers)
tests_unit_test_rib_sources_LDADD = $(rib_test_libs)
tests_unit_test_rib_stale_SOURCES = tests/unit/test_rib_stale.c $(rib_test_headers)
tests_unit_test_rib_stale_LDADD = $(rib_test_libs)
tests_unit_test_route_ids_SOURCES = tests/unit/test_route_ids.c
tests_unit_test_route_ids_LDADD = $(rib_test_libs)
tests_unit_test_run_SOURCES = tests/unit/test_run.c $(rib_test_headers)
tests_unit_test_run_LDADD = $(rib_test_libs)
tests_unit_test_slots_SOURCES = tests/unit/test_slots.c $(rib_test_headers)
tests_unit_test_slots_LDADD = $(rib_test_libs)
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c $(rib_test_headers)
tests_unit_test_verdict_LDADD = $(rib_test_libs)
