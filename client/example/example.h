/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef GPU_RECOVERY_EXAMPLE_H
#define GPU_RECOVERY_EXAMPLE_H

#include "painter.h"
#include "window.h"
#include "worker.h"

/** Number of the first picture. */
#define EXAMPLE_FIRST 8

/** All of the example, but for its loop. */
struct example {
	struct window window;
	struct worker worker;
	bool worker_runs;
	int wake_fd; // eventfd: the loop has something to do

	struct gpu_recovery *recovery;
	struct gpu_recovery_group *screen_group; // the window's context, the worker's, the late one
	struct gpu_recovery_context *screen, *late; // late: NULL before the third frame
	struct gpu_recovery_group *apart_group;     // one context that shares with nobody
	struct gpu_recovery_context *apart;
	EGLSurface surface; // EGL_NO_SURFACE: to be made

	/* What is in GL; all zero after a loss. */
	struct painter painter;
	struct offscreen late_image, apart_image;

	bool drawing;          // the window's group is alive and set up
	bool apart_drawing;    // so is the other one
	bool first;            // nothing has been shown since
	unsigned shown_number; // of the picture on the screen
	unsigned char apart_pixels[PAINTER_IMAGE_SIZE * PAINTER_IMAGE_SIZE * 4];
	unsigned shown;  // frames
	unsigned number; // of the picture
	bool gave_up;

	/* Options */
	bool still;        // a picture stays until SIGUSR1 asks for the next one
	bool step;         // as does each RESTORE of the window's group
	bool report;       // a line on stdout for what happens
	bool keep_display; // never open it anew
	int idle_poll_ms;
};

/** Open the window and the display, make the contexts. Returns NULL, or what went wrong. */
const char *example_open(struct example *example);
void example_close(struct example *example);

/** Do what the library asks for: drop, restore, give up. */
void example_recover(struct example *example);

/** Draw a frame, if there is something to draw with. */
void example_draw(struct example *example);

#endif
