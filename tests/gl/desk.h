/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** A whole renderer on the fake GL and the fake host, with the small scene as its desktop. */
#ifndef WESTON_ROBUST_TESTS_GL_DESK_H
#define WESTON_ROBUST_TESTS_GL_DESK_H

#include "fake-host.h"
#include "gl-scene.h"

struct desk {
	struct fake_host host; // first: repaint() gets its address
	struct renderer renderer;
	struct gl_scene scene;
	bool whole;         // scene.picture is of the present generation
	unsigned failures;  // repaints that came to nothing
	bool paints_itself; // repaint when the renderer damages the outputs
};

/** Open, and paint the first frame. */
void desk_open(struct desk *desk);

/** Free everything; the fake is left to be looked at. */
void desk_shut(struct desk *desk);

/** desk_shut(), and reset the fake. Fails the test if anything is left in it that should not be. */
void desk_close(struct desk *desk);

/** As a backend's repaint does: query, draw, present, query, report. \return presented */
bool desk_paint(struct desk *desk);

/** Something on the desktop changes now and then: paint and let time pass, until whole again. */
bool desk_wait_until_whole(struct desk *desk, int64_t limit_ns);

/** All contexts lost, noticed by the next repaint. */
void desk_lose(struct desk *desk, GLenum status, uint32_t queries);

/** Fail the test unless the desktop is whole and its picture right. */
void desk_check_whole(struct desk *desk);

#endif
