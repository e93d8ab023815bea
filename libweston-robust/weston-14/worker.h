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

/** Where no job is under way: have @bytes of the heap that the next one uses made ready until it
 * begins. */
void glue_worker_warm(struct glue *glue, size_t bytes);

/** End the thread that waits for jobs; no job may be left. */
void glue_workers_fini(struct glue *glue);

/** A thread that gets no signals. Returns false when there is none to be had. */
bool glue_thread_create(pthread_t *thread, void *(*start)(void *data), void *data);

/* ---- restore.c: the time between a loss and the first frame ---- */

/** From now on, make ready what memory the next generation will take. */
void glue_restore_begin(struct glue *glue);

/** It is about to be taken, or not needed. */
void glue_restore_end(struct glue *glue);

/**
 * A new generation stands, and a repaint is scheduled: make the outputs' images and upload what is
 * visible, as that would. What fails is tried again, and told of, there.
 */
void glue_restore_ahead(struct glue *glue);

#endif
