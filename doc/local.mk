# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += \
	doc/README.md doc/alerts.md doc/announcing.md doc/bgp.md doc/conditions.md \
	doc/control-plane.md doc/drain.md doc/filters.md doc/gateways.md \
	doc/install.md doc/lan.md doc/learned-routes.md doc/loop-guard.md \
	doc/metrics.md doc/migration.md doc/node-readiness.md doc/operation.md \
	doc/pools.md doc/racks.md doc/reclaim.md doc/requests.md doc/rules.md \
	doc/sessions.md doc/sharing.md doc/topologies.md doc/topology-mesh.md \
	doc/topology-racks.md doc/topology-reflectors.md doc/topology-tor-reflects.md \
	doc/topology-tor.md doc/unnumbered.md doc/upgrade.md doc/virtual-ips.md \
	doc/vrrp.md doc/weights.md

# Writes doc/metrics.md anew, from the tables that the programs are scraped by.
metrics_archives = allocator/liballocator.a $(control_archives)
EXTRA_PROGRAMS += doc/print
doc_print_SOURCES = doc/main.c doc/metrics.c doc/metrics.h
doc_print_LDADD = $(metrics_archives) $(EVENT_LIBS) $(JANSSON_LIBS) $(YAML_LIBS) \
	$(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm
CLEANFILES += doc/print

.PHONY: metrics
metrics: doc/print
	doc/print >$(srcdir)/doc/metrics.md

check_PROGRAMS += tests/unit/test_metrics_page
tests_unit_test_metrics_page_SOURCES = tests/unit/test_metrics_page.c \
	tests/unit/manifests.h doc/metrics.c doc/metrics.h
tests_unit_test_metrics_page_LDADD = $(doc_print_LDADD)
