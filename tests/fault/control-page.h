/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_FAULT_CONTROL_PAGE_H
#define WR_FAULT_CONTROL_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The control page: a file that the injector in each process and the tool wr-fault map shared.
 *
 * One header of 4096 bytes with the latest requests, then FAULT_SLOTS slots of 1024 bytes, one per
 * process. Only the tool writes the header (holding flock() on the file), only the owner of a slot
 * writes the slot. All values are of the machine's byte order; times are CLOCK_MONOTONIC in ns, 0
 * for "never". The layout is described byte by byte in doc/fault-injection.md; change
 * FAULT_PAGE_VERSION with it.
 */

#define FAULT_PAGE_MAGIC 0x50465257u /* "WRFP" */
#define FAULT_PAGE_VERSION 2u
#define FAULT_SLOTS 64
#define FAULT_COMM_MAX 32
#define FAULT_TEXT_MAX 896
#define FAULT_REQUESTS 4

enum fault_request_kind {
	FAULT_REQUEST_NONE,
	FAULT_REQUEST_STRIKE,   /**< text is a schedule, added to what is under way */
	FAULT_REQUEST_SCHEDULE, /**< text replaces the schedule of WR_FAULT */
	FAULT_REQUEST_RELEASE,  /**< end a reset that is under way and all standing modes */
};

enum fault_target {
	FAULT_TARGET_DEFAULT, /**< as the environment of the process says */
	FAULT_TARGET_COMPOSITOR,
	FAULT_TARGET_CLIENTS,
	FAULT_TARGET_ALL,
	FAULT_TARGET_PID,
	FAULT_TARGET_MATCH, /**< by fnmatch pattern on the command name */
};

enum fault_slot_state {
	FAULT_SLOT_FREE,
	FAULT_SLOT_RUNNING,
	FAULT_SLOT_EXITED,
};

enum fault_reset_state {
	FAULT_RESET_NONE,
	FAULT_RESET_ACTIVE, /**< the status is not yet NO_ERROR */
	FAULT_RESET_OVER,   /**< new contexts work again */
};

/** Kinds of GL names that are counted. The first group is shared by contexts, the second is not. */
enum fault_name_type {
	FAULT_NAME_TEXTURE,
	FAULT_NAME_BUFFER,
	FAULT_NAME_RENDERBUFFER,
	FAULT_NAME_SHADER,
	FAULT_NAME_PROGRAM,
	FAULT_NAME_SAMPLER,
	FAULT_NAME_SYNC,
	FAULT_NAME_MEMORY_OBJECT,
	FAULT_NAME_SEMAPHORE,
	FAULT_NAME_SHARED_COUNT,
	FAULT_NAME_FRAMEBUFFER = FAULT_NAME_SHARED_COUNT,
	FAULT_NAME_VERTEX_ARRAY,
	FAULT_NAME_QUERY,
	FAULT_NAME_TRANSFORM_FEEDBACK,
	FAULT_NAME_PIPELINE,
	FAULT_NAME_COUNT,
};

/** Kinds of EGL objects that are counted. */
enum fault_object_type {
	FAULT_OBJECT_CONTEXT,
	FAULT_OBJECT_SURFACE,
	FAULT_OBJECT_IMAGE,
	FAULT_OBJECT_SYNC,
	FAULT_OBJECT_COUNT,
};

struct fault_slot {
	_Atomic int32_t pid; // 0 for a slot that was never used
	_Atomic uint32_t state;
	uint32_t compositor;     // whether the process plays the compositor's part
	_Atomic uint32_t ack;    // number of the last request that was seen
	_Atomic uint32_t struck; // number of the last request that has done its work here
	uint32_t reset_state;
	uint32_t cause;
	uint32_t ack_error; // the last request's text was no schedule
	char comm[FAULT_COMM_MAX];
	char last_dead_call[FAULT_COMM_MAX * 2];
	char struck_call[FAULT_COMM_MAX * 2]; // the call at which the last fault struck
	int64_t start_ns;
	int64_t loss_ns;
	int64_t first_query_ns; // first non-zero status answer after the loss
	int64_t over_ns;
	int64_t rebuilt_ns;     // first living context created after the loss
	int64_t first_frame_ns; // first frame ended by a living context after the loss
	uint64_t losses;
	uint64_t faults; // errors injected without a loss
	uint64_t gl_calls;
	uint64_t egl_calls;
	uint64_t dead_calls;
	uint64_t zombie_calls;
	uint64_t frames;
	uint64_t status_queries;
	uint64_t status_answers; // those that were not NO_ERROR
	uint64_t contexts_lost;
	uint64_t contexts_born_dead;
	uint64_t objects_created[FAULT_OBJECT_COUNT];
	uint64_t objects_alive[FAULT_OBJECT_COUNT]; // contexts: living ones only
	uint64_t contexts_dead;                     // lost and not yet destroyed
	uint64_t names_created[FAULT_NAME_COUNT];
	uint64_t names_alive[FAULT_NAME_COUNT]; // of living contexts
	uint64_t names_lost;
};

/** One entry of the ring of requests: number n is kept at index n % FAULT_REQUESTS. */
struct fault_posted {
	_Atomic uint32_t number; // 0 while it is being written
	uint32_t kind;
	uint32_t target;
	int32_t target_pid;
	int64_t time_ns;
	char target_match[FAULT_COMM_MAX];
	char text[FAULT_TEXT_MAX];
};

struct fault_page {
	uint32_t magic;
	uint32_t version;
	uint32_t header_size;
	uint32_t slot_size;
	uint32_t slot_count;
	uint32_t reserved[11];
	_Atomic uint32_t request; // number of the latest request, written last; counts from 1
	uint32_t reserved_too;
	struct fault_posted requests[FAULT_REQUESTS];
	char padding[4096 - 72 - FAULT_REQUESTS * sizeof(struct fault_posted)];
	union {
		struct fault_slot slot;
		char bytes[1024];
	} slots[FAULT_SLOTS];
};

_Static_assert(offsetof(struct fault_page, request) == 64, "the header's layout is documented");
_Static_assert(sizeof(struct fault_posted) == 952, "an entry's size is documented");
_Static_assert(offsetof(struct fault_page, slots) == 4096, "the header is one page");
_Static_assert(sizeof(struct fault_slot) <= 1024, "a slot is 1024 bytes");

/** Words for enum fault_name_type and enum fault_object_type, static strings in the plural. */
extern const char *const fault_name_words[FAULT_NAME_COUNT];
extern const char *const fault_object_words[FAULT_OBJECT_COUNT];

/**
 * Map the control page, creating and initialising the file when it is missing or empty.
 *
 * Returns NULL with errno set on failure (EPROTO: not a control page of this version). The mapping
 * lasts until fault_page_unmap() and survives the file's removal.
 */
struct fault_page *fault_page_map(const char *path, bool create);
void fault_page_unmap(struct fault_page *page);

/**
 * Claim a slot for a process: its own old one, a free one, or that of a process that is gone.
 *
 * Returns NULL when all slots belong to running processes. The slot's contents are cleared.
 */
struct fault_slot *fault_page_claim(struct fault_page *page, int32_t pid);

struct fault_request {
	enum fault_request_kind kind;
	enum fault_target target;
	int32_t pid;       /**< for FAULT_TARGET_PID */
	const char *match; /**< for FAULT_TARGET_MATCH, shorter than FAULT_COMM_MAX */
	const char *text;  /**< shorter than FAULT_TEXT_MAX, NULL for none */
};

/**
 * Copy the posted request of that number.
 *
 * Returns false when it has been overwritten by a later one.
 */
bool fault_page_fetch(struct fault_page *page, uint32_t number, struct fault_posted *posted);

/**
 * Write a request into the header of the page that is mapped from path.
 *
 * Returns the request's number, which each process puts into its slot when it has taken notice
 * (ack) and when the request has done its work there (struck); 0 with errno set on failure.
 */
uint32_t fault_page_post(
	struct fault_page *page, const char *path, const struct fault_request *request);

/** CLOCK_MONOTONIC in ns. */
int64_t fault_now_ns(void);

#endif
