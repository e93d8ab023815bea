/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "schedule.h"

#include <fnmatch.h>

bool fault_clause_loses(const struct fault_clause *clause)
{
	return clause->modes & 1u << FAULT_MODE_LOST;
}

static uint32_t random_millionths(struct fault_clause *c)
{
	c->random ^= c->random >> 12;
	c->random ^= c->random << 25;
	c->random ^= c->random >> 27;
	return (uint32_t)((c->random * 0x2545f4914f6cdd1du) >> 33) % FAULT_PROBABILITY_ONE;
}

static bool exhausted(const struct fault_clause *c)
{
	return c->times != FAULT_UNLIMITED && c->struck >= c->times;
}

static bool draw(struct fault_clause *c)
{
	if (c->probability < FAULT_PROBABILITY_ONE && random_millionths(c) >= c->probability) {
		return false;
	}
	c->struck++;
	return true;
}

static bool clause_step(struct fault_clause *c)
{
	int64_t n = c->seen++;

	return n >= c->space && (n - c->space) % c->interval == 0 && draw(c);
}

uint32_t fault_schedule_step(
	struct fault_schedule *schedule, enum fault_point point, const char *call, bool rebuilding)
{
	uint32_t struck = 0;

	for (int i = 0; i < schedule->n_clauses; i++) {
		struct fault_clause *c = &schedule->clauses[i];
		if (c->at != point || exhausted(c) ||
			(fault_clause_has(c, FAULT_MODE_DURING_REBUILD) && !rebuilding) ||
			(point == FAULT_AT_CALL && fnmatch(c->call, call, 0) != 0)) {
			continue;
		}
		if (clause_step(c)) {
			struck |= 1u << i;
		}
	}
	return struck;
}

uint32_t fault_schedule_elapse(struct fault_schedule *schedule, int64_t elapsed_ms, bool rebuilding)
{
	uint32_t struck = 0;

	for (int i = 0; i < schedule->n_clauses; i++) {
		struct fault_clause *c = &schedule->clauses[i];
		if (c->at != FAULT_AT_TIME || exhausted(c) || elapsed_ms < c->space ||
			(fault_clause_has(c, FAULT_MODE_DURING_REBUILD) && !rebuilding)) {
			continue;
		}
		/* seen holds how many moments have been used up, gone by or not. */
		int64_t due = (elapsed_ms - c->space) / c->interval + 1;
		if (due > c->seen) {
			c->seen = due;
			struck |= draw(c) ? 1u << i : 0;
		}
	}
	return struck;
}

bool fault_schedule_armed(const struct fault_schedule *schedule, enum fault_point point)
{
	for (int i = 0; i < schedule->n_clauses; i++) {
		if (schedule->clauses[i].at == point && !exhausted(&schedule->clauses[i])) {
			return true;
		}
	}
	return false;
}

void fault_schedule_prune(struct fault_schedule *schedule)
{
	int kept = 0;

	for (int i = 0; i < schedule->n_clauses; i++) {
		if (!exhausted(&schedule->clauses[i])) {
			schedule->clauses[kept++] = schedule->clauses[i];
		}
	}
	schedule->n_clauses = kept;
}
