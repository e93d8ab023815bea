/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "record.h"

#include <stdio.h>
#include <string.h>

#include "renderer.h"

/* Longest line made here: history_format() with every key filled. */
#define LINE_MAX_BYTES 512

/* A task that the kernel named belongs to a reset that is seen this long before or after it. */
#define GUILTY_TASK_NS ((int64_t)10 * 1000 * 1000 * 1000)

/* How long a whole frame is waited for after a rebuild. */
#define WHOLE_FRAME_NS ((int64_t)1000 * 1000 * 1000)

static int64_t now(struct record *record)
{
	return record->host->now_ns(record->host);
}

void record_init(struct record *record, struct renderer_host *host)
{
	memset(record, 0, sizeof(*record));
	record->host = host;
	history_init(&record->history);
}

static void name_guilty_task(struct record *record)
{
	struct incident *incident = history_current(&record->history);

	if (incident && record->guilty_task[0] &&
		now(record) - record->guilty_task_ns < GUILTY_TASK_NS) {
		incident_set_guilty_task(incident, record->guilty_task);
	}
}

void record_loss(struct record *record, enum reset_status status, uint64_t generation_id)
{
	history_begin(&record->history, status == RESET_STATUS_NONE ? RESET_STATUS_UNKNOWN : status,
		generation_id, now(record));
	name_guilty_task(record);
	record->awaiting_first_frame = false;
	history_current(&record->history)->simulated = record->simulating;
	record->simulating = false;
	if (record->news) {
		record->news->incident_began(record->news, history_current(&record->history));
	}
}

void record_phase(struct record *record, enum phase phase, enum recovery_rung rung, bool ok)
{
	const struct incident *incident = history_current(&record->history);
	struct span *span = &record->phase;

	if (span->phase != PHASE_NONE && record->news) {
		span->end_ns = now(record);
		span->ok = ok;
		record->news->span_ended(record->news, span);
	}
	*span = (struct span){
		.incident = incident ? incident->id : 0,
		.phase = phase,
		.rung = rung,
		.begin_ns = now(record),
	};
}

void record_guilty_task(struct record *record, const char *task)
{
	snprintf(record->guilty_task, sizeof(record->guilty_task), "%s", task);
	record->guilty_task_ns = now(record);
	name_guilty_task(record);
}

void record_wait_over(struct record *record)
{
	struct incident *incident = history_current(&record->history);

	if (incident && !incident->t_over) {
		incident->t_over = now(record);
	}
}

void record_attempt(struct record *record, enum recovery_rung rung)
{
	struct incident *incident = history_current(&record->history);

	if (incident) {
		incident->rung = rung;
		incident->attempts++;
	}
}

void record_rebuilt(struct record *record, const struct generation *gen)
{
	struct incident *incident = history_current(&record->history);

	record->awaiting_first_frame = true;
	record->before = gen->counters;
	if (incident) {
		incident->t_rebuilt = now(record);
		incident->generation_to = gen->id;
	}
}

void record_whole_frame(
	struct record *record, const struct generation *gen, enum reset_status cause)
{
	struct incident *incident = history_current(&record->history);

	if (!record->awaiting_first_frame) {
		return;
	}
	record->awaiting_first_frame = false;
	record_phase(record, PHASE_NONE, RUNG_CONTEXT, true);
	if (incident) {
		const struct generation_counters *after = &gen->counters;

		incident->t_first_frame = now(record);
		record->recoveries++;
		incident->surfaces_restored =
			(uint32_t)(after->restored_surfaces - record->before.restored_surfaces);
		incident->surfaces_lost =
			(uint32_t)(after->lost_surfaces - record->before.lost_surfaces);
		incident->bytes_restored = after->restored_bytes - record->before.restored_bytes;
		record_finish(record, cause);
	}
}

void record_expire(struct record *record, enum reset_status cause)
{
	const struct incident *incident = history_current(&record->history);

	if (incident && record->awaiting_first_frame &&
		now(record) - incident->t_rebuilt > WHOLE_FRAME_NS) {
		record->awaiting_first_frame = false;
		record_phase(record, PHASE_NONE, RUNG_CONTEXT, false);
		record_finish(record, cause);
	}
}

void record_finish(struct record *record, enum reset_status cause)
{
	struct incident *open = history_current(&record->history);
	char line[LINE_MAX_BYTES];

	if (!open) {
		return;
	}
	/* A bare EGL_CONTEXT_LOST comes first, and the precise status with a later query. */
	if (cause != RESET_STATUS_NONE && open->cause == RESET_STATUS_UNKNOWN) {
		open->cause = cause;
	}
	history_format(history_finish(&record->history), line, sizeof(line));
	record->host->log(record->host, line);
	if (record->news) {
		record->news->incident_ended(record->news, open);
	}
}
