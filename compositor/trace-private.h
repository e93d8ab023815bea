/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_COMPOSITOR_TRACE_PRIVATE_H
#define WR_COMPOSITOR_TRACE_PRIVATE_H

#include "trace-clock.h"
#include "trace-encode.h"
#include "trace-file.h"
#include "trace-ring.h"
#include "trace-worker.h"
#include "trace.h"

/** Shared by trace.c, which feeds the ring, and trace-write.c, which empties it. */

/** The most that one entry of the ring takes: the packets of one event. */
#define TRACE_ENTRY_MOST 2048

#define TRACE_CHUNK ((size_t)64 * 1024)

/** The incident that is under way, or was last. */
struct trace_incident {
	uint64_t id;      // 0: none is under way
	uint64_t last_id; // of this one or the last; 0: there was none
	/* CLOCK_MONOTONIC: its begin, and the last end of anything in it, or its own. */
	int64_t begin_ns, last_ns;
	uint64_t entry;                  // number of its begin in the ring
	uint8_t bytes[TRACE_ENTRY_MOST]; // the begin once more, for when the ring has dropped it
	size_t size;
};

/** What a thread writes, and where: one of the two. The thread's while it is at work. */
struct trace_target {
	struct trace_load load;
	bool is_stream;
	struct trace_stream stream;
	struct trace_folder folder;
};

/** One place on a disk, and the thread that writes there. */
struct trace_writer {
	struct trace_worker worker;
	struct trace_target *target; // NULL: not wanted
	struct trace_cursor cursor;  // what is not written yet
	struct trace_cursor sent;    // what is not under way either
	uint64_t floor;              // the first entry that is, or was, to go there without a gap
	bool fresh;                  // what comes next does not follow what went there last
};

struct trace {
	struct trace_ring ring;
	struct trace_clock clock;
	struct trace_identity identity;
	struct trace_output outputs[TRACE_OUTPUTS + 1];
	unsigned output_count;
	struct trace_incident incident;

	bool counted; // at least one frame was told of; the next two are of the last one
	uint64_t restored_surfaces, restored_bytes;

	int epoll_fd, event_fd, timer_fd;
	int64_t timer_ns; // CLOCK_MONOTONIC, 0: not armed
	struct trace_writer stream;
	struct trace_writer folder;
	int64_t folder_due_ns; // CLOCK_MONOTONIC, 0: nothing is due
	uint64_t folder_incident;
	trace_failed_func failed;
	void *failed_data;
	uint8_t chunk[TRACE_CHUNK];
};

bool trace_writing_init(struct trace *trace);
void trace_writing_fini(struct trace *trace);

/** Something was added to the ring at @now_ns. */
void trace_writing_fed(struct trace *trace, int64_t now_ns);

/** The recovery @incident has ended. */
void trace_writing_recovered(struct trace *trace, int64_t now_ns, uint64_t incident);

#endif
