# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += cli/convert/libconvert.a
cli_convert_libconvert_a_SOURCES = \
	cli/convert/calico.c cli/convert/calico.h \
	cli/convert/calico_configuration.c \
	cli/convert/calico_filter.c \
	cli/convert/calico_selector.c \
	cli/convert/cilium.c cli/convert/cilium.h \
	cli/convert/cilium_advertisement.c \
	cli/convert/cilium_l2.c \
	cli/convert/cilium_pool.c \
	cli/convert/convert.c cli/convert/convert.h \
	cli/convert/group.c cli/convert/group.h \
	cli/convert/job.c cli/convert/job.h \
	cli/convert/kube_vip.c cli/convert/kube_vip.h \
	cli/convert/kube_vip_env.c cli/convert/kube_vip_env.h \
	cli/convert/kube_vip_peers.c \
	cli/convert/kube_vip_pod.c \
	cli/convert/label_selector.c cli/convert/label_selector.h \
	cli/convert/link.c cli/convert/link.h \
	cli/convert/mend.c cli/convert/mend.h \
	cli/convert/metallb.c cli/convert/metallb.h \
	cli/convert/metallb_advertisement.c \
	cli/convert/metallb_config.c \
	cli/convert/metallb_l2.c \
	cli/convert/metallb_pool.c \
	cli/convert/metallb_whole.c \
	cli/convert/overlap.c cli/convert/overlap.h \
	cli/convert/path.c cli/convert/path.h \
	cli/convert/peer.c cli/convert/peer.h \
	cli/convert/placeholder.c cli/convert/placeholder.h \
	cli/convert/purelb.c cli/convert/purelb.h \
	cli/convert/rule.c cli/convert/rule.h \
	cli/convert/service.c cli/convert/service.h \
	cli/convert/sharing.c cli/convert/sharing.h \
	cli/convert/turn.c cli/convert/turn.h

bin_PROGRAMS += lbbgp-convert
lbbgp_convert_SOURCES = cli/convert/main.c \
	cli/convert/files_io.c cli/convert/files_io.h
lbbgp_convert_LDADD = cli/convert/libconvert.a bgpd/config/libconfig.a \
	common/libcommon_io.a common/api/libapi.a common/libcommon.a \
	$(JANSSON_LIBS) $(YAML_LIBS)

dist_check_SCRIPTS += tests/check-convert
dist_man_MANS += man/lbbgp-convert.8

# What a test of a conversion is linked with.
convert_ldadd = cli/convert/libconvert.a $(config_ldadd)
EXTRA_DIST += tests/convert tests/migration tests/e2e/test_migration.py

check_PROGRAMS += tests/unit/test_convert
tests_unit_test_convert_SOURCES = tests/unit/test_convert.c \
	tests/unit/conversions.h tests/unit/manifests.h
tests_unit_test_convert_LDADD = $(convert_ldadd)

check_PROGRAMS += tests/unit/test_convert_group
tests_unit_test_convert_group_SOURCES = tests/unit/test_convert_group.c \
	tests/unit/manifests.h
tests_unit_test_convert_group_LDADD = $(convert_ldadd)

check_PROGRAMS += tests/unit/test_convert_link
tests_unit_test_convert_link_SOURCES = tests/unit/test_convert_link.c \
	tests/unit/manifests.h
tests_unit_test_convert_link_LDADD = $(convert_ldadd)

check_PROGRAMS += tests/unit/test_convert_mend
tests_unit_test_convert_mend_SOURCES = tests/unit/test_convert_mend.c \
	tests/unit/conversions.h tests/unit/manifests.h
tests_unit_test_convert_mend_LDADD = $(convert_ldadd)

check_PROGRAMS += tests/unit/test_convert_rule
tests_unit_test_convert_rule_SOURCES = tests/unit/test_convert_rule.c \
	tests/unit/manifests.h
tests_unit_test_convert_rule_LDADD = $(convert_ldadd)

check_PROGRAMS += tests/unit/test_convert_selector
tests_unit_test_convert_selector_SOURCES = tests/unit/test_convert_selector.c \
	tests/unit/manifests.h
tests_unit_test_convert_selector_LDADD = $(convert_ldadd)

check_PROGRAMS += tests/unit/test_convert_silence
tests_unit_test_convert_silence_SOURCES = tests/unit/test_convert_silence.c \
	tests/unit/conversions.h tests/unit/manifests.h
tests_unit_test_convert_silence_LDADD = $(convert_ldadd)

check_PROGRAMS += tests/unit/test_convert_turn
tests_unit_test_convert_turn_SOURCES = tests/unit/test_convert_turn.c \
	tests/unit/manifests.h
tests_unit_test_convert_turn_LDADD = $(convert_ldadd)

check_PROGRAMS += tests/fuzz/replay_convert
tests_fuzz_replay_convert_SOURCES = tests/fuzz/fuzz_convert.c $(fuzz_replay)
tests_fuzz_replay_convert_LDADD = $(convert_ldadd)
if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_convert
tests_fuzz_fuzz_convert_SOURCES = tests/fuzz/fuzz_convert.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_convert_LDADD = $(convert_ldadd)
tests_fuzz_fuzz_convert_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif
