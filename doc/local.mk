# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += doc/alerts.md doc/metrics.md

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
