/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_SCENES_H
#define WR_TEST_SCENES_H

#include "scene.h"

/** Properties of a scene for the test programs. */
enum scene_flag {
	SCENE_MEDIUM = 1,    // belongs to the set that is shown on every kind of output
	SCENE_ANY_SCALE = 2, // its class holds at every output scale, not only at class_scale
};

/** A deterministic scene: a function of its stage and of nothing else. */
struct scene_entry {
	const char *name;
	enum scene_class class; // on outputs of scale `scale`; on others it is SCENE_FILTERED
	int scale;
	int stages; // 1 or more
	unsigned int flags;
	/**
	 * Go to a stage. Called with stage 1 on an empty scene, then 2, 3 … in order, each time
	 * after the stage before was on the screen. Leaves everything committed.
	 */
	void (*show)(struct scene *scene, int stage, int param);
	int param;
};

/** The scene of that name, NULL when there is none. */
const struct scene_entry *scene_entry_by_name(const char *name);

/** The n-th scene of all, in the order of the listing; NULL after the last. */
const struct scene_entry *scene_entry_at(size_t n);

/** "exact", "blended" or "filtered", for an output of that scale. */
const char *scene_entry_class(const struct scene_entry *entry, int output_scale);

/**
 * Name of a scene that must give the same picture, NULL for none.
 *
 * For content that the stock renderer draws wrong: there the other scene's picture is the one to
 * compare with.
 */
const char *scene_entry_like(const struct scene_entry *entry);

/** A table of scenes; each file of scenes has one. */
struct scene_table {
	const struct scene_entry *entries;
	size_t n;
};

extern const struct scene_table format_scenes;
extern const struct scene_table yuv_scenes;
extern const struct scene_table dmabuf_scenes;
extern const struct scene_table buffer_scenes;
extern const struct scene_table view_scenes;
extern const struct scene_table surface_scenes;
extern const struct scene_table damage_scenes;

#endif
