/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A client's view of the compositor's event loop: sends wl_display.sync at fixed times and measures
 * when each answer is there.
 *
 * The times of sending do not wait for answers. A client that sends its next request only when the
 * last was answered would count a stall once, however long it is; here each of the requests that
 * fall into it is late by what was left of it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <wayland-client.h>

#define NS_PER_US 1000
#define NS_PER_SECOND 1000000000

/* Ten minutes at one request each 2 ms. */
#define PINGS_MAX 300000

struct ping {
	int64_t sent_ns; // CLOCK_MONOTONIC
	int64_t late_ns; // sent after its time: this client's own lateness
	int64_t round_trip_ns;
};

struct pinger {
	struct wl_display *display;
	int64_t interval_ns;
	int64_t end_ns;
	struct ping *pings;
	size_t sent;
	size_t answered; // answers come in the order of the requests
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	stopped = 1;
}

static int64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

static void answered(void *data, struct wl_callback *callback, uint32_t serial)
{
	struct pinger *pinger = data;
	struct ping *ping = &pinger->pings[pinger->answered++];

	ping->round_trip_ns = now_ns() - ping->sent_ns;
	wl_callback_destroy(callback);
}

static const struct wl_callback_listener listener = {.done = answered};

static void send_ping(struct pinger *pinger, int64_t due_ns)
{
	struct ping *ping = &pinger->pings[pinger->sent++];
	struct wl_callback *callback = wl_display_sync(pinger->display);

	wl_callback_add_listener(callback, &listener, pinger);
	ping->sent_ns = now_ns();
	ping->late_ns = ping->sent_ns - due_ns;
	wl_display_flush(pinger->display);
}

/* Sleeps until @until_ns or until there are answers; dispatches these. Returns false without a
 * connection. */
static bool wait_answers(struct pinger *pinger, int64_t until_ns)
{
	struct pollfd fd = {.fd = wl_display_get_fd(pinger->display), .events = POLLIN};
	int64_t left = until_ns - now_ns();
	struct timespec timeout = {.tv_nsec = left > 0 ? left % NS_PER_SECOND : 0,
		.tv_sec = left > 0 ? left / NS_PER_SECOND : 0};

	while (wl_display_prepare_read(pinger->display) != 0) {
		wl_display_dispatch_pending(pinger->display);
	}
	if (ppoll(&fd, 1, &timeout, NULL) > 0) {
		if (wl_display_read_events(pinger->display) < 0) {
			return false;
		}
	} else {
		wl_display_cancel_read(pinger->display);
	}
	return wl_display_dispatch_pending(pinger->display) >= 0;
}

static bool run(struct pinger *pinger)
{
	int64_t due_ns = now_ns();

	while (!stopped && due_ns < pinger->end_ns && pinger->sent < PINGS_MAX) {
		if (now_ns() >= due_ns) {
			send_ping(pinger, due_ns);
			due_ns += pinger->interval_ns;
		}
		if (!wait_answers(pinger, due_ns)) {
			return false;
		}
	}
	/* The last answers may be the latest ones. */
	while (pinger->answered < pinger->sent) {
		if (!wait_answers(pinger, now_ns() + NS_PER_SECOND)) {
			return false;
		}
	}
	return true;
}

static bool write_pings(const struct pinger *pinger, const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file) {
		return false;
	}
	for (size_t i = 0; i < pinger->answered; i++) {
		const struct ping *ping = &pinger->pings[i];

		fprintf(file, "%lld %lld %lld\n", (long long)ping->sent_ns,
			(long long)ping->late_ns, (long long)ping->round_trip_ns);
	}
	return fclose(file) == 0;
}

/* Answers come to us as soon as they are sent: the kernel may delay a wake-up by 50 us otherwise.
 */
static void prepare(void)
{
	const struct sigaction action = {.sa_handler = stop};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	prctl(PR_SET_TIMERSLACK, 1000);
}

int main(int argc, char **argv)
{
	struct pinger pinger = {0};
	bool ok;

	if (argc != 4) {
		fprintf(stderr,
			"usage: ping-client INTERVAL_US DURATION_MS FILE\n"
			"Sends wl_display.sync each INTERVAL_US for DURATION_MS, or until SIGTERM, "
			"and writes one line for each to FILE:\n"
			"time of sending (CLOCK_MONOTONIC), how late that was, round trip; all in "
			"ns.\n");
		return 2;
	}
	prepare();
	pinger.display = wl_display_connect(NULL);
	pinger.pings = calloc(PINGS_MAX, sizeof(*pinger.pings));
	if (!pinger.display || !pinger.pings || wl_display_roundtrip(pinger.display) < 0) {
		fprintf(stderr, "ping-client: no compositor\n");
		return 1;
	}
	pinger.interval_ns = atoll(argv[1]) * NS_PER_US;
	pinger.end_ns = now_ns() + atoll(argv[2]) * NS_PER_US * 1000;
	puts("started");
	fflush(stdout);
	ok = run(&pinger);
	if (!ok) {
		fprintf(stderr, "ping-client: lost the compositor\n");
	}
	ok = write_pings(&pinger, argv[3]) && ok;
	free(pinger.pings);
	wl_display_disconnect(pinger.display);
	return ok ? 0 : 1;
}
