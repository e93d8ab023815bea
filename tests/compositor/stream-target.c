/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A weston module that does what a backend does which streams its output: it has the renderer draw
 * to a dmabuf, waits for the fence, and reads the memory. SIGWINCH makes it draw a frame of the
 * first output and write the pixels to the file that WR_STREAM_FILE names. The memory is the
 * renderer's (dmabuf_alloc) where it has any to give, else a memfd.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "weston-14/abi-dmabuf.h"
#include "weston-14/abi.h"

#define EXPORT __attribute__((visibility("default")))
#define FENCE_TIMEOUT_MS 2000

EXPORT int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

struct stream {
	struct weston_compositor *compositor;
	struct weston_output *output;
	struct weston_renderbuffer *renderbuffer;
	struct dmabuf_attributes attributes; // a copy: the renderbuffer owns the memory
	struct wl_event_source *signal;
	struct wl_listener destroy;
};

static void destroy_memory(struct linux_dmabuf_memory *memory)
{
	close(memory->attributes->fd[0]);
	free(memory->attributes);
	free(memory);
}

static struct linux_dmabuf_memory *memory_from_memfd(int width, int height)
{
	struct linux_dmabuf_memory *memory = calloc(1, sizeof(*memory));
	struct dmabuf_attributes *attributes = calloc(1, sizeof(*attributes));
	int fd = memfd_create("stream-target", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (!memory || !attributes || fd < 0 || ftruncate(fd, (off_t)width * height * 4) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0) {
		abort();
	}
	*attributes = (struct dmabuf_attributes){
		.width = width,
		.height = height,
		.format = DRM_FORMAT_XRGB8888,
		.n_planes = 1,
		.fd = {fd, -1, -1, -1},
		.stride = {(uint32_t)width * 4},
		.modifier = DRM_FORMAT_MOD_LINEAR,
	};
	*memory = (struct linux_dmabuf_memory){attributes, destroy_memory};
	return memory;
}

static struct linux_dmabuf_memory *get_memory(
	struct weston_renderer *renderer, int width, int height)
{
	static const uint64_t linear = DRM_FORMAT_MOD_LINEAR;

	if (renderer->dmabuf_alloc) {
		return renderer->dmabuf_alloc(renderer, (unsigned)width, (unsigned)height,
			DRM_FORMAT_XRGB8888, &linear, 1);
	}
	return memory_from_memfd(width, height);
}

/* Returns false when the renderer has no dmabufs to draw to. */
static bool begin(struct stream *stream)
{
	struct weston_renderer *renderer = stream->compositor->renderer;
	struct weston_output *output =
		wl_container_of(stream->compositor->output_list.next, output, link);
	struct linux_dmabuf_memory *memory;

	if (!renderer->create_renderbuffer_dmabuf) {
		return false;
	}
	memory = get_memory(renderer, output->current_mode->width, output->current_mode->height);
	if (!memory) {
		return false;
	}
	stream->output = output;
	stream->attributes = *memory->attributes;
	stream->renderbuffer = renderer->create_renderbuffer_dmabuf(output, memory);
	if (!stream->renderbuffer) {
		memory->destroy(memory);
	}
	return stream->renderbuffer;
}

/* 'f': there was a fence, and it was signalled; 'l': it was late; '-': there was none. */
static char wait_for_fence(struct stream *stream)
{
	struct pollfd poll_fd = {.events = POLLIN};
	char result;

	poll_fd.fd = stream->compositor->renderer->gl->create_fence_fd(stream->output);
	if (poll_fd.fd < 0) {
		if (getenv("WR_STREAM_PATIENCE")) {
			usleep(100000);
		}
		return '-';
	}
	result = poll(&poll_fd, 1, FENCE_TIMEOUT_MS) == 1 ? 'f' : 'l';
	close(poll_fd.fd);
	return result;
}

/* A line about the picture, and its pixels; under another name until it is complete. */
static void write_file(const struct stream *stream, char fence)
{
	const struct dmabuf_attributes *attributes = &stream->attributes;
	size_t bytes = (size_t)attributes->height * attributes->stride[0];
	const char *name = getenv("WR_STREAM_FILE");
	char part[512];
	void *data = MAP_FAILED;
	FILE *file;

	snprintf(part, sizeof part, "%s.part", name);
	file = fopen(part, "w");
	if (!file) {
		return;
	}
	if (stream->renderbuffer) {
		data = mmap(NULL, bytes, PROT_READ, MAP_SHARED, attributes->fd[0],
			(off_t)attributes->offset[0]);
	}
	if (data == MAP_FAILED) {
		fputs("nothing\n", file);
	} else {
		fprintf(file, "%d %d %u %c\n", attributes->width, attributes->height,
			attributes->stride[0], fence);
		fwrite(data, 1, bytes, file);
		munmap(data, bytes);
	}
	fclose(file);
	rename(part, name);
}

static int on_signal(int number, void *data)
{
	struct stream *stream = data;
	char fence = '-';

	if (stream->renderbuffer || begin(stream)) {
		stream->compositor->renderer->repaint_output(
			stream->output, &stream->output->region, stream->renderbuffer);
		fence = wait_for_fence(stream);
	}
	write_file(stream, fence);
	return 0;
}

static void on_destroy(struct wl_listener *listener, void *data)
{
	struct stream *stream = wl_container_of(listener, stream, destroy);

	wl_event_source_remove(stream->signal);
	if (stream->renderbuffer) {
		stream->compositor->renderer->remove_renderbuffer_dmabuf(
			stream->output, stream->renderbuffer);
		weston_renderbuffer_unref(stream->renderbuffer);
	}
	free(stream);
}

int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream) {
		return -1;
	}
	stream->compositor = compositor;
	stream->destroy.notify = on_destroy;
	wl_signal_add(&compositor->destroy_signal, &stream->destroy);
	stream->signal = wl_event_loop_add_signal(
		wl_display_get_event_loop(compositor->wl_display), SIGWINCH, on_signal, stream);
	return 0;
}
