/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "trace-private.h"

/*
 * One track has the recoveries: a slice for the incident, slices for its parts within. The
 * compositor's own thread has the repaints, which it really was busy with, so that in a system
 * trace they stand below what the scheduler did with that thread. Parts of an incident are told
 * when they end; begin and end then make one entry of the ring, so that neither outlives the other.
 * The incident itself is told twice, and its end knows its begin.
 */

/** Packets of one entry, while they are made. */
struct entry {
	uint8_t bytes[TRACE_ENTRY_MOST];
	struct trace_buffer buffer;
};

static void entry_init(struct entry *entry)
{
	entry->buffer = (struct trace_buffer){.bytes = entry->bytes, .room = sizeof(entry->bytes)};
}

static uint64_t append(struct trace *trace, const struct entry *entry, uint64_t opener)
{
	return trace_ring_append(&trace->ring, entry->bytes, entry->buffer.size, opener);
}

static struct trace_event make_event(const struct trace *trace, enum trace_event_type type,
	unsigned track, unsigned name, int64_t time_ns)
{
	return (struct trace_event){
		.type = type,
		.boottime_ns = trace_clock_boottime(&trace->clock, time_ns),
		.track = track,
		.name = name,
	};
}

static void encode(struct trace *trace, struct entry *entry, const struct trace_event *event)
{
	trace_encode_event(&entry->buffer, &trace->identity, event);
}

static int64_t at_least(int64_t time_ns, int64_t least_ns)
{
	return time_ns > least_ns ? time_ns : least_ns;
}

struct trace *trace_create(size_t ring_bytes)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace) {
		return NULL;
	}
	if (ring_bytes < TRACE_RING_LEAST) {
		ring_bytes = TRACE_RING_LEAST;
	}
	if (ring_bytes > TRACE_RING_MOST) {
		ring_bytes = TRACE_RING_MOST;
	}
	trace_clock_init(&trace->clock, NULL);
	if (!trace_identity_init(&trace->identity) || !trace_ring_init(&trace->ring, ring_bytes)) {
		free(trace);
		return NULL;
	}
	if (!trace_writing_init(trace)) {
		trace_ring_fini(&trace->ring);
		free(trace);
		return NULL;
	}
	return trace;
}

void trace_destroy(struct trace *trace)
{
	if (!trace) {
		return;
	}
	trace_writing_fini(trace);
	trace_ring_fini(&trace->ring);
	free(trace);
}

void trace_set_failed_func(struct trace *trace, trace_failed_func func, void *data)
{
	trace->failed = func;
	trace->failed_data = data;
}

static uint64_t flow_of(const struct trace *trace, uint64_t incident)
{
	return trace->identity.base + incident;
}

/* The slice is closed as it stands: no end of its own was told. */
static void abandon_incident(struct trace *trace)
{
	struct trace_event end = make_event(
		trace, TRACE_EVENT_END, TRACE_TRACK_RECOVERY, 0, trace->incident.last_ns);
	struct entry entry;

	entry_init(&entry);
	trace_event_note_truth(&end, TRACE_KEY_FINISHED, false);
	encode(trace, &entry, &end);
	append(trace, &entry, trace->incident.entry);
	trace->incident.id = 0;
}

void trace_began(struct trace *trace, const struct weston_robust_incident *incident)
{
	int64_t now = trace_clock_update(&trace->clock);
	struct trace_incident *open = &trace->incident;
	struct trace_event begin, detected;
	struct entry entry;

	if (open->id) {
		abandon_incident(trace);
	}
	begin = make_event(trace, TRACE_EVENT_BEGIN, TRACE_TRACK_RECOVERY, TRACE_NAME_RESET,
		incident->detected_ns);
	begin.flow = flow_of(trace, incident->id);
	trace_event_note_number(&begin, TRACE_KEY_INCIDENT, incident->id);
	trace_event_note_number(&begin, TRACE_KEY_GENERATION_FROM, incident->generation_from);
	trace_event_note_truth(&begin, TRACE_KEY_SIMULATED, incident->simulated);
	detected = make_event(trace, TRACE_EVENT_INSTANT, TRACE_TRACK_RECOVERY, TRACE_NAME_DETECTED,
		incident->detected_ns);
	trace_event_note_text(&detected, TRACE_KEY_CAUSE, trace_cause_string(incident->cause));
	entry_init(&entry);
	encode(trace, &entry, &begin);
	encode(trace, &entry, &detected);

	open->id = incident->id;
	open->last_id = incident->id;
	open->begin_ns = incident->detected_ns;
	open->last_ns = incident->detected_ns;
	open->size = entry.buffer.size;
	memcpy(open->bytes, entry.bytes, entry.buffer.size);
	open->entry = append(trace, &entry, 0);
	trace_writing_fed(trace, now);
}

static void note_outcome(struct trace_event *end, const struct weston_robust_incident *incident)
{
	trace_event_note_text(end, TRACE_KEY_CAUSE, trace_cause_string(incident->cause));
	trace_event_note_truth(end, TRACE_KEY_FINISHED, incident->first_frame_ns != 0);
	trace_event_note_number(end, TRACE_KEY_GENERATION_TO, incident->generation_to);
	trace_event_note_text(end, TRACE_KEY_RUNG, trace_rung_string(incident->rung));
	trace_event_note_number(end, TRACE_KEY_ATTEMPTS, incident->attempts);
	trace_event_note_number(end, TRACE_KEY_SURFACES_RESTORED, incident->surfaces_restored);
	trace_event_note_number(end, TRACE_KEY_SURFACES_LOST, incident->surfaces_lost);
	trace_event_note_number(end, TRACE_KEY_BYTES_RESTORED, incident->bytes_restored);
	if (incident->guilty_task && incident->guilty_task[0]) {
		trace_event_note_text(end, TRACE_KEY_GUILTY_TASK, incident->guilty_task);
	}
}

void trace_ended(struct trace *trace, const struct weston_robust_incident *incident)
{
	int64_t now = trace_clock_update(&trace->clock);
	struct trace_incident *open = &trace->incident;
	struct trace_event end;
	struct entry entry;

	if (open->id != incident->id) {
		return;
	}
	open->last_ns =
		at_least(incident->first_frame_ns ? incident->first_frame_ns : now, open->last_ns);
	end = make_event(trace, TRACE_EVENT_END, TRACE_TRACK_RECOVERY, 0, open->last_ns);
	note_outcome(&end, incident);
	entry_init(&entry);
	encode(trace, &entry, &end);
	append(trace, &entry, open->entry);
	open->id = 0;
	trace_writing_recovered(trace, now, incident->id);
	trace_writing_fed(trace, now);
}

/* One thing that happened in no time, now. */
static void tell_instant(struct trace *trace, struct trace_event *event, int64_t now_ns)
{
	struct entry entry;

	entry_init(&entry);
	encode(trace, &entry, event);
	append(trace, &entry, 0);
	if (trace->incident.id) {
		trace->incident.last_ns = at_least(now_ns, trace->incident.last_ns);
	}
	trace_writing_fed(trace, now_ns);
}

void trace_state(struct trace *trace, enum weston_robust_state state)
{
	int64_t now = trace_clock_update(&trace->clock);
	struct trace_event event =
		make_event(trace, TRACE_EVENT_INSTANT, TRACE_TRACK_RECOVERY, TRACE_NAME_STATE, now);

	trace_event_note_text(&event, TRACE_KEY_STATE, trace_state_string(state));
	tell_instant(trace, &event, now);
}

void trace_surface_lost(struct trace *trace, const char *surface, enum weston_robust_loss why)
{
	int64_t now = trace_clock_update(&trace->clock);
	struct trace_event event = make_event(
		trace, TRACE_EVENT_INSTANT, TRACE_TRACK_RECOVERY, TRACE_NAME_SURFACE_LOST, now);

	trace_event_note_text(&event, TRACE_KEY_REASON, trace_loss_string(why));
	if (surface) {
		trace_event_note_text(&event, TRACE_KEY_SURFACE, surface);
	}
	tell_instant(trace, &event, now);
}

void trace_span(struct trace *trace, const struct weston_robust_span *span)
{
	int64_t now = trace_clock_update(&trace->clock);
	struct trace_incident *open = &trace->incident;
	int64_t begin_ns = span->begin_ns, end_ns;
	struct trace_event event;
	struct entry entry;

	/* Within the incident, or the slices would not be each other's. */
	if (open->id && open->id == span->incident) {
		begin_ns = at_least(begin_ns, open->begin_ns);
		open->last_ns = at_least(span->end_ns, open->last_ns);
	}
	end_ns = at_least(span->end_ns, begin_ns);
	entry_init(&entry);
	event = make_event(trace, TRACE_EVENT_BEGIN, TRACE_TRACK_RECOVERY,
		trace_span_name(span->phase, span->rung), begin_ns);
	trace_event_note_number(&event, TRACE_KEY_INCIDENT, span->incident);
	encode(trace, &entry, &event);
	event = make_event(trace, TRACE_EVENT_END, TRACE_TRACK_RECOVERY, 0, end_ns);
	trace_event_note_truth(&event, TRACE_KEY_OK, span->ok);
	encode(trace, &entry, &event);
	append(trace, &entry, 0);
	trace_writing_fed(trace, now);
}

/* The number of the output @name; one that was not seen before is told in an entry of its own. */
static unsigned find_output(struct trace *trace, const char *name)
{
	struct trace_output *output;
	char clean[TRACE_OUTPUT_NAME];
	struct entry entry;
	unsigned i;

	text_clean(clean, sizeof(clean), name);
	for (i = 0; i < trace->output_count && i < TRACE_OUTPUTS; i++) {
		if (strcmp(trace->outputs[i].name, clean) == 0) {
			return i;
		}
	}
	if (i == TRACE_OUTPUTS && trace->output_count > TRACE_OUTPUTS) {
		return TRACE_OUTPUTS;
	}
	output = &trace->outputs[trace->output_count++];
	text_clean(output->name, sizeof(output->name), i < TRACE_OUTPUTS ? name : "others");
	entry_init(&entry);
	trace_encode_output(&entry.buffer, &trace->identity, output, i);
	append(trace, &entry, 0);
	return i;
}

/* Frames from the reset to the whole desktop belong to the recovery. The last of them is told after
 * the recovery's end, which lies within it. */
static uint64_t flow_of_frame(const struct trace *trace, const struct weston_robust_frame *frame)
{
	const struct trace_incident *incident = &trace->incident;

	if (!incident->last_id || frame->begin_ns < incident->begin_ns ||
		(!incident->id && frame->begin_ns > incident->last_ns)) {
		return 0;
	}
	return flow_of(trace, incident->last_id);
}

/* What this frame brought back, as a slice of its own within it. */
static void encode_restored(
	struct trace *trace, struct entry *entry, const struct weston_robust_frame *frame)
{
	const struct weston_robust_counters *counters = frame->counters;
	struct trace_event event;

	if (!trace->counted || counters->restored_surfaces <= trace->restored_surfaces) {
		return;
	}
	event = make_event(
		trace, TRACE_EVENT_BEGIN, TRACE_TRACK_THREAD, TRACE_NAME_RESTORED, frame->begin_ns);
	trace_event_note_number(&event, TRACE_KEY_SURFACES_RESTORED,
		counters->restored_surfaces - trace->restored_surfaces);
	trace_event_note_number(
		&event, TRACE_KEY_BYTES_RESTORED, counters->restored_bytes - trace->restored_bytes);
	encode(trace, entry, &event);
	event = make_event(trace, TRACE_EVENT_END, TRACE_TRACK_THREAD, 0, frame->end_ns);
	encode(trace, entry, &event);
}

void trace_frame(struct trace *trace, const struct weston_robust_frame *frame)
{
	int64_t now = trace_clock_update(&trace->clock), values[TRACE_COUNTER_COUNT];
	unsigned output = find_output(trace, frame->output);
	struct trace_event begin, end;
	struct entry entry;

	begin = make_event(trace, TRACE_EVENT_BEGIN, TRACE_TRACK_THREAD,
		TRACE_NAME_REPAINT + output, frame->begin_ns);
	if (frame->gpu_ns >= 0) {
		begin.gpu_time_track = TRACE_TRACK_GPU_TIME + output;
		begin.gpu_time_ns = frame->gpu_ns;
	}
	begin.flow = flow_of_frame(trace, frame);
	for (unsigned i = 0; i < TRACE_COUNTER_COUNT; i++) {
		values[i] = trace_counter_value((enum trace_counter)i, frame->counters);
	}
	end = make_event(trace, TRACE_EVENT_END, TRACE_TRACK_THREAD, 0,
		at_least(frame->end_ns, frame->begin_ns));
	end.counters = values;
	entry_init(&entry);
	encode(trace, &entry, &begin);
	encode_restored(trace, &entry, frame);
	encode(trace, &entry, &end);
	append(trace, &entry, 0);
	trace->counted = true;
	trace->restored_surfaces = frame->counters->restored_surfaces;
	trace->restored_bytes = frame->counters->restored_bytes;
	trace_writing_fed(trace, now);
}
