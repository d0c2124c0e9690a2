# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += bench/README.md bench/addresses bench/allocator bench/core bench/guard bench/idle bench/places.py \
	bench/receive bench/service-to-route bench/stage.py \
	bench/services/assigned.json bench/services/labelled.json \
	bench/services/plain.json
noinst_PROGRAMS += bench/rib
bench_rib_SOURCES = bench/rib.c
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
noinst_PROGRAMS += bench/patches
bench_patches_SOURCES = bench/patches.c
bench_patches_LDADD = $(lbbgp_allocator_LDADD)
noinst_PROGRAMS += bench/guarded
bench_guarded_SOURCES = bench/guarded.c
bench_guarded_LDADD = bgpd/kernel/libkernel.a common/libcommon_io.a \
	common/libcommon.a $(NL_LIBS) $(EVENT_LIBS)
