/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "scene/color.h"

#include <stdlib.h>
#include <string.h>

bool color_transform_is_identity(const struct color_transform *transform)
{
	return !transform || (transform->pre.kind == COLOR_CURVE_IDENTITY &&
				     transform->mapping.kind == COLOR_MAPPING_IDENTITY &&
				     transform->post.kind == COLOR_CURVE_IDENTITY);
}

void color_transform_fini(struct color_transform *transform)
{
	free(transform->pre.lut);
	free(transform->mapping.lut);
	free(transform->post.lut);
	memset(transform, 0, sizeof(*transform));
}
