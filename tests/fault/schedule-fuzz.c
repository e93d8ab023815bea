/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Fuzz the schedule parser and what it yields.
 *
 * With clang -fsanitize=fuzzer -DFUZZING it is a libFuzzer target. Without, it runs the files of
 * its arguments (the committed corpus) and then seeded mutations of them.
 */
#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "schedule-fuzz: %s\n", what);
		abort();
	}
}

static void exercise(struct fault_schedule *schedule)
{
	for (int i = 0; i < 8; i++) {
		uint32_t known = (1u << schedule->n_clauses) - 1;
		check((fault_schedule_step(schedule, FAULT_AT_CALL, "glClear", i & 1) & ~known) ==
				0,
			"a clause that is not there strikes");
		check((fault_schedule_elapse(schedule, i * 1000, i & 1) & ~known) == 0,
			"a clause that is not there strikes");
		fault_schedule_step(schedule, FAULT_AT_FRAME, NULL, i & 1);
	}
	for (int i = 0; i < schedule->n_clauses; i++) {
		const struct fault_clause *c = &schedule->clauses[i];
		check(c->times == FAULT_UNLIMITED || c->struck <= c->times, "struck too often");
		check(strlen(c->call) < FAULT_CALL_MAX, "call is not terminated");
		check(c->interval > 0, "interval is not positive");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault_schedule schedule;
	char error[40];
	char *text = malloc(size + 1);

	check(text, "out of memory");
	memcpy(text, data, size);
	text[size] = '\0';
	if (fault_schedule_parse(&schedule, text, error, sizeof error)) {
		check(error[0] == '\0', "an error without a failure");
	} else {
		check(error[0] != '\0' && strlen(error) < sizeof error,
			"a failure without an error");
		check(schedule.n_clauses == 0, "clauses after a failure");
	}
	check(strlen(schedule.hide) < FAULT_HIDE_MAX, "hide is not terminated");
	check(strlen(schedule.renderer) < FAULT_RENDERER_MAX, "renderer is not terminated");
	exercise(&schedule);
	free(text);
	return 0;
}

#ifndef FUZZING
#define INPUT_MAX 4096
#define MUTATIONS 2000

static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void mutate(const uint8_t *data, size_t size, uint64_t seed)
{
	static const char alphabet[] = "=;,:+%.- 019spacetimqurlodhyzNX\n";
	uint8_t copy[INPUT_MAX];
	uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;

	for (int i = 0; i < MUTATIONS; i++) {
		memcpy(copy, data, size);
		for (uint64_t n = next(&state) % 6 + 1; n > 0; n--) {
			copy[next(&state) % size] =
				(uint8_t)alphabet[next(&state) % (sizeof alphabet - 1)];
		}
		LLVMFuzzerTestOneInput(copy, next(&state) % (size + 1));
		LLVMFuzzerTestOneInput(copy, size);
	}
}

int main(int argc, char **argv)
{
	uint8_t data[INPUT_MAX];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t size = f ? fread(data, 1, sizeof data, f) : 0;
		if (size == 0) {
			fprintf(stderr, "schedule-fuzz: can't read %s\n", argv[i]);
			return 1;
		}
		fclose(f);
		LLVMFuzzerTestOneInput(data, size);
		mutate(data, size, (uint64_t)i);
	}
	return argc > 1 ? 0 : 2;
}
#endif
