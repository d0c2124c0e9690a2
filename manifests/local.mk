# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += Containerfile manifests/image
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
staticpoddir = $(manifestsdir)/static-pod
dist_staticpod_DATA = manifests/static-pod/lbbgp-bgpd.yaml
unitdir = $(manifestsdir)/systemd
dist_unit_DATA = manifests/systemd/lbbgp-bgpd.service

check_PROGRAMS += tests/unit/test_install
tests_unit_test_install_SOURCES = tests/unit/test_install.c
tests_unit_test_install_LDADD = $(common_ldadd)
