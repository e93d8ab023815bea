/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "worker.h"

#include <string.h>
#include <sys/eventfd.h>

#define SIZE 64 // pixels
#define FIELD 8

static void paint_field(unsigned char pixels[SIZE][SIZE][4], unsigned number)
{
	for (unsigned y = 0; y < SIZE; y++) {
		for (unsigned x = 0; x < SIZE; x++) {
			bool dark = ((x + number) / FIELD + y / FIELD) % 2 == 0;
			unsigned char *pixel = pixels[y][x];

			pixel[0] = dark ? 32 : 224;
			pixel[1] = (unsigned char)(dark ? 64 : 2 * x + 96);
			pixel[2] = (unsigned char)(dark ? 96 : 2 * y + 96);
			pixel[3] = 255;
		}
	}
}

/* Two take turns: one is on the screen while the other is painted. */
static GLuint paint(GLuint textures[2], unsigned number)
{
	static unsigned char pixels[SIZE][SIZE][4];
	GLuint texture;

	if (textures[0] == 0) {
		glGenTextures(2, textures);
	}
	texture = textures[number % 2];
	paint_field(pixels, number);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, SIZE, SIZE, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	/* Other contexts see it from here on. */
	glFinish();
	return texture;
}

static bool enter(struct worker *worker)
{
	EGLDisplay display = gpu_recovery_display(worker->recovery);
	EGLContext context = gpu_recovery_context_handle(worker->context);

	return context != EGL_NO_CONTEXT &&
	       eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context);
}

static void leave(struct worker *worker)
{
	eglMakeCurrent(gpu_recovery_display(worker->recovery), EGL_NO_SURFACE, EGL_NO_SURFACE,
		EGL_NO_CONTEXT);
}

/* With the lock held: wait for something to do. Returns false at the end. */
static bool await(struct worker *worker, GLuint textures[2])
{
	for (;;) {
		if (worker->entered && (!worker->may_draw || worker->quit)) {
			leave(worker);
			/* The names went with the context, or will soon. */
			memset(textures, 0, 2 * sizeof(textures[0]));
			worker->texture = 0;
			worker->entered = false;
			pthread_cond_broadcast(&worker->changed);
		}
		if (worker->quit) {
			return false;
		}
		if (!worker->entered && worker->may_draw) {
			worker->entered = enter(worker);
			worker->may_draw = worker->entered;
			pthread_cond_broadcast(&worker->changed);
		}
		if (worker->entered &&
			(worker->texture == 0 || worker->painted != worker->wanted)) {
			return true;
		}
		pthread_cond_wait(&worker->changed, &worker->lock);
	}
}

static void *run(void *data)
{
	struct worker *worker = data;
	GLuint textures[2] = {0, 0};

	pthread_mutex_lock(&worker->lock);
	while (await(worker, textures)) {
		unsigned number = worker->wanted;
		GLuint texture;
		bool alive;

		pthread_mutex_unlock(&worker->lock);
		texture = paint(textures, number);
		/* A picture of a lost context is nothing; the library wakes the main loop. */
		alive = gpu_recovery_context_frame_done(worker->context, EGL_TRUE);
		pthread_mutex_lock(&worker->lock);
		if (alive) {
			worker->texture = texture;
			worker->painted = number;
			eventfd_write(worker->news_fd, 1);
		} else {
			worker->may_draw = false;
		}
	}
	pthread_mutex_unlock(&worker->lock);
	eglReleaseThread();
	return NULL;
}

bool worker_start(struct worker *worker, struct gpu_recovery *recovery,
	struct gpu_recovery_context *context, int news_fd)
{
	memset(worker, 0, sizeof(*worker));
	worker->recovery = recovery;
	worker->context = context;
	worker->news_fd = news_fd;
	worker->may_draw = true;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->changed, NULL);
	return pthread_create(&worker->thread, NULL, run, worker) == 0;
}

void worker_resume(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->may_draw = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

void worker_release(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->may_draw = false;
	pthread_cond_broadcast(&worker->changed);
	while (worker->entered) {
		pthread_cond_wait(&worker->changed, &worker->lock);
	}
	pthread_mutex_unlock(&worker->lock);
}

GLuint worker_picture(struct worker *worker, unsigned number, bool exact)
{
	GLuint texture;

	pthread_mutex_lock(&worker->lock);
	texture = exact && worker->painted != number ? 0 : worker->texture;
	if (worker->wanted != number) {
		worker->wanted = number;
		pthread_cond_broadcast(&worker->changed);
	}
	pthread_mutex_unlock(&worker->lock);
	return texture;
}

void worker_stop(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->quit = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
}
