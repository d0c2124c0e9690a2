# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/netlink/libnetlink.a
bgpd_netlink_libnetlink_a_SOURCES = \
	bgpd/netlink/netlink_msg_io.c bgpd/netlink/netlink_msg_io.h
