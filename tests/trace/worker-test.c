/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "test.h"
#include "trace-worker.h"

/* A disk: it answers when it is told to, by a byte in a pipe. */
struct disk {
	int pipe[2];
	int result;
	atomic_int runs, releases;
};

static int disk_run(void *data)
{
	struct disk *disk = data;
	char byte;

	while (read(disk->pipe[0], &byte, 1) < 0 && errno == EINTR) {
	}
	atomic_fetch_add(&disk->runs, 1);
	return disk->result;
}

static void disk_release(void *data)
{
	struct disk *disk = data;

	atomic_fetch_add(&disk->releases, 1);
}

static void disk_answer(struct disk *disk)
{
	test_assert_int_eq(write(disk->pipe[1], "", 1), 1);
}

static void start(struct trace_worker *worker, struct disk *disk)
{
	struct trace_job job = {.run = disk_run, .release = disk_release, .job = disk};

	test_assert(pipe(disk->pipe) == 0);
	worker->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	test_assert_int_eq(trace_worker_start(worker, &job), 0);
	test_assert(trace_worker_busy(worker));
}

static void end(struct trace_worker *worker, struct disk *disk)
{
	close(disk->pipe[0]);
	close(disk->pipe[1]);
	close(worker->event_fd);
}

static bool readable(int fd, int wait_ms)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, wait_ms) == 1;
}

TEST(a_job_is_done_and_collected)
{
	struct trace_worker worker = {0};
	struct disk disk = {.result = -ENOSPC};
	int error = 0;

	start(&worker, &disk);
	test_assert(!trace_worker_collect(&worker, 0, &error));
	test_assert(!readable(worker.event_fd, 20));
	disk_answer(&disk);
	test_assert(readable(worker.event_fd, 5000));
	test_assert(trace_worker_collect(&worker, 0, &error));
	test_assert_int_eq(error, -ENOSPC);
	test_assert(!trace_worker_busy(&worker));
	test_assert(!trace_worker_collect(&worker, 0, &error));
	test_assert_int_eq(disk.releases, 0);
	end(&worker, &disk);
}

TEST(a_disk_that_hangs_is_waited_for_so_long)
{
	struct trace_worker worker = {0};
	struct disk disk = {0};
	struct timespec before, after;
	int64_t took_ms;
	int error;

	start(&worker, &disk);
	clock_gettime(CLOCK_MONOTONIC, &before);
	test_assert(!trace_worker_collect(&worker, 50, &error));
	clock_gettime(CLOCK_MONOTONIC, &after);
	took_ms =
		(after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
	test_assert_msg(took_ms >= 49 && took_ms < 2000, "%lld ms", (long long)took_ms);
	disk_answer(&disk);
	test_assert(trace_worker_collect(&worker, 5000, &error));
	test_assert_int_eq(error, 0);
	end(&worker, &disk);
}

TEST(a_job_that_is_left_frees_itself)
{
	struct trace_worker worker = {0};
	struct disk disk = {0};

	start(&worker, &disk);
	trace_worker_leave(&worker);
	test_assert(!trace_worker_busy(&worker));
	test_assert_int_eq(disk.releases, 0);
	disk_answer(&disk);
	for (int i = 0; i < 5000 && disk.releases == 0; i++) {
		poll(NULL, 0, 1);
	}
	test_assert_int_eq(disk.runs, 1);
	test_assert_int_eq(disk.releases, 1);
	/* Nobody is to hear of it. */
	test_assert(!readable(worker.event_fd, 20));
	end(&worker, &disk);
}

TEST(a_job_that_was_done_when_it_is_left_is_freed)
{
	struct trace_worker worker = {0};
	struct disk disk = {0};

	start(&worker, &disk);
	disk_answer(&disk);
	test_assert(readable(worker.event_fd, 5000));
	trace_worker_leave(&worker);
	test_assert_int_eq(disk.releases, 1);
	end(&worker, &disk);
}

static void on_signal(int signal)
{
}

/* The compositor takes signals from a signalfd: a thread that lets them in would take them away. */
TEST(signals_are_not_for_the_thread)
{
	struct trace_worker worker = {0};
	struct disk disk = {0};
	sigset_t usr1, pending;
	int error;

	signal(SIGUSR1, on_signal);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	start(&worker, &disk);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	kill(getpid(), SIGUSR1);
	sigpending(&pending);
	test_assert(sigismember(&pending, SIGUSR1));
	disk_answer(&disk);
	test_assert(trace_worker_collect(&worker, 5000, &error));
	sigpending(&pending);
	test_assert(sigismember(&pending, SIGUSR1));
	end(&worker, &disk);
}
