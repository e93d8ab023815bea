/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A hostile client: random and malformed requests on the bare wire, to the recovery protocol and to
 * what it hangs on. When the compositor throws it out, it comes again.
 *
 *   fuzz-client SOCKET SECONDS SEED [SECRET]
 *
 * Prints its figures as JSON. Exit status 1 when SECRET, which belongs to other clients, was among
 * what it received; 3 when the compositor takes no connection any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define OBJECTS 512
#define MESSAGE_BYTES 4096
#define FDS 8

enum kind {
	KIND_DISPLAY,
	KIND_REGISTRY,
	KIND_COMPOSITOR,
	KIND_SURFACE,
	KIND_RECOVERY,
	KIND_WATCH,
	KIND_OPERATOR,
	KIND_CALLBACK,
	KINDS
};

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

struct object {
	uint32_t id;
	enum kind kind;
	bool watched; // a surface that has a recovery object
};

struct message {
	uint8_t bytes[MESSAGE_BYTES];
	size_t length;
	int fd[FDS];
	size_t fd_count;
};

struct connection {
	int socket;
	bool reads;
	uint32_t next_id;
	struct object object[OBJECTS];
	size_t objects;
	uint32_t global[KINDS]; // names of the registry; 0: not offered
	char tail[64];          // of what was received, in case the secret is cut in two
	size_t tail_length;
};

static struct {
	uint64_t connections;
	uint64_t messages;
	uint64_t malformed;
	uint64_t received_bytes;
	uint64_t thrown_out;
	uint64_t not_read;
	bool operator_offered;
	bool secret_seen;
} figures;

static uint64_t rng;
static const char *secret = "";

static uint64_t next_random(void)
{
	uint64_t z = (rng += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint32_t below(uint32_t limit)
{
	return (uint32_t)(next_random() % limit);
}

static bool one_in(uint32_t count)
{
	return below(count) == 0;
}

static uint32_t strange_number(void)
{
	static const uint32_t favourites[] = {
		0, 1, 2, 3, 4, 5, 6, 32, 255, 0x7fffffff, 0x80000000, 0xff000000, 0xffffffff};

	return one_in(2) ? favourites[below(13)] : (uint32_t)next_random();
}

static void put(struct message *message, uint32_t value)
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

	put(message, one_in(200) ? strange_number() : length);
	if (message->length + padded <= MESSAGE_BYTES) {
		memset(message->bytes + message->length, 0, padded);
		memcpy(message->bytes + message->length, text, length);
		message->length += padded;
	}
}

static void put_fd(struct message *message)
{
	int fd = -1;

	switch (below(4)) {
	case 0:
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		break;
	case 1:
		fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
		break;
	default:
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		if (fd >= 0 && ftruncate(fd, below(2) ? 1 << 21 : (off_t)below(4096)) < 0) {
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
	return &connection->object[below((uint32_t)connection->objects)];
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
	size_t start = below((uint32_t)connection->objects);

	if (one_in(300)) {
		return one_in(2) ? strange_number() : pick(connection)->id;
	}
	for (size_t i = 0; i < connection->objects; i++) {
		struct object *object = &connection->object[(start + i) % connection->objects];

		if (object->kind == KIND_SURFACE && (!object->watched || one_in(2000))) {
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
	return one_in(1000);
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

static uint32_t add_object(struct connection *connection, enum kind kind)
{
	uint32_t id = one_in(300) ? strange_number() : connection->next_id++;

	if (connection->objects == OBJECTS) {
		connection->object[1 + below(OBJECTS - 1)] = (struct object){id, kind, false};
	} else {
		connection->object[connection->objects++] = (struct object){id, kind, false};
	}
	return id;
}

static void put_bind(struct connection *connection, struct message *message)
{
	static const enum kind wanted[] = {
		KIND_COMPOSITOR, KIND_RECOVERY, KIND_RECOVERY, KIND_OPERATOR};
	enum kind kind = wanted[below(4)];
	uint32_t name = connection->global[kind];

	/* What is not offered is asked for all the same, by guessing, but rarely: it is the end. */
	if (name == 0 || one_in(100)) {
		if (!one_in(20)) {
			kind = KIND_RECOVERY;
			name = connection->global[kind];
		} else {
			name = 1 + below(80);
		}
	}
	if (kind != KIND_COMPOSITOR && count_kind(connection, kind) > 12 && !one_in(100)) {
		kind = KIND_COMPOSITOR;
		name = connection->global[kind];
	}
	put(message, name);
	put_string(message, kinds[kind].interface);
	put(message, one_in(100) ? strange_number() : 1);
	put(message, add_object(connection, kind));
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
			put(message, add_object(connection, request->makes));
			break;
		case 'o':
			put(message, pick_surface(connection));
			break;
		case '0':
			put(message, one_in(500) ? strange_number() : 0);
			break;
		case 'h':
			put_fd(message);
			break;
		default:
			put(message, one_in(2) ? below(8) : strange_number());
			break;
		}
	}
}

/* What no library would write. */
static void spoil(struct message *message, size_t begin)
{
	uint32_t header;

	figures.malformed++;
	switch (below(5)) {
	case 0: // another size
		memcpy(&header, message->bytes + begin + 4, 4);
		header = (header & 0xffff) | below(70) << 16;
		memcpy(message->bytes + begin + 4, &header, 4);
		break;
	case 1: // another opcode
		message->bytes[begin + 4] = (uint8_t)below(256);
		break;
	case 2: // another object
		header = strange_number();
		memcpy(message->bytes + begin, &header, 4);
		break;
	case 3: // a file that nobody asked for
		put_fd(message);
		break;
	default:
		for (uint32_t i = below(8); i > 0; i--) {
			message->bytes[begin + below((uint32_t)(message->length - begin))] =
				(uint8_t)next_random();
		}
		break;
	}
}

static void add_request(struct connection *connection, struct message *message)
{
	size_t begin = message->length;
	struct object object = *pick(connection);
	unsigned opcode;
	uint32_t header;

	if (kinds[object.kind].count == 0 ||
		(object.kind == KIND_RECOVERY && !has_free_surface(connection)) ||
		(object.kind == KIND_REGISTRY && !one_in(8))) {
		return;
	}
	opcode = below(kinds[object.kind].count);
	/* Destruction is opcode 0 of most: rare, or nothing would live for long. */
	if (opcode == 0 && object.kind >= KIND_SURFACE && !one_in(8)) {
		opcode = kinds[object.kind].count - 1;
	}
	put(message, object.id);
	put(message, 0);
	put_arguments(connection, message, &kinds[object.kind].requests[opcode]);
	header = (uint32_t)(message->length - begin) << 16 | opcode;
	memcpy(message->bytes + begin + 4, &header, 4);
	figures.messages++;
	if (opcode == 0 && object.kind >= KIND_SURFACE && !one_in(100)) {
		forget(connection, object.id);
	}
	if (one_in(400)) {
		spoil(message, begin);
	}
}

static bool send_message(struct connection *connection, struct message *message)
{
	char control[CMSG_SPACE(sizeof(int) * FDS)] = {0};
	struct iovec part = {message->bytes, message->length};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
	struct pollfd fd = {connection->socket, POLLOUT, 0};
	ssize_t sent;

	if (message->fd_count > 0) {
		size_t bytes = sizeof(int) * message->fd_count;
		struct cmsghdr *rights;

		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(bytes);
		rights = CMSG_FIRSTHDR(&header);
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(bytes);
		memcpy(CMSG_DATA(rights), message->fd, bytes);
	}
	/* libwayland 1.23 never reads on after a message that claims to be larger than its buffer,
	 * and spins; others are served all the same. Leave it alone then. */
	if (poll(&fd, 1, 300) == 0) {
		figures.not_read++;
	}
	sent = poll(&fd, 1, 0) == 0
		       ? -1
		       : sendmsg(connection->socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
	for (size_t i = 0; i < message->fd_count; i++) {
		close(message->fd[i]);
	}
	return sent == (ssize_t)message->length;
}

static void look_for_secret(struct connection *connection, const char *bytes, size_t length)
{
	size_t secret_length = strlen(secret);
	char seam[sizeof(connection->tail) * 2];
	size_t head = length < sizeof(connection->tail) ? length : sizeof(connection->tail);

	if (secret_length == 0) {
		return;
	}
	memcpy(seam, connection->tail, connection->tail_length);
	memcpy(seam + connection->tail_length, bytes, head);
	if (memmem(bytes, length, secret, secret_length) ||
		memmem(seam, connection->tail_length + head, secret, secret_length)) {
		figures.secret_seen = true;
	}
	memcpy(connection->tail, bytes + length - head, head);
	connection->tail_length = head;
}

/* Reads what is there. Returns false at the end of the connection. */
static bool drain(struct connection *connection)
{
	char bytes[16384];
	ssize_t got;

	while ((got = recv(connection->socket, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		figures.received_bytes += (uint64_t)got;
		look_for_secret(connection, bytes, (size_t)got);
	}
	return got < 0 && errno == EAGAIN;
}

static bool connect_to(struct connection *connection, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memset(connection, 0, sizeof(*connection));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	connection->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(connection->socket, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(connection->socket);
		return false;
	}
	figures.connections++;
	connection->reads = !one_in(3);
	connection->next_id = 2;
	connection->object[connection->objects++] = (struct object){1, KIND_DISPLAY, false};
	return true;
}

static void note_global(struct connection *connection, const uint8_t *event, size_t size)
{
	uint32_t name;

	memcpy(&name, event + 8, 4);
	for (int kind = KIND_COMPOSITOR; kind < KINDS; kind++) {
		size_t length = strlen(kinds[kind].interface) + 1;

		if (size >= 16 + length && memcmp(event + 16, kinds[kind].interface, length) == 0) {
			connection->global[kind] = name;
			figures.operator_offered |= kind == KIND_OPERATOR;
		}
	}
}

/* Asks for the globals, so that most of what follows hits something. */
static bool read_globals(struct connection *connection)
{
	uint32_t registry = add_object(connection, KIND_REGISTRY);
	struct message message = {.length = 0};
	struct pollfd fd = {connection->socket, POLLIN, 0};
	uint8_t bytes[16384];
	ssize_t got;

	put(&message, 1);
	put(&message, 12u << 16 | 1);
	put(&message, registry);
	if (!send_message(connection, &message) || poll(&fd, 1, 5000) != 1) {
		return false;
	}
	got = recv(connection->socket, bytes, sizeof(bytes), 0);
	for (ssize_t at = 0; at + 16 <= got;) {
		uint32_t size;

		memcpy(&size, bytes + at + 4, 4);
		size >>= 16;
		if (size < 12 || at + (ssize_t)size > got) {
			break;
		}
		note_global(connection, bytes + at, size);
		at += (ssize_t)size;
	}
	return got > 0;
}

static void attack(struct connection *connection)
{
	for (uint32_t batches = 1 + below(300); batches > 0; batches--) {
		struct message message = {.length = 0};

		while (message.length < MESSAGE_BYTES - 256 && !one_in(30)) {
			add_request(connection, &message);
		}
		if (message.length == 0) {
			continue;
		}
		if (!send_message(connection, &message) ||
			(connection->reads && !drain(connection))) {
			figures.thrown_out++;
			break;
		}
	}
	drain(connection);
}

static double seconds_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char *argv[])
{
	struct connection connection;
	double end;

	if (argc < 4) {
		fprintf(stderr, "usage: fuzz-client SOCKET SECONDS SEED [SECRET]\n");
		return 2;
	}
	end = seconds_now() + strtod(argv[2], NULL);
	rng = strtoull(argv[3], NULL, 0);
	secret = argc > 4 ? argv[4] : "";
	while (seconds_now() < end) {
		if (!connect_to(&connection, argv[1])) {
			fprintf(stderr, "no connection: %s\n", strerror(errno));
			return 3;
		}
		if (read_globals(&connection)) {
			attack(&connection);
		}
		close(connection.socket);
	}
	printf("{\"connections\": %" PRIu64 ", \"messages\": %" PRIu64 ", \"malformed\": %" PRIu64
	       ", \"not_read\": %" PRIu64 ", \"received_bytes\": %" PRIu64
	       ", \"thrown_out\": %" PRIu64 ", \"operator_offered\": %s, \"secret_seen\": %s}\n",
		figures.connections, figures.messages, figures.malformed, figures.not_read,
		figures.received_bytes, figures.thrown_out,
		figures.operator_offered ? "true" : "false",
		figures.secret_seen ? "true" : "false");
	return figures.secret_seen ? 1 : 0;
}
