/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * What a recovery costs the driver alone: the calls from a new context to its first picture of a
 * 1920x1080 window, without weston or our renderer around them. Medians in milliseconds.
 *
 *   driver-alone [--cold] [TIMES]
 *
 * --cold: memory goes back to the kernel in between, as it does after a real loss.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl3.h>

#include <GLES2/gl2ext.h>

#define WIDTH 1920
#define HEIGHT 1080
#define TIMES_MAX 200
#define KEEP_NOTHING (128 * 1024)
#define KEEP_ALL (1 << 30)
#define MMAP_NOTHING (32 * 1024 * 1024) // the most that glibc takes

enum part {
	CONTEXT,
	PROGRAM,
	IMAGE,
	UPLOAD,
	DRAW,
	DONE,
	PARTS
};

static const char *const names[PARTS] = {
	[CONTEXT] = "eglCreateContext, eglMakeCurrent",
	[PROGRAM] = "program from its binary",
	[IMAGE] = "memory of the output's image",
	[UPLOAD] = "upload of 8.3 MB",
	[DRAW] = "first draw",
	[DONE] = "until its threads are done",
};

struct bench {
	EGLDisplay display;
	unsigned char *pixels;
	void *binary;
	GLenum binary_format;
	GLsizei binary_size; // 0: none yet
	double last;
	double ms[PARTS][TIMES_MAX];
};

static double now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void note(struct bench *bench, enum part part, int turn)
{
	double now = now_ms();

	bench->ms[part][turn] = now - bench->last;
	bench->last = now;
}

static void need(int ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "driver-alone: %s failed\n", what);
		exit(1);
	}
}

static GLuint compile(GLenum type, const char *source)
{
	GLuint shader = glCreateShader(type);

	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	return shader;
}

static GLuint link_program(struct bench *bench)
{
	GLuint program = glCreateProgram();

	glAttachShader(
		program, compile(GL_VERTEX_SHADER, "attribute vec2 p; varying vec2 t;"
						   "void main() { t = p * 0.5 + 0.5;"
						   "	gl_Position = vec4(p, 0.0, 1.0); }"));
	glAttachShader(program,
		compile(GL_FRAGMENT_SHADER, "precision highp float; varying vec2 t;"
					    "uniform sampler2D s;"
					    "void main() { vec4 c = texture2D(s, t); c.a = 1.0;"
					    "	gl_FragColor = c; }"));
	glBindAttribLocation(program, 0, "p");
	glLinkProgram(program);
	glGetProgramiv(program, GL_PROGRAM_BINARY_LENGTH, &bench->binary_size);
	bench->binary = malloc((size_t)bench->binary_size + 1);
	need(bench->binary && bench->binary_size > 0, "glGetProgramBinary");
	glGetProgramBinary(program, bench->binary_size, &bench->binary_size, &bench->binary_format,
		bench->binary);
	return program;
}

static GLuint get_program(struct bench *bench)
{
	GLuint program;

	if (bench->binary_size == 0) {
		return link_program(bench);
	}
	program = glCreateProgram();
	glProgramBinary(program, bench->binary_format, bench->binary, bench->binary_size);
	return program;
}

static GLuint make_texture(const void *pixels)
{
	GLuint texture;

	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_BGRA_EXT, WIDTH, HEIGHT, 0, GL_BGRA_EXT, GL_UNSIGNED_BYTE,
		pixels);
	return texture;
}

static void draw(GLuint program)
{
	static const float corners[] = {-1, -1, 1, -1, -1, 1, 1, 1};
	GLuint buffer;

	glViewport(0, 0, WIDTH, HEIGHT);
	glUseProgram(program);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(corners), corners, GL_STREAM_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glEnableVertexAttribArray(0);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

static void one_turn(struct bench *bench, int turn)
{
	static const EGLint attributes[] = {EGL_CONTEXT_CLIENT_VERSION, 3,
		EGL_CONTEXT_OPENGL_ROBUST_ACCESS_EXT, EGL_TRUE,
		EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT, EGL_LOSE_CONTEXT_ON_RESET_EXT,
		EGL_NONE};
	unsigned char pixel[4] = {0};
	GLuint program, framebuffer, target;
	EGLContext context;

	bench->last = now_ms();
	context = eglCreateContext(bench->display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes);
	need(eglMakeCurrent(bench->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context),
		"a robust context");
	note(bench, CONTEXT, turn);
	program = get_program(bench);
	note(bench, PROGRAM, turn);
	target = make_texture(NULL);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, target, 0);
	note(bench, IMAGE, turn);
	make_texture(bench->pixels);
	note(bench, UPLOAD, turn);
	draw(program);
	glFlush();
	note(bench, DRAW, turn);
	glReadPixels(5, 5, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	note(bench, DONE, turn);
	need(pixel[0] == 0x33 && pixel[3] == 0xff, "drawing");
	eglMakeCurrent(bench->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroyContext(bench->display, context);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	int times = 20, first = 1;

	if (argc > first && strcmp(argv[first], "--cold") == 0) {
		mallopt(M_MMAP_THRESHOLD, KEEP_NOTHING);
		mallopt(M_TRIM_THRESHOLD, KEEP_NOTHING);
		first++;
	} else {
		mallopt(M_MMAP_THRESHOLD, MMAP_NOTHING);
		mallopt(M_TRIM_THRESHOLD, KEEP_ALL);
	}
	if (argc > first) {
		times = atoi(argv[first]);
	}
	need(times > 0 && times < TIMES_MAX, "counting: 1 to 199 times; that");
	bench.display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
	need(eglInitialize(bench.display, NULL, NULL) && eglBindAPI(EGL_OPENGL_ES_API),
		"eglInitialize");
	bench.pixels = malloc(4 * WIDTH * HEIGHT);
	need(bench.pixels != NULL, "malloc");
	memset(bench.pixels, 0x33, 4 * WIDTH * HEIGHT);
	/* The first one links the program, and is not counted. */
	one_turn(&bench, 0);
	for (int turn = 0; turn < times; turn++) {
		one_turn(&bench, turn);
	}
	for (int part = 0; part < PARTS; part++) {
		qsort(bench.ms[part], (size_t)times, sizeof(double), compare);
		printf("%-34s %6.2f (%.2f to %.2f)\n", names[part], bench.ms[part][times / 2],
			bench.ms[part][0], bench.ms[part][times - 1]);
	}
	return 0;
}
