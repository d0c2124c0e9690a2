/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test - cmocka, what it wants to be included before it, and the head of a test.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A test that has no use for its fixture's state; its name is a true sentence. */
#define TEST(name) static void name(void **state __attribute__((unused)))
#endif
