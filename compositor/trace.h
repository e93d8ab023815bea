/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_COMPOSITOR_TRACE_H
#define WR_COMPOSITOR_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libweston-robust/weston-robust-api.h"

/**
 * A trace of recoveries and repaints in Perfetto's format, kept in memory and written on demand.
 *
 * Feed it from the callbacks of struct weston_robust_listener. What happened is kept as encoded
 * packets in a ring of fixed size, in which the newest take the place of the oldest; feeding
 * allocates nothing, makes no system call but to arm a timer, and never blocks. Times are
 * CLOCK_BOOTTIME in the file, so that a file of ours and one of the system can be put into one:
 *
 *     cat system.pftrace ours.pftrace >both.pftrace
 *
 * Nothing here waits for a disk or a reader. On demand a trace goes into a file in memory, where
 * writing cannot block; whoever asked takes it from there. What goes to a file system is copied
 * from the ring and written by a thread of its own: such a write may block for as long as the file
 * system likes (a slow disk, NFS, FUSE), whatever the flags of the descriptor say, so the event
 * loop has no part in it. One that never comes back keeps its thread and its copy; later ones to
 * the same place are left out, and the ring goes on.
 *
 * All calls come from one thread. All errors are negative errno.
 */
struct trace;

/** Sizes of the ring, bytes. A repaint takes about 90, a recovery about 600. */
#define TRACE_RING_LEAST ((size_t)16 * 1024)
#define TRACE_RING_DEFAULT ((size_t)1024 * 1024)
#define TRACE_RING_MOST ((size_t)8 * 1024 * 1024)

/** Least limit of trace_set_continuous(), bytes. */
#define TRACE_CONTINUOUS_LEAST ((uint64_t)64 * 1024)

/**
 * Allocate all that feeding needs. @ring_bytes is brought into TRACE_RING_LEAST … TRACE_RING_MOST.
 * Returns NULL when there is no memory or no file descriptor left.
 */
struct trace *trace_create(size_t ring_bytes);

/**
 * Write what is still owed (to the continuous file, and of recoveries), wait for that for up to a
 * second, and free. NULL is allowed.
 */
void trace_destroy(struct trace *trace);

/** Called when a file could not be written, with a negative errno, from trace_dispatch(),
 * trace_destroy() or a trace_set_…(). @path is borrowed for the call. It must not use the trace. */
typedef void (*trace_failed_func)(void *data, const char *path, int error);

/** NULL: nobody is told. */
void trace_set_failed_func(struct trace *trace, trace_failed_func func, void *data);

/* Feeding: see the callbacks of the same names. */
void trace_began(struct trace *trace, const struct weston_robust_incident *incident);
void trace_ended(struct trace *trace, const struct weston_robust_incident *incident);
void trace_state(struct trace *trace, enum weston_robust_state state);
void trace_span(struct trace *trace, const struct weston_robust_span *span);
void trace_frame(struct trace *trace, const struct weston_robust_frame *frame);

/** @surface: what to call it, NULL if it shall stay nameless. */
void trace_surface_lost(struct trace *trace, const char *surface, enum weston_robust_loss why);

/** The most bytes that trace_write_fd() may write. Always the same. */
size_t trace_bytes_most(const struct trace *trace);

/**
 * Write what the ring holds now to @fd, from its start. The ring keeps it.
 *
 * @fd must be a file in memory (memfd_create()) of at least as many bytes as are to be written,
 * which is never more than trace_bytes_most(); it is not made smaller.
 *
 * Returns the number of bytes written; -EINVAL when @fd is no file in memory, -EFBIG when it is
 * too small, or another negative errno.
 */
ssize_t trace_write_fd(struct trace *trace, int fd);

/**
 * Write everything to @path as well from now on, about once a second; what the ring holds already
 * comes first. A file that is there is renamed to @path with ".1" at its end, and so is @path
 * itself when it would grow over @limit_bytes (at least TRACE_CONTINUOUS_LEAST): at most twice that
 * is taken from the disk. Either file opens alone, and both after each other (.1 first). The first
 * failure ends it, and is told to the trace_failed_func. @path NULL: stop, after what is pending.
 *
 * Returns 0 or -ENOMEM: the file is opened by its thread.
 */
int trace_set_continuous(struct trace *trace, const char *path, uint64_t limit_bytes);

/**
 * Write a file into @directory after each recovery (a second later, so that what followed is in
 * it; for several in a row, one), named weston-gpu-recovery-TIME-PID-INCIDENT.pftrace. Each holds
 * what no earlier one does, as far as the ring reaches back: put together they tell everything
 * once. A file appears when it is complete. Of files named like this the newest @keep (at least 1)
 * stay, also across restarts. A file that cannot be written is told to the trace_failed_func, and
 * what it would have held goes into the next. @directory NULL: stop.
 *
 * Returns 0 or -ENOMEM.
 */
int trace_set_on_recovery(struct trace *trace, const char *directory, unsigned keep);

/** For the event loop: trace_dispatch() is due when it is readable. The trace's own. */
int trace_get_fd(const struct trace *trace);
void trace_dispatch(struct trace *trace);

#endif
