# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/netlink/libnetlink.a
bgpd_netlink_libnetlink_a_SOURCES = \
	bgpd/netlink/netlink_msg_io.c bgpd/netlink/netlink_msg_io.h \
	bgpd/netlink/netlink_socket_io.c bgpd/netlink/netlink_socket_io.h

check_PROGRAMS += tests/unit/test_netlink_socket_io
tests_unit_test_netlink_socket_io_SOURCES = \
	tests/unit/test_netlink_socket_io.c
tests_unit_test_netlink_socket_io_LDADD = bgpd/netlink/libnetlink.a \
	common/libcommon.a $(NL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
