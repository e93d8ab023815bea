/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/program-store.h"

#include <stdlib.h>
#include <string.h>

#include "gl/program.h"

/* Changes with the form. */
#define MAGIC "wrprog1\n"

/* Reads otherwise on machines of the other byte order. */
#define BYTE_ORDER_MARK 0x01020304u

struct header {
	char magic[8];
	uint32_t byte_order;
	uint32_t count;
	uint64_t bytes; // of everything
};

/** Its bytes follow. */
struct entry {
	uint64_t checksum; // of what follows, bytes included
	uint64_t driver;
	uint64_t source;
	uint32_t format;
	uint32_t size;
};

static uint64_t checksum_of(const struct entry *entry, const void *bytes)
{
	const size_t skip = sizeof(entry->checksum);
	uint64_t hash = program_hash_bytes(
		PROGRAM_HASH_EMPTY, (const char *)entry + skip, sizeof(*entry) - skip);

	return program_hash_bytes(hash, bytes, entry->size);
}

struct program_binary *program_store_find(
	const struct program_store *store, const struct generation *gen, uint64_t source)
{
	uint64_t driver = store->count > 0 ? program_binary_driver(gen) : 0;

	for (unsigned i = 0; i < store->count; i++) {
		struct program_binary *binary = store->binaries[i];

		if (binary->source == source && binary->driver == driver) {
			return binary;
		}
	}
	return NULL;
}

static bool same_kind(const struct program_binary *a, const struct program_binary *b)
{
	return a->source == b->source && a->driver == b->driver;
}

static bool same_bytes(const struct program_binary *a, const struct program_binary *b)
{
	return a == b || (a->format == b->format && a->size == b->size &&
				 memcmp(a->bytes, b->bytes, (size_t)a->size) == 0);
}

/* Where @binary goes: its like, a free place, or another driver's; PROGRAM_STORE_MAX: nowhere. */
static unsigned find_place(const struct program_store *store, const struct program_binary *binary)
{
	unsigned place = store->count;

	for (unsigned i = 0; i < store->count; i++) {
		if (same_kind(store->binaries[i], binary)) {
			return i;
		}
	}
	for (unsigned i = 0; i < store->count && place == PROGRAM_STORE_MAX; i++) {
		if (store->binaries[i]->driver != binary->driver) {
			place = i;
		}
	}
	return place;
}

static bool add(struct program_store *store, struct program_binary *binary)
{
	unsigned place = find_place(store, binary);

	if (place == PROGRAM_STORE_MAX ||
		(place < store->count && same_kind(store->binaries[place], binary) &&
			same_bytes(store->binaries[place], binary))) {
		return false;
	}
	if (place < store->count) {
		program_binary_unref(store->binaries[place]);
	} else {
		store->count++;
	}
	store->binaries[place] = program_binary_ref(binary);
	return true;
}

bool program_store_take(struct program_store *store, const struct generation *gen)
{
	const struct program *program;
	bool changed = false;

	wl_list_for_each (program, &gen->programs, link) {
		if (program->name && program->binary) {
			changed |= add(store, program->binary);
		}
	}
	return changed;
}

static size_t encoded_size(const struct program_store *store)
{
	size_t size = sizeof(struct header);

	for (unsigned i = 0; i < store->count; i++) {
		size += sizeof(struct entry) + (size_t)store->binaries[i]->size;
	}
	return size;
}

void *program_store_encode(const struct program_store *store, size_t *size)
{
	struct header header = {.magic = MAGIC, .byte_order = BYTE_ORDER_MARK};
	unsigned char *bytes, *at;

	*size = encoded_size(store);
	bytes = *size <= PROGRAM_STORE_BYTES_MAX ? malloc(*size) : NULL;
	if (!bytes) {
		return NULL;
	}
	header.count = store->count;
	header.bytes = *size;
	memcpy(bytes, &header, sizeof(header));
	at = bytes + sizeof(header);
	for (unsigned i = 0; i < store->count; i++) {
		const struct program_binary *binary = store->binaries[i];
		struct entry entry = {.driver = binary->driver,
			.source = binary->source,
			.format = binary->format,
			.size = (uint32_t)binary->size};

		entry.checksum = checksum_of(&entry, binary->bytes);
		memcpy(at, &entry, sizeof(entry));
		memcpy(at + sizeof(entry), binary->bytes, entry.size);
		at += sizeof(entry) + entry.size;
	}
	return bytes;
}

/* Returns how many bytes of @at it took; 0: they are not right. */
static size_t decode_entry(struct program_store *store, const unsigned char *at, size_t left)
{
	struct program_binary *binary;
	struct entry entry;

	if (left < sizeof(entry)) {
		return 0;
	}
	memcpy(&entry, at, sizeof(entry));
	if (entry.size == 0 || entry.size > PROGRAM_BINARY_BYTES_MAX ||
		entry.size > left - sizeof(entry) ||
		checksum_of(&entry, at + sizeof(entry)) != entry.checksum) {
		return 0;
	}
	binary = calloc(1, sizeof(*binary) + entry.size);
	if (!binary) {
		return 0;
	}
	binary->references = 1;
	binary->driver = entry.driver;
	binary->source = entry.source;
	binary->format = entry.format;
	binary->size = (GLsizei)entry.size;
	memcpy(binary->bytes, at + sizeof(entry), entry.size);
	store->binaries[store->count++] = binary;
	return sizeof(entry) + entry.size;
}

static bool decode_entries(struct program_store *store, unsigned count, const unsigned char *at,
	const unsigned char *end)
{
	while (store->count < count) {
		size_t taken = decode_entry(store, at, (size_t)(end - at));

		if (taken == 0) {
			return false;
		}
		at += taken;
	}
	return at == end;
}

bool program_store_decode(struct program_store *store, const void *bytes, size_t size)
{
	const unsigned char *begin = bytes;
	struct header header;

	if (size < sizeof(header)) {
		return false;
	}
	memcpy(&header, begin, sizeof(header));
	if (memcmp(header.magic, MAGIC, sizeof(header.magic)) != 0 ||
		header.byte_order != BYTE_ORDER_MARK || header.bytes != size ||
		header.count > PROGRAM_STORE_MAX) {
		return false;
	}
	if (decode_entries(store, header.count, begin + sizeof(header), begin + size)) {
		return true;
	}
	program_store_fini(store);
	return false;
}

void program_store_fini(struct program_store *store)
{
	for (unsigned i = 0; i < store->count; i++) {
		program_binary_unref(store->binaries[i]);
	}
	*store = (struct program_store){.count = 0};
}
