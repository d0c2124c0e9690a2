# SPDX-License-Identifier: Apache-2.0
crddir = $(pkgdatadir)/crd
dist_crd_DATA = \
	crd/kustomization.yaml \
	crd/lbbgp.io_bgpconfigurations.yaml \
	crd/lbbgp.io_bgpfilters.yaml \
	crd/lbbgp.io_bgpnodestatuses.yaml \
	crd/lbbgp.io_bgppeers.yaml \
	crd/lbbgp.io_servicegroups.yaml \
	crd/lbbgp.io_virtualips.yaml

# Writes them anew, from the tables that the decoders go by.
EXTRA_PROGRAMS += crd/print
crd_print_SOURCES = crd/main.c crd/crd.c crd/crd.h
crd_print_LDADD = bgpd/config/libconfig.a common/api/libapi.a \
	common/libcommon.a $(JANSSON_LIBS) $(YAML_LIBS)
CLEANFILES += crd/print

.PHONY: crd
crd: crd/print
	crd/print $(srcdir)/crd
