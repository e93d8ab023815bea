/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_COMPOSITOR_TRACE_ENCODE_H
#define WR_COMPOSITOR_TRACE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace-names.h"

/** Makes packets, on the stack: nothing is allocated. */

/** Packets one after the other, ready for a file. The bytes are the caller's. */
struct trace_buffer {
	uint8_t *bytes;
	size_t size, room;
	bool full; // a packet did not fit, and was left out
};

#define TRACE_OUTPUT_NAME 32

/** An output that was painted once. */
struct trace_output {
	char name[TRACE_OUTPUT_NAME];
};

/** Who writes. */
struct trace_identity {
	uint32_t sequence; // of packets: drawn at random, so that no system trace has the same
	uint64_t base;     // of track numbers, likewise
	int32_t pid, tid;  // of the compositor
	char process_name[16];
};

/** Fails when the system has no random numbers. */
bool trace_identity_init(struct trace_identity *identity);

enum trace_event_type {
	TRACE_EVENT_BEGIN = 1,
	TRACE_EVENT_END = 2,
	TRACE_EVENT_INSTANT = 3,
};

/** What is told about an event: a text if that is not NULL, else a number, or a truth. */
struct trace_note {
	enum trace_key key;
	const char *text;
	uint64_t number;
	bool truth; // the number is 0 or 1, and means that
};

#define TRACE_NOTES_MOST 12

struct trace_event {
	enum trace_event_type type;
	uint64_t boottime_ns;
	unsigned track;          // enum trace_track
	unsigned name;           // enum trace_name; not of an end
	uint64_t flow;           // joins events of several tracks; 0: none
	const int64_t *counters; // TRACE_COUNTER_COUNT of them, or NULL
	unsigned gpu_time_track; // where counters is NULL: of gpu_time_ns; 0: not known
	int64_t gpu_time_ns;
	size_t note_count;
	struct trace_note notes[TRACE_NOTES_MOST];
};

void trace_event_note_text(struct trace_event *event, enum trace_key key, const char *text);
void trace_event_note_number(struct trace_event *event, enum trace_key key, uint64_t number);
void trace_event_note_truth(struct trace_event *event, enum trace_key key, bool truth);

void trace_encode_event(struct trace_buffer *buffer, const struct trace_identity *identity,
	const struct trace_event *event);

/** What events of the output number @index refer to. */
void trace_encode_output(struct trace_buffer *buffer, const struct trace_identity *identity,
	const struct trace_output *output, unsigned index);

/** The most that trace_encode_head() makes. */
#define TRACE_HEAD_MOST ((size_t)8 * 1024)

/**
 * The beginning of a file: all that its events refer to, and the clocks.
 *
 * @dropped: events are missing before those that follow.
 */
void trace_encode_head(struct trace_buffer *buffer, const struct trace_identity *identity,
	const struct trace_output *outputs, unsigned output_count, bool dropped);

#endif
