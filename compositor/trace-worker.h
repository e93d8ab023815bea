/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_COMPOSITOR_TRACE_WORKER_H
#define WR_COMPOSITOR_TRACE_WORKER_H

#include <stdbool.h>

/**
 * Does what may block on a thread, one thing at a time.
 *
 * Whoever waits for a thread that hangs in the kernel hangs as well; so a worker can be left alone:
 * then the thread frees the job when it is done, if ever.
 */
struct trace_worker {
	int event_fd;            // borrowed: an eventfd, written to when a job is done
	struct trace_task *task; // NULL: idle
};

/** @run: called on the thread, returns 0 or a negative errno. @release: frees @job, on that thread,
 * if it was left alone. */
struct trace_job {
	int (*run)(void *job);
	void (*release)(void *job);
	void *job;
};

/** The worker must be idle. Returns 0, or a negative errno when there is no thread to be had. */
int trace_worker_start(struct trace_worker *worker, const struct trace_job *job);

/** Whether a job was given and not yet collected. */
bool trace_worker_busy(const struct trace_worker *worker);

/**
 * Wait up to @wait_ms for the job. Returns whether it is done; *@error is what it returned, and the
 * worker is idle.
 */
bool trace_worker_collect(struct trace_worker *worker, int wait_ms, int *error);

/** The job goes on, and nobody asks for it any more. The worker is idle. */
void trace_worker_leave(struct trace_worker *worker);

#endif
