/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "trace-private.h"

/*
 * Each place on a disk has a cursor into the ring, and a thread that is given a copy of what lies
 * behind the cursor, when it has done with the last one. While a disk is slow the ring is what
 * buffers; when it was too slow, and the ring has dropped what the cursor stood before, the next
 * copy begins with a head that says so.
 */

#define NS_PER_S ((int64_t)1000 * 1000 * 1000)

/* How much at once goes to the continuous file at the latest, and how long a recovery's file waits
 * for what follows. */
#define STREAM_DELAY_NS NS_PER_S
#define FOLDER_DELAY_NS NS_PER_S

/* All in all, at the end. */
#define FINISH_MS 1000

static void target_free(void *data)
{
	struct trace_target *target = data;

	if (!target) {
		return;
	}
	if (target->is_stream) {
		trace_stream_fini(&target->stream);
	} else {
		trace_folder_fini(&target->folder);
	}
	free(target->load.bytes);
	free(target);
}

static int target_write(void *data)
{
	struct trace_target *target = data;

	return target->is_stream ? trace_stream_write(&target->stream, &target->load)
				 : trace_folder_write(&target->folder, &target->load);
}

static const char *target_path(const struct trace_target *target)
{
	return target->is_stream ? target->stream.path : target->folder.path;
}

bool trace_writing_init(struct trace *trace)
{
	struct epoll_event event = {.events = EPOLLIN};

	trace->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	trace->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	trace->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	trace->stream.worker.event_fd = trace->event_fd;
	trace->folder.worker.event_fd = trace->event_fd;
	if (trace->epoll_fd >= 0 && trace->event_fd >= 0 && trace->timer_fd >= 0 &&
		epoll_ctl(trace->epoll_fd, EPOLL_CTL_ADD, trace->event_fd, &event) == 0 &&
		epoll_ctl(trace->epoll_fd, EPOLL_CTL_ADD, trace->timer_fd, &event) == 0) {
		return true;
	}
	trace_writing_fini(trace);
	return false;
}

/* Due at @when_ns, or earlier. */
static void arm(struct trace *trace, int64_t when_ns)
{
	struct itimerspec spec = {
		.it_value = {.tv_sec = when_ns / NS_PER_S, .tv_nsec = when_ns % NS_PER_S}};

	if (trace->timer_ns && trace->timer_ns <= when_ns) {
		return;
	}
	trace->timer_ns = when_ns;
	timerfd_settime(trace->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

void trace_writing_fed(struct trace *trace, int64_t now_ns)
{
	struct trace_writer *stream = &trace->stream;

	/* Whoever is busy is asked again when done. */
	if (!stream->target || trace_worker_busy(&stream->worker)) {
		return;
	}
	if (trace_ring_pending(&trace->ring, &stream->sent) > trace->ring.capacity / 2) {
		arm(trace, now_ns);
	} else {
		arm(trace, now_ns + STREAM_DELAY_NS);
	}
}

void trace_writing_recovered(struct trace *trace, int64_t now_ns, uint64_t incident)
{
	if (trace->folder.target) {
		trace->folder_incident = incident;
		trace->folder_due_ns = now_ns + FOLDER_DELAY_NS;
		arm(trace, trace->folder_due_ns);
	}
}

/* The incident that is open and began before the entry @first, or NULL. */
static const struct trace_incident *opened_before(const struct trace *trace, uint64_t first)
{
	const struct trace_incident *open = &trace->incident;

	return open->id && open->entry < first ? open : NULL;
}

/*
 * @first: the entry from which on all is written, whose head shall have the beginning of the
 * incident that is open, if that is older; 0: that was written before.
 */
static size_t make_head(struct trace *trace, uint8_t *to, size_t room, uint64_t first, bool dropped)
{
	struct trace_buffer buffer = {.bytes = to, .room = room};
	const struct trace_incident *open = opened_before(trace, first);

	trace_encode_head(&buffer, &trace->identity, trace->outputs, trace->output_count, dropped);
	if (open && open->size <= buffer.room - buffer.size) {
		memcpy(to + buffer.size, open->bytes, open->size);
		buffer.size += open->size;
	}
	return buffer.size;
}

size_t trace_bytes_most(const struct trace *trace)
{
	return TRACE_HEAD_MOST + TRACE_ENTRY_MOST + trace->ring.capacity;
}

static int put_at(int fd, const uint8_t *bytes, size_t size, off_t at, off_t end)
{
	if (at + (off_t)size > end) {
		return -EFBIG;
	}
	while (size > 0) {
		ssize_t written = pwrite(fd, bytes, size, at);

		if (written < 0 && errno != EINTR) {
			return -errno;
		}
		if (written > 0) {
			bytes += written;
			at += written;
			size -= (size_t)written;
		}
	}
	return 0;
}

ssize_t trace_write_fd(struct trace *trace, int fd)
{
	struct trace_cursor cursor = trace_ring_oldest(&trace->ring);
	uint64_t first = cursor.number;
	struct stat status;
	ssize_t total = 0;
	size_t size;
	int error;

	/* Files on disks can't be sealed. */
	if (fcntl(fd, F_GET_SEALS) < 0 || fstat(fd, &status) < 0) {
		return -EINVAL;
	}
	size = make_head(trace, trace->chunk, sizeof(trace->chunk), first, first > 1);
	while (size > 0) {
		error = put_at(fd, trace->chunk, size, total, status.st_size);
		if (error) {
			return error;
		}
		total += (ssize_t)size;
		size = trace_ring_copy(
			&trace->ring, &cursor, first, trace->chunk, sizeof(trace->chunk));
	}
	return total;
}

/* Whatever ends after this and began before it is to be left out, but for what the head has. */
static void begin_anew(const struct trace *trace, struct trace_writer *writer)
{
	const struct trace_incident *open = opened_before(trace, writer->sent.number);

	writer->floor = open ? open->entry : writer->sent.number;
}

/* Copy what is pending, at most so much that head and all fit into @most. */
static int load(struct trace *trace, struct trace_writer *writer, size_t most)
{
	struct trace_load *to = &writer->target->load;
	bool dropped, anew;
	size_t room;

	writer->sent = writer->cursor;
	dropped = trace_ring_catch_up(&trace->ring, &writer->sent) > 0;
	anew = dropped || writer->fresh;
	if (anew) {
		begin_anew(trace, writer);
	}
	room = trace_ring_pending(&trace->ring, &writer->sent) + TRACE_HEAD_MOST + TRACE_ENTRY_MOST;
	room = room < most ? room : most;
	to->bytes = malloc(room);
	if (!to->bytes) {
		return -ENOMEM;
	}
	to->head_needed = anew;
	to->head_size = make_head(trace, to->bytes, room, anew ? writer->sent.number : 0, dropped);
	to->size = to->head_size;
	to->size += trace_ring_copy(&trace->ring, &writer->sent, writer->floor,
		to->bytes + to->head_size, room - to->head_size);
	to->incident = trace->folder_incident;
	to->pid = trace->identity.pid;
	return 0;
}

static bool has_pending(const struct trace *trace, const struct trace_writer *writer)
{
	return writer->cursor.number < trace->ring.next;
}

static int start(struct trace *trace, struct trace_writer *writer)
{
	struct trace_job job = {.run = target_write, .release = target_free, .job = writer->target};
	size_t most = writer->target->is_stream ? (size_t)writer->target->stream.limit : SIZE_MAX;
	int error = load(trace, writer, most);

	if (!error) {
		error = trace_worker_start(&writer->worker, &job);
	}
	return error;
}

static void unload(struct trace_writer *writer)
{
	free(writer->target->load.bytes);
	writer->target->load.bytes = NULL;
}

/* Stop, without waiting: a job that is under way is finished and freed by its thread. */
static void give_up(struct trace_writer *writer)
{
	if (trace_worker_busy(&writer->worker)) {
		trace_worker_leave(&writer->worker);
	} else {
		target_free(writer->target);
	}
	writer->target = NULL;
}

static void report(struct trace *trace, struct trace_writer *writer, int error)
{
	if (trace->failed) {
		trace->failed(trace->failed_data, target_path(writer->target), error);
	}
}

/* A job came to its end. */
static void conclude(struct trace *trace, struct trace_writer *writer, int error)
{
	unload(writer);
	if (error) {
		report(trace, writer, error);
	}
	if (error && writer->target->is_stream) {
		give_up(writer);
		return;
	}
	if (!error) {
		writer->cursor = writer->sent;
		writer->fresh = !writer->target->is_stream;
	}
}

static void collect(struct trace *trace, struct trace_writer *writer, int wait_ms)
{
	int error;

	if (trace_worker_collect(&writer->worker, wait_ms, &error)) {
		conclude(trace, writer, error);
	}
}

static void start_or_fail(struct trace *trace, struct trace_writer *writer)
{
	int error = start(trace, writer);

	if (error) {
		conclude(trace, writer, error);
	}
}

/* A recovery's file is for whole recoveries. */
static bool folder_due(const struct trace *trace, int64_t now_ns)
{
	return trace->folder.target && trace->folder_due_ns && trace->folder_due_ns <= now_ns &&
	       !trace->incident.id && !trace_worker_busy(&trace->folder.worker);
}

static bool stream_due(const struct trace *trace)
{
	return trace->stream.target && has_pending(trace, &trace->stream) &&
	       !trace_worker_busy(&trace->stream.worker);
}

int trace_get_fd(const struct trace *trace)
{
	return trace->epoll_fd;
}

void trace_dispatch(struct trace *trace)
{
	int64_t now = trace_clock_update(&trace->clock);
	bool timer;
	uint64_t count;

	timer = read(trace->timer_fd, &count, sizeof(count)) > 0;
	if (timer) {
		trace->timer_ns = 0;
	}
	if (read(trace->event_fd, &count, sizeof(count)) > 0) {
		collect(trace, &trace->stream, 0);
		collect(trace, &trace->folder, 0);
	}
	if (timer && stream_due(trace)) {
		start_or_fail(trace, &trace->stream);
	}
	if (folder_due(trace, now)) {
		trace->folder_due_ns = 0;
		start_or_fail(trace, &trace->folder);
	}
	if (stream_due(trace)) {
		arm(trace, now + STREAM_DELAY_NS);
	}
	if (trace->folder_due_ns > now) {
		arm(trace, trace->folder_due_ns);
	}
}

/* The last of it. Its thread frees everything if nobody waits until it is done. */
static void finish(struct trace *trace, struct trace_writer *writer, bool wanted, int wait_ms)
{
	collect(trace, writer, wait_ms);
	if (wanted && writer->target && has_pending(trace, writer) &&
		!trace_worker_busy(&writer->worker)) {
		start_or_fail(trace, writer);
		collect(trace, writer, wait_ms);
	}
	if (writer->target) {
		give_up(writer);
	}
}

static void close_fd(int fd)
{
	if (fd >= 0) {
		close(fd);
	}
}

void trace_writing_fini(struct trace *trace)
{
	finish(trace, &trace->stream, true, FINISH_MS / 4);
	finish(trace, &trace->folder, trace->folder_due_ns != 0, FINISH_MS / 4);
	close_fd(trace->epoll_fd);
	close_fd(trace->event_fd);
	close_fd(trace->timer_fd);
}

static void begin(struct trace_writer *writer, struct trace_target *target)
{
	/* If the ring has dropped some of it by now, that is told. */
	writer->cursor = (struct trace_cursor){.position = 0, .number = 1};
	writer->sent = writer->cursor;
	writer->fresh = true;
	writer->target = target;
}

static struct trace_target *make_target(const char *path, char **copy)
{
	struct trace_target *target = calloc(1, sizeof(*target));

	*copy = strdup(path);
	if (!target || !*copy) {
		free(target);
		free(*copy);
		return NULL;
	}
	return target;
}

int trace_set_continuous(struct trace *trace, const char *path, uint64_t limit_bytes)
{
	struct trace_target *target;
	char *copy;

	finish(trace, &trace->stream, true, 0);
	if (!path) {
		return 0;
	}
	target = make_target(path, &copy);
	if (!target) {
		return -ENOMEM;
	}
	if (limit_bytes < TRACE_CONTINUOUS_LEAST) {
		limit_bytes = TRACE_CONTINUOUS_LEAST;
	}
	target->is_stream = true;
	target->stream = (struct trace_stream){.path = copy, .fd = -1, .limit = limit_bytes};
	begin(&trace->stream, target);
	arm(trace, trace_clock_update(&trace->clock) + STREAM_DELAY_NS);
	return 0;
}

int trace_set_on_recovery(struct trace *trace, const char *directory, unsigned keep)
{
	struct trace_target *target;
	char *copy;

	finish(trace, &trace->folder, trace->folder_due_ns != 0, 0);
	trace->folder_due_ns = 0;
	if (!directory) {
		return 0;
	}
	target = make_target(directory, &copy);
	if (!target) {
		return -ENOMEM;
	}
	target->folder = (struct trace_folder){.path = copy, .keep = keep > 0 ? keep : 1};
	begin(&trace->folder, target);
	return 0;
}
