/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Plays a story to a trace: what a renderer would tell, line by line from standard input. Times are
 * microseconds since the maker started. What the story names as FILE is written there; what it has
 * to say goes to standard output. The first line out is "start CLOCK_MONOTONIC CLOCK_BOOTTIME".
 *
 *   began ID CAUSE TIME                     ended ID TIME FIRST_FRAME SURFACES BYTES TASK
 *   span ID PHASE RUNG BEGIN END OK         frame OUTPUT BEGIN END GPU_NS
 *   counters DRAWS UPLOADED QUERIES TEXTURES HELD COPIED RESTORED RESTORED_BYTES LOST
 *   state STATE                             lost WHY SURFACE
 *   write FILE                              wait MS
 *   continuous FILE LIMIT                   recovery FOLDER KEEP
 *   crash
 *
 * CAUSE, PHASE, RUNG, STATE and WHY are numbers of weston-robust-api.h. "-" is no text.
 */

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "compositor/trace.h"

static int64_t start_ns;
static struct weston_robust_counters counters;

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t at(long long us)
{
	return start_ns + us * 1000;
}

static void failed(void *data, const char *path, int error)
{
	printf("failed %d %s\n", error, path);
}

/* Returns whether @line was one of these. */
static bool tell_incident(struct trace *trace, const char *line)
{
	struct weston_robust_incident incident = {.generation_from = 1, .generation_to = 2};
	unsigned long long id, bytes;
	long long time, first_frame;
	unsigned cause, surfaces;
	char task[128];

	if (sscanf(line, "began %llu %u %lld", &id, &cause, &time) == 3) {
		incident.id = id;
		incident.cause = (enum weston_robust_cause)cause;
		incident.detected_ns = at(time);
		trace_began(trace, &incident);
		return true;
	}
	if (sscanf(line, "ended %llu %lld %lld %u %llu %127[^\n]", &id, &time, &first_frame,
		    &surfaces, &bytes, task) == 6) {
		incident.id = id;
		incident.cause = WESTON_ROBUST_CAUSE_INNOCENT;
		incident.rung = WESTON_ROBUST_RUNG_DISPLAY;
		incident.detected_ns = at(time);
		incident.first_frame_ns = first_frame ? at(first_frame) : 0;
		incident.attempts = 2;
		incident.surfaces_restored = surfaces;
		incident.bytes_restored = bytes;
		incident.guilty_task = strcmp(task, "-") == 0 ? "" : task;
		trace_ended(trace, &incident);
		return true;
	}
	return false;
}

static bool tell_span(struct trace *trace, const char *line)
{
	unsigned long long id;
	unsigned phase, rung, ok;
	long long begin, end;

	if (sscanf(line, "span %llu %u %u %lld %lld %u", &id, &phase, &rung, &begin, &end, &ok) !=
		6) {
		return false;
	}
	trace_span(trace, &(struct weston_robust_span){
				  .incident = id,
				  .phase = (enum weston_robust_phase)phase,
				  .rung = (enum weston_robust_rung)rung,
				  .begin_ns = at(begin),
				  .end_ns = at(end),
				  .ok = ok != 0,
			  });
	return true;
}

static bool tell_frame(struct trace *trace, const char *line)
{
	long long begin, end, gpu;
	char output[128];

	if (sscanf(line, "frame %127s %lld %lld %lld", output, &begin, &end, &gpu) == 4) {
		trace_frame(trace, &(struct weston_robust_frame){
					   .output = output,
					   .begin_ns = at(begin),
					   .end_ns = at(end),
					   .gpu_ns = gpu,
					   .counters = &counters,
				   });
		return true;
	}
	return sscanf(line, "counters %lu %lu %lu %lu %lu %lu %lu %lu %lu", &counters.draw_calls,
		       &counters.uploaded_bytes, &counters.status_queries, &counters.textures,
		       &counters.retained_held_bytes, &counters.retained_copied_bytes,
		       &counters.restored_surfaces, &counters.restored_bytes,
		       &counters.lost_surfaces) == 9;
}

static bool tell_moment(struct trace *trace, const char *line)
{
	unsigned number;
	char text[128];

	if (sscanf(line, "state %u", &number) == 1) {
		trace_state(trace, (enum weston_robust_state)number);
		return true;
	}
	if (sscanf(line, "lost %u %127[^\n]", &number, text) == 2) {
		trace_surface_lost(trace, strcmp(text, "-") == 0 ? NULL : text,
			(enum weston_robust_loss)number);
		return true;
	}
	return false;
}

/* As a client of the protocol does it: a file in memory that is large enough. */
static void write_to(struct trace *trace, const char *path)
{
	int memory = memfd_create("trace", MFD_CLOEXEC), file;
	size_t most = trace_bytes_most(trace);
	ssize_t size;
	void *bytes;

	if (memory < 0 || ftruncate(memory, (off_t)most) < 0) {
		abort();
	}
	size = trace_write_fd(trace, memory);
	printf("written %zd\n", size);
	bytes = mmap(NULL, most, PROT_READ, MAP_SHARED, memory, 0);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (size < 0 || bytes == MAP_FAILED || write(file, bytes, (size_t)size) != size) {
		abort();
	}
	munmap(bytes, most);
	close(file);
	close(memory);
}

static void wait_ms(struct trace *trace, int64_t ms)
{
	int64_t until = read_clock(CLOCK_MONOTONIC) + ms * 1000000, left;
	struct pollfd poll_fd = {.fd = trace_get_fd(trace), .events = POLLIN};

	while ((left = until - read_clock(CLOCK_MONOTONIC)) > 0) {
		if (poll(&poll_fd, 1, (int)(left / 1000000) + 1) > 0) {
			trace_dispatch(trace);
		}
	}
}

static bool do_files(struct trace *trace, const char *line)
{
	unsigned long long number;
	char path[512];

	if (sscanf(line, "write %511s", path) == 1) {
		write_to(trace, path);
		return true;
	}
	if (sscanf(line, "wait %llu", &number) == 1) {
		wait_ms(trace, (int64_t)number);
		return true;
	}
	if (sscanf(line, "continuous %511s %llu", path, &number) == 2) {
		printf("result %d\n",
			trace_set_continuous(trace, strcmp(path, "-") ? path : NULL, number));
		return true;
	}
	if (sscanf(line, "recovery %511s %llu", path, &number) == 2) {
		printf("result %d\n", trace_set_on_recovery(trace, strcmp(path, "-") ? path : NULL,
					      (unsigned)number));
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	size_t ring = argc > 1 ? strtoul(argv[1], NULL, 10) : TRACE_RING_DEFAULT;
	struct trace *trace = trace_create(ring);
	char line[1024];

	if (!trace) {
		return 1;
	}
	trace_set_failed_func(trace, failed, NULL);
	start_ns = read_clock(CLOCK_MONOTONIC);
	printf("start %lld %lld\n", (long long)start_ns, (long long)read_clock(CLOCK_BOOTTIME));
	while (fgets(line, sizeof(line), stdin)) {
		if (strcmp(line, "crash\n") == 0) {
			fflush(stdout);
			_exit(0);
		}
		if (line[0] != '\n' && !tell_incident(trace, line) && !tell_span(trace, line) &&
			!tell_frame(trace, line) && !tell_moment(trace, line) &&
			!do_files(trace, line)) {
			fprintf(stderr, "not understood: %s", line);
			return 2;
		}
	}
	trace_destroy(trace);
	return 0;
}
