/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* A harness that can't fail proves nothing: run one whose tests fail in every way, read its report.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

struct report {
	char text[8192];
	int status; // exit status, -1 = killed
};

static struct report run_probe(const char *env, const char *args)
{
	struct report report = {.status = -1};
	char command[1024];
	size_t length;
	int status;
	FILE *out;

	snprintf(command, sizeof(command), "env TEST_TIMEOUT=1 TEST_SEED=42 %s '%s' %s 2>&1", env,
		HARNESS_PROBE, args);
	out = popen(command, "r");
	test_assert(out != NULL);
	length = fread(report.text, 1, sizeof(report.text) - 1, out);
	report.text[length] = '\0';
	status = pclose(out);
	if (WIFEXITED(status)) {
		report.status = WEXITSTATUS(status);
	}
	return report;
}

static void expect_line(const struct report *report, const char *line)
{
	const char *at = strstr(report->text, line);

	test_assert_msg(at && (at == report->text || at[-1] == '\n'), "no \"%s\" in:\n%s", line,
		report->text);
}

TEST(a_passing_test_passes)
{
	struct report report = run_probe("", "passes fails_as_it_must");

	expect_line(&report, "seed 42\n");
	expect_line(&report, "PASS passes\n");
	expect_line(&report, "PASS fails_as_it_must (must fail): ");
	expect_line(&report, "2 passed, 0 failed, 0 skipped\n");
	test_assert_int_eq(report.status, 0);
}

TEST(every_failure_is_seen)
{
	struct report report =
		run_probe("", "passes fails crashes hangs leaks_a_descriptor exits_badly "
			      "passes_though_it_must_fail");

	expect_line(&report, "FAIL fails: ");
	test_assert(strstr(report.text, "1 + 1 is 2, expected 3\n"));
	expect_line(&report, "FAIL crashes: ");
	expect_line(&report, "FAIL hangs: timed out");
	expect_line(&report, "FAIL leaks_a_descriptor: leaked file descriptor ");
	test_assert(strstr(report.text, "/dev/null\n"));
	expect_line(&report, "FAIL exits_badly: exit status 9\n");
	expect_line(
		&report, "FAIL passes_though_it_must_fail (must fail): passed, but had to fail");
	expect_line(&report, "1 passed, 6 failed, 0 skipped\n");
	test_assert_int_eq(report.status, 1);
}

TEST(skips_name_their_reason)
{
	struct report report = run_probe("", "skips skips");

	expect_line(&report, "SKIP skips: no GPU here\n");
	expect_line(&report, "0 passed, 0 failed, 2 skipped\n");
	test_assert_int_eq(report.status, 77);
	report = run_probe("", "skips passes");
	test_assert_int_eq(report.status, 0);
}

TEST(all_tests_run_without_names)
{
	struct report report = run_probe("", "");

	expect_line(&report, "2 passed, 6 failed, 4 skipped\n");
	test_assert_int_eq(report.status, 1);
}

TEST(list_names_them)
{
	struct report report = run_probe("", "--list");

	expect_line(&report, "passes\nfails\nskips\n");
	test_assert(!strstr(report.text, "passed"));
	test_assert_int_eq(report.status, 0);
}

TEST(an_unknown_name_is_an_error)
{
	struct report report = run_probe("", "no_such_test");

	test_assert_int_eq(report.status, 2);
	report = run_probe("TEST_SEED=12x", "passes passes");
	test_assert_int_eq(report.status, 2);
}

TEST(one_name_runs_here_and_aborts)
{
	struct report report = run_probe("", "passes");

	test_assert_int_eq(report.status, 0);
	report = run_probe("", "fails");
	test_assert_msg(report.status > 1 || report.status < 0, "status %d", report.status);
}

TEST(each_test_has_a_runtime_dir_that_goes_away)
{
	struct report report = run_probe("", "prints_its_runtime_dir passes");
	char *dir = strstr(report.text, "prints_its_runtime_dir: ");

	test_assert_msg(dir, "%s", report.text);
	dir = strchr(dir, ' ') + 1;
	*strchr(dir, '\n') = '\0';
	test_assert(dir[0] == '/');
	test_assert_msg(access(dir, F_OK) < 0, "%s is still there", dir);
	test_assert(strcmp(dir, getenv("XDG_RUNTIME_DIR")) != 0);
}

/* Gone, or dead and waiting for a lazy init. */
static bool is_dead(int pid)
{
	char path[64], state = 'Z';
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	if (!stat) {
		return true;
	}
	if (fscanf(stat, "%*d (%*[^)]) %c", &state) != 1) {
		state = 'Z';
	}
	fclose(stat);
	return state == 'Z' || state == 'X';
}

TEST(helpers_end_with_their_test)
{
	struct report report = run_probe("", "leaves_a_process_behind passes");
	char *pid = strstr(report.text, "leaves_a_process_behind: ");
	int i;

	test_assert_msg(pid, "%s", report.text);
	pid = strchr(pid, ' ') + 1;
	for (i = 0; i < 100 && !is_dead(atoi(pid)); i++) {
		usleep(10000);
	}
	test_assert_msg(is_dead(atoi(pid)), "process %d lives on", atoi(pid));
}

TEST(a_seed_is_replayed)
{
	struct report a = run_probe("", "prints_random_numbers passes");
	struct report b = run_probe("", "prints_random_numbers passes");
	struct report c = run_probe("TEST_SEED=43", "prints_random_numbers passes");

	test_assert_str_eq(a.text, b.text);
	test_assert(strcmp(strstr(a.text, "SKIP"), strstr(c.text, "SKIP")) != 0);
}

FAIL_TEST(this_very_harness_can_fail)
{
	test_assert_str_eq("red", "green");
}
