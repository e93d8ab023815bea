/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace-encode.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "text.h"
#include "trace-packet.h"

#define STATE_CLEARED 1

/* Of Perfetto's built-in clocks. */
#define CLOCK_ID_REALTIME 1
#define CLOCK_ID_MONOTONIC 3
#define CLOCK_ID_BOOTTIME 6

bool trace_identity_init(struct trace_identity *identity)
{
	struct {
		uint64_t base;
		uint32_t sequence;
	} random;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random)) {
		return false;
	}
	/* Perfetto's service counts its sequences from 1. Less than 28 bits take four bytes. */
	identity->sequence = (random.sequence & 0x07ffffff) | 0x08000000;
	/* Eight bytes, and room to count to TRACE_TRACK_END without a carry. */
	identity->base = (random.base & 0x00ffffffffffff00) | 0x0080000000000000;
	identity->pid = (int32_t)getpid();
	identity->tid = (int32_t)gettid();
	text_clean(identity->process_name, sizeof(identity->process_name),
		program_invocation_short_name);
	return true;
}

/* Interned names, one kind after the other in one table; strings are borrowed. */
struct names {
	Wr__InternedName names[TRACE_NAME_COUNT + TRACE_KEY_COUNT + 1];
	Wr__InternedName *list[TRACE_NAME_COUNT + TRACE_KEY_COUNT + 1];
	size_t count;
};

static void intern(struct names *names, uint64_t iid, const char *text)
{
	Wr__InternedName *name = &names->names[names->count];

	*name = (Wr__InternedName)WR__INTERNED_NAME__INIT;
	name->has_iid = 1;
	name->iid = iid;
	name->name = (char *)text;
	names->list[names->count++] = name;
}

static void append_first(
	struct trace_buffer *buffer, const struct trace_identity *identity, bool dropped)
{
	Wr__TracePacket packet = trace_packet_init(identity);
	Wr__TracePacketDefaults defaults = WR__TRACE_PACKET_DEFAULTS__INIT;
	Wr__TrackEventDefaults event_defaults = WR__TRACK_EVENT_DEFAULTS__INIT;
	Wr__InternedData interned = WR__INTERNED_DATA__INIT;
	uint64_t counters[TRACE_COUNTER_COUNT];
	struct names names = {.count = 0};

	for (unsigned i = 0; i < TRACE_COUNTER_COUNT; i++) {
		counters[i] = identity->base + TRACE_TRACK_COUNTER + i;
	}
	event_defaults.has_track_uuid = 1;
	event_defaults.track_uuid = identity->base + TRACE_TRACK_THREAD;
	event_defaults.n_extra_counter_track_uuids = TRACE_COUNTER_COUNT;
	event_defaults.extra_counter_track_uuids = counters;
	defaults.has_timestamp_clock_id = 1;
	defaults.timestamp_clock_id = CLOCK_ID_BOOTTIME;
	defaults.track_event_defaults = &event_defaults;

	intern(&names, TRACE_CATEGORY, TRACE_CATEGORY_NAME);
	interned.n_event_categories = names.count;
	interned.event_categories = names.list;
	for (unsigned i = TRACE_NAME_NONE + 1; i < TRACE_NAME_COUNT; i++) {
		intern(&names, i, trace_name_string((enum trace_name)i));
	}
	interned.n_event_names = names.count - interned.n_event_categories;
	interned.event_names = names.list + interned.n_event_categories;
	interned.debug_annotation_names = names.list + names.count;
	for (unsigned i = TRACE_KEY_NONE + 1; i < TRACE_KEY_COUNT; i++) {
		intern(&names, i, trace_key_string((enum trace_key)i));
	}
	interned.n_debug_annotation_names = TRACE_KEY_COUNT - 1;

	packet.sequence_flags = STATE_CLEARED;
	packet.has_previous_packet_dropped = dropped;
	packet.previous_packet_dropped = dropped;
	packet.trace_packet_defaults = &defaults;
	packet.interned_data = &interned;
	trace_packet_append(buffer, &packet);
}

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void append_clocks(struct trace_buffer *buffer, const struct trace_identity *identity)
{
	static const struct {
		uint32_t id;
		clockid_t clock;
	} table[] = {
		{CLOCK_ID_REALTIME, CLOCK_REALTIME},
		{CLOCK_ID_MONOTONIC, CLOCK_MONOTONIC},
		{CLOCK_ID_BOOTTIME, CLOCK_BOOTTIME},
	};
	Wr__TracePacket packet = trace_packet_init(identity);
	Wr__ClockSnapshot snapshot = WR__CLOCK_SNAPSHOT__INIT;
	Wr__ClockSnapshot__Clock clocks[3], *list[3];

	for (size_t i = 0; i < 3; i++) {
		clocks[i] = (Wr__ClockSnapshot__Clock)WR__CLOCK_SNAPSHOT__CLOCK__INIT;
		clocks[i].has_clock_id = 1;
		clocks[i].clock_id = table[i].id;
		clocks[i].has_timestamp = 1;
		clocks[i].timestamp = read_clock(table[i].clock);
		list[i] = &clocks[i];
	}
	snapshot.n_clocks = 3;
	snapshot.clocks = list;
	packet.has_timestamp = 1;
	packet.timestamp = clocks[2].timestamp;
	packet.clock_snapshot = &snapshot;
	trace_packet_append(buffer, &packet);
}

static void append_track(struct trace_buffer *buffer, const struct trace_identity *identity,
	Wr__TrackDescriptor *track, unsigned number, const char *name)
{
	Wr__TracePacket packet = trace_packet_init(identity);

	track->has_uuid = 1;
	track->uuid = identity->base + number;
	if (number != TRACE_TRACK_PROCESS) {
		track->has_parent_uuid = 1;
		track->parent_uuid = identity->base + TRACE_TRACK_PROCESS;
	}
	track->name = (char *)name;
	packet.track_descriptor = track;
	trace_packet_append(buffer, &packet);
}

static void append_process(struct trace_buffer *buffer, const struct trace_identity *identity)
{
	Wr__TrackDescriptor process = WR__TRACK_DESCRIPTOR__INIT;
	Wr__TrackDescriptor thread = WR__TRACK_DESCRIPTOR__INIT;
	Wr__TrackDescriptor recovery = WR__TRACK_DESCRIPTOR__INIT;
	Wr__ProcessDescriptor process_details = WR__PROCESS_DESCRIPTOR__INIT;
	Wr__ThreadDescriptor thread_details = WR__THREAD_DESCRIPTOR__INIT;

	process_details.has_pid = 1;
	process_details.pid = identity->pid;
	process_details.process_name = (char *)identity->process_name;
	process.process = &process_details;
	append_track(buffer, identity, &process, TRACE_TRACK_PROCESS, NULL);

	thread_details.has_pid = 1;
	thread_details.pid = identity->pid;
	thread_details.has_tid = 1;
	thread_details.tid = identity->tid;
	thread_details.thread_name = (char *)identity->process_name;
	thread.thread = &thread_details;
	append_track(buffer, identity, &thread, TRACE_TRACK_THREAD, NULL);

	append_track(buffer, identity, &recovery, TRACE_TRACK_RECOVERY, "GPU recovery");
}

static void append_counter(struct trace_buffer *buffer, const struct trace_identity *identity,
	unsigned number, const char *name, Wr__CounterDescriptor__Unit unit)
{
	Wr__TrackDescriptor track = WR__TRACK_DESCRIPTOR__INIT;
	Wr__CounterDescriptor counter = WR__COUNTER_DESCRIPTOR__INIT;

	counter.has_unit = 1;
	counter.unit = unit;
	track.counter = &counter;
	append_track(buffer, identity, &track, number, name);
}

void trace_encode_output(struct trace_buffer *buffer, const struct trace_identity *identity,
	const struct trace_output *output, unsigned index)
{
	char repaint[sizeof("repaint ") + TRACE_OUTPUT_NAME];
	char gpu_time[sizeof("GPU time ") + TRACE_OUTPUT_NAME];
	Wr__TracePacket packet = trace_packet_init(identity);
	Wr__InternedData interned = WR__INTERNED_DATA__INIT;
	struct names names = {.count = 0};

	snprintf(repaint, sizeof(repaint), "repaint %s", output->name);
	snprintf(gpu_time, sizeof(gpu_time), "GPU time %s", output->name);
	intern(&names, TRACE_NAME_REPAINT + index, repaint);
	interned.n_event_names = 1;
	interned.event_names = names.list;
	packet.interned_data = &interned;
	trace_packet_append(buffer, &packet);
	append_counter(buffer, identity, TRACE_TRACK_GPU_TIME + index, gpu_time,
		WR__COUNTER_DESCRIPTOR__UNIT__UNIT_TIME_NS);
}

void trace_encode_head(struct trace_buffer *buffer, const struct trace_identity *identity,
	const struct trace_output *outputs, unsigned output_count, bool dropped)
{
	append_first(buffer, identity, dropped);
	append_clocks(buffer, identity);
	append_process(buffer, identity);
	for (unsigned i = 0; i < TRACE_COUNTER_COUNT; i++) {
		enum trace_counter counter = (enum trace_counter)i;

		append_counter(buffer, identity, TRACE_TRACK_COUNTER + i,
			trace_counter_string(counter),
			trace_counter_is_bytes(counter)
				? WR__COUNTER_DESCRIPTOR__UNIT__UNIT_SIZE_BYTES
				: WR__COUNTER_DESCRIPTOR__UNIT__UNIT_COUNT);
	}
	for (unsigned i = 0; i < output_count; i++) {
		trace_encode_output(buffer, identity, &outputs[i], i);
	}
}
