/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/proof.h"

#include <stdint.h>
#include <string.h>

/* Edge length of the image, pixels. */
#define SIZE 4

/* A lost context may answer the same error for ever. */
#define ERRORS_MAX 16

/* A red square in the lower left quarter of a blue field. */
static void draw(const struct gl_api *api)
{
	GLint box[4] = {0, 0, 0, 0};

	api->glGetIntegerv(GL_SCISSOR_BOX, box);
	api->glClearColor(0.0f, 0.0f, 1.0f, 1.0f);
	api->glClear(GL_COLOR_BUFFER_BIT);
	api->glEnable(GL_SCISSOR_TEST);
	api->glScissor(0, 0, SIZE / 2, SIZE / 2);
	api->glClearColor(1.0f, 0.0f, 0.0f, 1.0f);
	api->glClear(GL_COLOR_BUFFER_BIT);
	api->glDisable(GL_SCISSOR_TEST);
	api->glScissor(box[0], box[1], box[2], box[3]);
	api->glClearColor(0.0f, 0.0f, 0.0f, 0.0f);
}

static bool pixels_right(const uint8_t pixels[SIZE * SIZE][4])
{
	for (int i = 0; i < SIZE * SIZE; i++) {
		bool red = i % SIZE < SIZE / 2 && i / SIZE < SIZE / 2;
		const uint8_t expected[4] = {red ? 255 : 0, 0, red ? 0 : 255, 255};

		if (memcmp(pixels[i], expected, sizeof(expected)) != 0) {
			return false;
		}
	}
	return true;
}

bool gl_proof_draw(const struct gl_api *api)
{
	uint8_t pixels[SIZE * SIZE][4];
	GLuint texture = 0, framebuffer = 0;

	memset(pixels, 0x55, sizeof(pixels));
	api->glGenTextures(1, &texture);
	api->glBindTexture(GL_TEXTURE_2D, texture);
	api->glTexImage2D(
		GL_TEXTURE_2D, 0, GL_RGBA, SIZE, SIZE, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	api->glGenFramebuffers(1, &framebuffer);
	api->glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	api->glFramebufferTexture2D(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	if (api->glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE) {
		draw(api);
		api->glReadPixels(0, 0, SIZE, SIZE, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	}
	api->glBindFramebuffer(GL_FRAMEBUFFER, 0);
	api->glDeleteFramebuffers(1, &framebuffer);
	api->glBindTexture(GL_TEXTURE_2D, 0);
	api->glDeleteTextures(1, &texture);
	for (int i = 0; i < ERRORS_MAX && api->glGetError() != GL_NO_ERROR; i++) {
	}
	return pixels_right((const uint8_t(*)[4])pixels);
}
