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
 *   failure (waits until one was told)       crash
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

#define WORDS_MOST 10

#define PATIENCE_MS 60000

static int64_t start_ns;
static bool has_failed;
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
	has_failed = true;
}

/* A line of the story. */
struct line {
	char *words[WORDS_MOST];
	int count;
};

static void split(struct line *line, char *text)
{
	text[strcspn(text, "\n")] = '\0';
	for (line->count = 0; text && line->count < WORDS_MOST; line->count++) {
		line->words[line->count] = line->count + 1 < WORDS_MOST ? strsep(&text, " ") : text;
	}
}

/* Whether it is @verb, of @words words; then the last of these takes all that follow. */
static bool is(struct line *line, const char *verb, int words)
{
	if (line->count < words || strcmp(line->words[0], verb) != 0) {
		return false;
	}
	for (int i = words; i < line->count && i < WORDS_MOST; i++) {
		line->words[i][-1] = ' ';
	}
	line->count = words;
	return true;
}

static long long number(const struct line *line, int word)
{
	return strtoll(line->words[word], NULL, 10);
}

/* Returns whether @line was one of these. */
static bool tell_incident(struct trace *trace, struct line *line)
{
	struct weston_robust_incident incident = {.generation_from = 1, .generation_to = 2};

	if (is(line, "began", 4)) {
		incident.id = (uint64_t)number(line, 1);
		incident.cause = (enum weston_robust_cause)number(line, 2);
		incident.detected_ns = at(number(line, 3));
		trace_began(trace, &incident);
		return true;
	}
	if (is(line, "ended", 7)) {
		incident.id = (uint64_t)number(line, 1);
		incident.cause = WESTON_ROBUST_CAUSE_INNOCENT;
		incident.rung = WESTON_ROBUST_RUNG_DISPLAY;
		incident.detected_ns = at(number(line, 2));
		incident.first_frame_ns = number(line, 3) ? at(number(line, 3)) : 0;
		incident.attempts = 2;
		incident.surfaces_restored = (uint32_t)number(line, 4);
		incident.bytes_restored = (uint64_t)number(line, 5);
		incident.guilty_task = strcmp(line->words[6], "-") == 0 ? "" : line->words[6];
		trace_ended(trace, &incident);
		return true;
	}
	return false;
}

static bool tell_span(struct trace *trace, struct line *line)
{
	if (!is(line, "span", 7)) {
		return false;
	}
	trace_span(trace, &(struct weston_robust_span){
				  .incident = (uint64_t)number(line, 1),
				  .phase = (enum weston_robust_phase)number(line, 2),
				  .rung = (enum weston_robust_rung)number(line, 3),
				  .begin_ns = at(number(line, 4)),
				  .end_ns = at(number(line, 5)),
				  .ok = number(line, 6) != 0,
			  });
	return true;
}

static bool tell_frame(struct trace *trace, struct line *line)
{
	if (is(line, "frame", 5)) {
		trace_frame(trace, &(struct weston_robust_frame){
					   .output = line->words[1],
					   .begin_ns = at(number(line, 2)),
					   .end_ns = at(number(line, 3)),
					   .gpu_ns = number(line, 4),
					   .counters = &counters,
				   });
		return true;
	}
	if (is(line, "counters", 10)) {
		uint64_t *const values[] = {&counters.draw_calls, &counters.uploaded_bytes,
			&counters.status_queries, &counters.textures, &counters.retained_held_bytes,
			&counters.retained_copied_bytes, &counters.restored_surfaces,
			&counters.restored_bytes, &counters.lost_surfaces};

		for (int i = 0; i < 9; i++) {
			*values[i] = (uint64_t)number(line, i + 1);
		}
		return true;
	}
	return false;
}

static bool tell_moment(struct trace *trace, struct line *line)
{
	if (is(line, "state", 2)) {
		trace_state(trace, (enum weston_robust_state)number(line, 1));
		return true;
	}
	if (is(line, "lost", 3)) {
		trace_surface_lost(trace, strcmp(line->words[2], "-") ? line->words[2] : NULL,
			(enum weston_robust_loss)number(line, 1));
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

static void wait_ms(struct trace *trace, int64_t ms, const bool *enough)
{
	int64_t until = read_clock(CLOCK_MONOTONIC) + ms * 1000000, left;
	struct pollfd poll_fd = {.fd = trace_get_fd(trace), .events = POLLIN};

	while (!(enough && *enough) && (left = until - read_clock(CLOCK_MONOTONIC)) > 0) {
		if (poll(&poll_fd, 1, (int)(left / 1000000) + 1) > 0) {
			trace_dispatch(trace);
		}
	}
}

static const char *place(const struct line *line)
{
	return strcmp(line->words[1], "-") ? line->words[1] : NULL;
}

static bool do_files(struct trace *trace, struct line *line)
{
	if (is(line, "write", 2)) {
		write_to(trace, line->words[1]);
		return true;
	}
	if (is(line, "wait", 2)) {
		wait_ms(trace, number(line, 1), NULL);
		return true;
	}
	if (is(line, "failure", 1)) {
		wait_ms(trace, PATIENCE_MS, &has_failed);
		return true;
	}
	if (is(line, "continuous", 3)) {
		printf("result %d\n",
			trace_set_continuous(trace, place(line), (uint64_t)number(line, 2)));
		return true;
	}
	if (is(line, "recovery", 3)) {
		printf("result %d\n",
			trace_set_on_recovery(trace, place(line), (unsigned)number(line, 2)));
		return true;
	}
	return false;
}

/* Returns whether the story goes on. */
static bool play(struct trace *trace, char *text)
{
	struct line line;

	split(&line, text);
	if (is(&line, "crash", 1)) {
		fflush(stdout);
		_exit(0);
	}
	if (line.words[0][0] == '\0' || tell_incident(trace, &line) || tell_span(trace, &line) ||
		tell_frame(trace, &line) || tell_moment(trace, &line) || do_files(trace, &line)) {
		return true;
	}
	fprintf(stderr, "not understood: %s\n", line.words[0]);
	return false;
}

int main(int argc, char **argv)
{
	size_t ring = argc > 1 ? strtoul(argv[1], NULL, 10) : TRACE_RING_DEFAULT;
	struct trace *trace = trace_create(ring);
	char text[1024];
	bool understood = true;

	if (!trace) {
		return 1;
	}
	trace_set_failed_func(trace, failed, NULL);
	start_ns = read_clock(CLOCK_MONOTONIC);
	printf("start %lld %lld\n", (long long)start_ns, (long long)read_clock(CLOCK_BOOTTIME));
	while (understood && fgets(text, sizeof(text), stdin)) {
		understood = play(trace, text);
	}
	trace_destroy(trace);
	return understood ? 0 : 2;
}
