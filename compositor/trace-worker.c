/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace-worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Little is called on it; scandir() and sanitizers want some. */
#define STACK_BYTES ((size_t)256 * 1024)

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

enum task_state {
	TASK_RUNNING,
	TASK_DONE, // by the thread: the owner joins and frees
	TASK_LEFT, // by the owner: the thread frees
};

struct trace_task {
	struct trace_job job;
	int event_fd;
	int error;
	atomic_int state;
	pthread_t thread;
};

static void *run(void *data)
{
	const uint64_t one = 1;
	struct trace_task *task = data;

	task->error = task->job.run(task->job.job);
	if (atomic_exchange(&task->state, TASK_DONE) == TASK_LEFT) {
		task->job.release(task->job.job);
		free(task);
		return NULL;
	}
	/* The owner joins before it closes this. It can't be full. */
	if (write(task->event_fd, &one, sizeof(one)) < 0) {
		return NULL;
	}
	return NULL;
}

/* Signals are the compositor's business: it takes them from a signalfd. */
static int start_thread(struct trace_task *task)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int error;

	sigfillset(&all);
	error = pthread_attr_init(&attr);
	if (error) {
		return -error;
	}
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&task->thread, &attr, run, task);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return -error;
}

int trace_worker_start(struct trace_worker *worker, const struct trace_job *job)
{
	struct trace_task *task = calloc(1, sizeof(*task));
	int error;

	if (!task) {
		return -ENOMEM;
	}
	task->job = *job;
	task->event_fd = worker->event_fd;
	atomic_init(&task->state, TASK_RUNNING);
	error = start_thread(task);
	if (error) {
		free(task);
		return error;
	}
	worker->task = task;
	return 0;
}

bool trace_worker_busy(const struct trace_worker *worker)
{
	return worker->task != NULL;
}

static bool join(struct trace_task *task, int wait_ms)
{
	struct timespec until;

	if (wait_ms == 0 && atomic_load(&task->state) != TASK_DONE) {
		return false;
	}
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (long)(wait_ms % 1000) * NS_PER_MS;
	if (until.tv_nsec >= NS_PER_S) {
		until.tv_sec++;
		until.tv_nsec -= NS_PER_S;
	}
	/* One that has told that it is done only has to return. */
	if (atomic_load(&task->state) == TASK_DONE) {
		return pthread_join(task->thread, NULL) == 0;
	}
	return pthread_timedjoin_np(task->thread, NULL, &until) == 0;
}

bool trace_worker_collect(struct trace_worker *worker, int wait_ms, int *error)
{
	if (!worker->task || !join(worker->task, wait_ms)) {
		return false;
	}
	*error = worker->task->error;
	free(worker->task);
	worker->task = NULL;
	return true;
}

void trace_worker_leave(struct trace_worker *worker)
{
	struct trace_task *task = worker->task;
	pthread_t thread;

	if (!task) {
		return;
	}
	worker->task = NULL;
	thread = task->thread; /* the task may be gone the moment that it is left */
	if (atomic_exchange(&task->state, TASK_LEFT) == TASK_DONE) {
		pthread_join(thread, NULL);
		task->job.release(task->job.job);
		free(task);
		return;
	}
	pthread_detach(thread);
}
