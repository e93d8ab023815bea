/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <string.h>

#include "scenes.h"

static const struct scene_table *const tables[] = {
	&format_scenes,
	&yuv_scenes,
	&dmabuf_scenes,
	&buffer_scenes,
	&view_scenes,
	&surface_scenes,
	&damage_scenes,
};

const struct scene_entry *scene_entry_at(size_t n)
{
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		if (n < tables[i]->n) {
			return &tables[i]->entries[n];
		}
		n -= tables[i]->n;
	}
	return NULL;
}

const struct scene_entry *scene_entry_by_name(const char *name)
{
	const struct scene_entry *entry;

	for (size_t n = 0; (entry = scene_entry_at(n)); n++) {
		if (strcmp(entry->name, name) == 0) {
			return entry;
		}
	}
	return NULL;
}

const char *scene_entry_like(const struct scene_entry *entry)
{
	/* Stock reads rows at whole pixels per row and 4 byte alignment, whatever the stride says.
	 */
	static const char *const pairs[][2] = {
		/* Stock shows one row of it, stretched. */
		{"dmabuf-flipped", "dmabuf-upside-down"},
		/* It refuses these. */
		{"dmabuf-rare-nv21", "dmabuf-rare-as-nv12"},
		{"dmabuf-rare-nv61", "dmabuf-rare-as-nv16"},
		{"dmabuf-rare-nv42", "dmabuf-rare-as-nv24"},
		{"dmabuf-rare-yvu420", "dmabuf-rare-as-yuv420"},
		{"dmabuf-rare-yuv422", "dmabuf-rare-as-nv16"},
		{"dmabuf-rare-yvu422", "dmabuf-rare-as-nv16"},
		{"dmabuf-rare-yvu444", "dmabuf-rare-as-yuv444"},
		{"stride-argb8888-odd", "stride-argb8888-padded"},
		{"stride-rgb888-tight", "stride-argb8888-padded"},
		{"stride-bgr888-odd", "stride-argb8888-padded"},
		{"stride-rgb565-tight", "stride-rgb565-padded"},
		{"stride-rgb565-odd", "stride-rgb565-padded"},
		{"stride-abgr16161616-odd", "stride-argb8888-padded"},
		{"yuv-tight-yuv420", "yuv-padded-yuv420"},
		{"yuv-tight-yuv444", "yuv-padded-yuv444"},
		{"yuv-tight-nv12", "yuv-padded-nv12"},
		{"yuv-tight-nv16", "yuv-padded-nv16"},
		{"yuv-tight-nv24", "yuv-padded-nv24"},
	};

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		if (strcmp(pairs[i][0], entry->name) == 0) {
			return pairs[i][1];
		}
	}
	return NULL;
}

const char *scene_entry_class(const struct scene_entry *entry, int output_scale)
{
	static const char *const names[] = {
		[SCENE_EXACT] = "exact",
		[SCENE_BLENDED] = "blended",
		[SCENE_FILTERED] = "filtered",
	};
	bool holds = output_scale == entry->scale || (entry->flags & SCENE_ANY_SCALE);

	return names[holds ? entry->class : SCENE_FILTERED];
}
