/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "fake-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define LOG_LENGTH 48

struct fake_script fake_script;
struct fake_report fake_report;
struct fake_state fake;

static const char *call_log[LOG_LENGTH];

static const struct fake_script modern_driver = {
	.egl_client_extensions = "EGL_EXT_client_extensions EGL_EXT_platform_base"
				 " EGL_MESA_platform_surfaceless EGL_EXT_platform_x11"
				 " EGL_KHR_platform_gbm EGL_KHR_platform_wayland"
				 " EGL_EXT_platform_device EGL_EXT_device_base"
				 " EGL_EXT_device_enumeration EGL_EXT_device_query",
	.egl_extensions = "EGL_KHR_surfaceless_context EGL_KHR_no_config_context"
			  " EGL_EXT_create_context_robustness EGL_EXT_buffer_age"
			  " EGL_KHR_partial_update EGL_EXT_swap_buffers_with_damage"
			  " EGL_IMG_context_priority EGL_KHR_image_base"
			  " EGL_EXT_image_dma_buf_import EGL_EXT_image_dma_buf_import_modifiers"
			  " EGL_KHR_fence_sync EGL_KHR_wait_sync EGL_ANDROID_native_fence_sync",
	.gl_extensions = "GL_EXT_texture_format_BGRA8888 GL_EXT_unpack_subimage"
			 " GL_EXT_robustness GL_EXT_read_format_bgra"
			 " GL_EXT_disjoint_timer_query"
			 " GL_OES_EGL_image GL_OES_EGL_image_external",
	.gl_version = "OpenGL ES 3.2 fake",
	.gl_renderer = "fake",
	.gpu_time = 5000000000,
	.draw_ns = 1000,
	.timer_bits = 64,
};

/* Calls */

/* \return false when it is to fail */
bool fake_count(const char *name)
{
	uint64_t until = fake_script.fail_until;
	uint64_t n;

	call_log[fake_report.calls % LOG_LENGTH] = name;
	n = ++fake_report.calls;
	if (until < fake_script.fail_call) {
		until = fake_script.fail_call;
	}
	if (fake_script.fail_call == 0 || n < fake_script.fail_call || n > until) {
		return true;
	}
	if (fake_script.disposal_works &&
		(strncmp(name, "eglDestroy", 10) == 0 || strcmp(name, "eglTerminate") == 0)) {
		return true;
	}
	if (!fake_report.failed) {
		fake_report.failed = name;
	}
	return false;
}

void fake_misuse(uint64_t *counter)
{
	(*counter)++;
	if (!fake_report.misused) {
		fake_report.misused = call_log[(fake_report.calls - 1) % LOG_LENGTH];
	}
}

void fake_set_error(GLenum error)
{
	if (fake.current && fake.current->error == GL_NO_ERROR) {
		fake.current->error = error;
	}
}

bool fake_enter_gl(const char *name)
{
	bool works = fake_count(name);

	if (!fake.current) {
		fake_misuse(&fake_report.no_current);
		return false;
	}
	if (fake.current->lost) {
		fake_report.gl_calls_when_lost++;
		fake_set_error(GL_CONTEXT_LOST_KHR);
		return false;
	}
	if (!works) {
		fake_set_error(GL_OUT_OF_MEMORY);
	}
	return works;
}

bool fake_enter_egl(const char *name)
{
	bool works = fake_count(name);

	fake.egl_error = works ? EGL_SUCCESS : EGL_BAD_ALLOC;
	return works;
}

const char *fake_gl_log(void)
{
	static char text[LOG_LENGTH * 40];
	uint64_t i = fake_report.calls > LOG_LENGTH ? fake_report.calls - LOG_LENGTH : 0;
	size_t used = 0;

	text[0] = '\0';
	for (; i < fake_report.calls && used < sizeof(text) - 40; i++) {
		used += (size_t)snprintf(
			text + used, sizeof(text) - used, "%.38s\n", call_log[i % LOG_LENGTH]);
	}
	return text;
}

/* Objects */

bool fake_image_alloc(struct fake_image *image, int width, int height)
{
	fake_image_free(image);
	image->width = width;
	image->height = height;
	image->pixels = malloc((size_t)width * (size_t)height * 4);
	test_assert(image->pixels != NULL);
	/* Contents are undefined, and shall look like it. */
	memset(image->pixels, 0xcd, (size_t)width * (size_t)height * 4);
	return true;
}

void fake_image_free(struct fake_image *image)
{
	free(image->pixels);
	*image = (struct fake_image){0};
}

GLuint fake_object_create(enum fake_kind kind)
{
	if (fake.object_count == fake.object_capacity) {
		fake.object_capacity = fake.object_capacity ? 2 * fake.object_capacity : 256;
		fake.objects =
			realloc(fake.objects, fake.object_capacity * sizeof(fake.objects[0]));
		test_assert(fake.objects != NULL);
	}
	fake.objects[fake.object_count] = (struct fake_object){
		.live = true,
		.kind = kind,
		.context = (unsigned)(fake.current - fake.contexts),
	};
	fake.object_count++;
	fake_report.created[kind]++;
	return (GLuint)fake.object_count;
}

struct fake_object *fake_object_get(enum fake_kind kind, GLuint name)
{
	struct fake_object *object;

	if (name == 0) {
		return NULL;
	}
	object = name <= fake.object_count ? &fake.objects[name - 1] : NULL;
	if (!object || !object->live || object->kind != kind ||
		&fake.contexts[object->context] != fake.current) {
		fake_misuse(&fake_report.bad_names);
		fake_set_error(GL_INVALID_OPERATION);
		return NULL;
	}
	return object;
}

struct fake_object *fake_object_bound(enum fake_kind kind)
{
	GLuint name = fake.current->bound[kind];

	if (kind == FAKE_TEXTURE) {
		return fake_texture_at(fake.current->unit);
	}
	return name ? &fake.objects[name - 1] : NULL;
}

struct fake_object *fake_texture_at(unsigned unit)
{
	GLuint name = unit < FAKE_UNITS ? fake.current->textures[unit] : 0;

	return name ? &fake.objects[name - 1] : NULL;
}

void fake_object_free(struct fake_object *object)
{
	fake_image_free(&object->image);
	free(object->data);
	object->data = NULL;
	object->live = false;
}

void fake_context_free_objects(const struct fake_context *context, bool count)
{
	size_t i;

	for (i = 0; i < fake.object_count; i++) {
		struct fake_object *object = &fake.objects[i];

		if (!object->live || &fake.contexts[object->context] != context) {
			continue;
		}
		if (count) {
			fake_report.abandoned[object->kind]++;
		}
		fake_object_free(object);
	}
}

unsigned fake_gl_live(enum fake_kind kind)
{
	unsigned live = 0;
	size_t i;

	for (i = 0; i < fake.object_count; i++) {
		live += fake.objects[i].live && fake.objects[i].kind == kind;
	}
	return live;
}

unsigned fake_gl_live_total(void)
{
	unsigned live = 0;
	enum fake_kind kind;

	for (kind = 0; kind < FAKE_KIND_COUNT; kind++) {
		live += fake_gl_live(kind);
	}
	return live;
}

/* Faults */

static void lose(struct fake_context *context, GLenum status, uint32_t queries)
{
	context->lost = true;
	context->status = status;
	context->status_left = queries;
	/* The names are no longer of use, and deleting them has no effect. */
	fake_context_free_objects(context, false);
}

void fake_gl_lose_group(EGLContext one, GLenum status, uint32_t queries)
{
	const struct fake_context *member = fake_context_from_handle(one);
	size_t i;

	for (i = 0; member && i < FAKE_CONTEXTS_MAX; i++) {
		struct fake_context *context = &fake.contexts[i];

		if (context->live && context->group == member->group) {
			lose(context, context == member ? status : GL_INNOCENT_CONTEXT_RESET_EXT,
				queries);
		}
	}
}

void fake_gl_lose(GLenum status, uint32_t queries)
{
	size_t i;

	fake.reset_status = status;
	fake.reset_left = queries;
	for (i = 0; i < FAKE_DISPLAYS_MAX; i++) {
		fake.displays[i].dead |= fake_script.dead_display && fake.displays[i].initialized;
	}
	for (i = 0; i < FAKE_CONTEXTS_MAX; i++) {
		struct fake_context *context = &fake.contexts[i];

		if (context->live) {
			lose(context, status, queries);
		}
	}
	for (i = 0; i < FAKE_SURFACES_MAX; i++) {
		if (fake.surfaces[i].live) {
			struct fake_image *back = &fake.surfaces[i].back;

			memset(back->pixels, 0xcd, (size_t)back->width * (size_t)back->height * 4);
		}
	}
}

bool fake_zombie(void)
{
	const struct fake_display *display = &fake.displays[fake.current->display];

	return fake_script.zombie || display->dead ||
	       (fake_script.dead_hardware && !display->software);
}

/* Entry points */

static struct gl_api entry_points;

gl_proc fake_gl_resolve(const char *name, void *data)
{
	static const struct {
		const char *name;
		size_t offset;
	} table[] = {
#define X(type, member) {"egl" #member, offsetof(struct gl_api, egl##member)},
		GL_API_EGL_REQUIRED(X) GL_API_EGL_OPTIONAL(X)
#undef X
#define X(type, member) {"gl" #member, offsetof(struct gl_api, gl##member)},
			GL_API_GL_REQUIRED(X) GL_API_GL_OPTIONAL(X)
#undef X
	};
	gl_proc proc = NULL;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(name, table[i].name) == 0) {
			memcpy(&proc, (const char *)&entry_points + table[i].offset, sizeof(proc));
		}
	}
	return proc;
}

/* Tests of whole renderers link with --wrap=gl_api_resolve_driver: theirs is the fake. */
gl_proc __wrap_gl_api_resolve_driver(const char *name, void *data);
gl_proc __wrap_gl_api_resolve_driver(const char *name, void *data)
{
	return fake_gl_resolve(name, data);
}

void fake_gl_reset(void)
{
	size_t i;

	for (i = 0; i < fake.object_count; i++) {
		fake_object_free(&fake.objects[i]);
	}
	for (i = 0; i < FAKE_SURFACES_MAX; i++) {
		fake_image_free(&fake.surfaces[i].back);
	}
	fake_images_end(FAKE_DISPLAYS_MAX);
	free(fake.objects);
	memset(&fake, 0, sizeof(fake));
	fake.egl_error = EGL_SUCCESS;
	memset(&fake_report, 0, sizeof(fake_report));
	fake_script = modern_driver;
	fake_fill_binary(&entry_points);
	fake_fill_blit(&entry_points);
	fake_fill_clear(&entry_points);
	fake_fill_display(&entry_points);
	fake_fill_egl(&entry_points);
	fake_fill_image(&entry_points);
	fake_fill_objects(&entry_points);
	fake_fill_draw(&entry_points);
	fake_fill_pack(&entry_points);
	fake_fill_query(&entry_points);
	fake_fill_raster(&entry_points);
	fake_fill_sync(&entry_points);
}

void fake_gl_load(struct gl_api *api)
{
	const char *missing;

	fake_gl_reset();
	missing = gl_api_load(api, fake_gl_resolve, NULL);
	test_assert_msg(!missing, "the fake has no %s", missing);
}
