# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/bmp/libbmp.a
bgpd_bmp_libbmp_a_SOURCES = \
	bgpd/bmp/station.c bgpd/bmp/station.h \
	bgpd/bmp/stations.c bgpd/bmp/stations.h \
	bgpd/bmp/stations_io.c bgpd/bmp/stations_io.h

check_PROGRAMS += tests/unit/test_stations
tests_unit_test_stations_SOURCES = \
	tests/unit/test_stations.c tests/unit/hex.h tests/unit/routes.h
tests_unit_test_stations_LDADD = bgpd/bmp/libbmp.a bgpd/rib/librib.a \
	bgpd/wire/libwire.a common/libcommon.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_station
tests_unit_test_station_SOURCES = \
	tests/unit/test_station.c tests/unit/bmp_words.h \
	tests/unit/hex.h tests/unit/routes.h
tests_unit_test_station_LDADD = bgpd/bmp/libbmp.a bgpd/rib/librib.a \
	bgpd/wire/libwire.a common/libcommon.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_stations_io
tests_unit_test_stations_io_SOURCES = \
	tests/unit/test_stations_io.c tests/unit/hex.h tests/unit/routes.h
tests_unit_test_stations_io_LDADD = bgpd/bmp/libbmp.a bgpd/rib/librib.a \
	bgpd/wire/libwire.a common/libcommon.a $(EVENT_LIBS) $(CMOCKA_LIBS)
