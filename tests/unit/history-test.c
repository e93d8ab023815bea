/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include <string.h>

#include "history.h"
#include "test.h"

#define MSEC ((int64_t)1000 * 1000)

static struct incident example(void)
{
	return (struct incident){
		.id = 3,
		.cause = RESET_STATUS_INNOCENT,
		.generation_from = 1,
		.generation_to = 2,
		.rung = RUNG_CONTEXT,
		.t_detected = INT64_C(12345678901234),
		.t_over = INT64_C(12345678901234) + 1 * MSEC,
		.t_rebuilt = INT64_C(12345678901234) + 21 * MSEC + 500000,
		.t_first_frame = INT64_C(12345678901234) + 35 * MSEC,
		.attempts = 1,
		.surfaces_restored = 7,
		.surfaces_lost = 2,
		.bytes_restored = 4194304,
	};
}

TEST(empty)
{
	struct history h;

	history_init(&h);
	test_assert_int_eq(history_count(&h), 0);
	test_assert(!history_current(&h));
	test_assert(!history_finish(&h));
	test_assert(!history_get(&h, 0));
	test_assert(!history_find(&h, 0));
	test_assert(!history_find(&h, 1));
}

TEST(begin_update_finish)
{
	struct incident *incident;
	struct history h;

	history_init(&h);
	incident = history_begin(&h, RESET_STATUS_GUILTY, 4, 1000);
	test_assert(history_current(&h) == incident);
	test_assert_int_eq(incident->id, 1);
	test_assert_int_eq(incident->generation_from, 4);
	test_assert_int_eq(incident->t_detected, 1000);
	test_assert_int_eq(incident->cause, RESET_STATUS_GUILTY);
	incident->attempts = 5;
	test_assert(history_finish(&h) == incident);
	test_assert(!history_current(&h));
	test_assert(!history_finish(&h));
	test_assert_int_eq(history_get(&h, 0)->attempts, 5);
	test_assert(history_get(&h, 0)->finished);
}

TEST(the_ring_keeps_the_newest)
{
	struct history h;
	uint64_t i;

	history_init(&h);
	for (i = 1; i <= 100; i++) {
		history_begin(&h, RESET_STATUS_UNKNOWN, i, (int64_t)i)->attempts = (uint32_t)i;
		test_assert_int_eq(history_count(&h), i < HISTORY_SIZE ? i : HISTORY_SIZE);
		test_assert_int_eq(history_get(&h, 0)->id, i);
	}
	for (i = 0; i < HISTORY_SIZE; i++) {
		test_assert_int_eq(history_get(&h, i)->id, 100 - i);
		test_assert_int_eq(history_get(&h, i)->attempts, 100 - i);
		test_assert(history_find(&h, 100 - i) == history_get(&h, i));
	}
	test_assert(!history_get(&h, HISTORY_SIZE));
	test_assert(!history_find(&h, 100 - HISTORY_SIZE));
	test_assert(!history_find(&h, 101));
}

TEST(a_reused_slot_is_clean)
{
	struct history h;
	int i;

	history_init(&h);
	incident_set_guilty_task(history_begin(&h, RESET_STATUS_GUILTY, 1, 1), "glxgears");
	history_finish(&h);
	for (i = 0; i < HISTORY_SIZE; i++) {
		history_begin(&h, RESET_STATUS_INNOCENT, 1, 1);
	}
	test_assert_str_eq(history_get(&h, 0)->guilty_task, "");
	test_assert(!history_get(&h, 0)->finished);
}

TEST(the_line)
{
	struct incident incident = example();
	char line[512];
	int length = history_format(&incident, line, sizeof(line));

	test_assert_str_eq(line,
		"GPU reset: cause=innocent id=3 generation=1->2 rung=context detected=12345.678901"
		" wait_ms=1.000 rebuild_ms=20.500 first_frame_ms=35.000 surfaces=7 bytes=4194304"
		" lost=2 attempts=1");
	test_assert_int_eq(length, strlen(line));
}

TEST(phases_not_reached_read_as_a_dash)
{
	struct incident incident = example();
	char line[512];

	incident.t_over = 0;
	incident.t_rebuilt = 0;
	incident.t_first_frame = 0;
	history_format(&incident, line, sizeof(line));
	test_assert(strstr(line, " wait_ms=- rebuild_ms=- first_frame_ms=- surfaces=") != NULL);
}

TEST(the_guilty_task_is_named)
{
	struct incident incident = example();
	char line[512];

	incident_set_guilty_task(&incident, "bad\nname\"\x7f");
	history_format(&incident, line, sizeof(line));
	test_assert(strstr(line, " attempts=1 task=\"bad?name??\"") != NULL);
	incident_set_guilty_task(&incident, "gr\xc3\xb6\xff");
	test_assert_str_eq(incident.guilty_task, "gr???");
	incident_set_guilty_task(&incident, NULL);
	test_assert_str_eq(incident.guilty_task, "");
}

TEST(a_long_task_name_is_cut)
{
	struct incident incident = example();
	char name[200];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	incident_set_guilty_task(&incident, name);
	test_assert_int_eq(strlen(incident.guilty_task), sizeof(incident.guilty_task) - 1);
}

TEST(a_short_buffer_is_not_overrun)
{
	struct incident incident = example();
	char line[512], cut[20];
	int length = history_format(&incident, line, sizeof(line));

	memset(cut, '#', sizeof(cut));
	test_assert_int_eq(history_format(&incident, cut, 10), length);
	test_assert_str_eq(cut, "GPU reset");
	test_assert_int_eq(cut[10], '#');
	test_assert_int_eq(history_format(&incident, NULL, 0), length);
}
