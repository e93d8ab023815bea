/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** A renderer_host with a manual clock, one timer, and a captured log. */
#ifndef WESTON_ROBUST_TESTS_FAKE_FAKE_HOST_H
#define WESTON_ROBUST_TESTS_FAKE_FAKE_HOST_H

#include "renderer.h"

struct fake_host {
	struct renderer_host base;
	struct renderer *renderer; // set by the test
	int64_t now_ns;
	int64_t timer_ns;    // 0: off
	bool dispatch;       // renderer_dispatch() was asked for
	struct job *jobs[3]; // not run yet
	bool no_threads;     // set by the test: jobs are refused
	int64_t job_ns;      // set by the test: how long a job takes; negative: for ever
	int64_t job_due_ns;
	unsigned damages;     // damage_all calls
	unsigned lines;       // log() calls
	char last_line[1024]; // of log()
	bool in_event;        // renderer_timer() or renderer_dispatch() is running

	/** Called after the renderer's event is over when outputs were damaged; may be NULL. */
	void (*repaint)(struct fake_host *host);
	bool repaint_wanted;
};

void fake_host_init(struct fake_host *host, struct renderer *renderer);

/** Do what is due now: dispatch, expired timer, repaint, until there is nothing left. */
void fake_host_settle(struct fake_host *host);

/** Let time pass, and all that becomes due happen at its time. */
void fake_host_advance(struct fake_host *host, int64_t ns);

#endif
