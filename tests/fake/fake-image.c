/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* EGLImages of dmabufs. Any file stands for one; it is read when a texture is pointed at it. */
#include "fake-private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ENTER() fake_enter_egl(__func__ + strlen("fake_"))
#define ENTER_GL() fake_enter_gl(__func__ + strlen("fake_"))

#define IMAGE_BASE 0x1a000001u
#define MODIFIER_VENDOR 0x0700000000000001u

/* Of the fake's users not all have libdrm's headers. */
#define FOURCC(A, B, C, D)                                                                         \
	((uint32_t)(A) | (uint32_t)(B) << 8 | (uint32_t)(C) << 16 | (uint32_t)(D) << 24)
#define ARGB8888 FOURCC('A', 'R', '2', '4')
#define XRGB8888 FOURCC('X', 'R', '2', '4')
#define ABGR8888 FOURCC('A', 'B', '2', '4')
#define R8 FOURCC('R', '8', ' ', ' ')
#define GR88 FOURCC('G', 'R', '8', '8')
#define NV12 FOURCC('N', 'V', '1', '2')
#define LINEAR 0

/** What the fake driver can import, in its order. */
static const struct {
	uint32_t fourcc;
	uint64_t modifier;
	bool external;
} formats[] = {
	{ARGB8888, LINEAR, false},
	{ARGB8888, MODIFIER_VENDOR, false},
	{XRGB8888, LINEAR, false},
	{ABGR8888, LINEAR, false},
	{R8, LINEAR, false},
	{GR88, LINEAR, false},
	{NV12, LINEAR, true},
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

static size_t texel_bytes(uint32_t fourcc)
{
	switch (fourcc) {
	case R8:
		return 1;
	case GR88:
		return 2;
	default:
		return 4;
	}
}

static bool known(uint32_t fourcc)
{
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		if (formats[i].fourcc == fourcc) {
			return true;
		}
	}
	return false;
}

static void read_plane_attrib(struct fake_egl_image *image, EGLint name, EGLint value)
{
	static const EGLint first[] = {
		EGL_DMA_BUF_PLANE0_FD_EXT, EGL_DMA_BUF_PLANE1_FD_EXT, EGL_DMA_BUF_PLANE2_FD_EXT};

	for (unsigned i = 0; i < 3; i++) {
		switch (name - first[i]) {
		case 0:
			image->fd[i] = value;
			image->planes = i + 1;
			break;
		case 1:
			image->offset[i] = value;
			break;
		case 2:
			image->pitch[i] = value;
			break;
		default:
			break;
		}
	}
}

static void read_attribs(struct fake_egl_image *image, const EGLint *attribs)
{
	for (; *attribs != EGL_NONE; attribs += 2) {
		switch (attribs[0]) {
		case EGL_WIDTH:
			image->width = attribs[1];
			break;
		case EGL_HEIGHT:
			image->height = attribs[1];
			break;
		case EGL_LINUX_DRM_FOURCC_EXT:
			image->fourcc = (uint32_t)attribs[1];
			break;
		default:
			read_plane_attrib(image, attribs[0], attribs[1]);
			break;
		}
	}
}

/* One plane of a buffer that only EGL knows. */
static void describe_wl_buffer(
	struct fake_egl_image *image, const struct fake_wl_buffer *buffer, const EGLint *attribs)
{
	unsigned plane = attribs[0] == EGL_WAYLAND_PLANE_WL ? (unsigned)attribs[1] : 0;

	image->width = plane ? buffer->width / 2 : buffer->width;
	image->height = plane ? buffer->height / 2 : buffer->height;
	image->fourcc = buffer->fourccs[plane];
	image->planes = 1;
	image->fd[0] = buffer->fd;
	image->offset[0] = buffer->offset[plane];
	image->pitch[0] = buffer->pitch;
}

/* The caller keeps its fds. */
static bool take_fds(struct fake_egl_image *image)
{
	bool ok = image->planes > 0;

	for (unsigned i = 0; i < image->planes; i++) {
		image->fd[i] = fcntl(image->fd[i], F_DUPFD_CLOEXEC, 0);
		ok &= image->fd[i] >= 0;
	}
	return ok;
}

static void end_image(struct fake_egl_image *image)
{
	for (unsigned i = 0; i < image->planes; i++) {
		if (image->fd[i] >= 0) {
			close(image->fd[i]);
		}
	}
	image->live = false;
	fake_report.images--;
}

static bool refused(const struct fake_egl_image *image)
{
	return !known(image->fourcc) || image->width <= 0 || image->height <= 0 ||
	       (image->fourcc == NV12 && fake_script.no_whole_images);
}

static EGLImageKHR EGLAPIENTRY fake_eglCreateImageKHR(EGLDisplay display, EGLContext context,
	EGLenum target, EGLClientBuffer buffer, const EGLint *attribs)
{
	struct fake_egl_image *image = NULL;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_NO_IMAGE_KHR;
	}
	for (size_t i = 0; i < FAKE_IMAGES_MAX && !image; i++) {
		if (!fake.images[i].live && !fake.images[i].used) {
			image = &fake.images[i];
		}
	}
	if (!image || context != EGL_NO_CONTEXT) {
		fake_egl_fail(EGL_BAD_PARAMETER);
		return EGL_NO_IMAGE_KHR;
	}
	*image = (struct fake_egl_image){.live = true, .used = true};
	image->display = fake_display_index(display);
	fake_report.images++;
	if (target == EGL_WAYLAND_BUFFER_WL) {
		describe_wl_buffer(image, buffer, attribs);
	} else {
		read_attribs(image, attribs);
	}
	if (!take_fds(image) || refused(image)) {
		end_image(image);
		fake_egl_fail(EGL_BAD_MATCH);
		return EGL_NO_IMAGE_KHR;
	}
	return (EGLImageKHR)((uintptr_t)(image - fake.images) + IMAGE_BASE);
}

static struct fake_egl_image *image_from_handle(EGLImageKHR handle)
{
	uintptr_t index = (uintptr_t)handle - IMAGE_BASE;

	if (index >= FAKE_IMAGES_MAX || !fake.images[index].live) {
		fake_misuse(&fake_report.bad_handles);
		return NULL;
	}
	return &fake.images[index];
}

static EGLBoolean EGLAPIENTRY fake_eglDestroyImageKHR(EGLDisplay display, EGLImageKHR handle)
{
	struct fake_egl_image *image;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	image = image_from_handle(handle);
	if (!image) {
		return fake_egl_fail(EGL_BAD_PARAMETER);
	}
	if (image->display != fake_display_index(display)) {
		fake_misuse(&fake_report.bad_handles);
	}
	end_image(image);
	return EGL_TRUE;
}

void fake_images_end(unsigned display)
{
	for (size_t i = 0; i < FAKE_IMAGES_MAX; i++) {
		if (fake.images[i].live &&
			(display == FAKE_DISPLAYS_MAX || fake.images[i].display == display)) {
			end_image(&fake.images[i]);
		}
	}
}

static EGLBoolean EGLAPIENTRY fake_eglQueryDmaBufFormatsEXT(
	EGLDisplay display, EGLint max, EGLint *fourccs, EGLint *count)
{
	EGLint n = 0;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		if (i > 0 && formats[i].fourcc == formats[i - 1].fourcc) {
			continue;
		}
		if (n < max) {
			fourccs[n] = (EGLint)formats[i].fourcc;
		}
		n++;
	}
	*count = n;
	return EGL_TRUE;
}

static EGLBoolean EGLAPIENTRY fake_eglQueryDmaBufModifiersEXT(EGLDisplay display, EGLint fourcc,
	EGLint max, EGLuint64KHR *modifiers, EGLBoolean *external, EGLint *count)
{
	EGLint n = 0;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		if (formats[i].fourcc != (uint32_t)fourcc) {
			continue;
		}
		if (n < max) {
			modifiers[n] = formats[i].modifier;
			external[n] = formats[i].external;
		}
		n++;
	}
	*count = n;
	return EGL_TRUE;
}

/* What lies outside of the file reads as zeros. */
static void read_texel(const struct fake_egl_image *image, unsigned plane, int x, int y,
	uint32_t fourcc, uint8_t texel[4])
{
	size_t bytes = texel_bytes(fourcc);
	off_t at = image->offset[plane] + (off_t)y * image->pitch[plane] + (off_t)bytes * x;

	memset(texel, 0, 4);
	if (pread(image->fd[plane], texel, bytes, at) < 0) {
		memset(texel, 0, 4);
	}
}

static void fill_pixel(const struct fake_egl_image *image, int x, int y, uint8_t *to)
{
	uint8_t texel[4], chroma[4];
	double rgb[4];

	read_texel(image, 0, x, y, image->fourcc == NV12 ? R8 : image->fourcc, texel);
	switch (image->fourcc) {
	case NV12:
		read_texel(image, 1, x / 2, y / 2, GR88, chroma);
		fake_convert_yuv(rgb, texel[0], chroma[0], chroma[1]);
		for (int i = 0; i < 4; i++) {
			to[i] = fake_to_byte(rgb[i]);
		}
		break;
	case R8:
	case GR88:
		to[0] = texel[0];
		to[1] = texel[1];
		to[2] = 0;
		to[3] = 255;
		break;
	case ABGR8888:
		memcpy(to, texel, 4);
		break;
	default:
		to[0] = texel[2];
		to[1] = texel[1];
		to[2] = texel[0];
		to[3] = texel[3];
		break;
	}
}

static bool takes(GLenum target, const struct fake_egl_image *image)
{
	if (fake_script.refuse_images) {
		return false;
	}
	return target == GL_TEXTURE_EXTERNAL_OES || image->fourcc != NV12;
}

static void GL_APIENTRY fake_glEGLImageTargetTexture2DOES(GLenum target, GLeglImageOES handle)
{
	struct fake_egl_image *image;
	struct fake_object *texture;

	if (!ENTER_GL() || !(image = image_from_handle(handle))) {
		return;
	}
	texture = fake_object_bound(FAKE_TEXTURE);
	if (!texture || !takes(target, image)) {
		fake_set_error(GL_INVALID_OPERATION);
		return;
	}
	fake_image_alloc(&texture->image, image->width, image->height);
	texture->unsampleable = fake_script.unsampleable_images;
	for (int y = 0; y < image->height; y++) {
		for (int x = 0; x < image->width; x++) {
			fill_pixel(image, x, y, &texture->image.pixels[4 * (y * image->width + x)]);
		}
	}
}

void fake_fill_image(struct gl_api *api)
{
	api->eglCreateImageKHR = fake_eglCreateImageKHR;
	api->eglDestroyImageKHR = fake_eglDestroyImageKHR;
	api->eglQueryDmaBufFormatsEXT = fake_eglQueryDmaBufFormatsEXT;
	api->eglQueryDmaBufModifiersEXT = fake_eglQueryDmaBufModifiersEXT;
	api->glEGLImageTargetTexture2DOES = fake_glEGLImageTargetTexture2DOES;
}
