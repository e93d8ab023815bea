/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * doc/recovery.md holds the state table. This test reads it there and checks each row against the
 * code, and that no pair of state and event is missing: the document can't drift from the code.
 */
#include <stdio.h>
#include <string.h>

#include "recovery-rig.h"
#include "test.h"

#define STATUS_COUNT (RESET_STATUS_PURGED + 1)

struct row {
	enum recovery_state state;
	enum recovery_event event;
	enum reset_status status;
	char next[32];
	char orders[128];
	int line;
};

static void append(char *text, size_t size, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used > 0 ? " " : "", word);
}

static void describe_timer(const struct rig *rig, char *text, size_t size)
{
	int64_t at = rig->orders.timer_ns;
	char word[32];

	if (at == RECOVERY_TIMER_DISARM) {
		append(text, size, "timer-off");
	} else if (at != RECOVERY_TIMER_KEEP) {
		snprintf(word, sizeof(word), "timer+%lldms", (long long)((at - rig->now) / MSEC));
		append(text, size, word);
	}
}

/* The orders in the words of the document. */
static void describe(const struct rig *rig, bool bug, char *text, size_t size)
{
	const struct recovery_orders *o = &rig->orders;
	char word[32];

	text[0] = '\0';
	if (o->abandon_rebuild) {
		append(text, size, "abandon-rebuild");
	}
	if (o->drop) {
		append(text, size, o->drop == RECOVERY_DROP_LOST ? "drop-lost" : "drop-alive");
	}
	if (o->rebuild) {
		snprintf(word, sizeof(word), "rebuild-%s", recovery_rung_name(o->rung));
		append(text, size, word);
	}
	if (o->restore) {
		append(text, size, "restore");
	}
	if (o->damage_all) {
		append(text, size, "damage-all");
	}
	describe_timer(rig, text, size);
	if (o->query) {
		append(text, size, "query");
	}
	if (o->probe_hardware) {
		append(text, size, "probe");
	}
	if (o->give_up) {
		append(text, size, "give-up");
	}
	if (bug) {
		append(text, size, "bug");
	}
	if (text[0] == '\0') {
		append(text, size, "-");
	}
}

static bool has_status(enum recovery_event event)
{
	return event == RECOVERY_EVENT_LOST || event == RECOVERY_EVENT_STATUS;
}

static void check_row(const struct row *row)
{
	char orders[128];
	struct rig rig;
	uint64_t bugs;

	rig_init(&rig, NULL);
	rig_enter(&rig, row->state);
	bugs = rig.r.bugs;
	if (row->event == RECOVERY_EVENT_TIMER && rig.timer != 0) {
		rig.now = rig.timer;
	}
	rig_feed_status(&rig, row->event, row->status);
	describe(&rig, rig.r.bugs != bugs, orders, sizeof(orders));
	if (strcmp(recovery_state_name(rig.r.state), row->next) != 0 ||
		strcmp(orders, row->orders) != 0) {
		test_fail("doc/recovery.md:%d: %s, %s %s: the code says %s, %s", row->line,
			recovery_state_name(row->state), recovery_event_name(row->event),
			has_status(row->event) ? reset_status_name(row->status) : "",
			recovery_state_name(rig.r.state), orders);
	}
}

/* Parsing */

static bool take_cell(char **at, char *cell, size_t size)
{
	char *end;
	size_t length;

	*at += strspn(*at, " |`");
	end = strchr(*at, '|');
	if (!end) {
		return false;
	}
	length = (size_t)(end - *at);
	while (length > 0 && strchr(" `", (*at)[length - 1])) {
		length--;
	}
	snprintf(cell, size, "%.*s", (int)length, *at);
	*at = end;
	return true;
}

static bool parse_state(const char *name, enum recovery_state *state)
{
	for (*state = 0; *state < RECOVERY_STATE_COUNT; (*state)++) {
		if (strcmp(name, recovery_state_name(*state)) == 0) {
			return true;
		}
	}
	return false;
}

static bool parse_event(const char *name, enum recovery_event *event)
{
	for (*event = 0; *event < RECOVERY_EVENT_COUNT; (*event)++) {
		if (strcmp(name, recovery_event_name(*event)) == 0) {
			return true;
		}
	}
	return false;
}

static bool parse_status(const char *name, enum reset_status *status)
{
	for (*status = 0; *status < STATUS_COUNT; (*status)++) {
		if (strcmp(name, reset_status_name(*status)) == 0) {
			return true;
		}
	}
	return false;
}

typedef void (*row_handler)(const struct row *row, void *data);

/* One event of a cell: "timer", or "lost guilty/innocent". */
static void expand_statuses(char *item, struct row *row, row_handler handle, void *data)
{
	char *save, *word;

	word = strtok_r(item, " `/", &save);
	test_assert_msg(parse_event(word, &row->event), "line %d: event %s?", row->line, word);
	row->status = RESET_STATUS_NONE;
	if (!has_status(row->event)) {
		handle(row, data);
		return;
	}
	while ((word = strtok_r(NULL, " `/", &save))) {
		test_assert_msg(
			parse_status(word, &row->status), "line %d: status %s?", row->line, word);
		handle(row, data);
	}
}

static void parse_row(char *line, struct row *row, row_handler handle, void *data)
{
	char state[64], events[256];
	char *at = line, *save, *item;

	/* Other tables have fewer columns; a damaged row shows up as a missing pair. */
	if (line[0] != '|' || !take_cell(&at, state, sizeof(state)) ||
		!parse_state(state, &row->state) || !take_cell(&at, events, sizeof(events)) ||
		!take_cell(&at, row->next, sizeof(row->next)) ||
		!take_cell(&at, row->orders, sizeof(row->orders))) {
		return;
	}
	for (item = strtok_r(events, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
		expand_statuses(item, row, handle, data);
	}
}

static void for_each_row(row_handler handle, void *data)
{
	char line[512];
	struct row row = {0};
	FILE *doc = fopen(RECOVERY_DOC, "r");

	test_assert_msg(doc != NULL, "no %s", RECOVERY_DOC);
	while (fgets(line, sizeof(line), doc)) {
		row.line++;
		parse_row(line, &row, handle, data);
	}
	fclose(doc);
}

static void handle_check(const struct row *row, void *data)
{
	check_row(row);
}

static void handle_seen(const struct row *row, void *data)
{
	unsigned(*seen)[RECOVERY_EVENT_COUNT][STATUS_COUNT] = data;

	seen[row->state][row->event][has_status(row->event) ? row->status : 0]++;
}

TEST(every_row_of_the_document_holds)
{
	for_each_row(handle_check, NULL);
}

TEST(the_document_has_every_pair_once)
{
	static unsigned seen[RECOVERY_STATE_COUNT][RECOVERY_EVENT_COUNT][STATUS_COUNT];
	enum recovery_state s;
	enum recovery_event e;
	enum reset_status status;

	for_each_row(handle_seen, seen);
	for (s = 0; s < RECOVERY_STATE_COUNT; s++) {
		for (e = 0; e < RECOVERY_EVENT_COUNT; e++) {
			for (status = 0; status < (has_status(e) ? STATUS_COUNT : 1); status++) {
				test_assert_msg(seen[s][e][status] == 1, "%s, %s %s: %u rows",
					recovery_state_name(s), recovery_event_name(e),
					has_status(e) ? reset_status_name(status) : "",
					seen[s][e][status]);
			}
		}
	}
}

FAIL_TEST(a_wrong_row_is_noticed)
{
	struct row row = {
		.state = RECOVERY_RUNNING, .event = RECOVERY_EVENT_FRAME, .next = "waiting"};

	check_row(&row);
}
