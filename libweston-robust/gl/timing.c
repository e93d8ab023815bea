/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/timing.h"

#include <stdlib.h>

#include "gl/generation.h"

/* More is no frame but a clock gone mad. */
#define DURATION_MOST_NS ((int64_t)60 * 1000 * 1000 * 1000)

/* After so many readings the relation of the two clocks is taken anew: they drift apart. */
#define READINGS 64

struct slot {
	GLuint queries[2]; // begin and end, or a duration in the first
	const void *owner;
	bool located; // where it lies in CLOCK_MONOTONIC is wanted
};

struct timing {
	struct slot slots[TIMING_MOST]; // a ring
	unsigned first, count;          // of those whose results are due
	bool open;                      // the slot after them was begun
	unsigned bits;                  // of the GPU's clock
	bool durations;                 // that is all there is: no points in time
	/* One moment in either clock. */
	uint64_t gpu_time;
	int64_t monotonic_ns; // 0: none is known
	unsigned readings;
};

static struct slot *slot_at(struct timing *timing, unsigned index)
{
	return &timing->slots[(timing->first + index) % TIMING_MOST];
}

static unsigned counter_bits(const struct gl_api *api, GLenum target)
{
	GLint bits = 0;

	api->glGetQueryivEXT(target, GL_QUERY_COUNTER_BITS_EXT, &bits);
	return bits > 0 ? (unsigned)bits : 0;
}

static struct timing *timing_create(const struct gl_api *api)
{
	struct timing *timing = calloc(1, sizeof(*timing));
	GLint disjoint;

	if (!timing) {
		return NULL;
	}
	timing->bits = counter_bits(api, GL_TIMESTAMP_EXT);
	if (timing->bits == 0) {
		timing->durations = true;
		timing->bits = counter_bits(api, GL_TIME_ELAPSED_EXT);
	}
	for (int i = 0; i < TIMING_MOST && timing->bits; i++) {
		api->glGenQueriesEXT(2, timing->slots[i].queries);
	}
	/* Reading it clears it. */
	api->glGetIntegerv(GL_GPU_DISJOINT_EXT, &disjoint);
	return timing;
}

static struct timing *timing_of(struct generation *gen)
{
	if (!gen->caps.timer_query) {
		return NULL;
	}
	if (!gen->timing) {
		gen->timing = timing_create(gen->api);
	}
	return gen->timing && gen->timing->bits ? gen->timing : NULL;
}

/* From one time of the GPU's to another. The counter may have wrapped around in between. */
static int64_t ticks_between(const struct timing *timing, uint64_t from, uint64_t to)
{
	unsigned unused = timing->bits < 64 ? 64 - timing->bits : 0;

	return (int64_t)((to - from) << unused) >> unused;
}

/*
 * The GPU's clock is read after the other one, and asking may take long. So of some readings the
 * one counts that puts the GPU's times latest: it took the least.
 */
static void relate_clocks(struct timing *timing, const struct gl_api *api, int64_t now_ns)
{
	GLint64 gpu_now = 0;
	int64_t expected_ns;

	api->glGetInteger64vEXT(GL_TIMESTAMP_EXT, &gpu_now);
	if (gpu_now == 0) {
		return;
	}
	expected_ns =
		timing->monotonic_ns + ticks_between(timing, timing->gpu_time, (uint64_t)gpu_now);
	if (timing->monotonic_ns == 0 || now_ns > expected_ns || ++timing->readings >= READINGS) {
		timing->gpu_time = (uint64_t)gpu_now;
		timing->monotonic_ns = now_ns;
		timing->readings = 0;
	}
}

/* Whoever began it gave up. */
static void cancel(struct timing *timing, const struct gl_api *api)
{
	if (timing->open && timing->durations) {
		api->glEndQueryEXT(GL_TIME_ELAPSED_EXT);
	}
	timing->open = false;
}

void timing_begin(struct generation *gen, const void *owner, int64_t now_ns)
{
	struct timing *timing = timing_of(gen);
	const struct gl_api *api = gen->api;
	struct slot *slot;

	if (!timing) {
		return;
	}
	cancel(timing, api);
	if (timing->count == TIMING_MOST) {
		return;
	}
	slot = slot_at(timing, timing->count);
	slot->owner = owner;
	slot->located = now_ns != 0 && !timing->durations;
	if (slot->located) {
		relate_clocks(timing, api, now_ns);
	}
	if (timing->durations) {
		api->glBeginQueryEXT(GL_TIME_ELAPSED_EXT, slot->queries[0]);
	} else {
		api->glQueryCounterEXT(slot->queries[0], GL_TIMESTAMP_EXT);
	}
	timing->open = true;
}

void timing_end(struct generation *gen)
{
	struct timing *timing = gen->timing;

	if (!timing || !timing->open) {
		return;
	}
	if (timing->durations) {
		gen->api->glEndQueryEXT(GL_TIME_ELAPSED_EXT);
	} else {
		gen->api->glQueryCounterEXT(
			slot_at(timing, timing->count)->queries[1], GL_TIMESTAMP_EXT);
	}
	timing->open = false;
	timing->count++;
}

static uint64_t read_result(const struct gl_api *api, GLuint query)
{
	GLuint64 value = 0;

	api->glGetQueryObjectui64vEXT(query, GL_QUERY_RESULT_EXT, &value);
	return value;
}

static bool is_available(const struct timing *timing, const struct gl_api *api)
{
	GLuint last = timing->slots[timing->first].queries[timing->durations ? 0 : 1];
	GLuint available = 0;

	api->glGetQueryObjectuivEXT(last, GL_QUERY_RESULT_AVAILABLE_EXT, &available);
	return available != 0;
}

static void read_slot(const struct timing *timing, const struct gl_api *api,
	const struct slot *slot, struct timing_result *result)
{
	uint64_t begin = read_result(api, slot->queries[0]), end;

	*result = (struct timing_result){.owner = slot->owner};
	if (timing->durations) {
		result->duration_ns = (int64_t)begin;
		return;
	}
	end = read_result(api, slot->queries[1]);
	result->duration_ns = ticks_between(timing, begin, end);
	if (slot->located && timing->monotonic_ns) {
		result->begin_ns =
			timing->monotonic_ns + ticks_between(timing, timing->gpu_time, begin);
		result->end_ns = result->begin_ns + result->duration_ns;
	}
}

bool timing_collect(struct generation *gen, struct timing_result *result)
{
	struct timing *timing = gen->timing;
	GLint disjoint = 0;

	while (timing && timing->count > 0 && is_available(timing, gen->api)) {
		read_slot(timing, gen->api, &timing->slots[timing->first], result);
		timing->first = (timing->first + 1) % TIMING_MOST;
		timing->count--;
		/* Asked after the result: it tells of what was before. */
		gen->api->glGetIntegerv(GL_GPU_DISJOINT_EXT, &disjoint);
		if (disjoint) {
			timing->first = (timing->first + timing->count) % TIMING_MOST;
			timing->count = 0;
			timing->monotonic_ns = 0;
			return false;
		}
		if (result->owner && result->duration_ns >= 0 &&
			result->duration_ns < DURATION_MOST_NS) {
			return true;
		}
	}
	return false;
}

void timing_forget(struct generation *gen, const void *owner)
{
	for (int i = 0; gen->timing && i < TIMING_MOST; i++) {
		if (gen->timing->slots[i].owner == owner) {
			gen->timing->slots[i].owner = NULL;
		}
	}
}

void timing_destroy(struct generation *gen, bool lost)
{
	struct timing *timing = gen->timing;

	for (int i = 0; timing && timing->bits && !lost && i < TIMING_MOST; i++) {
		gen->api->glDeleteQueriesEXT(2, timing->slots[i].queries);
	}
	free(timing);
	gen->timing = NULL;
}
