/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* x11-window: looks at weston's window on an X server from outside, and does things to it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xcb/xcb.h>

#include "image.h"

static void usage(FILE *stream)
{
	fputs("usage: x11-window wait             until a window is mapped; 10 s at most\n"
	      "       x11-window shot OUT.png     picture of the largest mapped window\n"
	      "       x11-window resize W H       that window's new size, pixels\n"
	      "       x11-window scribble         paint over all of it, behind weston's back\n"
	      "       x11-window point X Y        move the pointer there, window coordinates\n"
	      "Uses DISPLAY. Exit status: 0 done, 1 not done, 2 wrong usage.\n",
		stream);
}

static xcb_screen_t *first_screen(xcb_connection_t *connection)
{
	return xcb_setup_roots_iterator(xcb_get_setup(connection)).data;
}

static bool is_viewable(xcb_connection_t *connection, xcb_window_t window)
{
	xcb_get_window_attributes_reply_t *reply = xcb_get_window_attributes_reply(
		connection, xcb_get_window_attributes(connection, window), NULL);
	bool viewable = reply && reply->map_state == XCB_MAP_STATE_VIEWABLE;

	free(reply);
	return viewable;
}

static xcb_get_geometry_reply_t *geometry(xcb_connection_t *connection, xcb_window_t window)
{
	return xcb_get_geometry_reply(connection, xcb_get_geometry(connection, window), NULL);
}

/* Without a window manager weston's window is a child of the root; 0: none is mapped. */
static xcb_window_t largest_window(xcb_connection_t *connection)
{
	xcb_query_tree_reply_t *tree = xcb_query_tree_reply(
		connection, xcb_query_tree(connection, first_screen(connection)->root), NULL);
	xcb_window_t best = 0;
	int best_area = 0;

	if (!tree) {
		return 0;
	}
	xcb_window_t *children = xcb_query_tree_children(tree);
	for (int i = 0; i < xcb_query_tree_children_length(tree); i++) {
		xcb_get_geometry_reply_t *size = geometry(connection, children[i]);

		if (size && size->width * size->height > best_area &&
			is_viewable(connection, children[i])) {
			best = children[i];
			best_area = size->width * size->height;
		}
		free(size);
	}
	free(tree);
	return best;
}

static int wait_for_window(xcb_connection_t *connection)
{
	const struct timespec pause = {.tv_nsec = 20000000};

	for (int i = 0; i < 500; i++) {
		if (largest_window(connection)) {
			return 0;
		}
		nanosleep(&pause, NULL);
	}
	return 1;
}

static bool copy_pixels(const xcb_get_image_reply_t *reply, struct image *image)
{
	const uint8_t *pixels = xcb_get_image_data(reply);
	size_t n = image_size(image) / 4;

	if (reply->depth < 24 || (size_t)xcb_get_image_data_length(reply) < n * 4) {
		fprintf(stderr, "x11-window: not a screen of 24 bits in 32\n");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		image->rgba[4 * i] = pixels[4 * i + 2];
		image->rgba[4 * i + 1] = pixels[4 * i + 1];
		image->rgba[4 * i + 2] = pixels[4 * i];
		image->rgba[4 * i + 3] = 255;
	}
	return true;
}

static int shoot(xcb_connection_t *connection, xcb_window_t window, const char *path)
{
	struct image image = {0};
	int status = 1;
	xcb_get_geometry_reply_t *size = geometry(connection, window);
	xcb_get_image_reply_t *reply =
		size ? xcb_get_image_reply(connection,
			       xcb_get_image(connection, XCB_IMAGE_FORMAT_Z_PIXMAP, window, 0, 0,
				       size->width, size->height, ~0u),
			       NULL)
		     : NULL;

	if (reply && image_init(&image, size->width, size->height) && copy_pixels(reply, &image) &&
		image_write_png(&image, path)) {
		status = 0;
	}
	image_finish(&image);
	free(reply);
	free(size);
	return status;
}

static int resize(
	xcb_connection_t *connection, xcb_window_t window, const char *width, const char *height)
{
	const uint32_t values[] = {(uint32_t)atoi(width), (uint32_t)atoi(height)};
	xcb_generic_error_t *error = xcb_request_check(
		connection, xcb_configure_window_checked(connection, window,
				    XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, values));

	free(error);
	return error ? 1 : 0;
}

/* No Expose event follows: what was there comes back only when weston draws it anew. */
static int scribble(xcb_connection_t *connection, xcb_window_t window)
{
	const uint32_t magenta = 0xff00ff;
	const xcb_rectangle_t all = {.width = UINT16_MAX, .height = UINT16_MAX};
	xcb_gcontext_t gc = xcb_generate_id(connection);
	xcb_generic_error_t *error;

	xcb_create_gc(connection, gc, window, XCB_GC_FOREGROUND, &magenta);
	error = xcb_request_check(
		connection, xcb_poly_fill_rectangle_checked(connection, window, gc, 1, &all));
	xcb_free_gc(connection, gc);
	free(error);
	return error ? 1 : 0;
}

static int point(xcb_connection_t *connection, xcb_window_t window, const char *x, const char *y)
{
	xcb_generic_error_t *error = xcb_request_check(
		connection, xcb_warp_pointer_checked(connection, XCB_NONE, window, 0, 0, 0, 0,
				    (int16_t)atoi(x), (int16_t)atoi(y)));

	free(error);
	return error ? 1 : 0;
}

static int run(xcb_connection_t *connection, int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "wait") == 0) {
		return wait_for_window(connection);
	}
	xcb_window_t window = largest_window(connection);
	if (!window) {
		fprintf(stderr, "x11-window: no window is mapped\n");
		return 1;
	}
	if (argc == 3 && strcmp(argv[1], "shot") == 0) {
		return shoot(connection, window, argv[2]);
	}
	if (argc == 4 && strcmp(argv[1], "resize") == 0) {
		return resize(connection, window, argv[2], argv[3]);
	}
	if (argc == 2 && strcmp(argv[1], "scribble") == 0) {
		return scribble(connection, window);
	}
	if (argc == 4 && strcmp(argv[1], "point") == 0) {
		return point(connection, window, argv[2], argv[3]);
	}
	usage(stderr);
	return 2;
}

int main(int argc, char *argv[])
{
	xcb_connection_t *connection = xcb_connect(NULL, NULL);
	int status = 1;

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		usage(argc < 2 ? stderr : stdout);
		status = argc < 2 ? 2 : 0;
	} else if (xcb_connection_has_error(connection)) {
		fprintf(stderr, "x11-window: no X server reached (DISPLAY)\n");
	} else {
		status = run(connection, argc, argv);
	}
	xcb_disconnect(connection);
	return status;
}
