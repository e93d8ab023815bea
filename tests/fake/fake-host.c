/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "fake-host.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define JOBS_MAX (sizeof(((struct fake_host *)NULL)->jobs) / sizeof(struct job *))

#define START ((int64_t)1000 * 1000 * 1000 * 1000)

static struct fake_host *from_base(struct renderer_host *base)
{
	return (struct fake_host *)base;
}

static int64_t now_ns(struct renderer_host *base)
{
	return from_base(base)->now_ns;
}

static void set_timer(struct renderer_host *base, int64_t when_ns)
{
	from_base(base)->timer_ns = when_ns < 0 ? 0 : when_ns;
}

static void schedule_dispatch(struct renderer_host *base)
{
	from_base(base)->dispatch = true;
}

static void damage_all(struct renderer_host *base)
{
	struct fake_host *host = from_base(base);

	test_assert_msg(host->in_event, "damage_all outside of an event of the loop");
	host->damages++;
	host->repaint_wanted = true;
}

static void capture(struct renderer_host *base, const char *line)
{
	struct fake_host *host = from_base(base);

	test_assert_msg(!strchr(line, '\n'), "a newline in \"%s\"", line);
	host->lines++;
	snprintf(host->last_line, sizeof(host->last_line), "%s", line);
}

static void trace(struct renderer_host *base, const char *line)
{
	test_assert(line != NULL);
}

static bool start_job(struct renderer_host *base, struct job *job)
{
	struct fake_host *host = from_base(base);
	int slot = 0;

	if (host->no_threads) {
		return false;
	}
	while (slot < (int)JOBS_MAX && host->jobs[slot]) {
		slot++;
	}
	test_assert_msg(slot < (int)JOBS_MAX, "too many jobs at once");
	host->jobs[slot] = job;
	host->job_due_ns = host->now_ns + host->job_ns;
	return true;
}

static void remove_job(struct fake_host *host, struct job *job)
{
	int slot = 0;

	while (slot < (int)JOBS_MAX && host->jobs[slot] != job) {
		slot++;
	}
	test_assert_msg(slot < (int)JOBS_MAX, "no such job");
	host->jobs[slot] = NULL;
}

#define FORSAKEN_MAX 64
struct job *fake_host_forsaken[FORSAKEN_MAX];

/* As a thread that never returns does: what the job holds is never freed, and never lost. */
static void keep(struct job *job)
{
	static unsigned count;

	fake_host_forsaken[count++ % FORSAKEN_MAX] = job;
}

static bool join_job(struct renderer_host *base, struct job *job)
{
	struct fake_host *host = from_base(base);

	remove_job(host, job);
	if (host->job_ns < 0) {
		keep(job);
		return false;
	}
	job_run(job);
	return true;
}

static void forsake_job(struct renderer_host *base, struct job *job)
{
	remove_job(from_base(base), job);
	keep(job);
}

static bool run_job(struct fake_host *host)
{
	struct job *job = NULL;

	for (int slot = 0; slot < (int)JOBS_MAX && !job; slot++) {
		job = host->jobs[slot];
	}
	if (!job || host->job_ns < 0 || host->now_ns < host->job_due_ns) {
		return false;
	}
	remove_job(host, job);
	job_run(job);
	host->in_event = true;
	renderer_job_done(host->renderer, job);
	host->in_event = false;
	return true;
}

void fake_host_init(struct fake_host *host, struct renderer *renderer)
{
	*host = (struct fake_host){
		.base = {.now_ns = now_ns,
			.set_timer = set_timer,
			.schedule_dispatch = schedule_dispatch,
			.damage_all = damage_all,
			.start_job = start_job,
			.join_job = join_job,
			.forsake_job = forsake_job,
			.log = capture,
			.trace = trace},
		.renderer = renderer,
		.now_ns = START,
	};
}

/* \return false when nothing is due */
static bool do_one(struct fake_host *host)
{
	if (host->dispatch) {
		host->dispatch = false;
		host->in_event = true;
		renderer_dispatch(host->renderer);
		host->in_event = false;
	} else if (host->timer_ns != 0 && host->timer_ns <= host->now_ns) {
		host->timer_ns = 0;
		host->in_event = true;
		renderer_timer(host->renderer);
		host->in_event = false;
	} else if (run_job(host)) {
		return true;
	} else if (host->repaint_wanted && host->repaint) {
		host->repaint_wanted = false;
		host->repaint(host);
	} else {
		return false;
	}
	return true;
}

void fake_host_settle(struct fake_host *host)
{
	unsigned rounds = 0;

	while (do_one(host)) {
		test_assert_msg(rounds++ < 10000, "the host never comes to rest");
	}
}

/* \return when something happens by itself, 0: never */
static int64_t next_time(const struct fake_host *host)
{
	bool job = (host->jobs[0] || host->jobs[1]) && host->job_ns >= 0;

	if (!job) {
		return host->timer_ns;
	}
	return host->timer_ns != 0 && host->timer_ns < host->job_due_ns ? host->timer_ns
									: host->job_due_ns;
}

void fake_host_advance(struct fake_host *host, int64_t ns)
{
	int64_t until = host->now_ns + ns;

	fake_host_settle(host);
	while (next_time(host) != 0 && next_time(host) <= until) {
		host->now_ns = next_time(host) > host->now_ns ? next_time(host) : host->now_ns;
		fake_host_settle(host);
	}
	host->now_ns = until;
}
