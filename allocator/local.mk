# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += allocator/liballocator.a
allocator_liballocator_a_SOURCES = \
	allocator/addrset.c allocator/addrset.h \
	allocator/ipam.c allocator/ipam.h \
	allocator/pool.c allocator/pool.h

sbin_PROGRAMS += lbbgp-allocator
lbbgp_allocator_SOURCES = allocator/main.c

allocator_archives = allocator/liballocator.a common/libcommon.a

check_PROGRAMS += \
	tests/unit/test_addrset \
	tests/unit/test_ipam \
	tests/unit/test_pool
tests_unit_test_addrset_SOURCES = tests/unit/test_addrset.c
tests_unit_test_addrset_LDADD = $(allocator_archives) $(CMOCKA_LIBS)
tests_unit_test_ipam_SOURCES = tests/unit/test_ipam.c tests/unit/addresses.h
tests_unit_test_ipam_LDADD = $(allocator_archives) $(CMOCKA_LIBS)
tests_unit_test_pool_SOURCES = tests/unit/test_pool.c tests/unit/addresses.h
tests_unit_test_pool_LDADD = $(allocator_archives) $(CMOCKA_LIBS)
