/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Framebuffers, those that are drawn to and those that are read from, and copies between them. */
#include "fake-private.h"

#include <string.h>

#define ENTER() fake_enter_gl(__func__ + strlen("fake_"))

static GLuint bound_name(GLenum target)
{
	return target == GL_READ_FRAMEBUFFER ? fake.current->read_framebuffer
					     : fake.current->bound[FAKE_FRAMEBUFFER];
}

static void GL_APIENTRY fake_glBindFramebuffer(GLenum target, GLuint name)
{
	if (!ENTER() || (name && !fake_object_get(FAKE_FRAMEBUFFER, name))) {
		return;
	}
	if (target != GL_READ_FRAMEBUFFER) {
		fake.current->bound[FAKE_FRAMEBUFFER] = name;
	}
	if (target != GL_DRAW_FRAMEBUFFER) {
		fake.current->read_framebuffer = name;
	}
}

static bool is_refused(const struct fake_object *attached, GLenum target)
{
	return attached->bgra &&
	       (fake_script.bgra_unattachable ||
		       (fake_script.bgra_unreadable && target == GL_READ_FRAMEBUFFER));
}

static struct fake_image *image_of(GLenum target)
{
	GLuint name = bound_name(target);
	struct fake_object *attached;

	if (!name) {
		return fake.draw ? &fake.draw->back : NULL;
	}
	name = fake.objects[name - 1].attachment;
	if (!name) {
		return NULL;
	}
	attached = &fake.objects[name - 1];
	return attached->live && attached->image.pixels && !is_refused(attached, target)
		       ? &attached->image
		       : NULL;
}

struct fake_image *fake_draw_image(void)
{
	return image_of(GL_DRAW_FRAMEBUFFER);
}

/* What is drawn to can be read. */
struct fake_image *fake_read_image(void)
{
	bool both = fake.current->read_framebuffer == fake.current->bound[FAKE_FRAMEBUFFER];

	return image_of(both ? GL_DRAW_FRAMEBUFFER : GL_READ_FRAMEBUFFER);
}

static void attach(bool works, GLenum target, enum fake_kind kind, GLuint name)
{
	GLuint framebuffer = works ? bound_name(target) : 0;

	if (!works) {
		return;
	}
	if (!framebuffer) {
		fake_set_error(GL_INVALID_OPERATION);
	} else if (name == 0 || fake_object_get(kind, name)) {
		fake.objects[framebuffer - 1].attachment = name;
	}
}

static void GL_APIENTRY fake_glFramebufferTexture2D(
	GLenum target, GLenum attachment, GLenum textarget, GLuint texture, GLint level)
{
	attach(ENTER(), target, FAKE_TEXTURE, texture);
}

static void GL_APIENTRY fake_glFramebufferRenderbuffer(
	GLenum target, GLenum attachment, GLenum rbtarget, GLuint renderbuffer)
{
	attach(ENTER(), target, FAKE_RENDERBUFFER, renderbuffer);
}

static GLenum GL_APIENTRY fake_glCheckFramebufferStatus(GLenum target)
{
	if (!ENTER()) {
		return 0;
	}
	return image_of(target) ? GL_FRAMEBUFFER_COMPLETE : GL_FRAMEBUFFER_UNSUPPORTED;
}

struct rectangle {
	GLint x1, y1, x2, y2;
};

static bool is_within(const struct rectangle *r, const struct fake_image *image)
{
	return r->x1 >= 0 && r->y1 >= 0 && r->x1 < r->x2 && r->y1 < r->y2 &&
	       r->x2 <= image->width && r->y2 <= image->height;
}

/* Pixel by pixel: nothing else is good for a copy. */
static bool is_copy(const struct rectangle *from, const struct rectangle *to)
{
	return from->x2 - from->x1 == to->x2 - to->x1 && from->y2 - from->y1 == to->y2 - to->y1;
}

static void copy_pixel(const struct fake_image *from, GLint from_x, GLint from_y,
	struct fake_image *to, GLint x, GLint y)
{
	if (x >= 0 && y >= 0 && x < to->width && y < to->height && !fake_scissored(x, y)) {
		memcpy(&to->pixels[4 * (y * to->width + x)],
			&from->pixels[4 * (from_y * from->width + from_x)], 4);
	}
}

static void copy(const struct fake_image *image, const struct rectangle *from,
	struct fake_image *onto, const struct rectangle *to)
{
	for (GLint y = 0; y < from->y2 - from->y1; y++) {
		for (GLint x = 0; x < from->x2 - from->x1; x++) {
			copy_pixel(image, from->x1 + x, from->y1 + y, onto, to->x1 + x, to->y1 + y);
		}
	}
}

static void GL_APIENTRY fake_glBlitFramebuffer(GLint x1, GLint y1, GLint x2, GLint y2, GLint to_x1,
	GLint to_y1, GLint to_x2, GLint to_y2, GLbitfield mask, GLenum filter)
{
	const struct rectangle from = {x1, y1, x2, y2}, to = {to_x1, to_y1, to_x2, to_y2};
	struct fake_image *image, *onto;

	if (!ENTER()) {
		return;
	}
	image = fake_read_image();
	onto = fake_draw_image();
	if (!image || !onto) {
		fake_set_error(GL_INVALID_FRAMEBUFFER_OPERATION);
		return;
	}
	fake_report.copies++;
	if (image == onto || mask != GL_COLOR_BUFFER_BIT || filter != GL_NEAREST ||
		!is_within(&from, image) || !is_copy(&from, &to)) {
		fake_misuse(&fake_report.bad_copies);
	} else if (!fake_zombie()) {
		copy(image, &from, onto, &to);
	}
}

void fake_fill_blit(struct gl_api *api)
{
	api->glBindFramebuffer = fake_glBindFramebuffer;
	api->glBlitFramebuffer = fake_glBlitFramebuffer;
	api->glCheckFramebufferStatus = fake_glCheckFramebufferStatus;
	api->glFramebufferRenderbuffer = fake_glFramebufferRenderbuffer;
	api->glFramebufferTexture2D = fake_glFramebufferTexture2D;
}
