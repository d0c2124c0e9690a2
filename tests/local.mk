# SPDX-License-Identifier: Apache-2.0
dist_check_SCRIPTS += tests/check-book tests/check-cases tests/check-comments \
	tests/check-configuration tests/check-dist tests/check-doubles \
	tests/check-layers tests/check-tls tests/check-unit
EXTRA_DIST += .ci/run tests/blocks tests/cases tests/mutants tests/check-mutants tests/coverage \
	tests/differences tests/differential tests/fuzz/gobgp/verdict.go tests/run tests/test.h \
	tests/e2e/conftest.py tests/e2e/objects.py \
	tests/e2e/test_allocator.py tests/e2e/test_ao.py \
	tests/e2e/test_api_quiet.py \
	tests/alerts.yaml tests/e2e/test_alerts.py \
	tests/e2e/test_api_server.py tests/e2e/test_check.py tests/e2e/test_cli.py \
	tests/e2e/test_cluster.py tests/e2e/test_cluster_ipv6.py \
	tests/e2e/test_drain.py tests/e2e/test_control_plane.py \
	tests/e2e/browser.py tests/e2e/test_dashboard.py \
	tests/e2e/test_cluster.py tests/e2e/test_drain.py tests/e2e/test_control_plane.py \
	tests/e2e/doctor.py tests/e2e/test_doctor.py tests/e2e/test_faults_told.py \
	tests/e2e/test_terminal.py tests/e2e/test_completion.py tests/e2e/test_corpus.py \
	tests/e2e/test_edge.py tests/e2e/test_edits.py tests/e2e/test_endpoints.py \
	tests/e2e/test_explain.py \
	tests/e2e/test_filters.py \
	tests/e2e/test_fabric.py tests/e2e/test_upgrade.py tests/e2e/test_vrf.py \
	tests/e2e/oci.py tests/e2e/test_arm64.py tests/e2e/test_kubectl.py \
	tests/e2e/speaker.py tests/e2e/test_hostile.py tests/e2e/test_ingress_vip.py \
	tests/e2e/test_keepalived.py tests/e2e/test_lan_services.py \
	tests/e2e/test_last_state.py \
	tests/e2e/test_chart.py tests/e2e/test_image.py \
	tests/e2e/test_links.py tests/e2e/test_faults.py tests/e2e/test_guard.py \
	tests/e2e/test_held_addresses.py \
	tests/e2e/prometheus.py tests/e2e/test_install.py \
	tests/e2e/test_instances.py \
	tests/e2e/test_lab.py tests/e2e/test_leader.py \
	tests/e2e/test_metrics_https.py \
	tests/e2e/test_main_job.py tests/e2e/test_options.py \
	tests/e2e/test_requests.py tests/e2e/test_restart.py \
	tests/e2e/test_restore.py tests/e2e/test_seen.py tests/e2e/test_topologies.py \
	tests/e2e/test_topology_changes.py tests/e2e/test_weights.py \
	tests/e2e/features.py tests/e2e/test_matrix.py tests/e2e/test_memory.py \
	tests/e2e/test_mesh.py tests/e2e/test_node_readiness.py \
	tests/kubernetes/build tests/kubernetes/go.mod tests/kubernetes/go.sum \
	tests/kubernetes/helm/go.mod tests/kubernetes/helm/go.sum
EXTRA_DIST += tests/e2e/fieldrows.py tests/e2e/fieldrows_all.py \
	tests/e2e/fieldrows_configuration.py \
	tests/e2e/bfd.py tests/e2e/fieldrows_bfd.py tests/e2e/test_bfd.py \
	tests/e2e/bmp.py tests/e2e/fieldrows_bmp.py \
	tests/e2e/test_learned.py tests/e2e/test_migration.py tests/e2e/test_pages.py \
	tests/e2e/test_page_commands.py \
	tests/e2e/test_reflectors.py tests/e2e/test_router_lines.py \
	tests/e2e/test_stream.py \
	tests/e2e/fieldrows_filter.py \
	tests/e2e/fieldrows_links.py tests/e2e/fieldrows_peer.py \
	tests/e2e/fieldrows_restart.py tests/e2e/fieldrows_virtual_ip.py \
	tests/e2e/test_fields.py tests/e2e/test_fields_peer.py
