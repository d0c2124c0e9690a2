# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/vip/libvip.a
bgpd_vip_libvip_a_SOURCES = \
	bgpd/vip/probes.c bgpd/vip/probes.h \
	bgpd/vip/settle.c bgpd/vip/settle.h \
	bgpd/vip/vip_claims.c bgpd/vip/vip_claims.h \
	bgpd/vip/vip_state.h \
	bgpd/vip/vip_status.c bgpd/vip/vip_status.h \
	bgpd/vip/vips.c bgpd/vip/vips.h \
	bgpd/vip/vips_types.h

# What a test of it is linked with.
vip_ldadd = bgpd/vip/libvip.a bgpd/health/libhealth.a $(config_ldadd) \
	$(YAML_LIBS)

check_PROGRAMS += tests/unit/test_vips
tests_unit_test_vips_SOURCES = tests/unit/test_vips.c
tests_unit_test_vips_LDADD = $(vip_ldadd)

check_PROGRAMS += tests/unit/test_vip_status
tests_unit_test_vip_status_SOURCES = tests/unit/test_vip_status.c
tests_unit_test_vip_status_LDADD = $(vip_ldadd)
