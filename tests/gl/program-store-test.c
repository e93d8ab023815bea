/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Programs from one session to the next. */
#include <stdlib.h>
#include <string.h>

#include "fake-host.h"
#include "gl-scene.h"
#include "gl/program-store.h"
#include "gl/program.h"
#include "test.h"

/* Where the number of programs is, on machines that begin with the low byte. */
#define COUNT_AT 12

struct session {
	struct fake_host host;
	struct renderer renderer;
};

static void begin(struct session *session, const struct program_store *store)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(session, 0, sizeof(*session));
	fake_host_init(&session->host, &session->renderer);
	session->host.base.programs = store;
	error = renderer_init(&session->renderer, &session->host.base, &options);
	test_assert_msg(!error, "%s; last calls:\n%s", error, fake_gl_log());
}

static void use(struct session *session, enum program_source source)
{
	const struct program_key key = {.source = source};
	char *log;

	test_assert(program_get(session->renderer.generation, &key, &log));
	free(log);
}

/* The plain colour is of the proof of life. */
static void use_all(struct session *session)
{
	use(session, PROGRAM_SOLID);
	use(session, PROGRAM_RGBA);
	use(session, PROGRAM_XYUV);
}

static void end(struct session *session)
{
	GLenum error = GL_NO_ERROR;

	test_assert(!generation_read_errors(session->renderer.generation, &error));
	test_assert_int_eq(error, GL_NO_ERROR);
	renderer_fini(&session->renderer);
	scene_check_no_misuse();
}

/* A session that starts with @store and uses all programs: how many it links, and takes. */
static void expect(const struct program_store *store, unsigned links, unsigned binaries)
{
	struct session session;

	fake_report.links = 0;
	fake_report.binaries = 0;
	begin(&session, store);
	use_all(&session);
	end(&session);
	test_assert_int_eq(fake_report.links, links);
	test_assert_int_eq(fake_report.binaries, binaries);
}

/* What a first session leaves behind. */
static void fill(struct program_store *store)
{
	struct session session;

	fake_gl_reset();
	memset(store, 0, sizeof(*store));
	begin(&session, NULL);
	use_all(&session);
	test_assert(program_store_take(store, session.renderer.generation));
	test_assert(!program_store_take(store, session.renderer.generation));
	end(&session);
	test_assert_int_eq(store->count, 3);
}

TEST(a_second_session_links_nothing)
{
	struct program_store first, second = {.count = 0};
	size_t size;
	void *bytes;

	fill(&first);
	bytes = program_store_encode(&first, &size);
	program_store_fini(&first);
	test_assert(program_store_decode(&second, bytes, size));
	expect(&second, 0, 3);
	expect(NULL, 3, 0);
	program_store_fini(&second);
	free(bytes);
	fake_gl_reset();
}

TEST(what_a_driver_refuses_is_linked)
{
	struct program_store store;

	fill(&store);
	fake_script.refuse_binaries = true;
	expect(&store, 3, 0);
	program_store_fini(&store);
	fake_gl_reset();
}

TEST(binaries_are_of_one_driver)
{
	struct program_store store;
	struct session session;

	fill(&store);
	fake_script.gl_renderer = "another";
	expect(&store, 3, 0);

	/* Both drivers' have room. */
	begin(&session, &store);
	use_all(&session);
	test_assert(program_store_take(&store, session.renderer.generation));
	end(&session);
	test_assert_int_eq(store.count, 6);
	expect(&store, 0, 3);
	program_store_fini(&store);
	fake_gl_reset();
}

TEST(binaries_are_of_one_source)
{
	struct program_store store;

	fill(&store);
	store.binaries[1]->source++;
	expect(&store, 1, 2);
	program_store_fini(&store);
	fake_gl_reset();
}

/* Strangers leave first, and what is there is not doubled. */
TEST(a_full_store_keeps_what_is_of_use)
{
	struct program_store store, others;
	struct session session;

	fill(&store);
	fill(&others);
	while (store.count < PROGRAM_STORE_MAX) {
		struct program_binary *copy = calloc(1, sizeof(*copy) + 1);

		copy->references = 1;
		copy->size = 1;
		copy->source = store.count;
		store.binaries[store.count++] = copy;
	}
	store.binaries[0]->driver++;
	begin(&session, &store);
	use_all(&session);
	test_assert(program_store_take(&store, session.renderer.generation));
	end(&session);
	test_assert_int_eq(store.count, PROGRAM_STORE_MAX);
	expect(&store, 0, 3);
	program_store_fini(&store);
	program_store_fini(&others);
	fake_gl_reset();
}

static bool decodes(const void *bytes, size_t size)
{
	struct program_store store = {.count = 0};
	bool ok = program_store_decode(&store, bytes, size);

	test_assert(ok || store.count == 0);
	program_store_fini(&store);
	return ok;
}

/* Of the right length to the byte, so that tools see each byte that is read beyond it. */
static bool decodes_copy(const unsigned char *bytes, size_t size)
{
	unsigned char *copy = malloc(size);
	bool ok;

	memcpy(copy, bytes, size);
	ok = decodes(copy, size);
	free(copy);
	return ok;
}

TEST(no_byte_may_change)
{
	struct program_store store;
	unsigned char *bytes;
	size_t size;

	fill(&store);
	bytes = program_store_encode(&store, &size);
	test_assert(decodes(bytes, size));
	for (size_t i = 0; i < size; i++) {
		bytes[i] ^= (unsigned char)(1u << i % 8);
		test_assert_msg(!decodes(bytes, size), "byte %zu of %zu", i, size);
		bytes[i] ^= 0xff;
		test_assert_msg(!decodes(bytes, size), "byte %zu of %zu", i, size);
		bytes[i] ^= 0xff ^ (unsigned char)(1u << i % 8);
	}
	test_assert(decodes(bytes, size));
	bytes[COUNT_AT]--;
	test_assert(!decodes(bytes, size));
	program_store_fini(&store);
	free(bytes);
	fake_gl_reset();
}

TEST(no_byte_may_be_missing)
{
	struct program_store store;
	unsigned char *bytes;
	size_t size;

	fill(&store);
	bytes = program_store_encode(&store, &size);
	for (size_t i = 0; i < size; i++) {
		test_assert_msg(!decodes_copy(bytes, i), "%zu bytes of %zu", i, size);
	}
	bytes = realloc(bytes, size + 1);
	bytes[size] = 0;
	test_assert(!decodes(bytes, size + 1));
	program_store_fini(&store);
	free(bytes);
	fake_gl_reset();
}

/* A proof of life that is drawn with something else fails. */
TEST(what_does_not_draw_is_linked)
{
	struct program_store store;
	uint64_t source;

	fill(&store);
	source = store.binaries[0]->source;
	store.binaries[0]->source = store.binaries[1]->source;
	store.binaries[1]->source = store.binaries[2]->source;
	store.binaries[2]->source = source;
	expect(&store, 3, 1);
	program_store_fini(&store);
	fake_gl_reset();
}

/* What earlier sessions knew is no reason to make it before it is needed. */
TEST(nothing_is_made_before_its_use)
{
	struct program_store store;
	struct session session;

	fill(&store);
	begin(&session, &store);
	test_assert_int_eq(fake_gl_live(FAKE_PROGRAM), 1);
	end(&session);
	program_store_fini(&store);
	fake_gl_reset();
}
