# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += allocator/liballocator.a
allocator_liballocator_a_SOURCES = \
	allocator/core.c allocator/core.h allocator/allocator.h \
	allocator/announcing.c allocator/check.c allocator/leading.c \
	allocator/metrics.c allocator/metrics.h \
	allocator/objects.c allocator/others.c allocator/shown.c \
	allocator/announced/announced_who.c allocator/announced/announced.h \
	allocator/announced/announced_groups.c \
	allocator/announced/announced_peers.c \
	allocator/announced/announced_state.h \
	allocator/announced/announced_when.c \
	allocator/announced/node_classes.c allocator/announced/node_classes.h \
	allocator/announced/judge.c allocator/announced/judge.h \
	allocator/announced/report.c allocator/announced/report.h \
	allocator/announced/sessions.c allocator/announced/sessions.h \
	allocator/announced/turns.c allocator/announced/turns.h \
	allocator/dashboard/ask.c allocator/dashboard/ask.h \
	allocator/dashboard/dashboard.c allocator/dashboard/dashboard.h \
	allocator/dashboard/dashboard_io.c allocator/dashboard/dashboard_io.h \
	allocator/dashboard/group_table.c allocator/dashboard/group_table.h \
	allocator/dashboard/html.c allocator/dashboard/html.h \
	allocator/dashboard/kept.c allocator/dashboard/kept.h \
	allocator/dashboard/node_table.c allocator/dashboard/node_table.h \
	allocator/dashboard/page.c allocator/dashboard/page.h \
	allocator/dashboard/recent.c allocator/dashboard/recent.h \
	allocator/dashboard/rows.c allocator/dashboard/rows.h \
	allocator/dashboard/service_table.c \
	allocator/dashboard/service_table.h \
	allocator/pool/bitset.c allocator/pool/bitset.h \
	allocator/pool/classed.c allocator/pool/classed.h \
	allocator/pool/groups.c allocator/pool/groups.h \
	allocator/pool/namespace.c allocator/pool/namespace.h \
	allocator/pool/pool.c allocator/pool/pool.h \
	allocator/pool/external.c allocator/pool/external.h \
	allocator/pool/servers.c allocator/pool/servers.h \
	allocator/pool/vip_addrs.c allocator/pool/vip_addrs.h \
	allocator/pool/vip_rivals.c allocator/pool/vip_rivals.h \
	allocator/ipam/addrs.c allocator/ipam/addrs.h \
	allocator/ipam/cooldown.c allocator/ipam/cooldown.h \
	allocator/ipam/ipam.c allocator/ipam/ipam.h \
	allocator/ipam/ranges.c allocator/ipam/ranges.h \
	allocator/ipam/reserved.c allocator/ipam/reserved.h \
	allocator/ipam/share.c allocator/ipam/share.h \
	allocator/ipam/sharing.c allocator/ipam/sharing.h \
	allocator/plan/candidates.c allocator/plan/candidates.h \
	allocator/plan/plan.c allocator/plan/plan.h \
	allocator/plan/message.c allocator/plan/message.h \
	allocator/plan/query.c allocator/plan/query.h \
	allocator/plan/remark.c allocator/plan/remark.h \
	allocator/plan/request.c allocator/plan/request.h \
	allocator/plan/steps.c allocator/plan/steps.h \
	allocator/reconcile/reconcile.c allocator/reconcile/reconcile.h \
	allocator/reconcile/supply.c allocator/reconcile/supply.h \
	allocator/reconcile/svc.c allocator/reconcile/svc.h \
	allocator/reconcile/sync.c allocator/reconcile/sync.h \
	allocator/reconcile/task.h \
	allocator/reconcile/waiters.c allocator/reconcile/waiters.h \
	allocator/reconcile/workqueue.c allocator/reconcile/workqueue.h \
	allocator/write/apply.c allocator/write/apply.h \
	allocator/write/notice.c allocator/write/notice.h \
	allocator/write/render.c allocator/write/render.h \
	allocator/lead/classes.c allocator/lead/classes.h \
	allocator/lead/elect.c allocator/lead/elect.h \
	allocator/lead/leader.c allocator/lead/leader.h \
	allocator/lead/lease.c allocator/lead/lease.h

sbin_PROGRAMS += lbbgp-allocator
lbbgp_allocator_SOURCES = allocator/main.c allocator/options.c allocator/options.h
# What allocator/announced/ asks: the rules of the node daemons.
allocator_archives = allocator/liballocator.a bgpd/announce/libannounce.a \
	bgpd/config/libconfig.a
lbbgp_allocator_LDADD = $(allocator_archives) common/api/libapi.a \
	common/libcommon_io.a common/libcommon.a $(EVENT_LIBS) $(CURL_LIBS) \
	$(JANSSON_LIBS) $(YAML_LIBS) $(CAPNG_LIBS) $(SECCOMP_LIBS) $(TLS_LIBS) -lm

# What the tests of allocator/ are linked with.
allocator_ldadd = $(allocator_archives) common/api/libapi.a $(common_ldadd)
fake_cluster = tests/fake/fake_cluster.c tests/fake/fake_cluster.h \
	tests/fake/cluster_parts.h tests/fake/cluster_view.c \
	tests/fake/fake_replica.c

check_PROGRAMS += tests/unit/test_group_access
tests_unit_test_group_access_SOURCES = tests/unit/test_group_access.c \
	tests/unit/manifests.h
tests_unit_test_group_access_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_addrs
tests_unit_test_addrs_SOURCES = tests/unit/test_addrs.c
tests_unit_test_addrs_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_ranges
tests_unit_test_ranges_SOURCES = tests/unit/test_ranges.c \
	tests/unit/addresses.h
tests_unit_test_ranges_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_allocator
tests_unit_test_allocator_SOURCES = tests/unit/test_allocator.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_allocator_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_announced
tests_unit_test_announced_SOURCES = tests/unit/test_announced.c \
	tests/unit/reports.h tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_announced_LDADD = $(allocator_ldadd)
tests_unit_test_announced_LDFLAGS = -Wl,--wrap=judge_service

check_PROGRAMS += tests/unit/test_announced_peers
tests_unit_test_announced_peers_SOURCES = tests/unit/test_announced_peers.c \
	tests/unit/reports.h tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_announced_peers_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_dashboard
tests_unit_test_dashboard_SOURCES = tests/unit/test_dashboard.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_dashboard_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_dashboard_ask
tests_unit_test_dashboard_ask_SOURCES = tests/unit/test_dashboard_ask.c
tests_unit_test_dashboard_ask_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/fuzz/replay_ask
tests_fuzz_replay_ask_SOURCES = tests/fuzz/fuzz_ask.c $(fuzz_replay)
tests_fuzz_replay_ask_LDADD = $(allocator_ldadd)
if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_ask
tests_fuzz_fuzz_ask_SOURCES = tests/fuzz/fuzz_ask.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_ask_LDADD = $(allocator_ldadd)
tests_fuzz_fuzz_ask_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += tests/unit/test_dashboard_kept
tests_unit_test_dashboard_kept_SOURCES = tests/unit/test_dashboard_kept.c
tests_unit_test_dashboard_kept_LDADD = $(allocator_ldadd)
tests_unit_test_dashboard_kept_LDFLAGS = -Wl,--wrap=dashboard_tables

check_PROGRAMS += tests/unit/test_dashboard_io
tests_unit_test_dashboard_io_SOURCES = tests/unit/test_dashboard_io.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_dashboard_io_LDADD = $(allocator_archives) \
	common/api/libapi.a $(common_io_ldadd) $(TLS_LIBS)

check_PROGRAMS += tests/unit/test_turns
tests_unit_test_turns_SOURCES = tests/unit/test_turns.c \
	allocator/announced/turns.h
tests_unit_test_turns_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c \
	tests/unit/manifests.h
tests_unit_test_report_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_notice
tests_unit_test_notice_SOURCES = tests/unit/test_notice.c
tests_unit_test_notice_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_apply
tests_unit_test_apply_SOURCES = tests/unit/test_apply.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_apply_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_bitset
tests_unit_test_bitset_SOURCES = tests/unit/test_bitset.c
tests_unit_test_bitset_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_claims
tests_unit_test_claims_SOURCES = tests/unit/test_claims.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_claims_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_cooldown
tests_unit_test_cooldown_SOURCES = tests/unit/test_cooldown.c \
	tests/unit/addresses.h tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_cooldown_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_cost
tests_unit_test_cost_SOURCES = tests/unit/test_cost.c tests/unit/manifests.h
tests_unit_test_cost_LDADD = $(allocator_ldadd)
tests_unit_test_cost_LDFLAGS = -Wl,--wrap=ipam_capacity \
	-Wl,--wrap=ipam_lowest_free -Wl,--wrap=share_refusal \
	-Wl,--wrap=addr_queue_add -Wl,--wrap=plan_make \
	-Wl,--wrap=ipam_holders -Wl,--wrap=group_allows

check_PROGRAMS += tests/unit/test_ipam
tests_unit_test_ipam_SOURCES = tests/unit/test_ipam.c tests/unit/addresses.h
tests_unit_test_ipam_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_elect
tests_unit_test_elect_SOURCES = tests/unit/test_elect.c
tests_unit_test_elect_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_classes
tests_unit_test_classes_SOURCES = tests/unit/test_classes.c
tests_unit_test_classes_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_instances
tests_unit_test_instances_SOURCES = tests/unit/test_instances.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_instances_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_election
tests_unit_test_election_SOURCES = tests/unit/test_election.c \
	tests/unit/allocator_cases.h tests/unit/histories.h $(fake_cluster)
tests_unit_test_election_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_takeover
tests_unit_test_takeover_SOURCES = tests/unit/test_takeover.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_takeover_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_echo
tests_unit_test_echo_SOURCES = tests/unit/test_echo.c tests/unit/manifests.h
tests_unit_test_echo_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_leader
tests_unit_test_leader_SOURCES = tests/unit/test_leader.c
tests_unit_test_leader_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_leader_model
tests_unit_test_leader_model_SOURCES = tests/unit/test_leader_model.c \
	tests/unit/histories.h
tests_unit_test_leader_model_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_moves
tests_unit_test_moves_SOURCES = tests/unit/test_moves.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_moves_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_externals
tests_unit_test_externals_SOURCES = tests/unit/test_externals.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_externals_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_reserved
tests_unit_test_reserved_SOURCES = tests/unit/test_reserved.c \
	tests/unit/addresses.h
tests_unit_test_reserved_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_vip_addresses
tests_unit_test_vip_addresses_SOURCES = tests/unit/test_vip_addresses.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_vip_addresses_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_vip_rivals
tests_unit_test_vip_rivals_SOURCES = tests/unit/test_vip_rivals.c \
	tests/unit/manifests.h
tests_unit_test_vip_rivals_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_odd_service
tests_unit_test_odd_service_SOURCES = tests/unit/test_odd_service.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_odd_service_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_gateway_services
tests_unit_test_gateway_services_SOURCES = tests/unit/test_gateway_services.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_gateway_services_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_status_kept
tests_unit_test_status_kept_SOURCES = tests/unit/test_status_kept.c \
	tests/unit/allocator_cases.h tests/unit/histories.h $(fake_cluster)
tests_unit_test_status_kept_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_allocator_metrics
tests_unit_test_allocator_metrics_SOURCES = tests/unit/test_allocator_metrics.c \
	tests/unit/metric_labels.h \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_allocator_metrics_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_pool
tests_unit_test_pool_SOURCES = tests/unit/test_pool.c tests/unit/addresses.h
tests_unit_test_pool_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_render
tests_unit_test_render_SOURCES = tests/unit/test_render.c \
	tests/unit/manifests.h
tests_unit_test_render_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_plan
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_plan_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_group_users
tests_unit_test_group_users_SOURCES = tests/unit/test_group_users.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_group_users_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_groups
tests_unit_test_groups_SOURCES = tests/unit/test_groups.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_groups_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_reconcile
tests_unit_test_reconcile_SOURCES = tests/unit/test_reconcile.c \
	tests/unit/addresses.h tests/unit/allocator_cases.h \
	tests/unit/histories.h $(fake_cluster)
tests_unit_test_reconcile_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_restart
tests_unit_test_restart_SOURCES = tests/unit/test_restart.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_restart_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_share
tests_unit_test_share_SOURCES = tests/unit/test_share.c \
	tests/unit/allocator_cases.h $(fake_cluster)
tests_unit_test_share_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_waiters
tests_unit_test_waiters_SOURCES = tests/unit/test_waiters.c \
	tests/unit/manifests.h
tests_unit_test_waiters_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_request
tests_unit_test_request_SOURCES = tests/unit/test_request.c tests/unit/manifests.h
tests_unit_test_request_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_workqueue
tests_unit_test_workqueue_SOURCES = tests/unit/test_workqueue.c
tests_unit_test_workqueue_LDADD = $(allocator_ldadd)

check_PROGRAMS += tests/unit/test_sharing
tests_unit_test_sharing_SOURCES = tests/unit/test_sharing.c \
	tests/unit/addresses.h tests/unit/manifests.h
tests_unit_test_sharing_LDADD = $(allocator_ldadd)
tests_unit_test_sharing_LDFLAGS = -Wl,--wrap=ipam_holders
