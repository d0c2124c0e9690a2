# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += cli/convert/libconvert.a
cli_convert_libconvert_a_SOURCES = \
	cli/convert/calico.c cli/convert/calico.h \
	cli/convert/calico_selector.c \
	cli/convert/cilium.c cli/convert/cilium.h \
	cli/convert/cilium_pool.c \
	cli/convert/convert.c cli/convert/convert.h \
	cli/convert/group.c cli/convert/group.h \
	cli/convert/job.c cli/convert/job.h \
	cli/convert/kube_vip.c cli/convert/kube_vip.h \
	cli/convert/metallb.c cli/convert/metallb.h \
	cli/convert/metallb_config.c \
	cli/convert/node_selector.c cli/convert/node_selector.h \
	cli/convert/purelb.c cli/convert/purelb.h \
	cli/convert/rule.c cli/convert/rule.h \
	cli/convert/turn.c cli/convert/turn.h \
	cli/convert/yaml_print.c cli/convert/yaml_print.h

# What a test of a conversion is linked with.
convert_ldadd = cli/convert/libconvert.a $(config_ldadd)
EXTRA_DIST += tests/convert

check_PROGRAMS += tests/unit/test_convert
tests_unit_test_convert_SOURCES = tests/unit/test_convert.c \
	tests/unit/manifests.h
tests_unit_test_convert_LDADD = $(convert_ldadd)
