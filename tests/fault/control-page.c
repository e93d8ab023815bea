/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "control-page.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const char *const fault_name_words[FAULT_NAME_COUNT] = {
	[FAULT_NAME_TEXTURE] = "textures",
	[FAULT_NAME_BUFFER] = "buffers",
	[FAULT_NAME_RENDERBUFFER] = "renderbuffers",
	[FAULT_NAME_SHADER] = "shaders",
	[FAULT_NAME_PROGRAM] = "programs",
	[FAULT_NAME_SAMPLER] = "samplers",
	[FAULT_NAME_SYNC] = "gl_syncs",
	[FAULT_NAME_MEMORY_OBJECT] = "memory_objects",
	[FAULT_NAME_SEMAPHORE] = "semaphores",
	[FAULT_NAME_FRAMEBUFFER] = "framebuffers",
	[FAULT_NAME_VERTEX_ARRAY] = "vertex_arrays",
	[FAULT_NAME_QUERY] = "queries",
	[FAULT_NAME_TRANSFORM_FEEDBACK] = "transform_feedbacks",
	[FAULT_NAME_PIPELINE] = "program_pipelines",
};

const char *const fault_object_words[FAULT_OBJECT_COUNT] = {
	[FAULT_OBJECT_CONTEXT] = "contexts",
	[FAULT_OBJECT_SURFACE] = "surfaces",
	[FAULT_OBJECT_IMAGE] = "images",
	[FAULT_OBJECT_SYNC] = "egl_syncs",
};

static void initialise(struct fault_page *page)
{
	page->version = FAULT_PAGE_VERSION;
	page->header_size = offsetof(struct fault_page, slots);
	page->slot_size = sizeof page->slots[0];
	page->slot_count = FAULT_SLOTS;
	page->magic = FAULT_PAGE_MAGIC;
}

static struct fault_page *map_locked(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		return NULL;
	}
	bool empty = st.st_size == 0;
	if (empty && ftruncate(fd, sizeof(struct fault_page)) < 0) {
		return NULL;
	}
	if (!empty && (size_t)st.st_size != sizeof(struct fault_page)) {
		errno = EPROTO;
		return NULL;
	}
	struct fault_page *page =
		mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED) {
		return NULL;
	}
	if (empty) {
		initialise(page);
	}
	if (page->magic != FAULT_PAGE_MAGIC || page->version != FAULT_PAGE_VERSION) {
		munmap(page, sizeof *page);
		errno = EPROTO;
		return NULL;
	}
	return page;
}

struct fault_page *fault_page_map(const char *path, bool create)
{
	struct fault_page *page = NULL;
	int fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);

	if (fd < 0) {
		return NULL;
	}
	if (flock(fd, LOCK_EX) == 0) {
		page = map_locked(fd);
	}
	int saved = errno;
	/* Closing would not unlock: the mapping keeps the open file alive. */
	flock(fd, LOCK_UN);
	close(fd);
	errno = saved;
	return page;
}

void fault_page_unmap(struct fault_page *page)
{
	munmap(page, sizeof *page);
}

static bool gone(int32_t pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

static struct fault_slot *take(struct fault_slot *slot, int32_t owner, int32_t pid)
{
	if (!atomic_compare_exchange_strong(&slot->pid, &owner, pid)) {
		return NULL;
	}
	memset((char *)slot + sizeof slot->pid, 0, sizeof *slot - sizeof slot->pid);
	slot->start_ns = fault_now_ns();
	return slot;
}

/* Slots of processes that have exited keep their counters for the tool as long as others are free.
 */
struct fault_slot *fault_page_claim(struct fault_page *page, int32_t pid)
{
	struct fault_slot *taken;

	for (int i = 0; i < FAULT_SLOTS; i++) {
		struct fault_slot *slot = &page->slots[i].slot;
		int32_t owner = atomic_load(&slot->pid);
		if ((owner == 0 || owner == pid) && (taken = take(slot, owner, pid))) {
			return taken;
		}
	}
	for (int i = 0; i < FAULT_SLOTS; i++) {
		struct fault_slot *slot = &page->slots[i].slot;
		int32_t owner = atomic_load(&slot->pid);
		if (gone(owner) && (taken = take(slot, owner, pid))) {
			return taken;
		}
	}
	return NULL;
}

static void copy_text(char *to, size_t size, const char *from)
{
	size_t n = from ? strlen(from) : 0;

	n = n < size ? n : size - 1;
	memcpy(to, from ? from : "", n);
	to[n] = '\0';
}

uint32_t fault_page_post(
	struct fault_page *page, const char *path, const struct fault_request *request)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX) < 0) {
		return 0;
	}
	uint32_t number = page->request + 1;
	struct fault_posted *posted = &page->requests[number % FAULT_REQUESTS];
	atomic_store(&posted->number, 0);
	posted->kind = request->kind;
	posted->target = request->target;
	posted->target_pid = request->pid;
	posted->time_ns = fault_now_ns();
	copy_text(posted->target_match, sizeof posted->target_match, request->match);
	copy_text(posted->text, sizeof posted->text, request->text);
	atomic_store(&posted->number, number);
	atomic_store(&page->request, number);
	flock(fd, LOCK_UN);
	close(fd);
	return number;
}

bool fault_page_fetch(struct fault_page *page, uint32_t number, struct fault_posted *posted)
{
	const struct fault_posted *source = &page->requests[number % FAULT_REQUESTS];

	if (atomic_load(&source->number) != number) {
		return false;
	}
	memcpy(posted, source, sizeof *posted);
	atomic_thread_fence(memory_order_acquire);
	posted->text[sizeof posted->text - 1] = '\0';
	posted->target_match[sizeof posted->target_match - 1] = '\0';
	return atomic_load(&source->number) == number;
}

int64_t fault_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}
