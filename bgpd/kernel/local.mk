# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/kernel/libkernel.a
bgpd_kernel_libkernel_a_SOURCES = \
	bgpd/kernel/addresses.h \
	bgpd/kernel/addresses_changes.c \
	bgpd/kernel/addresses_found.c \
	bgpd/kernel/addresses_io.c bgpd/kernel/addresses_io.h \
	bgpd/kernel/addresses_list_io.c bgpd/kernel/addresses_list_io.h \
	bgpd/kernel/addresses_msg_io.c bgpd/kernel/addresses_msg_io.h \
	bgpd/kernel/addresses_port.h \
	bgpd/kernel/addresses_table.c bgpd/kernel/addresses_table.h \
	bgpd/kernel/guard.c bgpd/kernel/guard.h \
	bgpd/kernel/guard_io.c bgpd/kernel/guard_io.h \
	bgpd/kernel/guard_port.h \
	bgpd/kernel/guard_msg_io.c bgpd/kernel/guard_msg_io.h

check_PROGRAMS += tests/unit/test_guard tests/unit/test_guard_io
tests_unit_test_guard_SOURCES = tests/unit/test_guard.c
tests_unit_test_guard_LDADD = bgpd/kernel/libkernel.a common/libcommon.a \
	$(CMOCKA_LIBS)
tests_unit_test_guard_io_SOURCES = tests/unit/test_guard_io.c \
	tests/unit/netns.h
tests_unit_test_guard_io_LDADD = bgpd/kernel/libkernel.a \
	bgpd/netlink/libnetlink.a bgpd/run/librun.a \
	common/libcommon_io.a common/libcommon.a $(NL_LIBS) $(EVENT_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_addresses
tests_unit_test_addresses_SOURCES = tests/unit/test_addresses.c
tests_unit_test_addresses_LDADD = bgpd/kernel/libkernel.a common/libcommon.a \
	$(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_addresses_io
tests_unit_test_addresses_io_SOURCES = tests/unit/test_addresses_io.c \
	tests/unit/netns.h
tests_unit_test_addresses_io_LDADD = bgpd/kernel/libkernel.a \
	bgpd/netlink/libnetlink.a bgpd/run/librun.a \
	common/libcommon_io.a common/libcommon.a $(NL_LIBS) $(EVENT_LIBS) \
	$(JANSSON_LIBS) $(CMOCKA_LIBS)
