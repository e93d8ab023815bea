/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gl/program-color.h"
#include "gl/program-source.h"

static const char vertex_source[] =
	"attribute vec2 position;\n"
	"uniform vec4 place[3];\n"
	"varying vec2 texcoord;\n"
	"vec2 map(vec4 linear, vec2 move)\n"
	"{\n"
	"	return vec2(dot(linear.xy, position), dot(linear.zw, position)) + move;\n"
	"}\n"
	"void main()\n"
	"{\n"
	"	texcoord = map(place[2], place[1].zw);\n"
	"	gl_Position = vec4(map(place[0], place[1].xy), 0.0, 1.0);\n"
	"}\n";

/* What becomes of it. */
static const char fragment_source[] =
	"uniform float alpha;\n"
	"uniform vec4 tint;\n"
	"void main()\n"
	"{\n"
	"	vec4 result = source();\n"
	"#ifdef OPAQUE\n"
	"	result.a = 1.0;\n"
	"#endif\n"
	"#ifdef COLOR\n"
	"	vec3 straight = result.a > 0.0 ? result.rgb / result.a : vec3(0.0);\n"
	"	result.rgb = color_transform(straight) * result.a;\n"
	"#endif\n"
	"#ifdef FADED\n"
	"	result *= alpha;\n"
	"#endif\n"
	"#ifdef TINT\n"
	"	result = result * (1.0 - tint.a) + tint;\n"
	"#endif\n"
	"	gl_FragColor = result;\n"
	"}\n";

static GLuint compile(const struct gl_api *api, GLenum type, const char *const *sources,
	GLsizei count, char **log)
{
	GLuint shader = api->glCreateShader(type);
	GLint ok = GL_FALSE;

	api->glShaderSource(shader, count, sources, NULL);
	api->glCompileShader(shader);
	api->glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
	if (ok) {
		return shader;
	}
	if (!*log) {
		*log = calloc(1, 1024);
	}
	if (*log) {
		api->glGetShaderInfoLog(shader, 1023, NULL, *log);
	}
	api->glDeleteShader(shader);
	return 0;
}

static bool has_color(const struct program_key *key)
{
	return key->pre || key->mapping || key->post;
}

static void make_defines(
	char *defines, size_t size, const struct gl_caps *caps, const struct program_key *key)
{
	char source[PROGRAM_SOURCE_DEFINES_MAX];

	program_source_defines(source, caps, key);
	snprintf(defines, size,
		"%s%s%s%s%s%s#define PRE %d\n#define MAPPING %d\n#define POST %d\n%s",
		key->mapping == COLOR_MAPPING_LUT ? "#extension GL_OES_texture_3D : require\n" : "",
		source, key->opaque ? "#define OPAQUE\n" : "", key->faded ? "#define FADED\n" : "",
		key->tint ? "#define TINT\n" : "", has_color(key) ? "#define COLOR\n" : "",
		key->pre, key->mapping, key->post,
		caps->fragment_highp ? "precision highp float;\n" : "precision mediump float;\n");
}

#define FRAGMENT_PARTS 4

/** What a program is made of, beside the vertex shader. */
struct sources {
	char defines[PROGRAM_SOURCE_DEFINES_MAX + 256];
	const char *fragment[FRAGMENT_PARTS];
	uint64_t id; // of all of it, the vertex shader included
};

static void make_sources(
	struct sources *sources, const struct gl_caps *caps, const struct program_key *key)
{
	const int position = PROGRAM_ATTRIB_POSITION; // linked in as well

	make_defines(sources->defines, sizeof(sources->defines), caps, key);
	sources->fragment[0] = sources->defines;
	sources->fragment[1] = program_source_text;
	sources->fragment[2] = has_color(key) ? program_color_source : "";
	sources->fragment[3] = fragment_source;
	sources->id = program_hash_bytes(PROGRAM_HASH_EMPTY, &position, sizeof(position));
	sources->id = program_hash_text(sources->id, vertex_source);
	for (int i = 0; i < FRAGMENT_PARTS; i++) {
		sources->id = program_hash_text(sources->id, sources->fragment[i]);
	}
}

static GLuint link_program(const struct gl_api *api, GLuint vertex, GLuint fragment, char **log)
{
	GLuint name = api->glCreateProgram();
	GLint ok = GL_FALSE;

	api->glAttachShader(name, vertex);
	api->glAttachShader(name, fragment);
	api->glBindAttribLocation(name, PROGRAM_ATTRIB_POSITION, "position");
	api->glLinkProgram(name);
	api->glGetProgramiv(name, GL_LINK_STATUS, &ok);
	if (ok) {
		return name;
	}
	if (!*log) {
		*log = calloc(1, 1024);
	}
	if (*log) {
		api->glGetProgramInfoLog(name, 1023, NULL, *log);
	}
	api->glDeleteProgram(name);
	return 0;
}

static GLuint build(struct generation *gen, const struct sources *sources, char **log)
{
	const struct gl_api *api = gen->api;
	const char *const vertex_sources[] = {vertex_source};
	GLuint vertex, fragment, name = 0;

	vertex = compile(api, GL_VERTEX_SHADER, vertex_sources, 1, log);
	fragment = compile(api, GL_FRAGMENT_SHADER, sources->fragment, FRAGMENT_PARTS, log);
	if (vertex && fragment) {
		name = link_program(api, vertex, fragment, log);
	}
	/* A linked program keeps its shaders alive; glDeleteShader ignores 0. */
	api->glDeleteShader(vertex);
	api->glDeleteShader(fragment);
	return name;
}

static void find_uniforms(struct generation *gen, struct program *program)
{
	const struct gl_api *api = gen->api;

	program->place = api->glGetUniformLocation(program->name, "place");
	program->color = api->glGetUniformLocation(program->name, "color");
	program->alpha = api->glGetUniformLocation(program->name, "alpha");
	program->alpha_set = -1.0f;
	program->tint = api->glGetUniformLocation(program->name, "tint");
	if (has_color(&program->key)) {
		program_find_color_uniforms(gen, program);
	}
}

/* NULL: it has to be linked. */
static struct program_binary *find_inherited(
	const struct generation *gen, const struct program *program, uint64_t source)
{
	const struct program_set *set = gen->inherited;

	for (unsigned i = 0; set && i < set->count; i++) {
		if (set->keys[i].code == program->key.code) {
			return set->binaries[i];
		}
	}
	return set && set->store ? program_store_find(set->store, gen, source) : NULL;
}

static void make(struct generation *gen, struct program *program, char **log)
{
	struct program_binary *binary;
	struct sources sources;

	make_sources(&sources, &gen->caps, &program->key);
	binary = find_inherited(gen, program, sources.id);
	if (binary) {
		program->name = program_binary_load(gen, binary, sources.id);
	}
	if (program->name) {
		program->binary = program_binary_ref(binary);
		return;
	}
	program->name = build(gen, &sources, log);
	if (program->name) {
		program->binary = program_binary_take(gen, program->name, sources.id);
	}
}

struct program *program_get(struct generation *gen, const struct program_key *key, char **log)
{
	struct program *program;

	*log = NULL;
	wl_list_for_each (program, &gen->programs, link) {
		if (program->key.code == key->code) {
			return program->name ? program : NULL;
		}
	}
	program = calloc(1, sizeof(*program));
	if (!program) {
		return NULL;
	}
	program->key = *key;
	wl_list_insert(&gen->programs, &program->link);
	make(gen, program, log);
	if (!program->name) {
		/* What it should have drawn is missing: as wrong a picture as with any error. */
		generation_note_error(gen, GL_INVALID_OPERATION);
		return NULL;
	}
	find_uniforms(gen, program);
	program_source_set_units(gen, program);
	return program;
}

static void add(
	struct program_set *set, struct program_key key, struct program_binary *binary, bool used)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (set->keys[i].code == key.code) {
			set->used[i] |= used;
			return;
		}
	}
	if (set->count < PROGRAM_SET_MAX) {
		set->keys[set->count] = key;
		set->binaries[set->count] = program_binary_ref(binary);
		set->used[set->count++] = used;
	}
}

void program_set_collect(struct program_set *set, const struct generation *gen, bool drew)
{
	struct program_set before = *set;
	const struct program *program;

	memset(set->binaries, 0, sizeof(set->binaries));
	set->count = 0;
	wl_list_for_each (program, &gen->programs, link) {
		if (program->name) {
			add(set, program->key, program->binary, program->used);
		}
	}
	/* What it had no need of was not made. One that drew nothing tells nothing. */
	for (unsigned i = 0; i < before.count; i++) {
		add(set, before.keys[i], before.binaries[i], before.used[i] && !drew);
	}
	program_set_forget_binaries(&before);
}

void program_forget_uses(struct generation *gen)
{
	struct program *program;

	wl_list_for_each (program, &gen->programs, link) {
		program->used = false;
	}
	gen->bound_program = NULL;
}

void program_set_copy(struct program_set *copy, const struct program_set *set)
{
	*copy = *set;
	copy->store = NULL;
	for (unsigned i = 0; i < PROGRAM_SET_MAX; i++) {
		program_binary_ref(copy->binaries[i]);
	}
}

void program_set_forget_binaries(struct program_set *set)
{
	for (unsigned i = 0; i < PROGRAM_SET_MAX; i++) {
		program_binary_unref(set->binaries[i]);
		set->binaries[i] = NULL;
	}
}

void program_destroy(struct generation *gen, struct program *program, bool lost)
{
	if (!lost && program->name) {
		gen->api->glDeleteProgram(program->name);
	}
	program_binary_unref(program->binary);
	wl_list_remove(&program->link);
	free(program);
}
