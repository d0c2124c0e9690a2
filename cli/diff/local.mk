# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += cli/diff/libdiff.a
cli_diff_libdiff_a_SOURCES = \
	cli/diff/applied.c cli/diff/applied.h \
	cli/diff/diff.c cli/diff/diff.h \
	cli/diff/rehearsal.c cli/diff/rehearsal.h

# What diff is linked with: the daemon without its ports.
diff_archives = cli/diff/libdiff.a bgpd/libbgpd.a bgpd/control/libcontrol.a \
	bgpd/bmp/libbmp.a $(lan_archives) bgpd/session/libsession.a \
	bgpd/policy/libpolicy.a bgpd/fib/libfib.a bgpd/rib/librib.a bgpd/announce/libannounce.a \
	bgpd/kernel/libkernel.a bgpd/health/libhealth.a

check_PROGRAMS += tests/unit/test_diff
tests_unit_test_diff_SOURCES = tests/unit/test_diff.c \
	tests/unit/manifests.h tests/unit/reply.h
tests_unit_test_diff_LDADD = $(diff_archives) bgpd/config/libconfig.a \
	bgpd/wire/libwire.a $(api_ldadd) $(CRYPTO_LIBS)
