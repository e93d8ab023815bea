/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * One thread for each job: there is seldom one, never more than two, and a driver that does not
 * return takes its thread with it.
 */
#include "weston-14/glue.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* How long the end of the session waits for a driver. */
#define JOIN_LIMIT_S 2

struct glue_worker {
	struct wl_list link; // glue.workers
	struct glue *glue;
	struct job *job;
	int done_fd; // eventfd: the job has run
	struct wl_event_source *source;
	pthread_t thread;

	pthread_mutex_t lock; // of the two below
	bool finished;
	bool forsaken; // the thread frees the worker
};

static void free_worker(struct glue_worker *worker)
{
	pthread_mutex_destroy(&worker->lock);
	if (worker->done_fd >= 0) {
		close(worker->done_fd);
	}
	free(worker);
}

static void *thread_main(void *data)
{
	struct glue_worker *worker = data;
	bool forsaken;

	job_run(worker->job);
	pthread_mutex_lock(&worker->lock);
	worker->finished = true;
	forsaken = worker->forsaken;
	if (!forsaken) {
		eventfd_write(worker->done_fd, 1);
	}
	pthread_mutex_unlock(&worker->lock);
	if (forsaken) {
		job_destroy(worker->job);
		free_worker(worker);
	}
	return NULL;
}

static void withdraw(struct glue_worker *worker)
{
	wl_event_source_remove(worker->source);
	wl_list_remove(&worker->link);
}

static int job_finished(int fd, uint32_t mask, void *data)
{
	struct glue_worker *worker = data;
	struct glue *glue = worker->glue;
	struct job *job = worker->job;

	withdraw(worker);
	pthread_join(worker->thread, NULL);
	free_worker(worker);
	renderer_job_done(&glue->renderer, job);
	return 0;
}

/* Signals are the event loop's, whose signalfd misses what another thread takes. */
static bool create_thread(struct glue_worker *worker)
{
	sigset_t all, before;
	bool ok;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = pthread_create(&worker->thread, NULL, thread_main, worker) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

static struct glue_worker *create_worker(struct glue *glue, struct job *job)
{
	struct wl_event_loop *loop = wl_display_get_event_loop(glue->compositor->wl_display);
	struct glue_worker *worker = calloc(1, sizeof(*worker));

	if (!worker) {
		return NULL;
	}
	worker->glue = glue;
	worker->job = job;
	pthread_mutex_init(&worker->lock, NULL);
	worker->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->done_fd >= 0) {
		worker->source = wl_event_loop_add_fd(
			loop, worker->done_fd, WL_EVENT_READABLE, job_finished, worker);
	}
	if (!worker->source) {
		free_worker(worker);
		return NULL;
	}
	wl_list_insert(&glue->workers, &worker->link);
	return worker;
}

bool glue_worker_start(struct glue *glue, struct job *job)
{
	struct glue_worker *worker = create_worker(glue, job);

	if (worker && !create_thread(worker)) {
		withdraw(worker);
		free_worker(worker);
		return false;
	}
	return worker != NULL;
}

static struct glue_worker *find(struct glue *glue, const struct job *job)
{
	struct glue_worker *worker;

	wl_list_for_each (worker, &glue->workers, link) {
		if (worker->job == job) {
			return worker;
		}
	}
	return NULL;
}

bool glue_worker_join(struct glue *glue, struct job *job)
{
	struct glue_worker *worker = find(glue, job);
	struct timespec limit;

	if (!worker) {
		return false;
	}
	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += JOIN_LIMIT_S;
	if (pthread_timedjoin_np(worker->thread, NULL, &limit) != 0) {
		glue_worker_forsake(glue, job);
		return false;
	}
	withdraw(worker);
	free_worker(worker);
	return true;
}

void glue_worker_forsake(struct glue *glue, struct job *job)
{
	struct glue_worker *worker = find(glue, job);
	bool finished;

	if (!worker) {
		return;
	}
	withdraw(worker);
	pthread_detach(worker->thread);
	pthread_mutex_lock(&worker->lock);
	worker->forsaken = true;
	finished = worker->finished;
	pthread_mutex_unlock(&worker->lock);
	if (finished) {
		job_destroy(job);
		free_worker(worker);
	}
}
