/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "schedule.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static struct fault_schedule parse(const char *text)
{
	struct fault_schedule schedule;
	char error[128];

	test_assert_msg(fault_schedule_parse(&schedule, text, error, sizeof error),
		"'%s' is rejected: %s", text, error);
	return schedule;
}

static void rejects(const char *text, const char *reason)
{
	struct fault_schedule schedule;
	char error[128];

	test_assert_msg(!fault_schedule_parse(&schedule, text, error, sizeof error),
		"'%s' is accepted", text);
	test_assert_str_eq(error, reason);
	test_assert_int_eq(schedule.n_clauses, 0);
}

/* Opportunities 0 … n-1 as a string: 'x' where the first clause strikes. */
static const char *strikes(struct fault_schedule *schedule, int n)
{
	static char picture[256];

	for (int i = 0; i < n; i++) {
		picture[i] = fault_schedule_step(schedule, FAULT_AT_FRAME, NULL, true) ? 'x' : '.';
	}
	picture[n] = '\0';
	return picture;
}

TEST(defaults)
{
	struct fault_schedule s = parse("at=frame");

	test_assert_int_eq(s.n_clauses, 1);
	test_assert_int_eq(s.clauses[0].at, FAULT_AT_FRAME);
	test_assert_int_eq(s.clauses[0].space, 0);
	test_assert_int_eq(s.clauses[0].interval, 1);
	test_assert_int_eq(s.clauses[0].times, 1);
	test_assert_int_eq(s.clauses[0].probability, FAULT_PROBABILITY_ONE);
	test_assert_int_eq(s.clauses[0].cause, FAULT_CAUSE_INNOCENT);
	test_assert_int_eq(s.clauses[0].queries, 3);
	test_assert_int_eq(s.clauses[0].ms, -1);
	test_assert_int_eq(s.clauses[0].modes, 1 << FAULT_MODE_LOST);
}

TEST(rings_and_the_guilty_one)
{
	struct fault_schedule s = parse("ring=1+3 guilty=2; ring=32; at=frame");

	test_assert_int_eq(s.clauses[0].ring, 5);
	test_assert_int_eq(s.clauses[0].guilty, 2);
	test_assert_int_eq(s.clauses[1].ring, (int64_t)1 << 31);
	test_assert_int_eq(s.clauses[1].guilty, 0);
	test_assert_int_eq(s.clauses[2].ring, 0);
	rejects("ring=0", "clause 1: bad share group '0' of ring");
	rejects("ring=1+33", "clause 1: bad share group '33' of ring");
	rejects("ring=", "clause 1: bad share group '' of ring");
	rejects("guilty=0", "clause 1: bad value '0' of guilty");
}

TEST(nothing_is_no_clause)
{
	test_assert_int_eq(parse("").n_clauses, 0);
	test_assert_int_eq(parse(" ;, ;;\n").n_clauses, 0);
	test_assert_int_eq(parse("hide-robustness=1").n_clauses, 0);
}

TEST(separators_and_clauses)
{
	struct fault_schedule s =
		parse("at=frame,space=2 interval=3;cause=guilty\tqueries=7\n; at=call call=gl*");

	test_assert_int_eq(s.n_clauses, 3);
	test_assert_int_eq(s.clauses[0].space, 2);
	test_assert_int_eq(s.clauses[0].interval, 3);
	test_assert_int_eq(s.clauses[1].at, FAULT_AT_NOW);
	test_assert_int_eq(s.clauses[1].cause, FAULT_CAUSE_GUILTY);
	test_assert_int_eq(s.clauses[1].queries, 7);
	test_assert_int_eq(s.clauses[2].at, FAULT_AT_CALL);
	test_assert_str_eq(s.clauses[2].call, "gl*");
}

TEST(call_implies_at_call)
{
	test_assert_int_eq(parse("call=glClear").clauses[0].at, FAULT_AT_CALL);
	test_assert_str_eq(parse("at=call").clauses[0].call, "*");
}

TEST(modes)
{
	struct fault_schedule s = parse("mode=create-fails:2+oom-upload;mode=zombie:display;"
					"mode=lost+make-current-error+garbage;mode=swap-error:-1;"
					"mode=during-rebuild;mode=during-rebuild+call-fails");

	test_assert_int_eq(
		s.clauses[0].modes, 1 << FAULT_MODE_CREATE_FAILS | 1 << FAULT_MODE_OOM_UPLOAD);
	test_assert_int_eq(s.clauses[0].counts[FAULT_MODE_CREATE_FAILS], 2);
	test_assert_int_eq(s.clauses[0].counts[FAULT_MODE_OOM_UPLOAD], 1);
	test_assert_int_eq(fault_clause_loses(&s.clauses[0]), false);
	test_assert_int_eq(s.clauses[1].modes, 1 << FAULT_MODE_LOST | 1 << FAULT_MODE_ZOMBIE);
	test_assert_int_eq(s.clauses[1].counts[FAULT_MODE_ZOMBIE], FAULT_PER_DISPLAY);
	test_assert_int_eq(s.clauses[2].modes, 1 << FAULT_MODE_LOST |
						       1 << FAULT_MODE_MAKE_CURRENT_ERROR |
						       1 << FAULT_MODE_GARBAGE);
	test_assert_int_eq(s.clauses[3].counts[FAULT_MODE_SWAP_ERROR], FAULT_UNLIMITED);
	test_assert_int_eq(fault_clause_loses(&s.clauses[4]), true);
	test_assert_int_eq(fault_clause_loses(&s.clauses[5]), false);
}

TEST(durations)
{
	struct fault_schedule s = parse("ms=50;ms=2s;at=time space=3s interval=250ms;forever");

	test_assert_int_eq(s.clauses[0].ms, 50);
	test_assert_int_eq(s.clauses[0].queries, -1);
	test_assert_int_eq(s.clauses[1].ms, 2000);
	test_assert_int_eq(s.clauses[2].space, 3000);
	test_assert_int_eq(s.clauses[2].interval, 250);
	test_assert_int_eq(s.clauses[3].forever, true);
}

TEST(hidden_extensions)
{
	struct fault_schedule s = parse("hide=A_b,C_d+E_f space=1 hide=G_h;hide-robustness=1");

	test_assert_str_eq(s.hide, "A_b C_d E_f G_h ");
	test_assert_int_eq(s.hide_robustness, true);
	test_assert_int_eq(s.n_clauses, 1);
}

TEST(another_renderer)
{
	struct fault_schedule s = parse("renderer=some-GPU hide=A_b,C_d renderer=another");

	test_assert_str_eq(s.renderer, "another");
	test_assert_str_eq(s.hide, "A_b C_d ");
	test_assert_str_eq(parse("hide=A_b").renderer, "");
}

TEST(percentages)
{
	test_assert_int_eq(parse("probability=100%").clauses[0].probability, 1000000);
	test_assert_int_eq(parse("probability=0").clauses[0].probability, 0);
	test_assert_int_eq(parse("probability=12.5%").clauses[0].probability, 125000);
	test_assert_int_eq(parse("probability=0.0001%").clauses[0].probability, 1);
	test_assert_int_eq(parse("probability=0.00001%").clauses[0].probability, 0);
}

TEST(errors_say_where_and_what)
{
	rejects("spcae=3", "clause 1: unknown key 'spcae'");
	rejects("at=frame;at=noon", "clause 2: unknown point 'noon'");
	rejects("cause=me", "clause 1: unknown cause 'me'");
	rejects("mode=lost+dead", "clause 1: unknown mode 'dead'");
	rejects("mode=create-fails:0", "clause 1: bad count '0' of mode create-fails");
	rejects("mode=oom-upload:display", "clause 1: bad count 'display' of mode oom-upload");
	rejects("space=-1", "clause 1: bad value '-1' of space");
	rejects("space=", "clause 1: bad value '' of space");
	rejects("interval=0", "clause 1: bad value '0' of interval");
	rejects("times=-2", "clause 1: bad value '-2' of times");
	rejects("times=3x", "clause 1: bad value '3x' of times");
	rejects("times=99999999999999999999",
		"clause 1: bad value '99999999999999999999' of times");
	rejects("probability=100.1%", "clause 1: bad value '100.1%' of probability");
	rejects("probability=%", "clause 1: bad value '%' of probability");
	rejects("lost", "clause 1: 'lost' is not key=value");
	rejects("forever queries=2", "clause 1: forever excludes queries and ms");
	rejects("at=frame call=glClear", "clause 1: call= needs at=call");
	rejects("hide=", "clause 1: hide: no name");
	rejects("renderer=", "clause 1: renderer: no name");
	rejects("renderer=0123456789012345678901234567890123456789012345678901234567890123",
		"clause 1: renderer: name too long");
	rejects("hide-robustness=yes", "clause 1: hide-robustness is 0 or 1, not 'yes'");
}

TEST(too_many_clauses)
{
	char text[FAULT_MAX_CLAUSES * 12 + 16] = "";

	for (int i = 0; i <= FAULT_MAX_CLAUSES; i++) {
		strcat(text, "at=frame;");
	}
	rejects(text, "clause 17: more than 16 clauses");
}

TEST(error_buffer_is_respected)
{
	struct fault_schedule s;
	char error[8] = "zzzzzzz";

	test_assert(!fault_schedule_parse(&s, "unknown=1", error, 5));
	test_assert_str_eq(error, "clau");
	test_assert_int_eq(error[5], 'z');
	test_assert(!fault_schedule_parse(&s, "unknown=1", NULL, 0));
}

TEST(space_then_interval_then_times)
{
	struct fault_schedule s = parse("at=frame space=2 interval=3 times=3");

	test_assert_str_eq(strikes(&s, 14), "..x..x..x.....");
}

TEST(once_by_default_and_without_end)
{
	struct fault_schedule once = parse("at=frame");
	struct fault_schedule always = parse("at=frame times=-1");
	struct fault_schedule never = parse("at=frame times=0");

	test_assert_str_eq(strikes(&once, 4), "x...");
	test_assert_str_eq(strikes(&always, 4), "xxxx");
	test_assert_str_eq(strikes(&never, 4), "....");
}

TEST(points_and_names_are_told_apart)
{
	struct fault_schedule s =
		parse("call=glClear times=-1;call=glC* times=-1;at=frame times=-1");

	test_assert_int_eq(fault_schedule_step(&s, FAULT_AT_CALL, "glClear", false), 3);
	test_assert_int_eq(fault_schedule_step(&s, FAULT_AT_CALL, "glCullFace", false), 2);
	test_assert_int_eq(fault_schedule_step(&s, FAULT_AT_CALL, "glFlush", false), 0);
	test_assert_int_eq(fault_schedule_step(&s, FAULT_AT_FRAME, NULL, false), 4);
}

TEST(during_rebuild_counts_only_there)
{
	struct fault_schedule s = parse("at=call space=1 mode=during-rebuild");

	for (int i = 0; i < 5; i++) {
		test_assert_int_eq(fault_schedule_step(&s, FAULT_AT_CALL, "glFlush", false), 0);
	}
	test_assert_int_eq(fault_schedule_step(&s, FAULT_AT_CALL, "glFlush", true), 0);
	test_assert_int_eq(fault_schedule_step(&s, FAULT_AT_CALL, "glFlush", true), 1);
}

TEST(armed_until_used_up)
{
	struct fault_schedule s = parse("at=frame times=2");

	test_assert(fault_schedule_armed(&s, FAULT_AT_FRAME));
	test_assert(!fault_schedule_armed(&s, FAULT_AT_CALL));
	strikes(&s, 2);
	test_assert(!fault_schedule_armed(&s, FAULT_AT_FRAME));
}

TEST(time_strikes_once_per_moment)
{
	struct fault_schedule s = parse("at=time space=100 interval=50 times=3");

	test_assert_int_eq(fault_schedule_elapse(&s, 99, false), 0);
	test_assert_int_eq(fault_schedule_elapse(&s, 100, false), 1);
	test_assert_int_eq(fault_schedule_elapse(&s, 101, false), 0);
	/* Two moments went by unseen: one strike. */
	test_assert_int_eq(fault_schedule_elapse(&s, 240, false), 1);
	test_assert_int_eq(fault_schedule_elapse(&s, 249, false), 0);
	test_assert_int_eq(fault_schedule_elapse(&s, 250, false), 1);
	test_assert_int_eq(fault_schedule_elapse(&s, 1000, false), 0);
}

TEST(chance_repeats_by_seed_and_follows_probability)
{
	struct fault_schedule a = parse("at=frame probability=25% times=-1 seed=7");
	struct fault_schedule b = parse("at=frame probability=25% times=-1 seed=7");
	struct fault_schedule c = parse("at=frame probability=25% times=-1 seed=8");
	int struck = 0;
	int differing = 0;

	for (int i = 0; i < 20000; i++) {
		uint32_t of_a = fault_schedule_step(&a, FAULT_AT_FRAME, NULL, false);
		test_assert_int_eq(fault_schedule_step(&b, FAULT_AT_FRAME, NULL, false), of_a);
		differing += fault_schedule_step(&c, FAULT_AT_FRAME, NULL, false) != of_a;
		struck += (int)of_a;
	}
	test_assert_msg(struck > 4700 && struck < 5300, "%d of 20000 at 25 %%", struck);
	test_assert(differing > 1000);
}
