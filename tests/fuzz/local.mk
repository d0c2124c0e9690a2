# SPDX-License-Identifier: Apache-2.0
#
# A target is tests/fuzz/fuzz_<parser>.c. The directory that owns the parser builds
# from it, in its local.mk, tests/fuzz/replay_<parser> with $(fuzz_replay) as a test
# and, when FUZZERS, tests/fuzz/fuzz_<parser> with $(FUZZ_LDFLAGS). Search with:
#
#	tests/fuzz/fuzz_open found $srcdir/tests/fuzz/corpus/open
#
# A corpus holds seeds and what was ever found, each with a name that says what; edge-*
# is the least that a search kept of inputs that reach what the others do not:
#
#	tests/fuzz/fuzz_open -merge=1 -use_counters=0 $srcdir/tests/fuzz/corpus/open found
fuzz_replay = tests/fuzz/replay.c tests/fuzz/fuzz.h
EXTRA_DIST += tests/fuzz/corpus
