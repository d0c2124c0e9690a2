# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += Containerfile manifests/image
manifestsdir = $(pkgdatadir)/manifests
dist_manifests_DATA = \
	manifests/allocator.yaml \
	manifests/bgpd.yaml \
	manifests/kustomization.yaml \
	manifests/namespace.yaml \
	manifests/policy.yaml
