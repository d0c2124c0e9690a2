# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/wire/libwire.a
bgpd_wire_libwire_a_SOURCES = \
	bgpd/wire/as_path.c bgpd/wire/as_path.h \
	bgpd/wire/attr.c bgpd/wire/attr.h \
	bgpd/wire/attr_table.c bgpd/wire/attr_table.h \
	bgpd/wire/bgp.c bgpd/wire/bgp.h \
	bgpd/wire/buf.c bgpd/wire/buf.h \
	bgpd/wire/caps.c bgpd/wire/caps.h \
	bgpd/wire/msg.c bgpd/wire/msg.h \
	bgpd/wire/nlri.c bgpd/wire/nlri.h \
	bgpd/wire/notification.c bgpd/wire/notification.h \
	bgpd/wire/open.c bgpd/wire/open.h \
	bgpd/wire/refresh.c bgpd/wire/refresh.h \
	bgpd/wire/update.c bgpd/wire/update.h \
	bgpd/wire/update_out.c bgpd/wire/update_out.h
