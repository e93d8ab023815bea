/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "history.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NSEC_PER_SEC ((int64_t)1000 * 1000 * 1000)
#define NSEC_PER_USEC ((int64_t)1000)

static struct incident *slot(struct history *h, uint64_t id)
{
	return &h->ring[(id - 1) % HISTORY_SIZE];
}

void history_init(struct history *h)
{
	memset(h, 0, sizeof(*h));
}

struct incident *history_begin(
	struct history *h, enum reset_status cause, uint64_t generation_from, int64_t now_ns)
{
	struct incident *incident;

	h->total++;
	incident = slot(h, h->total);
	*incident = (struct incident){
		.id = h->total,
		.cause = cause,
		.generation_from = generation_from,
		.t_detected = now_ns,
	};
	return incident;
}

struct incident *history_current(struct history *h)
{
	struct incident *newest;

	if (h->total == 0) {
		return NULL;
	}
	newest = slot(h, h->total);
	return newest->finished ? NULL : newest;
}

const struct incident *history_finish(struct history *h)
{
	struct incident *incident = history_current(h);

	if (incident) {
		incident->finished = true;
	}
	return incident;
}

size_t history_count(const struct history *h)
{
	return h->total < HISTORY_SIZE ? (size_t)h->total : HISTORY_SIZE;
}

const struct incident *history_get(const struct history *h, size_t age)
{
	if (age >= history_count(h)) {
		return NULL;
	}
	return history_find(h, h->total - age);
}

const struct incident *history_find(const struct history *h, uint64_t id)
{
	if (id == 0 || id > h->total || h->total - id >= HISTORY_SIZE) {
		return NULL;
	}
	return &h->ring[(id - 1) % HISTORY_SIZE];
}

void incident_set_guilty_task(struct incident *incident, const char *task)
{
	size_t size = sizeof(incident->guilty_task);
	size_t i;

	memset(incident->guilty_task, 0, size);
	for (i = 0; task && task[i] != '\0' && i < size - 1; i++) {
		unsigned char c = (unsigned char)task[i];

		/* Any process may give itself any name; the line is one line and stays parseable.
		 */
		incident->guilty_task[i] = (c < 0x20 || c > 0x7e || c == '"') ? '?' : task[i];
	}
}

/* Longest: "-" and 19 digits, a point, three digits, the end. */
struct duration {
	char text[32];
};

static struct duration duration(int64_t from_ns, int64_t to_ns)
{
	struct duration d = {.text = "-"};
	int64_t us;

	if (from_ns == 0 || to_ns == 0) {
		return d;
	}
	us = (to_ns - from_ns) / NSEC_PER_USEC;
	if (us < 0) {
		us = 0;
	}
	snprintf(d.text, sizeof(d.text), "%" PRId64 ".%03" PRId64, us / 1000, us % 1000);
	return d;
}

int history_format(const struct incident *incident, char *buf, size_t size)
{
	const struct incident *i = incident;
	struct duration wait = duration(i->t_detected, i->t_over);
	struct duration build = duration(i->t_over, i->t_rebuilt);
	struct duration frame = duration(i->t_detected, i->t_first_frame);
	bool task = i->guilty_task[0] != '\0';

	return snprintf(buf, size,
		"GPU reset: cause=%s id=%" PRIu64 " generation=%" PRIu64 "->%" PRIu64 " rung=%s"
		" detected=%" PRId64 ".%06" PRId64 " wait_ms=%s rebuild_ms=%s first_frame_ms=%s"
		" surfaces=%" PRIu32 " bytes=%" PRIu64 " lost=%" PRIu32 " attempts=%" PRIu32
		"%s%s%s",
		reset_status_name(i->cause), i->id, i->generation_from, i->generation_to,
		recovery_rung_name(i->rung), i->t_detected / NSEC_PER_SEC,
		i->t_detected % NSEC_PER_SEC / NSEC_PER_USEC, wait.text, build.text, frame.text,
		i->surfaces_restored, i->bytes_restored, i->surfaces_lost, i->attempts,
		task ? " task=\"" : "", task ? i->guilty_task : "", task ? "\"" : "");
}
