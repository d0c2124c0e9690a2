# SPDX-License-Identifier: Apache-2.0
#
# A target is tests/fuzz/fuzz_<parser>.c. The directory that owns the parser builds
# from it, in its local.mk, tests/fuzz/replay_<parser> with $(fuzz_replay) as a test
# and, when FUZZERS, tests/fuzz/fuzz_<parser> with $(FUZZ_LDFLAGS). Search with:
#
#	tests/fuzz/fuzz_open found $srcdir/tests/fuzz/corpus/open
#
# A corpus holds seeds and what was ever found, each with a name that says what.
fuzz_replay = tests/fuzz/replay.c tests/fuzz/fuzz.h
EXTRA_DIST += tests/fuzz/corpus
