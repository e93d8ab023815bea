/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl.h"

static void now_text(char *text, size_t size)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	ctl_wall_time((uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec, text, size);
}

static const char *event_name(enum connection_news news)
{
	switch (news) {
	case NEWS_STATE:
		return "state";
	case NEWS_BEGAN:
		return "reset-began";
	case NEWS_RECOVERED:
		return "recovered";
	case NEWS_UNFINISHED:
		return "unfinished";
	case NEWS_INCIDENT:
		return "incident";
	case NEWS_REVOKED:
		return "revoked";
	default:
		return NULL; // answers to requests that watch does not make
	}
}

static void json_details(
	struct json *json, const struct connection *connection, enum connection_news news)
{
	const struct report_incident *recovered = &connection->recovered;

	switch (news) {
	case NEWS_STATE:
		json_string(json, "state", report_state_name(connection->report->state));
		json_uint(json, "generation", connection->report->generation);
		break;
	case NEWS_BEGAN:
		json_string(json, "cause", report_cause_name(connection->began_cause));
		json_uint(json, "generation", connection->began_generation);
		break;
	case NEWS_RECOVERED:
		json_uint(json, "generation", recovered->generation_to);
		json_thousandths(json, "over_ms", recovered->over_us);
		json_thousandths(json, "rebuilt_ms", recovered->rebuilt_us);
		json_thousandths(json, "first_frame_ms", recovered->first_frame_us);
		json_uint(json, "surfaces_restored", recovered->surfaces_restored);
		json_uint(json, "surfaces_lost", recovered->surfaces_lost);
		break;
	case NEWS_INCIDENT:
		ctl_json_incident(json, "incident", report_last_incident(connection->report));
		break;
	default:
		break;
	}
}

static void print_json(struct ctl *ctl, enum connection_news news)
{
	struct json json = {.one_line = true};
	char when[96];

	now_text(when, sizeof(when));
	ctl_json_begin(ctl, &json);
	json_string(&json, "event", event_name(news));
	json_string(&json, "at", when);
	json_details(&json, &ctl->connection, news);
	json_finish(&json);
}

static void print_text(const struct connection *connection, enum connection_news news)
{
	const struct report_incident *recovered = &connection->recovered;
	char when[96];

	if (news == NEWS_INCIDENT) {
		ctl_print_incident(report_last_incident(connection->report));
		putchar('\n');
		return;
	}
	now_text(when, sizeof(when));
	printf("%s  ", when);
	switch (news) {
	case NEWS_STATE:
		printf("state %s, generation %" PRIu64 "\n",
			report_state_name(connection->report->state),
			connection->report->generation);
		break;
	case NEWS_BEGAN:
		printf("GPU reset, cause %s: generation %" PRIu64 " is lost\n",
			report_cause_name(connection->began_cause), connection->began_generation);
		break;
	case NEWS_RECOVERED:
		printf("whole again after %.1f ms: generation %" PRIu64 ", %" PRIu32
		       " surfaces restored, %" PRIu32 " lost\n",
			recovered->first_frame_us / 1000.0, recovered->generation_to,
			recovered->surfaces_restored, recovered->surfaces_lost);
		break;
	case NEWS_UNFINISHED:
		puts("no whole frame came of it");
		break;
	default:
		puts("we are no operator any more");
		break;
	}
}

static void heard(void *data, struct connection *connection, enum connection_news news)
{
	struct ctl *ctl = data;

	if (!event_name(news)) {
		return;
	}
	if (ctl->json) {
		print_json(ctl, news);
	} else {
		print_text(connection, news);
	}
	fflush(stdout);
	/* Operators get an incident after recovered or unfinished: that one is the end. */
	bool ended = connection->report->have_permissions && !connection->report->revoked
			     ? news == NEWS_INCIDENT
			     : news == NEWS_RECOVERED || news == NEWS_UNFINISHED;

	if (ended && ctl->limit && --ctl->limit == 0) {
		connection_stop();
	}
}

static void interrupted(int number)
{
	connection_stop();
}

enum ctl_exit ctl_watch(struct ctl *ctl)
{
	struct sigaction action = {.sa_handler = interrupted};
	enum ctl_exit result;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	ctl->connection.news = heard;
	ctl->connection.data = ctl;
	result = ctl_open(ctl, false);
	if (result != CTL_OK) {
		return result;
	}
	if (connection_run(&ctl->connection, -1) != CONNECTION_STOPPED) {
		return ctl_fail(ctl, CTL_NO_COMPOSITOR, "the compositor is gone");
	}
	return CTL_OK;
}
