/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "check-trial.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <drm.h>
#include <drm_fourcc.h>

#include "check-platform.h"
#include "gl/egl-reach.h"
#include "gl/egl.h"
#include "gl/generation.h"
#include "renderer.h"

const struct check_extension check_extensions[] = {
	{"EGL_EXT_platform_base", CHECK_CLIENT, "platforms by name"},
	{"EGL_EXT_platform_device", CHECK_CLIENT, "another way to a display"},
	{"EGL_EXT_explicit_device", CHECK_CLIENT, "ever another display of one device"},
	{"EGL_KHR_display_reference", CHECK_CLIENT, "a display of one's own"},
	{"EGL_KHR_surfaceless_context", CHECK_DISPLAY, "needed"},
	{"EGL_EXT_create_context_robustness", CHECK_DISPLAY, "resets are told"},
	{"EGL_NV_robustness_video_memory_purge", CHECK_DISPLAY, "lost video memory is told"},
	{"EGL_EXT_buffer_age", CHECK_DISPLAY, "partial repaints"},
	{"EGL_KHR_partial_update", CHECK_DISPLAY, "partial repaints"},
	{"EGL_IMG_context_priority", CHECK_DISPLAY, "high priority"},
	{"EGL_EXT_image_dma_buf_import", CHECK_DISPLAY, "clients' dmabufs"},
	{"EGL_ANDROID_native_fence_sync", CHECK_DISPLAY, "fences"},
	{"GL_EXT_robustness", CHECK_GL, "the reset status"},
	{"GL_KHR_robustness", CHECK_GL, "the reset status"},
	{"GL_EXT_texture_format_BGRA8888", CHECK_GL, "needed"},
	{"GL_EXT_unpack_subimage", CHECK_GL, "needed with OpenGL ES 2"},
	{"GL_EXT_disjoint_timer_query", CHECK_GL, "GPU time in traces"},
	{NULL, CHECK_CLIENT, NULL},
};

_Static_assert(sizeof(check_extensions) / sizeof(check_extensions[0]) <= 33,
	"check_platform.extensions has 32 bits");
_Static_assert((int)RUNG_CONTEXT == 0 && (int)RUNG_DISPLAY == 1 && (int)RUNG_SOFTWARE == 2,
	"check_rung_names has to follow the enum");

struct trial {
	struct check_platform *result;
	struct gl_api api;
	struct renderer renderer; // for its opinion on rungs only
	uint64_t last_id;
	const char *error;
};

#define COPY(member, string) snprintf(member, sizeof(member), "%s", (string) ? (string) : "")

static void begin(struct trial *trial, const char *step)
{
	COPY(trial->result->step, step);
}

static bool fail(struct trial *trial, const char *problem)
{
	COPY(trial->result->problem, problem);
	return false;
}

static const struct {
	const char *name;
	EGLenum platform;
	EGLint surface_type;
} platforms[] = {
	{"gbm", EGL_PLATFORM_GBM_KHR, EGL_WINDOW_BIT},
	{"surfaceless", EGL_PLATFORM_SURFACELESS_MESA, 0},
	{"wayland", EGL_PLATFORM_WAYLAND_KHR, EGL_WINDOW_BIT},
	{"x11", EGL_PLATFORM_X11_KHR, EGL_WINDOW_BIT},
};

/* Whoever opens a card first becomes its master, and a weston that starts now would not. */
static int open_card(const char *node)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		ioctl(fd, DRM_IOCTL_DROP_MASTER, 0);
	}
	return fd;
}

/* By hand: without a card there need be no libgbm. The process ends soon, nothing is freed. */
static bool open_gbm(struct trial *trial, const char *node, void **device)
{
	void *(*create_device)(int fd) = NULL;
	void *handle = dlopen("libgbm.so.1", RTLD_NOW);
	void *symbol = handle ? dlsym(handle, "gbm_create_device") : NULL;
	char problem[256];
	int fd;

	memcpy(&create_device, &symbol, sizeof(create_device));
	if (!create_device) {
		return fail(trial, "libgbm.so.1 can't be loaded");
	}
	fd = open_card(node);
	if (fd < 0) {
		snprintf(problem, sizeof(problem), "can't open %s: %s", node, strerror(errno));
		return fail(trial, problem);
	}
	*device = create_device(fd);
	return *device || fail(trial, "libgbm knows no driver for it");
}

static bool fill_options(struct trial *trial, struct egl_options *options)
{
	const struct check_request *request = &trial->result->request;

	*options = (struct egl_options){.visuals = {.count = 2,
						.list = {{DRM_FORMAT_XRGB8888, 8, 8, 8, 0},
							{DRM_FORMAT_ARGB8888, 8, 8, 8, 8}}}};
	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++) {
		if (strcmp(request->platform, platforms[i].name) == 0) {
			options->platform = platforms[i].platform;
			options->surface_type = platforms[i].surface_type;
		}
	}
	return options->platform != EGL_PLATFORM_GBM_KHR ||
	       open_gbm(trial, request->device, &options->native_display);
}

static void read_device(struct trial *trial, const struct egl *egl)
{
	const char *list, *node;

	if (egl->device == EGL_NO_DEVICE_EXT) {
		return;
	}
	list = trial->api.eglQueryDeviceStringEXT(egl->device, EGL_EXTENSIONS);
	trial->result->software = gl_extension_in_list(list, "EGL_MESA_device_software");
	if (gl_extension_in_list(list, "EGL_EXT_device_drm")) {
		node = trial->api.eglQueryDeviceStringEXT(egl->device, EGL_DRM_DEVICE_FILE_EXT);
		COPY(trial->result->device, node);
	}
}

static void read_driver(struct trial *trial, EGLDisplay display, const char *display_list)
{
	PFNEGLGETDISPLAYDRIVERNAMEPROC get_name = NULL;
	gl_proc proc = gl_api_resolve_driver("eglGetDisplayDriverName", NULL);

	memcpy(&get_name, &proc, sizeof(get_name));
	if (get_name && gl_extension_in_list(display_list, "EGL_MESA_query_driver")) {
		COPY(trial->result->egl_driver, get_name(display));
	}
}

static void read_display(struct trial *trial, const struct egl *egl)
{
	const struct gl_api *api = &trial->api;
	struct check_platform *result = trial->result;
	const char *lists[] = {
		[CHECK_CLIENT] = egl_client_extensions(api),
		[CHECK_DISPLAY] = api->eglQueryString(egl->display, EGL_EXTENSIONS),
		[CHECK_GL] = (const char *)api->glGetString(GL_EXTENSIONS),
	};

	COPY(result->egl_vendor, api->eglQueryString(egl->display, EGL_VENDOR));
	COPY(result->egl_version, api->eglQueryString(egl->display, EGL_VERSION));
	COPY(result->gl_vendor, (const char *)api->glGetString(GL_VENDOR));
	COPY(result->gl_renderer, (const char *)api->glGetString(GL_RENDERER));
	COPY(result->gl_version, (const char *)api->glGetString(GL_VERSION));
	for (unsigned i = 0; check_extensions[i].name; i++) {
		const struct check_extension *extension = &check_extensions[i];

		if (gl_extension_in_list(lists[extension->source], extension->name)) {
			result->extensions |= UINT32_C(1) << i;
		}
	}
	read_device(trial, egl);
	read_driver(trial, egl->display, lists[CHECK_DISPLAY]);
}

static bool draws_in_software(const char *gl_renderer)
{
	return strstr(gl_renderer, "llvmpipe") || strstr(gl_renderer, "softpipe");
}

static struct generation *create(struct trial *trial, struct egl *egl)
{
	trial->error = NULL;
	return generation_create(egl, ++trial->last_id, &trial->error);
}

static void judge(struct trial *trial, enum recovery_rung number, struct generation *gen)
{
	struct check_rung *rung = &trial->result->rungs[number];
	const char *name;

	if (!gen) {
		COPY(rung->why, trial->error ? trial->error : "no context could be made");
		return;
	}
	name = (const char *)trial->api.glGetString(GL_RENDERER);
	COPY(rung->gl_renderer, name);
	if (number == RUNG_SOFTWARE && !draws_in_software(rung->gl_renderer)) {
		snprintf(rung->why, sizeof(rung->why),
			"EGL was asked for a software driver and gave %.128s", rung->gl_renderer);
	} else {
		rung->works = true;
	}
	generation_destroy(gen, false);
}

static void explain_impossible(struct trial *trial, enum recovery_rung number)
{
	static const char *const on_gbm[] = {
		[RUNG_DISPLAY] = "the surfaces own the buffers that are on the screen",
		[RUNG_SOFTWARE] = "a software driver has no buffers that this screen can show",
	};
	const struct renderer *renderer = &trial->renderer;
	const char *why = "";

	if (renderer->disposal->needs_new_display && number == RUNG_CONTEXT) {
		why = "this driver draws nothing in a new context after a loss";
	} else if (renderer->egl.options.platform == EGL_PLATFORM_GBM_KHR) {
		why = on_gbm[number];
	}
	COPY(trial->result->rungs[number].why, why);
}

/* In the order of the ladder, as after a real loss: each leaves what the next has to start from. */
static void climb(struct trial *trial)
{
	struct egl *egl = &trial->renderer.egl;
	uint32_t possible = renderer_rungs(&trial->renderer);

	for (int i = 0; i < CHECK_RUNGS; i++) {
		enum recovery_rung number = (enum recovery_rung)i;
		const char *error = NULL;
		char step[64];

		trial->result->rungs[i].possible = possible & RUNG_BIT(number);
		if (!trial->result->rungs[i].possible) {
			explain_impossible(trial, number);
			continue;
		}
		snprintf(step, sizeof(step), "the rung %s", check_rung_names[i]);
		begin(trial, step);
		if (number != RUNG_CONTEXT) {
			error = egl_reopen(egl, number == RUNG_SOFTWARE, false);
		}
		if (error) {
			COPY(trial->result->rungs[i].why, error);
			continue;
		}
		judge(trial, number, create(trial, egl));
	}
}

static void run(struct trial *trial, struct egl *egl)
{
	struct generation *gen;

	begin(trial, "the first context");
	gen = create(trial, egl);
	if (!gen) {
		fail(trial, trial->error ? trial->error : "no context could be made");
		return;
	}
	read_display(trial, egl);
	/* A card without 3D is a device like others to EGL. */
	trial->result->software |= draws_in_software(trial->result->gl_renderer);
	trial->result->notification = gen->caps.get_reset_status != NULL;
	trial->renderer.disposal = gen->disposal;
	trial->result->usable = true;
	generation_destroy(gen, false);
	climb(trial);
}

void check_trial(struct check_platform *result)
{
	struct trial trial = {.result = result};
	struct egl_options options;
	const char *error;

	begin(&trial, "opening EGL");
	error = gl_api_load(&trial.api, gl_api_resolve_driver, NULL);
	if (error) {
		fail(&trial, "EGL or OpenGL ES 2.0 entry points are missing");
		return;
	}
	if (!fill_options(&trial, &options)) {
		return;
	}
	error = egl_init(&trial.renderer.egl, &trial.api, &options);
	if (error) {
		fail(&trial, error);
		return;
	}
	run(&trial, &trial.renderer.egl);
}
