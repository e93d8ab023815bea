/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Surviving contents are spoiled (mode garbage): a window's buffers outlive the context, but after
 * a loss nobody may rely on what is in them, whatever the buffer age says.
 */
#include "fault.h"

#include <stdlib.h>

/* More buffers than any window system queues. */
#define MAX_BUFFERS 8

struct surface {
	struct surface *next;
	EGLDisplay display;
	EGLSurface handle;
	uint64_t born;    // losses of the process when it was created
	uint64_t counted; // the loss that swaps refers to
	int swaps;        // since that loss
	bool clean;       // its current back buffer is not, or no longer, from before the loss
};

static struct surface *surfaces;

void fault_surface_created(EGLDisplay display, EGLSurface handle)
{
	struct surface *surface = calloc(1, sizeof *surface);

	if (!surface) {
		return;
	}
	pthread_mutex_lock(&fault_lock);
	surface->display = display;
	surface->handle = handle;
	surface->born = surface->counted = fault.slot->losses;
	surface->next = surfaces;
	surfaces = surface;
	pthread_mutex_unlock(&fault_lock);
}

static struct surface **find(EGLDisplay display, EGLSurface handle)
{
	struct surface **link = &surfaces;

	while (*link && ((*link)->handle != handle || (*link)->display != display)) {
		link = &(*link)->next;
	}
	return link;
}

void fault_surface_destroyed(EGLDisplay display, EGLSurface handle)
{
	pthread_mutex_lock(&fault_lock);
	struct surface **link = find(display, handle);
	struct surface *surface = *link;
	if (surface) {
		*link = surface->next;
		free(surface);
	}
	pthread_mutex_unlock(&fault_lock);
}

/* The record of the current draw surface if it may hold a buffer from before the last loss. */
static struct surface *suspect(EGLDisplay display, EGLSurface handle)
{
	struct surface *surface = *find(display, handle);
	uint64_t losses = fault.slot->losses;

	if (!surface || surface->born == losses || !fault.garbage) {
		return NULL;
	}
	if (surface->counted != losses) {
		surface->counted = losses;
		surface->swaps = 0;
		surface->clean = false;
	}
	return surface->swaps < MAX_BUFFERS ? surface : NULL;
}

void fault_surface_swapped(EGLDisplay display, EGLSurface handle)
{
	pthread_mutex_lock(&fault_lock);
	struct surface *surface = suspect(display, handle);
	if (surface) {
		surface->swaps++;
		surface->clean = false;
	}
	pthread_mutex_unlock(&fault_lock);
}

void fault_spoil_back_buffer(void)
{
	struct fault_thread *t = &fault_thread;
	EGLint age = 0;
	bool spoil = false;

	if (!fault.garbage || !t->context || t->context->dead || t->context->zombie ||
		t->draw == EGL_NO_SURFACE) {
		return;
	}
	bool known = REAL(eglQuerySurface)(t->display, t->draw, EGL_BUFFER_AGE_EXT, &age);
	pthread_mutex_lock(&fault_lock);
	struct surface *surface = suspect(t->display, t->draw);
	if (surface && !surface->clean) {
		/* An age beyond the swaps since the loss: drawn before it. */
		spoil = !known || age == 0 || age > surface->swaps;
		surface->clean = true;
	}
	pthread_mutex_unlock(&fault_lock);
	if (spoil) {
		fault_spoil_default_framebuffer();
	}
}
