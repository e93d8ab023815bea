/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A preload library that counts a program's EGL and GL calls by name, the bytes that they move and
 * the time that some take, in the file that WR_COUNT_GL names (layout: struct page). Nothing else
 * changes: each call goes on to the driver as it came.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl32.h>
#include <GLES2/gl2ext.h>

#define EXPORT __attribute__((visibility("default")))
#define MAX_ATTRIBS 16

typedef void (*proc)(void);

struct entry {
	const char *name;
	proc wrapper;
	void **real;
	int core; // a symbol of libEGL or libGLESv2
};

/* What is counted besides calls; in the page these come first. */
enum quantity {
	TEXTURE_BYTES, // given to glTexImage and glTexSubImage
	BUFFER_BYTES,  // given to buffer objects
	ARRAY_BYTES,   // vertices and indices in client memory, which drivers copy at each draw
	READ_BYTES,    // glReadPixels
	VERTICES,      // drawn, or indices
	MUTE,          // set from outside: draws and uploads into textures are left out from now on
	QUANTITIES,
};

static const char *const quantity_names[QUANTITIES] = {
	[TEXTURE_BYTES] = "texture_bytes",
	[BUFFER_BYTES] = "buffer_bytes",
	[ARRAY_BYTES] = "array_bytes",
	[READ_BYTES] = "read_bytes",
	[VERTICES] = "vertices",
	[MUTE] = "mute",
};

struct page {
	char magic[8]; // "wrcount1"
	uint64_t n;
	struct {
		char name[56];
		uint64_t value;
	} rows[];
};

/* GL state that decides what a call moves; contexts are not told apart, threads are. */
static _Thread_local struct {
	GLuint array_buffer, element_buffer, unpack_buffer, pack_buffer, vertex_array;
	struct {
		bool enabled;
		bool in_client_memory;
		GLint bytes;
	} attribs[MAX_ATTRIBS];
} state;

static struct page *page;
static uint64_t *page_values; // of the page, by 64 bytes
static uint64_t no_values[8];

static void add(int row, uint64_t n)
{
	uint64_t *value = page_values ? page_values + (size_t)row * 8 : no_values;

	__atomic_fetch_add(value, n, __ATOMIC_RELAXED);
}

static uint64_t read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t component_bytes(GLenum type)
{
	switch (type) {
	case GL_UNSIGNED_SHORT:
	case GL_SHORT:
	case GL_HALF_FLOAT:
	case GL_HALF_FLOAT_OES:
		return 2;
	case GL_UNSIGNED_INT:
	case GL_INT:
	case GL_FLOAT:
		return 4;
	default:
		return 1;
	}
}

static size_t pixel_bytes(GLenum format, GLenum type)
{
	size_t components = 4;

	switch (type) {
	case GL_UNSIGNED_SHORT_5_6_5:
	case GL_UNSIGNED_SHORT_4_4_4_4:
	case GL_UNSIGNED_SHORT_5_5_5_1:
		return 2;
	case GL_UNSIGNED_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_10F_11F_11F_REV:
		return 4;
	default:
		break;
	}
	if (format == GL_RED || format == GL_ALPHA || format == GL_LUMINANCE ||
		format == GL_RED_INTEGER) {
		components = 1;
	} else if (format == GL_RG || format == GL_LUMINANCE_ALPHA) {
		components = 2;
	} else if (format == GL_RGB) {
		components = 3;
	}
	return components * component_bytes(type);
}

static void upload(GLsizei width, GLsizei height, GLsizei depth, GLenum format, GLenum type,
	const void *pixels)
{
	if (pixels && !state.unpack_buffer) {
		add(TEXTURE_BYTES, (uint64_t)width * (uint64_t)height * (uint64_t)depth *
					   pixel_bytes(format, type));
	}
}

static void hook_glTexImage2D(GLenum target, GLint level, GLint internal, GLsizei width,
	GLsizei height, GLint border, GLenum format, GLenum type, const void *pixels)
{
	upload(width, height, 1, format, type, pixels);
}

static void hook_glTexSubImage2D(GLenum target, GLint level, GLint x, GLint y, GLsizei width,
	GLsizei height, GLenum format, GLenum type, const void *pixels)
{
	upload(width, height, 1, format, type, pixels);
}

static void hook_glTexImage3D(GLenum target, GLint level, GLint internal, GLsizei width,
	GLsizei height, GLsizei depth, GLint border, GLenum format, GLenum type, const void *pixels)
{
	upload(width, height, depth, format, type, pixels);
}

static void hook_glTexSubImage3D(GLenum target, GLint level, GLint x, GLint y, GLint z,
	GLsizei width, GLsizei height, GLsizei depth, GLenum format, GLenum type,
	const void *pixels)
{
	upload(width, height, depth, format, type, pixels);
}

static void hook_glReadPixels(
	GLint x, GLint y, GLsizei width, GLsizei height, GLenum format, GLenum type, void *pixels)
{
	add(READ_BYTES, (uint64_t)width * (uint64_t)height * pixel_bytes(format, type));
}

static void hook_glBufferData(GLenum target, GLsizeiptr size, const void *data, GLenum usage)
{
	add(BUFFER_BYTES, data ? (uint64_t)size : 0);
}

static void hook_glBufferSubData(GLenum target, GLintptr offset, GLsizeiptr size, const void *data)
{
	add(BUFFER_BYTES, (uint64_t)size);
}

/* What is written there is unknown: all of it counts, unless its parts are flushed one by one. */
static void hook_glMapBufferRange(
	GLenum target, GLintptr offset, GLsizeiptr length, GLbitfield access)
{
	if ((access & GL_MAP_WRITE_BIT) && !(access & GL_MAP_FLUSH_EXPLICIT_BIT)) {
		add(BUFFER_BYTES, (uint64_t)length);
	}
}

static void hook_glFlushMappedBufferRange(GLenum target, GLintptr offset, GLsizeiptr length)
{
	add(BUFFER_BYTES, (uint64_t)length);
}

static void hook_glBindBuffer(GLenum target, GLuint buffer)
{
	if (target == GL_ARRAY_BUFFER) {
		state.array_buffer = buffer;
	} else if (target == GL_ELEMENT_ARRAY_BUFFER) {
		state.element_buffer = buffer;
	} else if (target == GL_PIXEL_UNPACK_BUFFER) {
		state.unpack_buffer = buffer;
	}
}

static void hook_glBindVertexArray(GLuint array)
{
	state.vertex_array = array;
}

static void hook_glEnableVertexAttribArray(GLuint index)
{
	if (index < MAX_ATTRIBS && !state.vertex_array) {
		state.attribs[index].enabled = true;
	}
}

static void hook_glDisableVertexAttribArray(GLuint index)
{
	if (index < MAX_ATTRIBS && !state.vertex_array) {
		state.attribs[index].enabled = false;
	}
}

static void hook_glVertexAttribPointer(GLuint index, GLint size, GLenum type, GLboolean normalized,
	GLsizei stride, const void *pointer)
{
	if (index < MAX_ATTRIBS && !state.vertex_array) {
		state.attribs[index].in_client_memory = state.array_buffer == 0;
		state.attribs[index].bytes = size * (GLint)component_bytes(type);
	}
}

static void draw(uint64_t vertices)
{
	for (int i = 0; i < MAX_ATTRIBS && !state.vertex_array; i++) {
		if (state.attribs[i].enabled && state.attribs[i].in_client_memory) {
			add(ARRAY_BYTES, vertices * (uint64_t)state.attribs[i].bytes);
		}
	}
}

static void hook_glDrawArrays(GLenum mode, GLint first, GLsizei n)
{
	add(VERTICES, (uint64_t)n);
	draw((uint64_t)n);
}

static uint64_t vertices_of(GLsizei n, GLenum type, const void *indices)
{
	uint64_t highest = 0;

	for (GLsizei i = 0; i < n; i++) {
		uint64_t index = type == GL_UNSIGNED_BYTE    ? ((const GLubyte *)indices)[i]
				 : type == GL_UNSIGNED_SHORT ? ((const GLushort *)indices)[i]
							     : ((const GLuint *)indices)[i];
		highest = index > highest ? index : highest;
	}
	return highest + 1;
}

static void hook_glDrawElements(GLenum mode, GLsizei n, GLenum type, const void *indices)
{
	add(VERTICES, (uint64_t)n);
	if (n > 0 && !state.element_buffer && !state.vertex_array) {
		add(ARRAY_BYTES, (uint64_t)n * component_bytes(type));
		draw(vertices_of(n, type, indices));
	}
}

static __eglMustCastToProperFunctionPointerType (*real_eglGetProcAddress)(const char *);

#include "count-wrappers.h"

static void count_call(enum fn fn)
{
	add(QUANTITIES + (int)fn, 1);
}

static bool muted(void)
{
	return page_values && __atomic_load_n(page_values + (size_t)MUTE * 8, __ATOMIC_RELAXED);
}

static void count_time(enum timed timed, uint64_t start_ns)
{
	add(QUANTITIES + FN_COUNT + (int)timed, read_ns(CLOCK_MONOTONIC) - start_ns);
}

static void count_cpu(enum timed timed, uint64_t start_ns)
{
	add(QUANTITIES + FN_COUNT + TIMED_COUNT + (int)timed,
		read_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns);
}

static int compare_names(const void *key, const void *entry)
{
	return strcmp(key, ((const struct entry *)entry)->name);
}

EXPORT __eglMustCastToProperFunctionPointerType eglGetProcAddress(const char *name)
{
	const struct entry *entry =
		bsearch(name, entries, FN_COUNT, sizeof(entries[0]), compare_names);
	proc real = real_eglGetProcAddress(name);

	count_call(FN_eglGetProcAddress);
	if (!real || !entry) {
		return real;
	}
	if (!*entry->real) {
		memcpy(entry->real, &real, sizeof(real));
	}
	return entry->wrapper;
}

static const char *row_name(size_t row)
{
	if (row < QUANTITIES) {
		return quantity_names[row];
	}
	row -= QUANTITIES;
	if (row < FN_COUNT) {
		return entries[row].name;
	}
	row -= FN_COUNT;
	return row < TIMED_COUNT ? timed_names[row] : cpu_names[row - TIMED_COUNT];
}

static void open_page(void)
{
	const char *path = getenv("WR_COUNT_GL");
	size_t rows = QUANTITIES + FN_COUNT + 2 * TIMED_COUNT;
	size_t size = sizeof(struct page) + rows * sizeof(page->rows[0]);
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0) {
		return;
	}
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (memory == MAP_FAILED) {
		return;
	}
	page = memory;
	for (size_t i = 0; i < rows; i++) {
		const char *name = row_name(i);

		strncpy(page->rows[i].name, name, sizeof(page->rows[i].name) - 1);
	}
	page->n = rows;
	memcpy(page->magic, "wrcount1", sizeof(page->magic));
	page_values = &page->rows[0].value;
}

/*
 * A handle searches the library and what it needs, never this one: the symbols are the driver's.
 * The fault injector has a dlopen() of its own, that would lead to it, and from there back to here.
 */
static void __attribute__((constructor)) start(void)
{
	void *(*open_library)(const char *, int);

	*(void **)&open_library = dlsym(RTLD_NEXT, "dlopen");
	void *egl = open_library("libEGL.so.1", RTLD_NOW | RTLD_LOCAL);
	void *gles = open_library("libGLESv2.so.2", RTLD_NOW | RTLD_LOCAL);

	for (int i = 0; i < FN_COUNT; i++) {
		void *library = strncmp(entries[i].name, "egl", 3) == 0 ? egl : gles;

		if (entries[i].core && library) {
			*entries[i].real = dlsym(library, entries[i].name);
		}
	}
	open_page();
}
