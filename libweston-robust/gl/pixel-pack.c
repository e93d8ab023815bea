/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/pixel-pack.h"

#include <stdlib.h>
#include <unistd.h>

#include "gl/fence.h"

struct pixel_pack {
	struct wl_list link;    // generation.pixel_packs
	struct generation *gen; // NULL: lost
	GLuint buffer;
	GLsync sync; // NULL: there is a descriptor instead
	int fd;      // -1: none
	struct readback read;
	struct readback_layout layout;
};

static GLsizeiptr byte_count(const struct pixel_pack *pack)
{
	return (GLsizeiptr)pack->layout.row_bytes * pack->read.height;
}

/* A loss that is seen here is for those to act on who draw. */
static bool works(struct generation *gen)
{
	GLenum error;
	bool lost = generation_read_errors(gen, &error);

	gen->seen_loss |= lost;
	return !lost && error == GL_NO_ERROR;
}

static bool start(struct pixel_pack *pack)
{
	const struct gl_api *api = pack->gen->api;

	api->glGenBuffers(1, &pack->buffer);
	api->glBindBuffer(GL_PIXEL_PACK_BUFFER, pack->buffer);
	api->glBufferData(GL_PIXEL_PACK_BUFFER, byte_count(pack), NULL, GL_STREAM_READ);
	/* Without memory there, reading would end up anywhere. */
	if (works(pack->gen)) {
		api->glReadPixels(pack->read.x, pack->layout.y, pack->read.width, pack->read.height,
			pack->layout.format, pack->layout.type, NULL);
		pack->fd = fence_create_fd(pack->gen);
		if (pack->fd < 0) {
			pack->sync = api->glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
			api->glFlush();
		}
	}
	api->glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	return works(pack->gen) && (pack->fd >= 0 || pack->sync);
}

struct pixel_pack *pixel_pack_begin(
	struct generation *gen, const struct target *target, const struct readback *read)
{
	struct pixel_pack *pack;

	if (!gen->caps.pixel_pack_buffer || !works(gen)) {
		return NULL;
	}
	pack = calloc(1, sizeof(*pack));
	if (!pack) {
		return NULL;
	}
	pack->gen = gen;
	pack->fd = -1;
	pack->read = *read;
	pack->layout = readback_layout(gen, target, read);
	wl_list_insert(&gen->pixel_packs, &pack->link);
	if (!start(pack)) {
		pixel_pack_destroy(pack);
		return NULL;
	}
	return pack;
}

bool pixel_pack_is_lost(const struct pixel_pack *pack)
{
	return !pack->gen;
}

int pixel_pack_fd(const struct pixel_pack *pack)
{
	return pack->fd;
}

bool pixel_pack_arrived(const struct pixel_pack *pack)
{
	if (!pack->gen) {
		return true;
	}
	if (pack->fd >= 0) {
		return fence_is_signalled(pack->fd, 0);
	}
	return pack->gen->api->glClientWaitSync(pack->sync, 0, 0) != GL_TIMEOUT_EXPIRED;
}

bool pixel_pack_read(struct pixel_pack *pack, uint8_t *pixels, int32_t stride)
{
	const struct gl_api *api;
	const uint8_t *rows;

	if (!pack->gen || !works(pack->gen)) {
		return false;
	}
	api = pack->gen->api;
	api->glBindBuffer(GL_PIXEL_PACK_BUFFER, pack->buffer);
	rows = api->glMapBufferRange(GL_PIXEL_PACK_BUFFER, 0, byte_count(pack), GL_MAP_READ_BIT);
	if (rows) {
		pack->read.pixels = pixels;
		pack->read.stride = stride;
		readback_place(&pack->read, &pack->layout, rows);
		api->glUnmapBuffer(GL_PIXEL_PACK_BUFFER);
	}
	api->glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
	return works(pack->gen) && rows;
}

static void lose(struct pixel_pack *pack, bool lost)
{
	const struct gl_api *api = pack->gen->api;

	if (!lost) {
		api->glDeleteBuffers(1, &pack->buffer);
		if (pack->sync) {
			api->glDeleteSync(pack->sync);
		}
	}
	wl_list_remove(&pack->link);
	pack->gen = NULL;
}

void pixel_packs_lose(struct generation *gen, bool lost)
{
	struct pixel_pack *pack, *next;

	wl_list_for_each_safe (pack, next, &gen->pixel_packs, link) {
		lose(pack, lost);
	}
}

void pixel_pack_destroy(struct pixel_pack *pack)
{
	if (!pack) {
		return;
	}
	if (pack->gen) {
		lose(pack, !generation_make_current(pack->gen, pack->gen->egl->current_surface));
	}
	if (pack->fd >= 0) {
		close(pack->fd);
	}
	free(pack);
}
