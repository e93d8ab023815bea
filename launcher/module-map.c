/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "module-map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool module_map_find(const char *map, const char *name, char *path, size_t size)
{
	size_t name_length = strlen(name);

	while (map && *map) {
		size_t length = strcspn(map, ";");

		if (length > name_length && strncmp(map, name, name_length) == 0 &&
			map[name_length] == '=') {
			size_t path_length = length - name_length - 1;

			if (path_length == 0 || path_length >= size) {
				return false;
			}
			memcpy(path, map + name_length + 1, path_length);
			path[path_length] = '\0';
			return true;
		}
		map += length;
		map += *map == ';';
	}
	return false;
}

char *module_map_add(const char *map, const char *name, const char *path)
{
	char *result;
	int length;

	if (strchr(path, ';')) {
		return NULL;
	}
	length = asprintf(&result, "%s%s%s=%s", map ? map : "", map && *map ? ";" : "", name, path);
	return length < 0 ? NULL : result;
}
