/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * What weston's frontend gives to its modules, and wants from them. It is in weston.h, which
 * weston does not install; the program exports it all the same.
 */
#ifndef WESTON_ROBUST_COMPOSITOR_FRONTEND_ABI_H
#define WESTON_ROBUST_COMPOSITOR_FRONTEND_ABI_H

struct weston_compositor;
struct weston_config;

/**
 * The entry point of a module: 0, or -1 to make weston give up. @argv: what is left of the command
 * line; a module takes out what it understands, and weston refuses the rest.
 */
__attribute__((visibility("default"))) int wet_module_init(
	struct weston_compositor *compositor, int *argc, char *argv[]);

/**
 * The parsed configuration, the frontend's own; NULL if it has none. Weak: other frontends that
 * are made with libweston lack it, and then this is a NULL pointer.
 */
__attribute__((weak)) struct weston_config *wet_get_config(struct weston_compositor *compositor);

#endif
