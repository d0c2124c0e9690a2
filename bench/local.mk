# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += bench/README.md bench/addresses bench/allocator bench/bfd bench/core \
	bench/failover bench/fleet bench/guard bench/idle bench/lan bench/lossless \
	bench/metallb.py \
	bench/metallb/build bench/metallb/go.mod bench/metallb/go.sum \
	bench/places.py bench/receive bench/service-to-route bench/speakers bench/stage.py \
	bench/services/assigned.json bench/services/labelled.json \
	bench/services/plain.json
noinst_PROGRAMS += bench/peers
bench_peers_SOURCES = bench/peers.c bench/dial.c bench/dial.h
bench_peers_LDADD = bgpd/wire/libwire.a common/libcommon.a
noinst_PROGRAMS += bench/rib
bench_rib_SOURCES = bench/rib.c bench/cpu.h
bench_rib_LDADD = bgpd/rib/librib.a bgpd/wire/libwire.a common/libcommon.a
noinst_PROGRAMS += bench/ipam
bench_ipam_SOURCES = bench/ipam.c
bench_ipam_LDADD = allocator/liballocator.a common/api/libapi.a \
	common/libcommon.a $(JANSSON_LIBS)
noinst_PROGRAMS += bench/decoded
bench_decoded_SOURCES = bench/decoded.c
bench_decoded_LDADD = common/api/libapi.a common/libcommon.a $(JANSSON_LIBS)
noinst_PROGRAMS += bench/books
bench_books_SOURCES = bench/books.c
bench_books_LDADD = $(allocator_ldadd)
noinst_PROGRAMS += bench/announced
bench_announced_SOURCES = bench/announced.c
bench_announced_LDADD = $(allocator_ldadd)
noinst_PROGRAMS += bench/agents
bench_agents_SOURCES = bench/agents.c
bench_agents_LDADD = $(lbbgp_bgpd_LDADD)
noinst_PROGRAMS += bench/patches
bench_patches_SOURCES = bench/patches.c
bench_patches_LDADD = $(lbbgp_allocator_LDADD)
noinst_PROGRAMS += bench/guarded
bench_guarded_SOURCES = bench/guarded.c
bench_guarded_LDADD = bgpd/kernel/libkernel.a \
	bgpd/netlink/libnetlink.a bgpd/run/librun.a \
	common/libcommon_io.a common/libcommon.a $(NL_LIBS) $(EVENT_LIBS)
noinst_PROGRAMS += bench/learned
bench_learned_SOURCES = bench/learned.c
bench_learned_LDADD = bgpd/fib/libfib.a bgpd/rib/librib.a \
	bgpd/wire/libwire.a bgpd/kernel/libkernel.a \
	bgpd/netlink/libnetlink.a bgpd/run/librun.a \
	common/libcommon_io.a common/libcommon.a $(NL_LIBS) $(EVENT_LIBS)
# Of the simulator: cmocka is needed, so it is built with the tests.
EXTRA_PROGRAMS += bench/loop
check_DATA += bench/loop$(EXEEXT)
CLEANFILES += bench/loop$(EXEEXT)
bench_loop_SOURCES = bench/loop.c bench/cpu.h
bench_loop_LDADD = tests/sim/libsim.a tests/fake/libfake_peer.a \
	$(lbbgp_bgpd_LDADD) $(CMOCKA_LIBS)
loop_watched = bgpd_tick store_put store_drop store_list_end conn_input \
	conn_output conn_sent conn_tcp_down session_tick rib_forget_some \
	adjout_fill_some adjout_leave control_answer metrics_text guard_compare \
	guard_next event_base_loop
bench_loop_LDFLAGS = $(loop_watched:%=-Wl,--wrap=%)
EXTRA_PROGRAMS += bench/links
check_DATA += bench/links$(EXEEXT)
CLEANFILES += bench/links$(EXEEXT)
bench_links_SOURCES = bench/links.c bench/cpu.h
bench_links_LDADD = $(lan_ldadd)
bench_links_LDFLAGS = -Wl,--wrap=l2_tick -Wl,--wrap=l2_frame
noinst_PROGRAMS += bench/bfd_sessions
bench_bfd_sessions_SOURCES = bench/bfd_sessions.c bench/cpu.h
bench_bfd_sessions_LDADD = bgpd/bfd/libbfd.a bgpd/run/librun.a \
	bgpd/wire/libwire.a common/libcommon_io.a common/libcommon.a \
	$(EVENT_LIBS) \
	$(SECCOMP_LIBS) $(CAPNG_LIBS)
noinst_PROGRAMS += bench/directory
bench_directory_SOURCES = bench/directory.c
bench_directory_LDADD = common/libcommon_io.a common/api/libapi.a \
	common/libcommon.a $(JANSSON_LIBS) $(YAML_LIBS) $(EVENT_LIBS) \
	$(CURL_LIBS)
