/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Contents of objects that outlive a fault are filled with magenta: textures and renderbuffers
 * after a purge of video memory, EGLImages after a loss (mode garbage). Only what can be drawn to
 * is reached: textures that a framebuffer takes at level 0, not those of GL_TEXTURE_EXTERNAL_OES.
 * A purge leaves textures made from EGLImages alone: those may be memory of a client, which nobody
 * but the client could fill again.
 */
#include "fault.h"

#include <stdlib.h>
#include <string.h>

struct image {
	struct image *next;
	EGLDisplay display;
	EGLImage handle;
	uint64_t fresh_since; // losses of the process up to which its contents are accounted for
};

static struct image *images;

/* Clears what the bound framebuffer draws to; false when it is not complete. */
static bool clear_bound(void)
{
	GLfloat colour[4];
	GLboolean mask[4];
	GLboolean scissor = REAL(glIsEnabled)(GL_SCISSOR_TEST);

	if (REAL(glCheckFramebufferStatus)(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
		return false;
	}
	REAL(glGetFloatv)(GL_COLOR_CLEAR_VALUE, colour);
	REAL(glGetBooleanv)(GL_COLOR_WRITEMASK, mask);
	REAL(glDisable)(GL_SCISSOR_TEST);
	REAL(glColorMask)(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
	REAL(glClearColor)(1.0f, 0.0f, 1.0f, 1.0f);
	REAL(glClear)(GL_COLOR_BUFFER_BIT);
	REAL(glClearColor)(colour[0], colour[1], colour[2], colour[3]);
	REAL(glColorMask)(mask[0], mask[1], mask[2], mask[3]);
	if (scissor) {
		REAL(glEnable)(GL_SCISSOR_TEST);
	}
	return true;
}

static void spoil_framebuffer(GLuint framebuffer)
{
	GLint draw;
	GLint read = 0;

	REAL(glGetIntegerv)(GL_FRAMEBUFFER_BINDING, &draw);
	REAL(glGetIntegerv)(GL_READ_FRAMEBUFFER_BINDING, &read);
	REAL(glBindFramebuffer)(GL_FRAMEBUFFER, framebuffer);
	clear_bound();
	REAL(glBindFramebuffer)(GL_FRAMEBUFFER, (GLuint)draw);
	if (read != draw) {
		REAL(glBindFramebuffer)(GL_READ_FRAMEBUFFER, (GLuint)read);
	}
}

/* Errors of our own making must not come up in the program. */
static void keep_error(struct fault_context *context)
{
	GLenum error = REAL(glGetError)();

	if (error != GL_NO_ERROR && context->gl_error == GL_NO_ERROR) {
		context->gl_error = error;
	}
}

static void drain_errors(void)
{
	while (REAL(glGetError)() != GL_NO_ERROR) {
	}
}

void fault_spoil_default_framebuffer(void)
{
	keep_error(fault_thread.context);
	spoil_framebuffer(0);
	drain_errors();
}

static void spoil_name(GLuint scratch, enum fault_name_type type, GLuint name)
{
	GLint bound;

	REAL(glGetIntegerv)(GL_FRAMEBUFFER_BINDING, &bound);
	REAL(glBindFramebuffer)(GL_FRAMEBUFFER, scratch);
	if (type == FAULT_NAME_TEXTURE) {
		REAL(glFramebufferTexture2D)
		(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, name, 0);
	} else {
		REAL(glFramebufferRenderbuffer)
		(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, name);
	}
	drain_errors();
	clear_bound();
	REAL(glFramebufferRenderbuffer)
	(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, 0);
	REAL(glBindFramebuffer)(GL_FRAMEBUFFER, (GLuint)bound);
}

static void spoil_set(GLuint scratch, struct fault_context *context, enum fault_name_type type)
{
	/* The program may not change it meanwhile: it is in this very call. */
	const struct fault_name_set *set = &context->group->names[type];
	const struct fault_name_set *borrowed = &context->group->borrowed;

	for (uint32_t word = 0; word < set->words; word++) {
		uint64_t bits = set->bits[word];

		if (type == FAULT_NAME_TEXTURE && word < borrowed->words) {
			bits &= ~borrowed->bits[word];
		}
		for (; bits; bits &= bits - 1) {
			spoil_name(scratch, type, word * 64 + (uint32_t)__builtin_ctzll(bits));
		}
	}
}

void fault_spoil_purged(void)
{
	struct fault_context *context = fault_thread.context;
	GLuint scratch = 0;

	if (!context || !context->purged || context->spoiled) {
		return;
	}
	context->spoiled = true;
	keep_error(context);
	REAL(glGenFramebuffers)(1, &scratch);
	spoil_set(scratch, context, FAULT_NAME_TEXTURE);
	spoil_set(scratch, context, FAULT_NAME_RENDERBUFFER);
	REAL(glDeleteFramebuffers)(1, &scratch);
	drain_errors();
}

void fault_image_created(EGLDisplay display, EGLImage handle)
{
	struct image *image = malloc(sizeof *image);

	if (!image) {
		return;
	}
	pthread_mutex_lock(&fault_lock);
	*image = (struct image){images, display, handle, fault.slot->losses};
	images = image;
	pthread_mutex_unlock(&fault_lock);
}

void fault_image_destroyed(EGLDisplay display, EGLImage handle)
{
	struct image **link = &images;

	pthread_mutex_lock(&fault_lock);
	while (*link && ((*link)->handle != handle || (*link)->display != display)) {
		link = &(*link)->next;
	}
	struct image *image = *link;
	if (image) {
		*link = image->next;
		free(image);
	}
	pthread_mutex_unlock(&fault_lock);
}

/* Whether an image is from before the loss; it is asked once. */
static bool image_survived(EGLImage handle)
{
	bool survived = false;

	pthread_mutex_lock(&fault_lock);
	for (struct image *i = images; i && fault.garbage; i = i->next) {
		if (i->handle == handle && i->fresh_since < fault.slot->losses) {
			i->fresh_since = fault.slot->losses;
			survived = true;
		}
	}
	pthread_mutex_unlock(&fault_lock);
	return survived;
}

void fault_glEGLImageTargetTexture2DOES(GLenum target, GLeglImageOES image)
{
	GLint texture = 0;
	GLuint scratch;

	if (!fault_gl_enter(FN_glEGLImageTargetTexture2DOES)) {
		return;
	}
	REAL(glEGLImageTargetTexture2DOES)(target, image);
	if (target != GL_TEXTURE_2D || !fault_thread.context) {
		return;
	}
	REAL(glGetIntegerv)(GL_TEXTURE_BINDING_2D, &texture);
	fault_texture_borrows((GLuint)texture);
	if (!image_survived(image)) {
		return;
	}
	keep_error(fault_thread.context);
	REAL(glGenFramebuffers)(1, &scratch);
	spoil_name(scratch, FAULT_NAME_TEXTURE, (GLuint)texture);
	REAL(glDeleteFramebuffers)(1, &scratch);
	drain_errors();
}
