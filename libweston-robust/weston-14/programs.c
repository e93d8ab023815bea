/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Program binaries from one session to the next. They are read once, before the first context, and
 * written when programs were linked that are not among them: some seconds after that, by a thread,
 * since the user's cache may be on a slow disk or a network; and at the end of the session. Nothing
 * depends on it: what is missing, or what the driver does not take, is linked.
 *
 * Should a driver die of what it once gave, that must not happen at each start: so the file is
 * taken away when it is read, and comes back when the session has lived for some seconds.
 */
#include "weston-14/programs.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache-file.h"
#include "gl/program-store.h"
#include "weston-14/worker.h"

#define FILE_NAME "programs"

/* How long after the start it is looked for new programs first; then each time twice as long after.
 */
#define FIRST_LOOK_MS 3000
#define LONGEST_PAUSE_MS (60 * 60 * 1000)

/* How long the end of the session waits for the disk. */
#define JOIN_LIMIT_S 2

/** Owned by the writer until `done`; by the thread that is left behind after that. */
struct writer {
	pthread_t thread;
	atomic_bool done;
	size_t size;
	unsigned char bytes[];
};

struct glue_programs {
	struct program_store store;
	struct wl_event_source *timer;
	int pause_ms;
	struct writer *writer; // NULL: none is at work
	bool unsaved;          // the store is more than the file
};

static bool switched_off(void)
{
	const char *choice = getenv("WESTON_ROBUST_PROGRAM_CACHE");

	return choice && strcmp(choice, "off") == 0;
}

static void *write_out(void *data)
{
	struct writer *writer = data;

	cache_file_write(FILE_NAME, writer->bytes, writer->size);
	writer->done = true;
	return NULL;
}

static struct writer *start_writer(const struct program_store *store)
{
	size_t size;
	void *bytes = program_store_encode(store, &size);
	struct writer *writer = bytes ? malloc(sizeof(*writer) + size) : NULL;

	if (writer) {
		atomic_init(&writer->done, false);
		writer->size = size;
		memcpy(writer->bytes, bytes, size);
		if (!glue_thread_create(&writer->thread, write_out, writer)) {
			free(writer);
			writer = NULL;
		}
	}
	free(bytes);
	return writer;
}

static void save(struct glue *glue)
{
	struct glue_programs *programs = glue->programs;

	if (glue->renderer.generation) {
		programs->unsaved |=
			program_store_take(&programs->store, glue->renderer.generation);
	}
	if (programs->unsaved && !programs->writer) {
		/* Once is enough: where it fails, it fails again. */
		programs->unsaved = false;
		programs->writer = start_writer(&programs->store);
	}
}

static void end_writer(struct glue_programs *programs)
{
	struct timespec limit;

	if (!programs->writer) {
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &limit);
	limit.tv_sec += JOIN_LIMIT_S;
	if (pthread_clockjoin_np(programs->writer->thread, NULL, CLOCK_MONOTONIC, &limit) == 0) {
		free(programs->writer);
	}
	programs->writer = NULL;
}

static int look(void *data)
{
	struct glue *glue = data;
	struct glue_programs *programs = glue->programs;

	if (programs->writer && programs->writer->done) {
		end_writer(programs);
	}
	save(glue);
	programs->pause_ms = programs->pause_ms > LONGEST_PAUSE_MS / 2 ? LONGEST_PAUSE_MS
								       : 2 * programs->pause_ms;
	wl_event_source_timer_update(programs->timer, programs->pause_ms);
	return 0;
}

void glue_programs_init(struct glue *glue)
{
	struct wl_event_loop *loop = wl_display_get_event_loop(glue->compositor->wl_display);
	struct glue_programs *programs;
	void *bytes;
	size_t size;

	programs = switched_off() ? NULL : calloc(1, sizeof(*programs));
	if (!programs) {
		return;
	}
	bytes = cache_file_read(FILE_NAME, PROGRAM_STORE_BYTES_MAX, &size);
	if (bytes) {
		cache_file_remove(FILE_NAME);
		programs->unsaved = program_store_decode(&programs->store, bytes, size);
	}
	free(bytes);
	programs->pause_ms = FIRST_LOOK_MS;
	programs->timer = wl_event_loop_add_timer(loop, look, glue);
	if (programs->timer) {
		wl_event_source_timer_update(programs->timer, programs->pause_ms);
	}
	glue->programs = programs;
	glue->host.programs = &programs->store;
}

void glue_programs_fini(struct glue *glue)
{
	struct glue_programs *programs = glue->programs;

	if (!programs) {
		return;
	}
	end_writer(programs);
	save(glue);
	end_writer(programs);
	if (programs->timer) {
		wl_event_source_remove(programs->timer);
	}
	glue->host.programs = NULL;
	glue->renderer.programs.store = NULL;
	program_store_fini(&programs->store);
	free(programs);
	glue->programs = NULL;
}
