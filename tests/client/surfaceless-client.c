/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A program without windows that draws and reads back with the client helper, and prints a line for
 * each action, and for the first right picture of each generation. Ends at the end of its input.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES2/gl2.h>

#include "gpu-recovery-client.h"

struct program {
	struct gpu_recovery *recovery;
	struct gpu_recovery_group *group;
	struct gpu_recovery_context *context;
	bool may_draw, fresh;
	unsigned frames;
};

static void on_log(void *data, const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static void leave(struct program *program)
{
	EGLDisplay display = gpu_recovery_display(program->recovery);

	if (display != EGL_NO_DISPLAY) {
		eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
}

static void enter(struct program *program)
{
	GLuint texture = 0, framebuffer = 0;

	program->may_draw = eglMakeCurrent(gpu_recovery_display(program->recovery), EGL_NO_SURFACE,
		EGL_NO_SURFACE, gpu_recovery_context_handle(program->context));
	program->fresh = true;
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	printf("driver %s\n", (const char *)glGetString(GL_RENDERER));
}

static void draw(struct program *program)
{
	unsigned char pixel[4] = {0, 0, 0, 0};
	unsigned char level = (unsigned char)(++program->frames % 200 + 50);

	glClearColor(0.0f, (float)level / 255.0f, 0.0f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
	glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	if (!gpu_recovery_context_frame_done(program->context, EGL_TRUE)) {
		program->may_draw = false;
	} else if (pixel[1] != level || pixel[3] != 255) {
		printf("wrong %d instead of %d\n", pixel[1], level);
	} else if (program->fresh) {
		printf("right generation=%llu\n",
			(unsigned long long)gpu_recovery_group_generation(program->group));
		program->fresh = false;
	}
}

/* Returns false when the library has given up. */
static bool recover(struct program *program)
{
	struct gpu_recovery_group *group;
	enum gpu_recovery_action action;

	while ((action = gpu_recovery_dispatch(program->recovery, &group)) !=
		GPU_RECOVERY_NOTHING) {
		printf("%s\n", gpu_recovery_action_name(action));
		if (action == GPU_RECOVERY_DROP || action == GPU_RECOVERY_DROP_DISPLAY) {
			program->may_draw = false;
			leave(program);
			gpu_recovery_dropped(program->recovery, group);
		} else if (action == GPU_RECOVERY_RESTORE) {
			enter(program);
		} else if (action == GPU_RECOVERY_GIVE_UP) {
			return false;
		}
	}
	return true;
}

static int loop(struct program *program)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	char ignored[64];

	for (;;) {
		int timeout = gpu_recovery_timeout(program->recovery);

		if (program->may_draw) {
			draw(program);
		}
		fflush(stdout);
		poll(&input, 1, timeout < 0 || (program->may_draw && timeout > 20) ? 20 : timeout);
		if (input.revents && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0) {
			return 0;
		}
		if (!recover(program)) {
			return 3;
		}
	}
}

int main(int argc, char *argv[])
{
	struct gpu_recovery_options options = {
		.size = sizeof(options),
		.reopen_display = true,
		.give_up_after = argc > 2 ? (unsigned)atoi(argv[2]) : 0,
		.log = on_log,
	};
	bool device = argc > 1 && strcmp(argv[1], "device") == 0;
	struct program program = {.recovery = NULL};
	const char *error = NULL;
	int result;

	program.recovery =
		gpu_recovery_open(device ? EGL_PLATFORM_DEVICE_EXT : EGL_PLATFORM_SURFACELESS_MESA,
			NULL, &options, &error);
	if (program.recovery) {
		program.group = gpu_recovery_group_create(program.recovery, NULL, &error);
	}
	if (program.group) {
		program.context = gpu_recovery_context_create(program.group, NULL, &error);
	}
	if (!program.context) {
		fprintf(stderr, "surfaceless-client: %s\n", error);
		gpu_recovery_close(program.recovery);
		return 1;
	}
	if (gpu_recovery_context_handle(program.context) != EGL_NO_CONTEXT) {
		enter(&program);
	}
	result = loop(&program);
	leave(&program);
	gpu_recovery_close(program.recovery);
	printf("closed\n");
	return result;
}
