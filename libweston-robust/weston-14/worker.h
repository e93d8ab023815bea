/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_WESTON_14_WORKER_H
#define WR_WESTON_14_WORKER_H

#include <pthread.h>

#include "weston-14/glue.h"

/* ---- worker.c: the renderer's jobs, on threads ---- */

/** See renderer_host.start_job. */
bool glue_worker_start(struct glue *glue, struct job *job);

/** See renderer_host.join_job. */
bool glue_worker_join(struct glue *glue, struct job *job);

/** See renderer_host.forsake_job. */
void glue_worker_forsake(struct glue *glue, struct job *job);

/** A thread that gets no signals: they are the event loop's, whose signalfd misses what another
 * thread takes. Returns false when there is none to be had. */
bool glue_thread_create(pthread_t *thread, void *(*start)(void *data), void *data);

/** End the thread that waits for jobs; no job may be left. */
void glue_workers_fini(struct glue *glue);

/* ---- restore.c: the time between a new generation and its first frame ---- */

/**
 * A new generation stands, and a repaint is scheduled: make the outputs' images and upload what is
 * visible, as that would, for a few milliseconds. What fails is tried again, and told of, there.
 * Returns whether there is more to be done: call again when others have had their turn.
 */
bool glue_restore_ahead(struct glue *glue);

#endif
