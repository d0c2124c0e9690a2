# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/control/libcontrol.a
bgpd_control_libcontrol_a_SOURCES = \
	bgpd/control/control.c bgpd/control/control.h \
	bgpd/control/control_io.c bgpd/control/control_io.h \
	bgpd/control/metrics.c bgpd/control/metrics.h \
	bgpd/control/node_status.c bgpd/control/node_status.h \
	bgpd/control/view.h \
	bgpd/control/views.c bgpd/control/views.h
