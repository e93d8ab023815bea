/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "fuzz-requests.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct request {
	const char *signature; // as libwayland writes them; 0: an object, mostly none
	enum kind makes;
};

static const struct request display_requests[] = {{"n", KIND_CALLBACK}, {"n", KIND_REGISTRY}};
static const struct request registry_requests[] = {{"usun", KIND_RECOVERY}};
static const struct request compositor_requests[] = {{"n", KIND_SURFACE}};
/* destroy, attach, damage, frame, set_opaque_region, set_input_region, commit */
static const struct request surface_requests[] = {
	{"", 0}, {"0ii", 0}, {"iiii", 0}, {"n", KIND_CALLBACK}, {"0", 0}, {"0", 0}, {"", 0}};
static const struct request recovery_requests[] = {{"", 0}, {"no", KIND_WATCH}};
static const struct request watch_requests[] = {{"", 0}};
static const struct request operator_requests[] = {
	{"", 0}, {"", 0}, {"", 0}, {"u", 0}, {"", 0}, {"u", 0}, {"", 0}, {"h", 0}};

static const struct {
	const char *interface;
	const struct request *requests;
	unsigned count;
} kinds[KINDS] = {
	{"wl_display", display_requests, 2},
	{"wl_registry", registry_requests, 1},
	{"wl_compositor", compositor_requests, 1},
	{"wl_surface", surface_requests, 7},
	{"weston_gpu_recovery_v1", recovery_requests, 2},
	{"weston_gpu_recovery_surface_v1", watch_requests, 1},
	{"weston_gpu_recovery_operator_v1", operator_requests, 8},
	{"wl_callback", NULL, 0},
};

struct fuzz_figures figures;
uint64_t fuzz_rng;

const char *fuzz_interface(enum kind kind)
{
	return kinds[kind].interface;
}

static uint64_t next_random(void)
{
	uint64_t z = (fuzz_rng += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint32_t fuzz_below(uint32_t limit)
{
	return (uint32_t)(next_random() % limit);
}

bool fuzz_one_in(uint32_t count)
{
	return fuzz_below(count) == 0;
}

static uint32_t strange_number(void)
{
	static const uint32_t favourites[] = {
		0, 1, 2, 3, 4, 5, 6, 32, 255, 0x7fffffff, 0x80000000, 0xff000000, 0xffffffff};

	return fuzz_one_in(2) ? favourites[fuzz_below(13)] : (uint32_t)next_random();
}

void fuzz_put(struct message *message, uint32_t value)
{
	if (message->length + 4 <= MESSAGE_BYTES) {
		memcpy(message->bytes + message->length, &value, 4);
		message->length += 4;
	}
}

static void put_string(struct message *message, const char *text)
{
	uint32_t length = (uint32_t)strlen(text) + 1;
	uint32_t padded = (length + 3) & ~3u;

	fuzz_put(message, fuzz_one_in(200) ? strange_number() : length);
	if (message->length + padded <= MESSAGE_BYTES) {
		memset(message->bytes + message->length, 0, padded);
		memcpy(message->bytes + message->length, text, length);
		message->length += padded;
	}
}

static void put_fd(struct message *message)
{
	int fd = -1;

	switch (fuzz_below(4)) {
	case 0:
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		break;
	case 1:
		fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
		break;
	default:
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		if (fd >= 0 &&
			ftruncate(fd, fuzz_below(2) ? 1 << 21 : (off_t)fuzz_below(4096)) < 0) {
			perror("ftruncate");
		}
		break;
	}
	if (fd >= 0 && message->fd_count < FDS) {
		message->fd[message->fd_count++] = fd;
	} else if (fd >= 0) {
		close(fd);
	}
}

static struct object *pick(struct connection *connection)
{
	return &connection->object[fuzz_below((uint32_t)connection->objects)];
}

static size_t count_kind(const struct connection *connection, enum kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < connection->objects; i++) {
		count += connection->object[i].kind == kind;
	}
	return count;
}

/* A surface that has no recovery object yet, and sometimes anything else. 0: there is none. */
static uint32_t pick_surface(struct connection *connection)
{
	size_t start = fuzz_below((uint32_t)connection->objects);

	if (fuzz_one_in(300)) {
		return fuzz_one_in(2) ? strange_number() : pick(connection)->id;
	}
	for (size_t i = 0; i < connection->objects; i++) {
		struct object *object = &connection->object[(start + i) % connection->objects];

		if (object->kind == KIND_SURFACE && (!object->watched || fuzz_one_in(2000))) {
			object->watched = true;
			return object->id;
		}
	}
	return 0;
}

static bool has_free_surface(const struct connection *connection)
{
	for (size_t i = 0; i < connection->objects; i++) {
		if (connection->object[i].kind == KIND_SURFACE && !connection->object[i].watched) {
			return true;
		}
	}
	return fuzz_one_in(1000);
}

static void forget(struct connection *connection, uint32_t id)
{
	for (size_t i = 1; i < connection->objects; i++) {
		if (connection->object[i].id == id) {
			connection->object[i] = connection->object[--connection->objects];
			return;
		}
	}
}

uint32_t fuzz_add_object(struct connection *connection, enum kind kind)
{
	uint32_t id = fuzz_one_in(300) ? strange_number() : connection->next_id++;

	if (connection->objects == OBJECTS) {
		connection->object[1 + fuzz_below(OBJECTS - 1)] = (struct object){id, kind, false};
	} else {
		connection->object[connection->objects++] = (struct object){id, kind, false};
	}
	return id;
}

static void put_bind(struct connection *connection, struct message *message)
{
	static const enum kind wanted[] = {
		KIND_COMPOSITOR, KIND_RECOVERY, KIND_RECOVERY, KIND_OPERATOR};
	enum kind kind = wanted[fuzz_below(4)];
	uint32_t name = connection->global[kind];

	/* What is not offered is asked for all the same, by guessing, but rarely: it is the end. */
	if (name == 0 || fuzz_one_in(100)) {
		if (!fuzz_one_in(20)) {
			kind = KIND_RECOVERY;
			name = connection->global[kind];
		} else {
			name = 1 + fuzz_below(80);
		}
	}
	if (kind != KIND_COMPOSITOR && count_kind(connection, kind) > 12 && !fuzz_one_in(100)) {
		kind = KIND_COMPOSITOR;
		name = connection->global[kind];
	}
	fuzz_put(message, name);
	put_string(message, fuzz_interface(kind));
	fuzz_put(message, fuzz_one_in(100) ? strange_number() : 1);
	fuzz_put(message, fuzz_add_object(connection, kind));
}

static void put_arguments(
	struct connection *connection, struct message *message, const struct request *request)
{
	if (strcmp(request->signature, "usun") == 0) {
		put_bind(connection, message);
		return;
	}
	for (const char *c = request->signature; *c; c++) {
		switch (*c) {
		case 'n':
			fuzz_put(message, fuzz_add_object(connection, request->makes));
			break;
		case 'o':
			fuzz_put(message, pick_surface(connection));
			break;
		case '0':
			fuzz_put(message, fuzz_one_in(500) ? strange_number() : 0);
			break;
		case 'h':
			put_fd(message);
			break;
		default:
			fuzz_put(message, fuzz_one_in(2) ? fuzz_below(8) : strange_number());
			break;
		}
	}
}

/* What no library would write. */
static void spoil(struct message *message, size_t begin)
{
	uint32_t header;

	figures.malformed++;
	switch (fuzz_below(5)) {
	case 0: // another size
		memcpy(&header, message->bytes + begin + 4, 4);
		header = (header & 0xffff) | fuzz_below(70) << 16;
		memcpy(message->bytes + begin + 4, &header, 4);
		break;
	case 1: // another opcode
		message->bytes[begin + 4] = (uint8_t)fuzz_below(256);
		break;
	case 2: // another object
		header = strange_number();
		memcpy(message->bytes + begin, &header, 4);
		break;
	case 3: // a file that nobody asked for
		put_fd(message);
		break;
	default:
		for (uint32_t i = fuzz_below(8); i > 0; i--) {
			message->bytes[begin + fuzz_below((uint32_t)(message->length - begin))] =
				(uint8_t)next_random();
		}
		break;
	}
}

void fuzz_add_request(struct connection *connection, struct message *message)
{
	size_t begin = message->length;
	struct object object = *pick(connection);
	unsigned opcode;
	uint32_t header;

	if (kinds[object.kind].count == 0 ||
		(object.kind == KIND_RECOVERY && !has_free_surface(connection)) ||
		(object.kind == KIND_REGISTRY && !fuzz_one_in(8))) {
		return;
	}
	opcode = fuzz_below(kinds[object.kind].count);
	/* Destruction is opcode 0 of most: rare, or nothing would live for long. */
	if (opcode == 0 && object.kind >= KIND_SURFACE && !fuzz_one_in(8)) {
		opcode = kinds[object.kind].count - 1;
	}
	fuzz_put(message, object.id);
	fuzz_put(message, 0);
	put_arguments(connection, message, &kinds[object.kind].requests[opcode]);
	header = (uint32_t)(message->length - begin) << 16 | opcode;
	memcpy(message->bytes + begin + 4, &header, 4);
	figures.messages++;
	if (opcode == 0 && object.kind >= KIND_SURFACE && !fuzz_one_in(100)) {
		forget(connection, object.id);
	}
	if (fuzz_one_in(400)) {
		spoil(message, begin);
	}
}
