/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "schedule.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MAX 256
#define LARGEST 1000000000000000 /* sums of these must not overflow */

struct parser {
	struct fault_schedule *schedule;
	struct fault_clause clause;
	bool clause_used; // the clause holds more than settings of the whole schedule
	bool at_given;
	bool in_hide_list; // hide=A,B: words without '=' go on with the list
	int number;        // of the clause in the text, from 1
	char *error;
	size_t error_size;
};

static const char *const point_names[] = {"now", "call", "frame", "time", NULL};
static const char *const cause_names[] = {"guilty", "innocent", "unknown", "purged", NULL};
static const char *const mode_names[] = {"lost", "zombie", "swap-error", "make-current-error",
	"create-fails", "oom-upload", "image-fails", "garbage", "during-rebuild", "call-fails",
	"silent", NULL};

/* A loss is what these modes build upon, so they need no "lost+" in front. */
static const uint32_t modes_that_lose = 1u << FAULT_MODE_LOST | 1u << FAULT_MODE_ZOMBIE |
					1u << FAULT_MODE_GARBAGE | 1u << FAULT_MODE_SILENT;

const char *fault_cause_name(enum fault_cause cause)
{
	return cause_names[cause];
}

static bool fail(struct parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct parser *p, const char *format, ...)
{
	char reason[200];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof reason, format, args);
	va_end(args);
	if (p->error_size > 0) {
		snprintf(p->error, p->error_size, "clause %d: %s", p->number, reason);
	}
	return false;
}

static int index_of(const char *const *names, const char *word)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], word) == 0) {
			return i;
		}
	}
	return -1;
}

static bool parse_integer(const char *text, int64_t min, int64_t *value)
{
	char *end;

	errno = 0;
	long long v = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v < min || v > LARGEST) {
		return false;
	}
	*value = v;
	return true;
}

static bool parse_duration_ms(const char *text, int64_t *ms)
{
	char number[32];
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;
	int64_t scale = 1;

	if (digits == 0 || digits >= 16) {
		return false;
	}
	if (strcmp(unit, "s") == 0) {
		scale = 1000;
	} else if (*unit != '\0' && strcmp(unit, "ms") != 0) {
		return false;
	}
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!parse_integer(number, 0, ms)) {
		return false;
	}
	*ms *= scale;
	return true;
}

/* By hand: strtod() would want the decimal comma in a process with such a locale. */
static bool parse_percent(const char *text, uint32_t *millionths)
{
	uint32_t value = 0;
	uint32_t scale = FAULT_PROBABILITY_ONE / 100;
	bool any = false;

	for (; *text >= '0' && *text <= '9'; text++) {
		value = value * 10 + (uint32_t)(*text - '0') * scale;
		any = true;
		if (value > FAULT_PROBABILITY_ONE) {
			return false;
		}
	}
	if (*text == '.') {
		for (text++; *text >= '0' && *text <= '9'; text++) {
			scale /= 10;
			value += (uint32_t)(*text - '0') * scale;
			any = true;
		}
	}
	if (*text == '%') {
		text++;
	}
	*millionths = value;
	return any && *text == '\0' && value <= FAULT_PROBABILITY_ONE;
}

static bool parse_mode_count(const char *text, enum fault_mode mode, int64_t *count)
{
	bool has_display = mode == FAULT_MODE_ZOMBIE || mode == FAULT_MODE_CREATE_FAILS;

	if (has_display && strcmp(text, "display") == 0) {
		*count = FAULT_PER_DISPLAY;
		return true;
	}
	if (strcmp(text, "-1") == 0) {
		*count = FAULT_UNLIMITED;
		return true;
	}
	return parse_integer(text, 1, count);
}

static bool parse_modes(struct parser *p, char *text)
{
	char *rest = text;
	char *word;

	p->clause.modes = 0;
	while ((word = strsep(&rest, "+"))) {
		char *count = strchr(word, ':');
		if (count) {
			*count++ = '\0';
		}
		int mode = index_of(mode_names, word);
		if (mode < 0) {
			return fail(p, "unknown mode '%s'", word);
		}
		p->clause.modes |= 1u << mode;
		if (count && !parse_mode_count(count, mode, &p->clause.counts[mode])) {
			return fail(p, "bad count '%s' of mode %s", count, word);
		}
	}
	/* during-rebuild says when; what, is a loss unless another mode says otherwise. */
	if ((p->clause.modes & modes_that_lose) ||
		p->clause.modes == 1u << FAULT_MODE_DURING_REBUILD) {
		p->clause.modes |= 1u << FAULT_MODE_LOST;
	}
	return true;
}

static bool parse_ring(struct parser *p, char *text)
{
	char *rest = text;
	char *word;

	p->clause.ring = 0;
	while ((word = strsep(&rest, "+"))) {
		int64_t number;

		if (!parse_integer(word, 1, &number) || number > FAULT_RING_MAX) {
			return fail(p, "bad share group '%s' of ring", word);
		}
		p->clause.ring |= 1u << (number - 1);
	}
	return true;
}

static bool add_hidden(struct parser *p, const char *names)
{
	char *list = p->schedule->hide;
	size_t used = strlen(list);
	size_t n = strlen(names);

	if (n == 0 || used + n + 2 > FAULT_HIDE_MAX) {
		return fail(p, "hide: %s", n == 0 ? "no name" : "list too long");
	}
	for (size_t i = 0; i < n; i++) {
		list[used + i] = names[i] == '+' ? ' ' : names[i];
	}
	memcpy(list + used + n, " ", 2);
	return true;
}

static bool set_renderer(struct parser *p, const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= FAULT_RENDERER_MAX) {
		return fail(p, "renderer: %s", n == 0 ? "no name" : "name too long");
	}
	memcpy(p->schedule->renderer, name, n + 1);
	return true;
}

/* Keys that belong to the schedule as a whole. Returns -1 when key is none of them. */
static int parse_global(struct parser *p, const char *key, const char *value)
{
	bool *flag = NULL;

	if (strcmp(key, "hide") == 0) {
		p->in_hide_list = true;
		return add_hidden(p, value);
	}
	if (strcmp(key, "renderer") == 0) {
		return set_renderer(p, value);
	}
	if (strcmp(key, "hide-robustness") == 0) {
		flag = &p->schedule->hide_robustness;
	} else if (strcmp(key, "offer-purge") == 0) {
		flag = &p->schedule->offer_purge;
	} else {
		return -1;
	}
	if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0) {
		return fail(p, "%s is 0 or 1, not '%s'", key, value);
	}
	*flag = *value == '1';
	return true;
}

static bool parse_number(struct parser *p, const char *key, const char *value)
{
	struct fault_clause *c = &p->clause;
	int64_t seed;
	bool ok;

	if (strcmp(key, "space") == 0) {
		ok = parse_duration_ms(value, &c->space);
	} else if (strcmp(key, "interval") == 0) {
		ok = parse_duration_ms(value, &c->interval) && c->interval > 0;
	} else if (strcmp(key, "probability") == 0) {
		ok = parse_percent(value, &c->probability);
	} else if (strcmp(key, "seed") == 0) {
		ok = parse_integer(value, 0, &seed);
		c->seed = ok ? (uint64_t)seed : 0;
	} else if (strcmp(key, "times") == 0) {
		ok = parse_integer(value, -1, &c->times);
	} else if (strcmp(key, "guilty") == 0) {
		ok = parse_integer(value, 1, &c->guilty);
	} else if (strcmp(key, "queries") == 0) {
		ok = parse_integer(value, 0, &c->queries);
	} else if (strcmp(key, "ms") == 0) {
		ok = parse_duration_ms(value, &c->ms);
	} else {
		return fail(p, "unknown key '%s'", key);
	}
	return ok || fail(p, "bad value '%s' of %s", value, key);
}

static bool parse_call(struct parser *p, const char *value)
{
	if (*value == '\0' || strlen(value) >= FAULT_CALL_MAX) {
		return fail(p, "bad value '%s' of call", value);
	}
	strcpy(p->clause.call, value);
	if (!p->at_given) {
		p->clause.at = FAULT_AT_CALL;
	}
	return true;
}

static bool parse_pair(struct parser *p, const char *key, char *value)
{
	int known;

	known = parse_global(p, key, value);
	if (known >= 0) {
		return known;
	}
	p->clause_used = true;
	if (strcmp(key, "at") == 0) {
		known = index_of(point_names, value);
		p->clause.at = known;
		p->at_given = true;
		return known >= 0 || fail(p, "unknown point '%s'", value);
	}
	if (strcmp(key, "cause") == 0) {
		known = index_of(cause_names, value);
		p->clause.cause = known;
		return known >= 0 || fail(p, "unknown cause '%s'", value);
	}
	if (strcmp(key, "mode") == 0) {
		return parse_modes(p, value);
	}
	if (strcmp(key, "ring") == 0) {
		return parse_ring(p, value);
	}
	if (strcmp(key, "call") == 0) {
		return parse_call(p, value);
	}
	return parse_number(p, key, value);
}

static bool parse_token(struct parser *p, char *token)
{
	char *value = strchr(token, '=');

	if (value) {
		*value++ = '\0';
		p->in_hide_list = false;
		return parse_pair(p, token, value);
	}
	if (p->in_hide_list) {
		return add_hidden(p, token);
	}
	if (strcmp(token, "forever") == 0) {
		p->clause.forever = true;
		p->clause_used = true;
		return true;
	}
	return fail(p, "'%s' is not key=value", token);
}

static void begin_clause(struct parser *p)
{
	p->clause = (struct fault_clause){
		.at = FAULT_AT_NOW,
		.interval = 1,
		.probability = FAULT_PROBABILITY_ONE,
		.times = 1,
		.cause = FAULT_CAUSE_INNOCENT,
		.queries = -1,
		.ms = -1,
		.modes = 1u << FAULT_MODE_LOST,
	};
	for (int i = 0; i < FAULT_MODE_COUNT; i++) {
		p->clause.counts[i] = 1;
	}
	p->clause_used = false;
	p->at_given = false;
	p->in_hide_list = false;
	p->number++;
}

static bool end_clause(struct parser *p)
{
	struct fault_clause *c = &p->clause;

	if (!p->clause_used) {
		return true;
	}
	if (c->call[0] != '\0' && c->at != FAULT_AT_CALL) {
		return fail(p, "call= needs at=call");
	}
	if (c->at == FAULT_AT_CALL && c->call[0] == '\0') {
		strcpy(c->call, "*");
	}
	if (c->forever && (c->queries >= 0 || c->ms >= 0)) {
		return fail(p, "forever excludes queries and ms");
	}
	if (!c->forever && c->queries < 0 && c->ms < 0) {
		c->queries = 3;
	}
	if (p->schedule->n_clauses == FAULT_MAX_CLAUSES) {
		return fail(p, "more than %d clauses", FAULT_MAX_CLAUSES);
	}
	/* Seed 0 is a fixed point of xorshift. */
	c->random = c->seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du;
	p->schedule->clauses[p->schedule->n_clauses++] = *c;
	return true;
}

static bool parse_clause(struct parser *p, const char *text, size_t length)
{
	static const char separators[] = ", \t\n\r";
	const char *end = text + length;
	char token[TOKEN_MAX];

	begin_clause(p);
	while (text < end) {
		size_t n = 0;
		while (text + n < end && !strchr(separators, text[n])) {
			n++;
		}
		if (n >= sizeof token) {
			return fail(p, "a word of %zu characters", n);
		}
		memcpy(token, text, n);
		token[n] = '\0';
		if (n > 0 && !parse_token(p, token)) {
			return false;
		}
		text += n + 1;
	}
	return end_clause(p);
}

bool fault_schedule_parse(
	struct fault_schedule *schedule, const char *text, char *error, size_t error_size)
{
	struct parser p = {.schedule = schedule, .error = error, .error_size = error_size};

	memset(schedule, 0, sizeof *schedule);
	if (error_size > 0) {
		error[0] = '\0';
	}
	for (;;) {
		size_t n = strcspn(text, ";");
		if (!parse_clause(&p, text, n)) {
			memset(schedule, 0, sizeof *schedule);
			return false;
		}
		if (text[n] == '\0') {
			return true;
		}
		text += n + 1;
	}
}
