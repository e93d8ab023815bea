/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * The environment variable WESTON_MODULE_MAP: "NAME=PATH;NAME=PATH". Of several entries for a name
 * weston takes the first.
 */
#ifndef WESTON_ROBUST_LAUNCHER_MODULE_MAP_H
#define WESTON_ROBUST_LAUNCHER_MODULE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#define MODULE_MAP_VARIABLE "WESTON_MODULE_MAP"
#define RENDERER_MODULE "gl-renderer.so"
#define PLUGIN_MODULE "gpu-recovery.so"

/**
 * The path that @map, which may be NULL, has for @name. Returns false when there is none, or when
 * it does not fit.
 */
bool module_map_find(const char *map, const char *name, char *path, size_t size);

/**
 * @map, which may be NULL, with an entry for @name at its end. The caller frees it. Returns NULL
 * when memory is short, or @path has a semicolon in it, which no map can express.
 */
char *module_map_add(const char *map, const char *name, const char *path);

#endif
