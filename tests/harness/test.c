/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIP 77
#define EXIT_USAGE 2
#define DEFAULT_TIMEOUT_S 20
#define MAX_FDS 1024

enum outcome {
	PASSED,
	FAILED,
	SKIPPED,
	OUTCOME_COUNT
};

struct verdict {
	enum outcome outcome;
	char reason[512];
};

static struct {
	struct test_case *first;
	struct test_case **last;
	uint64_t seed;
	unsigned timeout_s;
	int reason_fd;  // where a forked test tells why it failed or skipped; -1 = not forked
	pid_t test_pid; // helpers that a test forks must not report in its name
	char *runtime_dir;
} harness = {.reason_fd = -1};

void test_register(struct test_case *test)
{
	if (!harness.last) {
		harness.last = &harness.first;
	}
	*harness.last = test;
	harness.last = &test->next;
}

/* Ends of a test */

static void tell_reason(const char *reason)
{
	if (harness.reason_fd >= 0 && getpid() == harness.test_pid) {
		ssize_t written = write(harness.reason_fd, reason, strlen(reason));

		(void)written;
	} else {
		fprintf(stderr, "%s\n", reason);
	}
}

static _Noreturn void end_failed(const char *reason)
{
	tell_reason(reason);
	if (harness.reason_fd < 0) {
		abort();
	}
	exit(EXIT_FAILURE);
}

void test_fail_at(const char *file, int line, const char *format, ...)
{
	char text[512];
	int used = snprintf(text, sizeof(text), "%s:%d: ", file, line);
	va_list args;

	va_start(args, format);
	if (used > 0 && (size_t)used < sizeof(text)) {
		vsnprintf(text + used, sizeof(text) - (size_t)used, format, args);
	}
	va_end(args);
	end_failed(text);
}

void test_skip(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tell_reason(text);
	exit(EXIT_SKIP);
}

void test_int_eq_at(const char *file, int line, const char *what, int64_t got, int64_t want)
{
	if (got != want) {
		test_fail_at(file, line, "%s is %" PRId64 ", expected %" PRId64, what, got, want);
	}
}

void test_str_eq_at(const char *file, int line, const char *what, const char *got, const char *want)
{
	bool equal = got && want ? strcmp(got, want) == 0 : got == want;

	if (!equal) {
		test_fail_at(file, line, "%s is \"%s\", expected \"%s\"", what,
			got ? got : "(null)", want ? want : "(null)");
	}
}

/* Random numbers */

uint64_t test_seed(void)
{
	return harness.seed;
}

void test_rng_init(struct test_rng *rng, uint64_t salt)
{
	rng->state = harness.seed + salt * UINT64_C(0xd1342543de82ef95);
}

uint64_t test_rng_next(struct test_rng *rng)
{
	uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t test_rng_below(struct test_rng *rng, uint64_t below)
{
	return test_rng_next(rng) % below;
}

/* File descriptors */

static void list_fds(bool open_fds[MAX_FDS])
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	memset(open_fds, 0, MAX_FDS * sizeof(open_fds[0]));
	if (!dir) {
		return;
	}
	while ((entry = readdir(dir))) {
		char *end;
		long fd = strtol(entry->d_name, &end, 10);

		if (*end == '\0' && end != entry->d_name && fd < MAX_FDS && fd != dirfd(dir)) {
			open_fds[fd] = true;
		}
	}
	closedir(dir);
}

static void check_fds(const bool before[MAX_FDS])
{
	bool after[MAX_FDS];
	char path[64], target[256], reason[400];
	int fd;

	list_fds(after);
	for (fd = 0; fd < MAX_FDS; fd++) {
		ssize_t length;

		if (before[fd] || !after[fd]) {
			continue;
		}
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		length = readlink(path, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		snprintf(reason, sizeof(reason), "leaked file descriptor %d: %s", fd, target);
		end_failed(reason);
	}
}

/* XDG_RUNTIME_DIR */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void make_runtime_dir(void)
{
	const char *base = getenv("TMPDIR");

	if (asprintf(&harness.runtime_dir, "%s/wr-test-XXXXXX", base ? base : "/tmp") < 0 ||
		!mkdtemp(harness.runtime_dir) ||
		setenv("XDG_RUNTIME_DIR", harness.runtime_dir, 1) < 0) {
		perror("no XDG_RUNTIME_DIR for the test");
		exit(EXIT_USAGE);
	}
}

static void remove_runtime_dir(void)
{
	nftw(harness.runtime_dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(harness.runtime_dir);
	harness.runtime_dir = NULL;
}

/* One test */

static void run_body(const struct test_case *test)
{
	bool before[MAX_FDS];

	list_fds(before);
	test->run();
	check_fds(before);
}

static _Noreturn void run_child(const struct test_case *test, int reason_fd)
{
	harness.reason_fd = reason_fd;
	harness.test_pid = getpid();
	setpgid(0, 0);
	alarm(harness.timeout_s);
	run_body(test);
	exit(EXIT_SUCCESS);
}

static size_t read_reason(int fd, char *reason, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while (used < size - 1) {
		got = read(fd, reason + used, size - 1 - used);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			break;
		}
		used += (size_t)got;
	}
	reason[used] = '\0';
	return used;
}

static void judge(struct verdict *v, int status)
{
	bool told = v->reason[0] != '\0';

	v->outcome = FAILED;
	if (WIFSIGNALED(status)) {
		int sig = WTERMSIG(status);

		snprintf(v->reason, sizeof(v->reason), "%s%s",
			sig == SIGALRM ? "timed out: " : "killed by a signal: ", strsignal(sig));
	} else if (WEXITSTATUS(status) == EXIT_SUCCESS) {
		v->outcome = PASSED;
	} else if (WEXITSTATUS(status) == EXIT_SKIP) {
		v->outcome = SKIPPED;
	} else if (!told) {
		snprintf(v->reason, sizeof(v->reason), "exit status %d", WEXITSTATUS(status));
	}
}

static void expect_failure(struct verdict *v)
{
	if (v->outcome == FAILED) {
		v->outcome = PASSED;
	} else if (v->outcome == PASSED) {
		v->outcome = FAILED;
		snprintf(v->reason, sizeof(v->reason), "passed, but had to fail");
	}
}

static struct verdict run_forked(const struct test_case *test)
{
	struct verdict v = {.outcome = FAILED};
	int pipe_fds[2], status = 0;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0) {
		perror("pipe");
		exit(EXIT_USAGE);
	}
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(EXIT_USAGE);
	}
	if (pid == 0) {
		run_child(test, pipe_fds[1]);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	/* Whatever the test has started ends with it. */
	kill(-pid, SIGKILL);
	read_reason(pipe_fds[0], v.reason, sizeof(v.reason));
	close(pipe_fds[0]);
	close(pipe_fds[1]);

	judge(&v, status);
	if (test->must_fail) {
		expect_failure(&v);
	}
	return v;
}

static enum outcome run_and_report(const struct test_case *test)
{
	static const char *const words[] = {
		[PASSED] = "PASS", [FAILED] = "FAIL", [SKIPPED] = "SKIP"};
	struct verdict v;

	make_runtime_dir();
	v = run_forked(test);
	remove_runtime_dir();
	if (v.outcome == PASSED) {
		/* How it failed, as it had to, is worth a line at most. */
		v.reason[strcspn(v.reason, "\n")] = '\0';
	}
	printf("%s %s%s%s%s\n", words[v.outcome], test->name, test->must_fail ? " (must fail)" : "",
		v.reason[0] ? ": " : "", v.reason);
	return v.outcome;
}

/* Command line */

static struct test_case *find(const char *name)
{
	struct test_case *test;

	for (test = harness.first; test; test = test->next) {
		if (strcmp(test->name, name) == 0) {
			return test;
		}
	}
	fprintf(stderr, "no test is called \"%s\", see --list\n", name);
	exit(EXIT_USAGE);
}

static int list(void)
{
	const struct test_case *test;

	for (test = harness.first; test; test = test->next) {
		printf("%s\n", test->name);
	}
	return EXIT_SUCCESS;
}

static uint64_t number_from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	char *end;
	uint64_t value;

	if (!text || !*text) {
		return otherwise;
	}
	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno != 0 || *end != '\0') {
		fprintf(stderr, "%s=%s is not a number\n", name, text);
		exit(EXIT_USAGE);
	}
	return value;
}

static uint64_t seed_from_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000007) + (uint64_t)now.tv_nsec;
}

static int run_here(const struct test_case *test)
{
	make_runtime_dir();
	run_body(test);
	remove_runtime_dir();
	return EXIT_SUCCESS;
}

static int summary(const unsigned counts[OUTCOME_COUNT])
{
	printf("%u passed, %u failed, %u skipped\n", counts[PASSED], counts[FAILED],
		counts[SKIPPED]);
	if (counts[FAILED] > 0) {
		return EXIT_FAILURE;
	}
	return counts[PASSED] == 0 && counts[SKIPPED] > 0 ? EXIT_SKIP : EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
	unsigned counts[OUTCOME_COUNT] = {0};
	struct test_case *test;
	int i;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		return list();
	}
	harness.seed = number_from_env("TEST_SEED", seed_from_clock());
	harness.timeout_s = (unsigned)number_from_env("TEST_TIMEOUT", DEFAULT_TIMEOUT_S);
	printf("seed %" PRIu64 "\n", harness.seed);
	if (argc == 2) {
		return run_here(find(argv[1]));
	}
	for (i = 1; i < argc; i++) {
		counts[run_and_report(find(argv[i]))]++;
	}
	for (test = argc == 1 ? harness.first : NULL; test; test = test->next) {
		counts[run_and_report(test)]++;
	}
	return summary(counts);
}
