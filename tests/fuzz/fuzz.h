/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz - what a fuzz target consists of: one parser that is fed any bytes.
 *
 * Linked with libFuzzer (configure --enable-fuzzers) it searches; linked with
 * replay.c it is a test that runs its corpus, tests/fuzz/corpus/<fuzz_name>/.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

extern const char fuzz_name[];

/* Returns 0. The block is exactly size bytes long. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
#endif
