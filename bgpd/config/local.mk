# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/config/libconfig.a
bgpd_config_libconfig_a_SOURCES = \
	bgpd/config/bgp_configuration.c bgpd/config/bgp_configuration.h \
	bgpd/config/bgp_node_status.c bgpd/config/bgp_node_status.h \
	bgpd/config/bgp_peer.c bgpd/config/bgp_peer.h \
	bgpd/config/secret.c bgpd/config/secret.h
