# SPDX-License-Identifier: Apache-2.0
crddir = $(pkgdatadir)/crd
dist_crd_DATA = \
	crd/kustomization.yaml \
	crd/lbbgp.io_bgpconfigurations.yaml \
	crd/lbbgp.io_bgpnodestatuses.yaml \
	crd/lbbgp.io_bgppeers.yaml \
	crd/lbbgp.io_servicegroups.yaml
