# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += cli/explain/libexplain.a
cli_explain_libexplain_a_SOURCES = \
	cli/explain/allocation.c cli/explain/allocation.h \
	cli/explain/announcement.c cli/explain/announcement.h \
	cli/explain/announcement_peers.c cli/explain/announcement_state.h \
	cli/explain/explain.c cli/explain/explain.h \
	cli/explain/filtered.c cli/explain/filtered.h \
	cli/explain/holders.c cli/explain/holders.h \
	cli/explain/kinds.h \
	cli/explain/links.c cli/explain/links.h \
	cli/explain/routers.c cli/explain/routers.h \
	cli/explain/steps.c cli/explain/steps.h

# What explain is linked with, below the command line.
explain_archives = cli/explain/libexplain.a allocator/liballocator.a \
	bgpd/policy/libpolicy.a bgpd/rib/librib.a bgpd/announce/libannounce.a

check_PROGRAMS += tests/unit/test_explain
tests_unit_test_explain_SOURCES = tests/unit/test_explain.c \
	tests/unit/manifests.h tests/unit/reply.h
tests_unit_test_explain_LDADD = $(explain_archives) bgpd/wire/libwire.a \
	$(config_ldadd)
EXTRA_DIST += tests/explain
