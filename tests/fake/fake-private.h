/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Shared by the fake*.c files only. */
#ifndef WESTON_ROBUST_TESTS_FAKE_FAKE_PRIVATE_H
#define WESTON_ROBUST_TESTS_FAKE_FAKE_PRIVATE_H

#include <stddef.h>

#include "fake-gl.h"

#define FAKE_UNIFORMS 9
#define FAKE_UNITS 4
#define FAKE_CONTEXTS_MAX 4096
#define FAKE_SURFACES_MAX 256
#define FAKE_DISPLAYS_MAX 64
#define FAKE_IMAGES_MAX 4096
#define FAKE_SYNCS_MAX 64

/** Pixels, RGBA, 4 bytes each, bottom row first as GL has it. */
struct fake_image {
	int width, height;
	uint8_t *pixels; // owned; NULL: no storage
};

/** What the sampling part of a shader does: the renderer's names of it. */
enum fake_source {
	FAKE_SOURCE_SOLID,
	FAKE_SOURCE_RGBA,
	FAKE_SOURCE_Y_U_V,
	FAKE_SOURCE_Y_UV,
	FAKE_SOURCE_Y_XUXV,
	FAKE_SOURCE_XYUV,
	FAKE_SOURCE_EXTERNAL,
};

struct fake_shader {
	GLenum type;
	enum fake_source source;
	bool opaque, faded, tint;
	uint8_t swizzle[4]; // component of the texel for red, green, blue, alpha
};

struct fake_object {
	bool live;
	enum fake_kind kind;
	unsigned context; // index of the owner

	struct fake_image image;   // TEXTURE, RENDERBUFFER
	bool bgra;                 // TEXTURE: its internal format is GL_BGRA_EXT
	bool unsampleable;         // TEXTURE: drawing with it is an error
	float *data;               // BUFFER; owned
	size_t bytes;              // BUFFER
	bool mapped;               // BUFFER
	struct fake_shader shader; // SHADER, PROGRAM (of its fragment shader)
	bool built;                // SHADER compiled, PROGRAM linked
	GLuint attachment;         // FRAMEBUFFER: name of a texture or renderbuffer
	float uniforms[FAKE_UNIFORMS][4];
	bool ended;      // QUERY
	uint64_t result; // QUERY, when it has ended; a duration's begin before
	uint64_t order;  // QUERY: in which they ended
	unsigned asked;  // QUERY, SYNC: times that its result was asked for and not there
};

struct fake_display {
	bool used, initialized;
	EGLenum platform; // identity, with the next two: the same ones give the same display
	void *native;
	bool tracked;
	bool software;
	bool dead; // its contexts draw nothing
};

struct fake_context {
	unsigned display; // index
	unsigned group;   // of contexts that share: they are lost together
	bool live, lost;
	bool used;                     // a slot is used once
	bool robust;                   // made with reset notification
	GLenum status;                 // while lost
	uint32_t status_left;          // queries that still answer it
	GLenum error;                  // sticky
	GLuint bound[FAKE_KIND_COUNT]; // but textures; GL_DRAW_FRAMEBUFFER
	GLuint read_framebuffer;
	GLuint pack_buffer;
	GLuint element_buffer; // 0: none
	size_t first_vertex;   // that indices count from
	GLuint textures[FAKE_UNITS];
	unsigned unit; // active
	bool blend, vertices_enabled, scissor;
	GLint viewport[4], scissor_box[4];
	GLfloat clear_color[4];
	GLint unpack_row_length, unpack_skip_pixels, unpack_skip_rows;
};

struct fake_surface {
	bool live;
	unsigned display; // index
	struct fake_window *window;
	struct fake_image back;
	int age;
};

/** An EGLImage of a dmabuf. */
struct fake_egl_image {
	bool live, used;  // a slot is used once
	unsigned display; // index
	int width, height;
	uint32_t fourcc;
	unsigned planes;
	int fd[3], offset[3], pitch[3];
};

/** An EGLSync. */
struct fake_sync {
	bool live;
	bool made_here; // not from a descriptor
	bool lost;      // made in a lost context
	int fd;         // owned; -1: none
};

struct fake_state {
	struct fake_display displays[FAKE_DISPLAYS_MAX];
	struct fake_context contexts[FAKE_CONTEXTS_MAX];
	struct fake_surface surfaces[FAKE_SURFACES_MAX];
	struct fake_egl_image images[FAKE_IMAGES_MAX];
	struct fake_sync syncs[FAKE_SYNCS_MAX];
	struct fake_object *objects; // by name - 1; names are never used twice
	size_t object_count, object_capacity;
	struct fake_context *current; // NULL: none
	struct fake_surface *draw;    // NULL: none
	EGLint egl_error;
	EGLenum api; // bound; 0: the default
	unsigned groups;
	GLenum reset_status; // of a reset that still lasts, for born_lost
	uint32_t reset_left;
	uint64_t queries_ended, queries_done;
};

extern struct fake_state fake;

/**
 * Every entry point begins here: counts, logs, fails.
 * \return false when the call must have no effect; the GL or EGL error is set then
 */
bool fake_enter_gl(const char *name);
bool fake_enter_egl(const char *name);

/** Count and log a call. \return false when it is to fail */
bool fake_count(const char *name);

/** Count one of the misuses in the report. */
void fake_misuse(uint64_t *counter);

void fake_set_error(GLenum error);

/** Does the current context look healthy and draw nothing? */
bool fake_zombie(void);

/** Make a name in the current context. */
GLuint fake_object_create(enum fake_kind kind);

/** \return the object, NULL and counted as misuse when the current context has none; 0 is NULL. */
struct fake_object *fake_object_get(enum fake_kind kind, GLuint name);

/** The object bound to its kind's one binding point, NULL without misuse when none is. */
struct fake_object *fake_object_bound(enum fake_kind kind);

/** The buffer bound to a target, likewise. */
struct fake_object *fake_object_of_target(GLenum target);

/** Where pixels go: into the pack buffer that is bound, @offset bytes into it, else to @offset
 * itself. \return NULL, with the error set, when the buffer can't take so many */
void *fake_pack_memory(void *offset, size_t bytes);

/** glDelete*. @works: it has an effect. */
void fake_delete_names(enum fake_kind kind, bool works, GLsizei n, const GLuint *names);

/** The texture bound to a unit; NULL when none is. */
struct fake_object *fake_texture_at(unsigned unit);

/** Free what an object owns; it is no longer alive. */
void fake_object_free(struct fake_object *object);

/** All names of a context die with it. */
void fake_context_free_objects(const struct fake_context *context, bool count);

bool fake_image_alloc(struct fake_image *image, int width, int height);
void fake_image_free(struct fake_image *image);

/** Set the EGL error. \return EGL_FALSE */
EGLBoolean fake_egl_fail(EGLint error);

/** Is it an initialised display? If not, sets the EGL error and counts misuse. */
bool fake_display_ok(EGLDisplay display);
unsigned fake_display_index(EGLDisplay display);
EGLDisplay fake_display_handle(unsigned index);
EGLContext fake_context_handle(const struct fake_context *context);
EGLSurface fake_surface_handle(const struct fake_surface *surface);

/** NULL, with the EGL error set and misuse counted, when there is none. */
struct fake_context *fake_context_from_handle(EGLContext handle);

/** Destroy for good. */
void fake_context_end(struct fake_context *context);
void fake_surface_end(struct fake_surface *surface);

/** What is drawn to: the framebuffer's attachment or the surface's back buffer; NULL: incomplete.
 */
struct fake_image *fake_draw_image(void);

/** Likewise, what is read from. */
struct fake_image *fake_read_image(void);

/** Is the pixel outside of the scissor box, where one is set? */
bool fake_scissored(GLint x, GLint y);

/** The display's images go with it; FAKE_DISPLAYS_MAX: all of them. */
void fake_images_end(unsigned display);

/** BT.601, limited range, to red, green, blue and alpha. */
void fake_convert_yuv(double rgba[4], uint8_t y, uint8_t u, uint8_t v);

uint8_t fake_to_byte(double value);

/** The tables of entry points: fake-blit.c, fake-clear.c, fake-display.c, fake-egl.c,
 * fake-objects.c, fake-pack.c, fake-query.c, fake-draw.c, fake-raster.c fill in theirs. */
void fake_fill_binary(struct gl_api *api);
void fake_fill_blit(struct gl_api *api);
void fake_fill_clear(struct gl_api *api);
void fake_fill_display(struct gl_api *api);
void fake_fill_egl(struct gl_api *api);
void fake_fill_image(struct gl_api *api);
void fake_fill_objects(struct gl_api *api);
void fake_fill_pack(struct gl_api *api);
void fake_fill_query(struct gl_api *api);
void fake_fill_draw(struct gl_api *api);
void fake_fill_raster(struct gl_api *api);
void fake_fill_sync(struct gl_api *api);

#endif
