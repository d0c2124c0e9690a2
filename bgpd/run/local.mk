# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += bgpd/run/librun.a
bgpd_run_librun_a_SOURCES = bgpd/run/run_io.c bgpd/run/run_io.h
