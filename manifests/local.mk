# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += Containerfile manifests/image manifests/krew manifests/sysroot
manifestsdir = $(pkgdatadir)/manifests
dist_manifests_DATA = \
	manifests/allocator.yaml \
	manifests/bgpd.yaml \
	manifests/kustomization.yaml \
	manifests/namespace.yaml \
	manifests/policy.yaml \
	manifests/roles.yaml
pulldir = $(manifestsdir)/pull
dist_pull_DATA = manifests/pull/kustomization.yaml manifests/pull/pull.yaml
monitoringdir = $(manifestsdir)/monitoring
dist_monitoring_DATA = \
	manifests/monitoring/kustomization.yaml \
	manifests/monitoring/lbbgp.json \
	manifests/monitoring/rules.yaml \
	manifests/monitoring/servicemonitor.yaml
metricshttpsdir = $(manifestsdir)/metrics-https
dist_metricshttps_DATA = \
	manifests/metrics-https/allocator.yaml \
	manifests/metrics-https/bgpd-service.yaml \
	manifests/metrics-https/bgpd.yaml \
	manifests/metrics-https/kustomization.yaml \
	manifests/metrics-https/network-policy.yaml \
	manifests/metrics-https/roles.yaml \
	manifests/metrics-https/service.yaml
networkpolicydir = $(manifestsdir)/network-policy
dist_networkpolicy_DATA = \
	manifests/network-policy/deny.yaml \
	manifests/network-policy/kustomization.yaml
nodereadinessdir = $(manifestsdir)/node-readiness
dist_nodereadiness_DATA = \
	manifests/node-readiness/kustomization.yaml \
	manifests/node-readiness/policy.yaml \
	manifests/node-readiness/role.yaml
secondinstancedir = $(manifestsdir)/second-instance
dist_secondinstance_DATA = manifests/second-instance/kustomization.yaml
chartdir = $(manifestsdir)/chart
dist_chart_DATA = \
	manifests/chart/Chart.yaml \
	manifests/chart/values.schema.json \
	manifests/chart/values.yaml
charttemplatesdir = $(chartdir)/templates
dist_charttemplates_DATA = \
	manifests/chart/templates/_helpers.tpl \
	manifests/chart/templates/allocator.yaml \
	manifests/chart/templates/bgpd.yaml \
	manifests/chart/templates/metrics-https.yaml \
	manifests/chart/templates/monitoring.yaml \
	manifests/chart/templates/node-readiness.yaml \
	manifests/chart/templates/policy.yaml \
	manifests/chart/templates/roles.yaml
chartmonitoringdir = $(chartdir)/monitoring
dist_chartmonitoring_DATA = \
	manifests/chart/monitoring/lbbgp.json \
	manifests/chart/monitoring/rules.yaml \
	manifests/chart/monitoring/servicemonitor.yaml
chartcrdsdir = $(chartdir)/crds
dist_chartcrds_DATA = \
	manifests/chart/crds/lbbgp.io_bgpconfigurations.yaml \
	manifests/chart/crds/lbbgp.io_bgpfilters.yaml \
	manifests/chart/crds/lbbgp.io_bgpnodestatuses.yaml \
	manifests/chart/crds/lbbgp.io_bgppeers.yaml \
	manifests/chart/crds/lbbgp.io_servicegroups.yaml \
	manifests/chart/crds/lbbgp.io_virtualips.yaml
staticpoddir = $(manifestsdir)/static-pod
dist_staticpod_DATA = manifests/static-pod/lbbgp-bgpd.yaml
unitdir = $(manifestsdir)/systemd
dist_unit_DATA = manifests/systemd/lbbgp-bgpd.service

check_PROGRAMS += tests/unit/test_install
tests_unit_test_install_SOURCES = tests/unit/test_install.c
tests_unit_test_install_LDADD = $(common_ldadd)
