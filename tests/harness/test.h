/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * The test harness. A program that links test.c has a main(): it runs every TEST in a process of
 * its own, with a time limit, a private XDG_RUNTIME_DIR and a check for leaked file descriptors.
 *
 *   ./some-test              run all, one line each, last "N passed, N failed, N skipped"
 *   ./some-test --list       names only
 *   ./some-test NAME         run this one in this very process: for gdb, no time limit
 *   ./some-test NAME NAME    run these, each in its process
 *
 * Environment: TEST_SEED (decimal or 0x…; the seed of a run is in its first line), TEST_TIMEOUT
 * (seconds per test, default 20, 0 = none).
 * Exit status: 0 all passed, 1 some failed, 77 nothing but skips, 2 wrong usage.
 */
#ifndef WESTON_ROBUST_TESTS_HARNESS_TEST_H
#define WESTON_ROBUST_TESTS_HARNESS_TEST_H

#include <stdbool.h>
#include <stdint.h>

struct test_case {
	const char *name;
	void (*run)(void);
	bool must_fail;
	struct test_case *next; // in order of declaration
};

/** For the macros only. */
void test_register(struct test_case *test);

#define TEST_DECLARE(test_name, expect_failure)                                                    \
	static void test_run_##test_name(void);                                                    \
	static struct test_case test_case_##test_name = {                                          \
		.name = #test_name,                                                                \
		.run = test_run_##test_name,                                                       \
		.must_fail = expect_failure,                                                       \
	};                                                                                         \
	__attribute__((constructor)) static void test_register_##test_name(void)                   \
	{                                                                                          \
		test_register(&test_case_##test_name);                                             \
	}                                                                                          \
	static void test_run_##test_name(void)

/** Declare and define a test: `TEST(name) { … }`. */
#define TEST(test_name) TEST_DECLARE(test_name, false)

/** A test that passes by failing: it proves that the harness or a check can see a failure. */
#define FAIL_TEST(test_name) TEST_DECLARE(test_name, true)

/** End the test as failed, with a printf message. */
#define test_fail(...) test_fail_at(__FILE__, __LINE__, __VA_ARGS__)

/** End the test as failed unless `cond` holds. */
#define test_assert(cond)                                                                          \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			test_fail("%s does not hold", #cond);                                      \
		}                                                                                  \
	} while (0)

/** As test_assert(), with a printf message. */
#define test_assert_msg(cond, ...)                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			test_fail(__VA_ARGS__);                                                    \
		}                                                                                  \
	} while (0)

/** End the test as failed unless both integers (or enums) are equal; prints both. */
#define test_assert_int_eq(got, want)                                                              \
	test_int_eq_at(__FILE__, __LINE__, #got, (int64_t)(got), (int64_t)(want))

/** As test_assert_int_eq(), for strings. NULL equals only NULL. */
#define test_assert_str_eq(got, want) test_str_eq_at(__FILE__, __LINE__, #got, (got), (want))

__attribute__((noreturn, format(printf, 3, 4))) void test_fail_at(
	const char *file, int line, const char *format, ...);
void test_int_eq_at(const char *file, int line, const char *what, int64_t got, int64_t want);
void test_str_eq_at(
	const char *file, int line, const char *what, const char *got, const char *want);

/** End the test as skipped. The printf message must name what is missing. */
__attribute__((noreturn, format(printf, 1, 2))) void test_skip(const char *format, ...);

/** The seed of this run. */
uint64_t test_seed(void);

/** A small generator (splitmix64): the same numbers for the same seed on every machine. */
struct test_rng {
	uint64_t state;
};

/** Seed from test_seed() and `salt`, so that several generators of a run differ. */
void test_rng_init(struct test_rng *rng, uint64_t salt);
uint64_t test_rng_next(struct test_rng *rng);

/** \return a number from 0 to below - 1; below > 0 */
uint64_t test_rng_below(struct test_rng *rng, uint64_t below);

#endif
