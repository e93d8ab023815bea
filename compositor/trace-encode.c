/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace-encode.h"

#include <assert.h>

#include "text.h"
#include "trace-packet.h"

#define NEEDS_INCREMENTAL_STATE 2

/* Longest text of a note, with its NUL. */
#define TEXT_BYTES 64

Wr__TracePacket trace_packet_init(const struct trace_identity *identity)
{
	Wr__TracePacket packet = WR__TRACE_PACKET__INIT;

	packet.has_trusted_packet_sequence_id = 1;
	packet.trusted_packet_sequence_id = identity->sequence;
	packet.has_sequence_flags = 1;
	packet.sequence_flags = NEEDS_INCREMENTAL_STATE;
	return packet;
}

void trace_packet_append(struct trace_buffer *buffer, Wr__TracePacket *packet)
{
	Wr__TracePacket *packets[] = {packet};
	Wr__Trace trace = WR__TRACE__INIT;

	trace.n_packet = 1;
	trace.packet = packets;
	/* A trace of one packet, put behind others, is a trace of them all. */
	if (buffer->full || wr__trace__get_packed_size(&trace) > buffer->room - buffer->size) {
		buffer->full = true;
		return;
	}
	buffer->size += wr__trace__pack(&trace, buffer->bytes + buffer->size);
}

static struct trace_note *add_note(struct trace_event *event, enum trace_key key)
{
	assert(event->note_count < TRACE_NOTES_MOST);
	event->notes[event->note_count] = (struct trace_note){.key = key};
	return &event->notes[event->note_count++];
}

void trace_event_note_text(struct trace_event *event, enum trace_key key, const char *text)
{
	add_note(event, key)->text = text;
}

void trace_event_note_number(struct trace_event *event, enum trace_key key, uint64_t number)
{
	add_note(event, key)->number = number;
}

void trace_event_note_truth(struct trace_event *event, enum trace_key key, bool truth)
{
	struct trace_note *note = add_note(event, key);

	note->truth = true;
	note->number = truth;
}

/* @text: room for what the note tells, as long as the packet lives. */
static Wr__DebugAnnotation annotation(const struct trace_note *note, char text[TEXT_BYTES])
{
	Wr__DebugAnnotation out = WR__DEBUG_ANNOTATION__INIT;

	out.has_name_iid = 1;
	out.name_iid = note->key;
	if (note->text) {
		text_clean(text, TEXT_BYTES, note->text);
		out.string_value = text;
	} else if (note->truth) {
		out.has_bool_value = 1;
		out.bool_value = note->number != 0;
	} else {
		out.has_uint_value = 1;
		out.uint_value = note->number;
	}
	return out;
}

/* What all events have; lists are the caller's to fill in. */
static Wr__TrackEvent track_event(
	const struct trace_identity *identity, const struct trace_event *event)
{
	static uint64_t category[] = {TRACE_CATEGORY};
	Wr__TrackEvent out = WR__TRACK_EVENT__INIT;

	out.has_type = 1;
	out.type = (Wr__TrackEvent__Type)event->type;
	/* The thread's is the default. */
	if (event->track != TRACE_TRACK_THREAD) {
		out.has_track_uuid = 1;
		out.track_uuid = identity->base + event->track;
	}
	if (event->type != TRACE_EVENT_END) {
		out.n_category_iids = 1;
		out.category_iids = category;
		out.has_name_iid = 1;
		out.name_iid = event->name;
	}
	return out;
}

void trace_encode_event(struct trace_buffer *buffer, const struct trace_identity *identity,
	const struct trace_event *event)
{
	Wr__DebugAnnotation annotations[TRACE_NOTES_MOST], *list[TRACE_NOTES_MOST];
	char texts[TRACE_NOTES_MOST][TEXT_BYTES];
	uint64_t flow = event->flow, gpu_time_track = identity->base + event->gpu_time_track;
	int64_t gpu_time = event->gpu_time_ns;
	Wr__TracePacket packet = trace_packet_init(identity);
	Wr__TrackEvent out = track_event(identity, event);

	packet.has_timestamp = 1;
	packet.timestamp = event->boottime_ns;
	packet.track_event = &out;
	for (size_t i = 0; i < event->note_count; i++) {
		annotations[i] = annotation(&event->notes[i], texts[i]);
		list[i] = &annotations[i];
	}
	out.n_debug_annotations = event->note_count;
	out.debug_annotations = list;
	if (event->flow) {
		out.n_flow_ids = 1;
		out.flow_ids = &flow;
	}
	if (event->counters) {
		/* Packing only reads. The tracks are the default ones. */
		out.n_extra_counter_values = TRACE_COUNTER_COUNT;
		out.extra_counter_values = (int64_t *)event->counters;
	} else if (event->gpu_time_track) {
		out.n_extra_counter_values = 1;
		out.extra_counter_values = &gpu_time;
		out.n_extra_counter_track_uuids = 1;
		out.extra_counter_track_uuids = &gpu_time_track;
	}
	trace_packet_append(buffer, &packet);
}
