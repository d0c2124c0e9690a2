# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/fib/libfib.a
bgpd_fib_libfib_a_SOURCES = \
	bgpd/fib/fib.h bgpd/fib/fib_entries.c bgpd/fib/fib_state.h \
	bgpd/fib/fib_judge.c \
	bgpd/fib/fib_kernel.c \
	bgpd/fib/fib_views.c \
	bgpd/fib/fib_wanted.c \
	bgpd/fib/fib_io.c bgpd/fib/fib_io.h \
	bgpd/fib/fib_msg_io.c bgpd/fib/fib_msg_io.h \
	bgpd/fib/fib_port.h \
	bgpd/fib/fib_send_io.c bgpd/fib/fib_send_io.h \
	bgpd/fib/gateways.c bgpd/fib/gateways.h \
	bgpd/fib/gateways_io.c bgpd/fib/gateways_io.h \
	bgpd/fib/gateways_port.h \
	bgpd/fib/hops.c bgpd/fib/hops.h \
	bgpd/fib/reach.c bgpd/fib/reach.h

check_PROGRAMS += tests/unit/test_fib
tests_unit_test_fib_SOURCES = tests/unit/test_fib.c \
	tests/fake/fake_fib.c tests/fake/fake_fib.h $(rib_test_headers)
tests_unit_test_fib_LDADD = bgpd/fib/libfib.a $(rib_test_libs)

check_PROGRAMS += tests/unit/test_gateways
tests_unit_test_gateways_SOURCES = tests/unit/test_gateways.c
tests_unit_test_gateways_LDADD = bgpd/fib/libfib.a \
	common/libcommon.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_gateways_io
tests_unit_test_gateways_io_SOURCES = tests/unit/test_gateways_io.c \
	tests/unit/netns.h
tests_unit_test_gateways_io_LDADD = bgpd/fib/libfib.a bgpd/rib/librib.a \
	bgpd/wire/libwire.a bgpd/kernel/libkernel.a \
	bgpd/netlink/libnetlink.a bgpd/run/librun.a \
	common/libcommon_io.a common/libcommon.a $(NL_LIBS) $(EVENT_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_test_fib_io_LDFLAGS = -Wl,--wrap=loop_arm_in

check_PROGRAMS += tests/unit/test_fib_io
tests_unit_test_fib_io_SOURCES = tests/unit/test_fib_io.c \
	tests/unit/netns.h $(rib_test_headers)
tests_unit_test_fib_io_LDADD = bgpd/fib/libfib.a bgpd/rib/librib.a \
	bgpd/wire/libwire.a bgpd/kernel/libkernel.a \
	bgpd/netlink/libnetlink.a bgpd/run/librun.a \
	common/libcommon_io.a common/libcommon.a $(NL_LIBS) $(EVENT_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
