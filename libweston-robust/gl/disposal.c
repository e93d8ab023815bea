/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/disposal.h"

#include <stddef.h>
#include <string.h>

static const struct disposal table[] = {
	{
		.driver = "zink",
		.abandon_context = true,
		.abandon_display = true,
		.needs_new_display = true,
		.status_sticks = true,
		.evidence = "Mesa 25.0.7, zink on lavapipe, VK_ERROR_DEVICE_LOST at a submit "
			    "(tests/fault-vulkan/zink-probe): GUILTY for ever, eglDestroyContext "
			    "and eglTerminate crash or never return, new contexts on the display "
			    "report NO_ERROR and draw nothing. All displays share the VkDevice: a "
			    "new one draws only if that works again",
	},
	{
		.evidence = "no misbehaviour known",
	},
};

const struct disposal *disposal_for(const char *gl_renderer)
{
	const struct disposal *row = table;

	while (row->driver && !(gl_renderer && strstr(gl_renderer, row->driver))) {
		row++;
	}
	return row;
}
