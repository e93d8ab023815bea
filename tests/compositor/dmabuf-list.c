/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* dmabuf-list: prints what zwp_linux_dmabuf_v1 tells a client, a line for each event. */

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <wayland-client.h>

#include "linux-dmabuf-v1-client-protocol.h"

struct list {
	struct zwp_linux_dmabuf_v1 *dmabuf;
	uint32_t version;
	const uint8_t *table; // mapped; NULL: none yet
	uint32_t entries;
	bool done;
};

static void print_pair(uint32_t format, uint64_t modifier)
{
	printf("format %.4s modifier 0x%016" PRIx64 "\n", (const char *)&format, modifier);
}

static void on_format(void *data, struct zwp_linux_dmabuf_v1 *dmabuf, uint32_t format)
{
	printf("format %.4s\n", (const char *)&format);
}

static void on_modifier(void *data, struct zwp_linux_dmabuf_v1 *dmabuf, uint32_t format,
	uint32_t high, uint32_t low)
{
	print_pair(format, (uint64_t)high << 32 | low);
}

static const struct zwp_linux_dmabuf_v1_listener dmabuf_listener = {
	.format = on_format,
	.modifier = on_modifier,
};

static void on_done(void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback)
{
	struct list *list = data;

	puts("done");
	list->done = true;
}

static void on_table(
	void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback, int32_t fd, uint32_t size)
{
	struct list *list = data;
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	close(fd);
	printf("table of %u bytes\n", size);
	if (map != MAP_FAILED) {
		list->table = map;
		list->entries = size / 16;
	}
}

static void print_device(const char *what, const struct wl_array *device)
{
	unsigned long long number = 0;

	memcpy(&number, device->data,
		device->size < sizeof(number) ? device->size : sizeof(number));
	printf("%s %llx\n", what, number);
}

static void on_main_device(
	void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback, struct wl_array *device)
{
	print_device("main device", device);
}

static void on_tranche_done(void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback)
{
	puts("tranche done");
}

static void on_tranche_device(
	void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback, struct wl_array *device)
{
	print_device("tranche for device", device);
}

static void on_tranche_formats(
	void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback, struct wl_array *indices)
{
	const struct list *list = data;
	const uint16_t *index;

	wl_array_for_each (index, indices) {
		uint32_t format;
		uint64_t modifier;

		if (*index >= list->entries) {
			printf("index %u is beyond the table\n", *index);
			continue;
		}
		memcpy(&format, list->table + 16 * *index, sizeof(format));
		memcpy(&modifier, list->table + 16 * *index + 8, sizeof(modifier));
		print_pair(format, modifier);
	}
}

static void on_tranche_flags(
	void *data, struct zwp_linux_dmabuf_feedback_v1 *feedback, uint32_t flags)
{
	printf("tranche flags %u\n", flags);
}

static const struct zwp_linux_dmabuf_feedback_v1_listener feedback_listener = {
	.done = on_done,
	.format_table = on_table,
	.main_device = on_main_device,
	.tranche_done = on_tranche_done,
	.tranche_target_device = on_tranche_device,
	.tranche_formats = on_tranche_formats,
	.tranche_flags = on_tranche_flags,
};

static void on_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct list *list = data;

	if (strcmp(interface, zwp_linux_dmabuf_v1_interface.name) == 0) {
		printf("version %u\n", version);
		list->version = version < 4 ? version : 4;
		list->dmabuf = wl_registry_bind(
			registry, name, &zwp_linux_dmabuf_v1_interface, list->version);
		zwp_linux_dmabuf_v1_add_listener(list->dmabuf, &dmabuf_listener, list);
	}
}

static void on_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = on_global,
	.global_remove = on_global_remove,
};

int main(void)
{
	struct wl_display *display = wl_display_connect(NULL);
	struct list list = {0};

	if (!display) {
		fputs("dmabuf-list: no compositor reached\n", stderr);
		return 1;
	}
	wl_registry_add_listener(wl_display_get_registry(display), &registry_listener, &list);
	wl_display_roundtrip(display);
	if (list.version >= 4) {
		zwp_linux_dmabuf_feedback_v1_add_listener(
			zwp_linux_dmabuf_v1_get_default_feedback(list.dmabuf), &feedback_listener,
			&list);
	}
	wl_display_roundtrip(display);
	if (list.version >= 4 && !list.done) {
		fputs("dmabuf-list: no feedback came\n", stderr);
		return 1;
	}
	wl_display_disconnect(display);
	return 0;
}
