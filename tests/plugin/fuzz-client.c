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
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "fuzz-requests.h"

static const char *secret = "";

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
	connection->reads = !fuzz_one_in(3);
	connection->next_id = 2;
	connection->object[connection->objects++] = (struct object){1, KIND_DISPLAY, false};
	return true;
}

static void note_global(struct connection *connection, const uint8_t *event, size_t size)
{
	uint32_t name;

	memcpy(&name, event + 8, 4);
	for (int kind = KIND_COMPOSITOR; kind < KINDS; kind++) {
		size_t length = strlen(fuzz_interface(kind)) + 1;

		if (size >= 16 + length && memcmp(event + 16, fuzz_interface(kind), length) == 0) {
			connection->global[kind] = name;
			figures.operator_offered |= kind == KIND_OPERATOR;
		}
	}
}

/* Asks for the globals, so that most of what follows hits something. */
static bool read_globals(struct connection *connection)
{
	uint32_t registry = fuzz_add_object(connection, KIND_REGISTRY);
	struct message message = {.length = 0};
	struct pollfd fd = {connection->socket, POLLIN, 0};
	uint8_t bytes[16384];
	ssize_t got;

	fuzz_put(&message, 1);
	fuzz_put(&message, 12u << 16 | 1);
	fuzz_put(&message, registry);
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
	for (uint32_t batches = 1 + fuzz_below(300); batches > 0; batches--) {
		struct message message = {.length = 0};

		while (message.length < MESSAGE_BYTES - 256 && !fuzz_one_in(30)) {
			fuzz_add_request(connection, &message);
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
	fuzz_rng = strtoull(argv[3], NULL, 0);
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
