/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Not a test: a program with tests of every fate, which harness-test.c runs and reads. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

TEST(passes)
{
	test_assert(1 + 1 == 2);
}

TEST(fails)
{
	test_assert_int_eq(1 + 1, 3);
}

TEST(skips)
{
	test_skip("no %s here", "GPU");
}

TEST(crashes)
{
	raise(SIGSEGV);
}

TEST(hangs)
{
	for (;;) {
		pause();
	}
}

TEST(leaks_a_descriptor)
{
	test_assert(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
}

TEST(exits_badly)
{
	exit(9);
}

FAIL_TEST(fails_as_it_must)
{
	test_fail("on purpose");
}

FAIL_TEST(passes_though_it_must_fail)
{
}

/* A helper that outlives its test must not outlive its judgement. */
TEST(leaves_a_process_behind)
{
	pid_t pid = fork();

	while (pid == 0) {
		pause();
	}
	test_skip("%d", (int)pid);
}

TEST(prints_its_runtime_dir)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	test_assert(dir && stat(dir, &st) == 0);
	test_assert_int_eq(st.st_mode & 0777, 0700);
	test_skip("%s", dir);
}

TEST(prints_random_numbers)
{
	struct test_rng rng;
	uint64_t first;

	test_rng_init(&rng, 1);
	first = test_rng_below(&rng, 1000000);
	test_skip("%llu %llu", (unsigned long long)first,
		(unsigned long long)test_rng_below(&rng, 1000000));
}
