/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* What repaints take the GPU: for the listeners of the API, and for libweston's own timeline. */
#include "gl/timing.h"

#include "weston-14/abi-timeline.h"
#include "weston-14/glue.h"

#define NS_PER_S 1000000000

static bool timeline_wants_points(const struct glue *glue)
{
	return weston_log_scope_is_enabled(glue->compositor->timeline);
}

static struct timespec timespec_from_ns(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
}

static void tell_timeline(struct glue_output *out, const struct timing_result *result)
{
	struct weston_log_scope *timeline = out->glue->compositor->timeline;
	const struct timespec begin = timespec_from_ns(result->begin_ns);
	const struct timespec end = timespec_from_ns(result->end_ns);

	weston_timeline_point(timeline, "renderer_gpu_begin", TIMELINE_GPU, &begin, TIMELINE_OUTPUT,
		out->output, TIMELINE_END, NULL);
	weston_timeline_point(timeline, "renderer_gpu_end", TIMELINE_GPU, &end, TIMELINE_OUTPUT,
		out->output, TIMELINE_END, NULL);
}

static void collect(struct generation *gen)
{
	struct timing_result result;

	while (timing_collect(gen, &result)) {
		/* Outputs that end are forgotten. */
		struct glue_output *out = (struct glue_output *)result.owner;

		out->gpu_ns = result.duration_ns;
		if (result.begin_ns && timeline_wants_points(out->glue)) {
			tell_timeline(out, &result);
		}
	}
}

void glue_timing_begin(struct glue_output *out, struct generation *gen)
{
	struct glue *glue = out->glue;
	bool timeline = timeline_wants_points(glue);

	if (!timeline && !glue_api_wants_frames(glue)) {
		return;
	}
	collect(gen);
	timing_begin(gen, out, timeline ? glue->host.now_ns(&glue->host) : 0);
}

void glue_timing_end(struct generation *gen)
{
	timing_end(gen);
}

int64_t glue_timing_take(struct glue_output *out)
{
	int64_t gpu_ns = out->gpu_ns > 0 ? out->gpu_ns : -1;

	out->gpu_ns = 0;
	return gpu_ns;
}

void glue_timing_idle(struct glue *glue)
{
	struct generation *gen = renderer_generation(&glue->renderer);

	if (gen && gen->timing && timeline_wants_points(glue) &&
		generation_make_current(gen, gen->egl->current_surface)) {
		collect(gen);
	}
}

void glue_timing_forget(struct glue_output *out)
{
	struct generation *gen = out->glue->renderer.generation;

	if (gen) {
		timing_forget(gen, out);
	}
}
