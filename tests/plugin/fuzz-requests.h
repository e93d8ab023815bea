/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Random and malformed requests: for fuzz-client. */
#ifndef WESTON_ROBUST_TESTS_PLUGIN_FUZZ_REQUESTS_H
#define WESTON_ROBUST_TESTS_PLUGIN_FUZZ_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct fuzz_figures {
	uint64_t connections;
	uint64_t messages;
	uint64_t malformed;
	uint64_t received_bytes;
	uint64_t thrown_out;
	uint64_t not_read;
	bool operator_offered;
	bool secret_seen;
};

extern struct fuzz_figures figures;

/** The generator's state: the same seed gives the same requests. */
extern uint64_t fuzz_rng;

/** A number below @limit. */
uint32_t fuzz_below(uint32_t limit);

/** True once in @count times. */
bool fuzz_one_in(uint32_t count);

/** The name of the interface, as in the registry. */
const char *fuzz_interface(enum kind kind);

/** Appends four bytes, as far as there is room. */
void fuzz_put(struct message *message, uint32_t value);

/** A number for a new object of that kind; mostly the next one. */
uint32_t fuzz_add_object(struct connection *connection, enum kind kind);

/** Appends a request, that may be malformed, or nothing. The message owns the files in it. */
void fuzz_add_request(struct connection *connection, struct message *message);

#endif
