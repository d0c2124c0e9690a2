# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	doc/README.md doc/alerts.md doc/announcing.md doc/architecture.md doc/bgp.md \
	doc/cli-page doc/conditions.md doc/control-plane.md doc/dashboard-dark.png \
	doc/dashboard-light.png doc/dashboard.md doc/drain.md doc/dual-stack.md \
	doc/failures.md doc/filters.md doc/first-service.md doc/gateways.md doc/install.md \
	doc/lan.md doc/learned-routes.md doc/loop-guard.md doc/metrics.md doc/migration.md \
	doc/node-readiness.md doc/operation.md doc/pools.md doc/racks.md doc/reclaim.md \
	doc/reference/cli.md doc/reference/conditions.md doc/reference/resources.md \
	doc/requests.md doc/routers.md doc/rules.md doc/sessions.md doc/sharing.md \
	doc/threat-model.md doc/topologies.md doc/topology-mesh.md doc/topology-racks.md \
	doc/topology-reflectors.md doc/topology-tor-reflects.md doc/topology-tor.md \
	doc/troubleshoot.md doc/uninstall.md doc/unnumbered.md doc/upgrade.md \
	doc/virtual-ips.md doc/vrrp.md doc/weights.md

# Writes the pages anew that are made from tables of the code.
EXTRA_PROGRAMS += doc/print
doc_tables = doc/metrics.c doc/metrics.h doc/resources.c doc/resources.h \
	doc/told.c doc/told.h crd/crd.c crd/crd.h
doc_archives = allocator/liballocator.a $(control_archives) bgpd/config/libconfig.a \
	common/api/libapi.a common/libcommon.a
doc_print_SOURCES = doc/main.c $(doc_tables)
doc_print_LDADD = $(doc_archives) $(EVENT_LIBS) $(JANSSON_LIBS) $(YAML_LIBS) \
	$(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm
CLEANFILES += doc/print

.PHONY: reference
reference: doc/print lbbgp lbbgp-bgpd lbbgp-allocator lbbgp-convert
	doc/print metrics >$(srcdir)/doc/metrics.md
	doc/print conditions >$(srcdir)/doc/reference/conditions.md
	doc/print resources >$(srcdir)/doc/reference/resources.md
	$(srcdir)/doc/cli-page >$(srcdir)/doc/reference/cli.md

dist_check_SCRIPTS += tests/check-reference
check_PROGRAMS += tests/unit/test_metrics_page tests/unit/test_reference
tests_unit_test_metrics_page_SOURCES = tests/unit/test_metrics_page.c \
	tests/unit/manifests.h doc/metrics.c doc/metrics.h
tests_unit_test_metrics_page_LDADD = $(doc_print_LDADD)
tests_unit_test_reference_SOURCES = tests/unit/test_reference.c \
	tests/unit/manifests.h $(doc_tables)
tests_unit_test_reference_LDADD = $(doc_print_LDADD)
