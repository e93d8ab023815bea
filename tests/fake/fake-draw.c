/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Pixels: uploads, renderbuffers, read-back. */
#include "fake-private.h"

#include <string.h>

#define ENTER() fake_enter_gl(__func__ + strlen("fake_"))

/* Uploads */

/* Bytes of a texel; 0: contents of this format are not looked at by any test. */
static size_t texel_bytes(GLenum format, GLenum type)
{
	if (type != GL_UNSIGNED_BYTE) {
		return 0;
	}
	switch (format) {
	case GL_RGBA:
	case GL_BGRA_EXT:
		return 4;
	case GL_RED_EXT:
		return 1;
	case GL_RG_EXT:
		return 2;
	default:
		return 0;
	}
}

static void put_pixel(uint8_t *to, const uint8_t *from, GLenum format)
{
	bool swap = format == GL_BGRA_EXT;

	if (format == GL_RED_EXT || format == GL_RG_EXT) {
		to[0] = from[0];
		to[1] = format == GL_RG_EXT ? from[1] : 0;
		to[2] = 0;
		to[3] = 255;
		return;
	}
	to[0] = from[swap ? 2 : 0];
	to[1] = from[1];
	to[2] = from[swap ? 0 : 2];
	to[3] = from[3];
}

static void upload(struct fake_image *image, GLint left, GLint bottom, GLsizei width,
	GLsizei height, GLenum format, GLenum type, const uint8_t *pixels)
{
	const struct fake_context *context = fake.current;
	GLint row_length = context->unpack_row_length ? context->unpack_row_length : width;
	size_t bytes = texel_bytes(format, type);
	GLint x, y;

	fake_report.uploaded_pixels += (uint64_t)width * (uint64_t)height;
	for (y = 0; bytes && y < height; y++) {
		for (x = 0; x < width; x++) {
			size_t from = (size_t)(context->unpack_skip_rows + y) * (size_t)row_length +
				      (size_t)(context->unpack_skip_pixels + x);
			size_t to =
				(size_t)(bottom + y) * (size_t)image->width + (size_t)(left + x);

			put_pixel(&image->pixels[4 * to], &pixels[bytes * from], format);
		}
	}
}

static void GL_APIENTRY fake_glTexImage2D(GLenum target, GLint level, GLint internal, GLsizei width,
	GLsizei height, GLint border, GLenum format, GLenum type, const void *pixels)
{
	struct fake_object *texture;

	if (!ENTER()) {
		return;
	}
	texture = fake_object_bound(FAKE_TEXTURE);
	if (!texture || width > 4096 || height > 4096) {
		fake_set_error(texture ? GL_INVALID_VALUE : GL_INVALID_OPERATION);
		return;
	}
	fake_image_alloc(&texture->image, width, height);
	texture->bgra = internal == GL_BGRA_EXT;
	if (pixels) {
		upload(&texture->image, 0, 0, width, height, format, type, pixels);
	}
}

static void GL_APIENTRY fake_glTexSubImage2D(GLenum target, GLint level, GLint x, GLint y,
	GLsizei width, GLsizei height, GLenum format, GLenum type, const void *pixels)
{
	struct fake_object *texture;

	if (!ENTER()) {
		return;
	}
	texture = fake_object_bound(FAKE_TEXTURE);
	if (!texture || !texture->image.pixels) {
		fake_set_error(GL_INVALID_OPERATION);
		return;
	}
	if (x < 0 || y < 0 || width < 0 || height < 0 || x + width > texture->image.width ||
		y + height > texture->image.height) {
		fake_set_error(GL_INVALID_VALUE);
		return;
	}
	upload(&texture->image, x, y, width, height, format, type, pixels);
}

static void GL_APIENTRY fake_glPixelStorei(GLenum name, GLint value)
{
	if (!ENTER()) {
		return;
	}
	switch (name) {
	case GL_UNPACK_ROW_LENGTH_EXT:
		fake.current->unpack_row_length = value;
		break;
	case GL_UNPACK_SKIP_PIXELS_EXT:
		fake.current->unpack_skip_pixels = value;
		break;
	case GL_UNPACK_SKIP_ROWS_EXT:
		fake.current->unpack_skip_rows = value;
		break;
	default:
		break;
	}
}

static void GL_APIENTRY fake_glTexParameteri(GLenum target, GLenum name, GLint value)
{
	if (ENTER() && !fake_object_bound(FAKE_TEXTURE)) {
		fake_set_error(GL_INVALID_OPERATION);
	}
}

/* Framebuffers: but fake-blit.c */

static void GL_APIENTRY fake_glRenderbufferStorage(
	GLenum target, GLenum format, GLsizei width, GLsizei height)
{
	struct fake_object *renderbuffer;

	if (!ENTER()) {
		return;
	}
	renderbuffer = fake_object_bound(FAKE_RENDERBUFFER);
	if (!renderbuffer || width > 4096 || height > 4096) {
		fake_set_error(renderbuffer ? GL_INVALID_VALUE : GL_INVALID_OPERATION);
		return;
	}
	fake_image_alloc(&renderbuffer->image, width, height);
}

static void GL_APIENTRY fake_glReadPixels(GLint left, GLint bottom, GLsizei width, GLsizei height,
	GLenum format, GLenum type, void *pixels)
{
	struct fake_image *image;
	uint8_t *out;
	bool opaque;
	GLint x, y;

	if (!ENTER()) {
		return;
	}
	image = fake_read_image();
	if (!image) {
		fake_set_error(GL_INVALID_FRAMEBUFFER_OPERATION);
		return;
	}
	opaque = !fake.current->read_framebuffer; /* windows have no alpha */
	out = fake_pack_memory(pixels, 4 * (size_t)width * (size_t)height);
	if (!out) {
		return;
	}
	for (y = bottom; y < bottom + height; y++) {
		for (x = left; x < left + width; x++, out += 4) {
			if (x >= 0 && y >= 0 && x < image->width && y < image->height) {
				put_pixel(out, &image->pixels[4 * (y * image->width + x)], format);
				out[3] = opaque ? 255 : out[3];
			}
		}
	}
}

static void GL_APIENTRY fake_glEnableVertexAttribArray(GLuint index)
{
	if (ENTER()) {
		fake.current->vertices_enabled = true;
	}
}

static void GL_APIENTRY fake_glVertexAttribPointer(GLuint index, GLint size, GLenum type,
	GLboolean normalized, GLsizei stride, const void *pointer)
{
	if (ENTER()) {
		fake.current->first_vertex = (uintptr_t)pointer / (2 * sizeof(float));
	}
}

static void GL_APIENTRY fake_glBlendFunc(GLenum source, GLenum destination)
{
	ENTER();
}

static void GL_APIENTRY fake_glActiveTexture(GLenum unit)
{
	if (!ENTER()) {
		return;
	}
	if (unit < GL_TEXTURE0 || unit >= GL_TEXTURE0 + FAKE_UNITS) {
		fake_set_error(GL_INVALID_ENUM);
		return;
	}
	fake.current->unit = unit - GL_TEXTURE0;
}

static void GL_APIENTRY fake_glFlush(void)
{
	ENTER();
}

static void GL_APIENTRY fake_glFinish(void)
{
	ENTER();
}

void fake_fill_draw(struct gl_api *api)
{
	api->glActiveTexture = fake_glActiveTexture;
	api->glBlendFunc = fake_glBlendFunc;
	api->glEnableVertexAttribArray = fake_glEnableVertexAttribArray;
	api->glFinish = fake_glFinish;
	api->glFlush = fake_glFlush;
	api->glPixelStorei = fake_glPixelStorei;
	api->glReadPixels = fake_glReadPixels;
	api->glRenderbufferStorage = fake_glRenderbufferStorage;
	api->glTexImage2D = fake_glTexImage2D;
	api->glTexParameteri = fake_glTexParameteri;
	api->glTexSubImage2D = fake_glTexSubImage2D;
	api->glVertexAttribPointer = fake_glVertexAttribPointer;
}
