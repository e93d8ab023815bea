/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_NEWS_H
#define WR_NEWS_H

#include "core/history.h"
#include "core/recovery.h"

/** What the time of a recovery is spent on. */
enum phase {
	PHASE_NONE,
	PHASE_WAIT,        // for the reset to be over
	PHASE_BACKOFF,     // before another try
	PHASE_REBUILD,     // one try on one rung
	PHASE_FIRST_FRAME, // from there to the first whole frame
	PHASE_PROBE,       // a try of the hardware, while drawing without
};

/** A phase that ended. */
struct span {
	uint64_t incident; // 0: none
	enum phase phase;
	enum recovery_rung rung;  // REBUILD
	int64_t begin_ns, end_ns; // CLOCK_MONOTONIC
	bool ok;
};

/**
 * Whom the renderer tells what happens to it. What is passed is borrowed for the call. None of
 * these may call back into the renderer, but for reading.
 */
struct news {
	void (*incident_began)(struct news *news, const struct incident *incident);
	void (*incident_ended)(struct news *news, const struct incident *incident);
	void (*state_changed)(struct news *news, enum recovery_state state);
	void (*span_ended)(struct news *news, const struct span *span);
	/** No way back is left in this process. */
	void (*exhausted)(struct news *news);
};

#endif
