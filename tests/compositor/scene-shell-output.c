/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <string.h>

#include "scene-shell.h"

/* Needs libweston.h before it. */
#include <libweston/windowed-output-api.h>

static const struct weston_windowed_output_api *windowed_api(struct weston_compositor *compositor)
{
	const struct weston_windowed_output_api *api = NULL;

	for (int type = WESTON_WINDOWED_OUTPUT_X11; !api && type <= WESTON_WINDOWED_OUTPUT_HEADLESS;
		type++) {
		api = weston_windowed_output_get_api(
			compositor, (enum weston_windowed_output_type)type);
	}
	return api;
}

static struct weston_output *find_output(struct scene_shell *shell, const char *name)
{
	struct weston_head *head = NULL;

	while ((head = weston_compositor_iterate_heads(shell->compositor, head))) {
		if (strcmp(weston_head_get_name(head), name) == 0) {
			return weston_head_get_output(head);
		}
	}
	return NULL;
}

/* libweston works out the outputs of a view when the view moves, not when the output changes under
 * it: what is shown would depend on which came first. */
static void find_views_anew(struct weston_compositor *compositor)
{
	struct weston_layer *layer;
	struct weston_view *view;

	wl_list_for_each (layer, &compositor->layer_list, link) {
		wl_list_for_each (view, &layer->view_list.link, layer_link.link) {
			weston_view_geometry_dirty(view);
		}
	}
}

bool scene_output_create_head(struct scene_shell *shell, const char *name)
{
	const struct weston_windowed_output_api *api = windowed_api(shell->compositor);

	return api && api->create_head(shell->compositor->primary_backend, name) == 0;
}

bool scene_output_set_enabled(struct scene_shell *shell, const char *name, bool enabled)
{
	struct weston_output *output = find_output(shell, name);

	if (!output) {
		return false;
	}
	if (!enabled) {
		weston_output_disable(output);
		return true;
	}
	bool done = output->enabled || weston_output_enable(output) == 0;
	find_views_anew(shell->compositor);
	return done;
}

bool scene_output_move(struct scene_shell *shell, const char *name, int x, int y)
{
	struct weston_output *output = find_output(shell, name);

	if (!output || !output->enabled) {
		return false;
	}
	weston_output_move(output, (struct weston_coord_global){.c = weston_coord(x, y)});
	find_views_anew(shell->compositor);
	return true;
}

static bool switch_mode(struct weston_output *output, int width, int height)
{
	struct weston_mode mode = {
		.width = width,
		.height = height,
		.refresh = output->current_mode->refresh,
	};

	return output->switch_mode &&
	       weston_output_mode_set_native(output, &mode, output->current_scale) == 0;
}

/* A size is given to an output once in its life: without a mode switch it takes a new output. */
static bool recreate(struct scene_shell *shell, struct weston_output *output, int width, int height)
{
	const struct weston_windowed_output_api *api = windowed_api(shell->compositor);
	struct weston_head *head = weston_output_get_first_head(output);
	struct weston_coord_global position = output->pos;
	uint32_t transform = output->transform;
	int scale = output->current_scale;

	if (!api || !head) {
		return false;
	}
	weston_output_destroy(output);
	output = weston_compositor_create_output(
		shell->compositor, head, weston_head_get_name(head));
	if (!output) {
		return false;
	}
	weston_output_set_scale(output, scale);
	weston_output_set_transform(output, transform);
	weston_output_set_position(output, position);
	return api->output_set_size(output, width, height) == 0 &&
	       weston_output_enable(output) == 0;
}

bool scene_output_resize(struct scene_shell *shell, const char *name, int width, int height)
{
	struct weston_output *output = find_output(shell, name);

	if (!output) {
		return false;
	}
	bool done = (output->enabled && switch_mode(output, width, height)) ||
		    recreate(shell, output, width, height);
	find_views_anew(shell->compositor);
	weston_compositor_damage_all(shell->compositor);
	return done;
}

bool scene_output_configure(
	struct scene_shell *shell, const char *name, int scale, uint32_t transform)
{
	struct weston_output *output = find_output(shell, name);

	if (!output || !output->enabled) {
		return false;
	}
	weston_output_set_transform(output, transform);
	bool done = scale == output->current_scale ||
		    weston_output_mode_set_native(output, output->current_mode, scale) == 0;
	find_views_anew(shell->compositor);
	weston_compositor_damage_all(shell->compositor);
	return done;
}
