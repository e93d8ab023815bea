/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * When a loss strikes: at the submit that WR_VK_FAULT names, or when the control file asks for one.
 */
#include "layer.h"

#include <errno.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"

static struct {
	bool active;           // this process is meant
	uint64_t lose_at;      // number of the submit to lose; 0: none
	uint64_t submits;      // seen so far
	uint32_t request;      // the latest one taken from the control file
	uint64_t request_left; // submits that pass before it strikes
	bool request_pending;
	struct vk_control *control; // never NULL once started
} trigger;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool process_is_meant(void)
{
	const char *pattern = getenv("WR_VK_FAULT_MATCH");

	return !pattern || fnmatch(pattern, program_invocation_short_name, 0) == 0;
}

static void parse_schedule(const char *text)
{
	char *end = NULL;

	if (!text || !*text) {
		return;
	}
	if (strncmp(text, "submit=", 7) == 0) {
		trigger.lose_at = strtoull(text + 7, &end, 10);
	}
	if (!end || *end || !trigger.lose_at) {
		fprintf(stderr, "VK_LAYER_WR_fault: WR_VK_FAULT=%s: not submit=N, N > 0\n", text);
		exit(2);
	}
}

static void start(void)
{
	static struct vk_control private_control;
	const char *path = getenv("WR_VK_FAULT_CONTROL");

	trigger.active = process_is_meant();
	parse_schedule(getenv("WR_VK_FAULT"));
	trigger.control = &private_control;
	if (!trigger.active || !path || !*path) {
		return;
	}
	trigger.control = vk_control_open(path);
	if (!trigger.control) {
		fprintf(stderr, "VK_LAYER_WR_fault: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	/* What was asked for before this process began does not concern it. */
	trigger.request = __atomic_load_n(&trigger.control->request, __ATOMIC_ACQUIRE);
}

static void take_request(void)
{
	uint32_t request = __atomic_load_n(&trigger.control->request, __ATOMIC_ACQUIRE);

	if (request != trigger.request) {
		trigger.request = request;
		trigger.request_left = trigger.control->after;
		trigger.request_pending = true;
	}
}

static bool request_strikes(void)
{
	take_request();
	if (!trigger.request_pending) {
		return false;
	}
	if (trigger.request_left > 0) {
		trigger.request_left--;
		return false;
	}
	trigger.request_pending = false;
	return true;
}

static void lose(uint32_t back_ms)
{
	struct vk_control *control = trigger.control;

	control->lost_at = vk_control_now_ns();
	layer_devices_lose(back_ms ? control->lost_at + (int64_t)back_ms * 1000000 : INT64_MAX);
	__atomic_add_fetch(&control->losses, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&control->struck, trigger.request, __ATOMIC_RELEASE);
}

/* Returns true when this very submit meets a loss. */
static bool strike(void)
{
	bool by_request = request_strikes();
	bool by_schedule = ++trigger.submits == trigger.lose_at;

	if (by_request || by_schedule) {
		lose(by_request ? trigger.control->back_ms : 0);
	}
	return by_request || by_schedule;
}

bool layer_strike(struct layer_device *device, bool submit)
{
	bool lost;

	pthread_once(&once, start);
	pthread_mutex_lock(&lock);
	/* A device that is lost already neither counts submits nor uses up a request. */
	if (device->lost && vk_control_now_ns() > device->back_at_ns) {
		device->lost = false;
	}
	lost = device->lost || (trigger.active && submit && strike());
	pthread_mutex_unlock(&lock);
	if (lost) {
		__atomic_add_fetch(&trigger.control->dead_calls, 1, __ATOMIC_RELAXED);
	} else if (submit) {
		__atomic_add_fetch(&trigger.control->submits, 1, __ATOMIC_RELAXED);
	}
	return lost;
}

void layer_count_device(int change)
{
	pthread_once(&once, start);
	if (change > 0) {
		__atomic_add_fetch(&trigger.control->devices_created, 1, __ATOMIC_RELAXED);
	} else {
		__atomic_add_fetch(&trigger.control->devices_destroyed, 1, __ATOMIC_RELAXED);
	}
}

void layer_count_lost(unsigned count)
{
	__atomic_add_fetch(&trigger.control->devices_lost, count, __ATOMIC_RELAXED);
}
