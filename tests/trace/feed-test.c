/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compositor/trace-private.h"
#include "compositor/trace.h"
#include "test.h"

#define MSEC ((int64_t)1000 * 1000)

/* --wrap: whatever our own objects allocate comes by here. */
static unsigned allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	allocations++;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	allocations++;
	return __real_realloc(memory, size);
}

static void feed_frame(struct trace *trace, const char *output, int64_t begin_ns)
{
	static struct weston_robust_counters counters;

	counters.draw_calls += 40;
	counters.uploaded_bytes += 1920000;
	counters.status_queries += 3;
	counters.textures = 25;
	counters.retained_held_bytes = 40000000;
	counters.retained_copied_bytes = 7000000;
	trace_frame(trace, &(struct weston_robust_frame){
				   .output = output,
				   .begin_ns = begin_ns,
				   .end_ns = begin_ns + 2 * MSEC,
				   .gpu_ns = 1234567,
				   .counters = &counters,
			   });
}

static void feed_span(struct trace *trace, uint64_t id, enum weston_robust_phase phase, int64_t at)
{
	trace_span(trace, &(struct weston_robust_span){
				  .incident = id,
				  .phase = phase,
				  .begin_ns = at,
				  .end_ns = at + MSEC,
				  .ok = true,
			  });
}

static void feed_recovery(struct trace *trace, uint64_t id, int64_t at)
{
	struct weston_robust_incident incident = {
		.id = id,
		.cause = WESTON_ROBUST_CAUSE_GUILTY,
		.generation_from = id,
		.detected_ns = at,
		.guilty_task = "a_guilty_task",
	};

	trace_began(trace, &incident);
	trace_state(trace, WESTON_ROBUST_STATE_WAITING);
	feed_span(trace, id, WESTON_ROBUST_PHASE_WAIT, at);
	feed_span(trace, id, WESTON_ROBUST_PHASE_REBUILD, at + MSEC);
	trace_state(trace, WESTON_ROBUST_STATE_RUNNING);
	trace_surface_lost(trace, "a surface", WESTON_ROBUST_LOSS_EVICTED);
	feed_frame(trace, "OUTPUT-1", at + 2 * MSEC);
	feed_span(trace, id, WESTON_ROBUST_PHASE_FIRST_FRAME, at + 2 * MSEC);
	incident.generation_to = id + 1;
	incident.first_frame_ns = at + 3 * MSEC;
	incident.surfaces_restored = 25;
	incident.bytes_restored = 48000000;
	incident.finished = true;
	trace_ended(trace, &incident);
}

static size_t used_by_ring(const struct trace *trace)
{
	return (size_t)(trace->ring.end - trace->ring.begin);
}

TEST(feeding_allocates_nothing)
{
	struct trace *trace = trace_create(TRACE_RING_LEAST);
	unsigned before;

	test_assert(allocations > 0);
	before = allocations;
	for (int64_t i = 0; i < 1000; i++) {
		feed_frame(trace, i % 2 ? "OUTPUT-1" : "OUTPUT-2", i * 16 * MSEC);
		feed_recovery(trace, (uint64_t)i + 1, i * 16 * MSEC + 3 * MSEC);
	}
	test_assert_int_eq(allocations, before);
	test_assert(trace->ring.first > 1);
	trace_destroy(trace);
}

/* The figures in trace.h. */
TEST(what_events_take)
{
	struct trace *trace = trace_create(TRACE_RING_DEFAULT);
	size_t before, frame, recovery;

	feed_frame(trace, "OUTPUT-1", MSEC);
	before = used_by_ring(trace);
	feed_frame(trace, "OUTPUT-1", MSEC);
	frame = used_by_ring(trace) - before;
	before = used_by_ring(trace);
	feed_recovery(trace, 1, MSEC);
	recovery = used_by_ring(trace) - before;
	printf("a repaint takes %zu bytes, a recovery with one %zu\n", frame, recovery);
	test_assert(frame <= 150);
	test_assert(recovery <= 900);
	trace_destroy(trace);
}

/* More outputs than have names of their own, and the longest names that are kept. */
static void feed_many_outputs(struct trace *trace)
{
	char name[64];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "%02d-a-name-that-is-longer-than-it-may-be", i);
		feed_frame(trace, name, i * MSEC);
	}
}

TEST(a_head_is_never_longer_than_said)
{
	uint8_t bytes[2 * TRACE_HEAD_MOST];
	struct trace_buffer buffer = {.bytes = bytes, .room = sizeof(bytes)};
	struct trace *trace = trace_create(TRACE_RING_LEAST);

	feed_many_outputs(trace);
	test_assert_int_eq(trace->output_count, TRACE_OUTPUTS + 1);
	trace_encode_head(&buffer, &trace->identity, trace->outputs, trace->output_count, true);
	test_assert(!buffer.full);
	printf("a head takes at most %zu bytes\n", buffer.size);
	test_assert_msg(buffer.size <= TRACE_HEAD_MOST, "%zu bytes", buffer.size);
	trace_destroy(trace);
}

static int make_memory(size_t size)
{
	int fd = memfd_create("trace-test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	test_assert(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	return fd;
}

TEST(a_full_ring_fits_into_the_bytes_most)
{
	struct trace *trace = trace_create(TRACE_RING_LEAST);
	size_t most = trace_bytes_most(trace);
	struct weston_robust_incident open = {.id = 7, .detected_ns = 1};
	int fd = make_memory(most);
	struct stat status;
	ssize_t size;

	feed_many_outputs(trace);
	trace_began(trace, &open);
	for (int i = 0; i < 1000; i++) {
		feed_frame(trace, "OUTPUT-1", i * MSEC);
	}
	test_assert_int_eq(trace_bytes_most(trace), most);
	size = trace_write_fd(trace, fd);
	test_assert_msg(size > (ssize_t)TRACE_RING_LEAST / 2, "%zd", size);
	test_assert(fstat(fd, &status) == 0);
	test_assert_int_eq(status.st_size, most);
	close(fd);
	trace_destroy(trace);
}

TEST(only_a_file_in_memory_is_written_to)
{
	struct trace *trace = trace_create(TRACE_RING_LEAST);
	int pipe_fds[2], memory = make_memory(trace_bytes_most(trace)), again;
	char path[64];

	test_assert(pipe(pipe_fds) == 0);
	test_assert_int_eq(trace_write_fd(trace, pipe_fds[1]), -EINVAL);
	test_assert_int_eq(trace_write_fd(trace, -1), -EINVAL);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
	again = open(path, O_RDONLY | O_CLOEXEC);
	test_assert_int_eq(trace_write_fd(trace, again), -EBADF);
	test_assert(trace_write_fd(trace, memory) > 0);
	test_assert(fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE) == 0);
	test_assert_int_eq(trace_write_fd(trace, memory), -EPERM);
	close(again);
	close(memory);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	trace_destroy(trace);
}

TEST(a_file_that_is_too_small_is_not_made_larger)
{
	struct trace *trace = trace_create(TRACE_RING_LEAST);
	struct stat status;
	ssize_t size;
	int fd;

	feed_recovery(trace, 1, MSEC);
	fd = make_memory(trace_bytes_most(trace));
	size = trace_write_fd(trace, fd);
	close(fd);
	fd = make_memory((size_t)size);
	test_assert_int_eq(trace_write_fd(trace, fd), size);
	close(fd);
	fd = make_memory((size_t)size - 1);
	test_assert_int_eq(trace_write_fd(trace, fd), -EFBIG);
	test_assert(fstat(fd, &status) == 0);
	test_assert_int_eq(status.st_size, size - 1);
	close(fd);
	trace_destroy(trace);
}

TEST(sizes_of_rings_are_brought_into_range)
{
	struct trace *trace = trace_create(0);

	test_assert_int_eq(trace->ring.capacity, TRACE_RING_LEAST);
	trace_destroy(trace);
	trace = trace_create(SIZE_MAX);
	test_assert_int_eq(trace->ring.capacity, TRACE_RING_MOST);
	trace_destroy(trace);
	trace_destroy(NULL);
}
