# SPDX-License-Identifier: Apache-2.0
dist_man_MANS += man/lbbgp.8 man/lbbgp-allocator.8 man/lbbgp-bgpd.8

EXTRA_DIST += tests/e2e/test_pages.py
