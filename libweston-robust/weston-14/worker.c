/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Threads for jobs. There is seldom more than one job, never more than two, and a driver that does
 * not return takes its thread with it.
 *
 * A thread is kept for the next job: the C library gives each thread a heap of its own, and what a
 * generation has used of one (llvmpipe: 20 MiB) is of no use to the next generation in another.
 * What dead generations have left behind is given back while the thread has nothing else to do.
 */
#include "weston-14/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "heap.h"

/* How long the end of the session waits for a driver. */
#define JOIN_LIMIT_S 2

struct glue_worker {
	struct wl_list link; // glue.workers
	struct glue *glue;
	int done_fd; // eventfd: the job has run
	struct wl_event_source *source;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t changed; // what follows
	struct job *job;        // NULL: idle; set by the event loop's thread only
	bool finished;          // the job has run, and is the event loop's again
	bool untidy;            // a job has come and gone since the last give_memory_back()
	bool ending;            // no more jobs: the thread ends
	bool forsaken;          // so does it, and frees the job and the worker
};

static void free_worker(struct glue_worker *worker)
{
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
	if (worker->done_fd >= 0) {
		close(worker->done_fd);
	}
	free(worker);
}

/* With the lock held. */
static bool has_work(const struct glue_worker *worker)
{
	return worker->job && !worker->finished;
}

/* With the lock held, which is given up while the job runs. */
static void run(struct glue_worker *worker)
{
	struct job *job = worker->job;

	pthread_mutex_unlock(&worker->lock);
	heap_cut_closely(true);
	job_run(job);
	pthread_mutex_lock(&worker->lock);
	worker->finished = true;
	pthread_cond_broadcast(&worker->changed);
	if (!worker->forsaken) {
		eventfd_write(worker->done_fd, 1);
	}
}

/* With the lock held, which is given up meanwhile. */
static void give_memory_back(struct glue_worker *worker)
{
	worker->untidy = false;
	pthread_mutex_unlock(&worker->lock);
	heap_renew_cache();
	heap_trim();
	heap_cut_closely(false);
	pthread_mutex_lock(&worker->lock);
}

static void *thread_main(void *data)
{
	struct glue_worker *worker = data;
	bool forsaken;

	pthread_mutex_lock(&worker->lock);
	while (!worker->ending && !worker->forsaken) {
		if (has_work(worker)) {
			run(worker);
		} else if (worker->untidy) {
			give_memory_back(worker);
		} else {
			pthread_cond_wait(&worker->changed, &worker->lock);
		}
	}
	forsaken = worker->forsaken;
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

static void end_thread(struct glue_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->ending = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	free_worker(worker);
}

static void end_worker(struct glue_worker *worker)
{
	withdraw(worker);
	end_thread(worker);
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

/* One worker is enough to wait for jobs. Nobody tidies up while a first frame is drawn: what is
 * kept of the old generation is disposed of after that. */
static void retire(struct glue_worker *worker)
{
	if (find(worker->glue, NULL)) {
		end_worker(worker);
		return;
	}
	pthread_mutex_lock(&worker->lock);
	worker->untidy |= !worker->job->generation || !worker->job->old;
	worker->job = NULL;
	worker->finished = false;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

static int job_finished(int fd, uint32_t mask, void *data)
{
	struct glue_worker *worker = data;
	struct glue *glue = worker->glue;
	struct job *job = worker->job;
	eventfd_t count;

	eventfd_read(fd, &count);
	/* This thread has drawn with what is freed now. But a new generation is to draw at once. */
	if (!job->generation) {
		heap_renew_cache();
	}
	retire(worker);
	renderer_job_done(&glue->renderer, job);
	return 0;
}

bool glue_thread_create(pthread_t *thread, void *(*start)(void *data), void *data)
{
	sigset_t all, before;
	bool ok;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = pthread_create(thread, NULL, start, data) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

static struct glue_worker *create_worker(struct glue *glue)
{
	struct wl_event_loop *loop = wl_display_get_event_loop(glue->compositor->wl_display);
	struct glue_worker *worker = calloc(1, sizeof(*worker));
	pthread_condattr_t attributes;

	if (!worker) {
		return NULL;
	}
	worker->glue = glue;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &attributes);
	pthread_condattr_destroy(&attributes);
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
	if (!glue_thread_create(&worker->thread, thread_main, worker)) {
		withdraw(worker);
		free_worker(worker);
		return NULL;
	}
	return worker;
}

bool glue_worker_start(struct glue *glue, struct job *job)
{
	struct glue_worker *worker = find(glue, NULL);

	if (!worker) {
		worker = create_worker(glue);
	}
	if (!worker) {
		return false;
	}
	pthread_mutex_lock(&worker->lock);
	worker->job = job;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	return true;
}

/* Returns whether the job has run in time. */
static bool wait_finished(struct glue_worker *worker)
{
	struct timespec limit;
	bool finished;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &limit);
	limit.tv_sec += JOIN_LIMIT_S;
	pthread_mutex_lock(&worker->lock);
	while (!worker->finished && error == 0) {
		error = pthread_cond_timedwait(&worker->changed, &worker->lock, &limit);
	}
	finished = worker->finished;
	pthread_mutex_unlock(&worker->lock);
	return finished;
}

bool glue_worker_join(struct glue *glue, struct job *job)
{
	struct glue_worker *worker = find(glue, job);

	if (!worker) {
		return false;
	}
	if (!wait_finished(worker)) {
		glue_worker_forsake(glue, job);
		return false;
	}
	end_worker(worker);
	return true;
}

/* The worker belongs to its thread from the moment that this is marked. */
void glue_worker_forsake(struct glue *glue, struct job *job)
{
	struct glue_worker *worker = find(glue, job);
	bool finished;

	if (!worker) {
		return;
	}
	withdraw(worker);
	pthread_mutex_lock(&worker->lock);
	finished = worker->finished;
	if (!finished) {
		worker->forsaken = true;
		pthread_detach(worker->thread);
	}
	pthread_mutex_unlock(&worker->lock);
	if (finished) {
		end_thread(worker);
		job_destroy(job);
	}
}

void glue_workers_fini(struct glue *glue)
{
	struct glue_worker *worker = find(glue, NULL);

	if (worker) {
		end_worker(worker);
	}
}
