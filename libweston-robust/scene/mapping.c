/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "scene/mapping.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

size_t mapping_bytes_from(const void *address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t begin, end, at = (uintptr_t)address;
	char *line = NULL;
	size_t size = 0, bytes = 0;

	if (!maps) {
		return 0;
	}
	while (!bytes && getline(&line, &size, maps) > 0) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &begin, &end) == 2 && begin <= at &&
			at < end) {
			bytes = end - at;
		}
	}
	free(line);
	fclose(maps);
	return bytes;
}
