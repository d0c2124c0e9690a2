# SPDX-License-Identifier: Apache-2.0
#
# The node daemon as a whole, on a virtual clock.
check_LIBRARIES += tests/sim/libsim.a
tests_sim_libsim_a_SOURCES = tests/sim/sim_load.c tests/sim/sim_load.h \
	tests/sim/sim_node.c tests/sim/sim_node.h \
	tests/fake/fake_fib.c tests/fake/fake_fib.h \
	tests/fake/fake_state.c tests/fake/fake_state.h
sim_ldadd = tests/sim/libsim.a tests/fake/libfake_peer.a \
	bgpd/libbgpd.a bgpd/control/libcontrol.a bgpd/bmp/libbmp.a $(lan_archives) \
	bgpd/session/libsession.a \
	bgpd/policy/libpolicy.a bgpd/fib/libfib.a bgpd/rib/librib.a bgpd/announce/libannounce.a \
	bgpd/kernel/libkernel.a bgpd/health/libhealth.a \
	bgpd/config/libconfig.a bgpd/wire/libwire.a \
	common/api/libapi.a $(common_ldadd) $(YAML_LIBS) $(CRYPTO_LIBS)

check_PROGRAMS += tests/sim/test_sim_filters
tests_sim_test_sim_filters_SOURCES = tests/sim/test_sim_filters.c
tests_sim_test_sim_filters_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_learned
tests_sim_test_sim_learned_SOURCES = tests/sim/test_sim_learned.c
tests_sim_test_sim_learned_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_unnumbered
tests_sim_test_sim_unnumbered_SOURCES = tests/sim/test_sim_unnumbered.c
tests_sim_test_sim_unnumbered_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_gateway
tests_sim_test_sim_gateway_SOURCES = tests/sim/test_sim_gateway.c
tests_sim_test_sim_gateway_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_peers
tests_sim_test_sim_peers_SOURCES = tests/sim/test_sim_peers.c
tests_sim_test_sim_peers_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_status
tests_sim_test_sim_status_SOURCES = tests/sim/test_sim_status.c
tests_sim_test_sim_status_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_announce
tests_sim_test_sim_announce_SOURCES = tests/sim/test_sim_announce.c
tests_sim_test_sim_announce_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_drain
tests_sim_test_sim_drain_SOURCES = tests/sim/test_sim_drain.c
tests_sim_test_sim_drain_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_links
tests_sim_test_sim_links_SOURCES = tests/sim/test_sim_links.c
tests_sim_test_sim_links_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_node_ready
tests_sim_test_sim_node_ready_SOURCES = tests/sim/test_sim_node_ready.c
tests_sim_test_sim_node_ready_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_instances
tests_sim_test_sim_instances_SOURCES = tests/sim/test_sim_instances.c
tests_sim_test_sim_instances_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_ready
tests_sim_test_sim_ready_SOURCES = tests/sim/test_sim_ready.c
tests_sim_test_sim_ready_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_last_state
tests_sim_test_sim_last_state_SOURCES = tests/sim/test_sim_last_state.c
tests_sim_test_sim_last_state_LDADD = $(sim_ldadd)
check_PROGRAMS += tests/sim/test_sim_bfd
tests_sim_test_sim_bfd_SOURCES = tests/sim/test_sim_bfd.c tests/unit/reply.h
tests_sim_test_sim_bfd_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_bmp
tests_sim_test_sim_bmp_SOURCES = tests/sim/test_sim_bmp.c \
	tests/unit/bmp_words.h tests/unit/reply.h
tests_sim_test_sim_bmp_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_ports
tests_sim_test_sim_ports_SOURCES = tests/sim/test_sim_ports.c
tests_sim_test_sim_ports_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_slow
tests_sim_test_sim_slow_SOURCES = tests/sim/test_sim_slow.c
tests_sim_test_sim_slow_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_slices
tests_sim_test_sim_slices_SOURCES = tests/sim/test_sim_slices.c
tests_sim_test_sim_slices_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_leaving
tests_sim_test_sim_leaving_SOURCES = tests/sim/test_sim_leaving.c
tests_sim_test_sim_leaving_LDADD = $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_pods
tests_sim_test_sim_pods_SOURCES = tests/sim/test_sim_pods.c
tests_sim_test_sim_pods_LDADD = $(sim_ldadd)

# Nodes and routers of a virtual cluster, through faults.
check_LIBRARIES += tests/sim/libworld.a
tests_sim_libworld_a_SOURCES = $(fake_cluster) \
	tests/sim/allocators.c tests/sim/allocators.h \
	tests/sim/announced.c tests/sim/announced.h \
	tests/sim/bfd_host.c tests/sim/bfd_host.h \
	tests/sim/bfd_promises.c tests/sim/bfd_promises.h \
	tests/sim/bfd_seen.c tests/sim/bfd_seen.h \
	tests/sim/bfd_wire.c tests/sim/bfd_wire.h \
	tests/sim/core_router.c tests/sim/core_router.h \
	tests/sim/daemon.c tests/sim/daemon.h \
	tests/sim/edits.c tests/sim/edits.h \
	tests/sim/etcd.c tests/sim/etcd.h \
	tests/sim/fabric.c tests/sim/fabric.h \
	tests/sim/chance.h tests/sim/faults.c tests/sim/faults.h \
	tests/sim/faults_net.c tests/sim/faults_net.h \
	tests/sim/kept.c tests/sim/kept.h \
	tests/sim/limited.c tests/sim/limited.h \
	tests/sim/meshes.c tests/sim/meshes.h \
	tests/sim/plane.c tests/sim/plane.h \
	tests/sim/policies.c tests/sim/policies.h \
	tests/sim/promises.c tests/sim/promises.h \
	tests/sim/rim.c tests/sim/rim.h \
	tests/sim/router.c tests/sim/router.h \
	tests/sim/scene.c tests/sim/scene.h \
	tests/sim/small_router.c tests/sim/small_router.h \
	tests/sim/taught.c tests/sim/taught.h \
	tests/sim/vtcp.c tests/sim/vtcp.h \
	tests/sim/world.c tests/sim/world.h

check_PROGRAMS += tests/sim/test_sim_world
tests_sim_test_sim_world_SOURCES = tests/sim/test_sim_world.c
tests_sim_test_sim_world_LDADD = tests/sim/libworld.a \
	allocator/liballocator.a bgpd/bfd/libbfd.a $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_ranges
tests_sim_test_sim_ranges_SOURCES = tests/sim/test_sim_ranges.c
tests_sim_test_sim_ranges_LDADD = tests/sim/libworld.a \
	allocator/liballocator.a bgpd/bfd/libbfd.a $(sim_ldadd)

check_PROGRAMS += tests/sim/test_sim_mesh
tests_sim_test_sim_mesh_SOURCES = tests/sim/test_sim_mesh.c
tests_sim_test_sim_mesh_LDADD = tests/sim/libworld.a \
	allocator/liballocator.a bgpd/bfd/libbfd.a $(sim_ldadd)

# Nodes on a link, and who of them answers for an address.
check_LIBRARIES += tests/sim/liblan.a
tests_sim_liblan_a_SOURCES = tests/sim/lan.c tests/sim/lan.h
lan_ldadd = tests/sim/liblan.a $(l2_ldadd)

check_PROGRAMS += tests/unit/test_l2
tests_unit_test_l2_SOURCES = tests/unit/test_l2.c
tests_unit_test_l2_LDADD = $(lan_ldadd)

check_PROGRAMS += tests/sim/test_sim_lan
tests_sim_test_sim_lan_SOURCES = tests/sim/test_sim_lan.c tests/unit/histories.h
tests_sim_test_sim_lan_LDADD = $(lan_ldadd)
