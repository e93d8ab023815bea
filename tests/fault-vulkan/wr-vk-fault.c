/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* wr-vk-fault: makes the Vulkan devices of a running process lost, and tells what happened. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control.h"

#define WAIT_DEFAULT_MS 10000
#define WAIT_STEP_NS (2 * 1000 * 1000)

static const char usage_text[] =
	"usage: wr-vk-fault CONTROL create\n"
	"       wr-vk-fault CONTROL lose [--after=N] [--back=MS] [--wait[=MS]]\n"
	"       wr-vk-fault CONTROL status\n"
	"\n"
	"Steers VK_LAYER_WR_fault in the processes that have WR_VK_FAULT_CONTROL=CONTROL in their\n"
	"environment.\n"
	"\n"
	"  create  make the control file, if it is not there\n"
	"  lose    make all VkDevices lost at the next submit, or at the one after N more.\n"
	"          --wait: until that has happened, at most MS milliseconds (default 10000; exit\n"
	"          status 1)\n"
	"          --back: the devices work again MS milliseconds later. The specification knows\n"
	"          no such thing; it shows what depends on the device, and what on its user\n"
	"  status  print the counters as JSON; times in seconds of CLOCK_MONOTONIC\n";

static int usage(void)
{
	fputs(usage_text, stderr);
	return 2;
}

static bool parse_number(const char *text, uint32_t *value)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || end == text || *end || number > UINT32_MAX) {
		return false;
	}
	*value = (uint32_t)number;
	return true;
}

static int wait_struck(struct vk_control *control, uint32_t request, uint32_t limit_ms)
{
	const struct timespec step = {.tv_nsec = WAIT_STEP_NS};
	int64_t end = vk_control_now_ns() + (int64_t)limit_ms * 1000000;

	while (__atomic_load_n(&control->struck, __ATOMIC_ACQUIRE) < request) {
		if (vk_control_now_ns() > end) {
			fprintf(stderr, "wr-vk-fault: not within %" PRIu32 " ms\n", limit_ms);
			return 1;
		}
		nanosleep(&step, NULL);
	}
	return 0;
}

static int lose(struct vk_control *control, int argc, char **argv)
{
	uint32_t after = 0, back_ms = 0, limit_ms = WAIT_DEFAULT_MS, request;
	bool wait = false;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--wait") == 0) {
			wait = true;
		} else if (strncmp(argv[i], "--back=", 7) == 0) {
			if (!parse_number(argv[i] + 7, &back_ms)) {
				return usage();
			}
		} else if (strncmp(argv[i], "--wait=", 7) == 0) {
			wait = true;
			if (!parse_number(argv[i] + 7, &limit_ms)) {
				return usage();
			}
		} else if (strncmp(argv[i], "--after=", 8) != 0 ||
			   !parse_number(argv[i] + 8, &after)) {
			return usage();
		}
	}
	control->after = after;
	control->back_ms = back_ms;
	request = __atomic_add_fetch(&control->request, 1, __ATOMIC_RELEASE);
	return wait ? wait_struck(control, request, limit_ms) : 0;
}

static int print_status(const struct vk_control *control)
{
	printf("{\"requests\": %" PRIu32 ", \"struck\": %" PRIu32 ", \"losses\": %" PRIu32
	       ", \"lost_at\": %.6f, \"devices_created\": %" PRIu64
	       ", \"devices_destroyed\": %" PRIu64 ", \"devices_lost\": %" PRIu64
	       ", \"submits\": %" PRIu64 ", \"dead_calls\": %" PRIu64 "}\n",
		control->request, control->struck, control->losses, (double)control->lost_at / 1e9,
		control->devices_created, control->devices_destroyed, control->devices_lost,
		control->submits, control->dead_calls);
	return 0;
}

int main(int argc, char **argv)
{
	struct vk_control *control;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (argc < 3) {
		return usage();
	}
	control = vk_control_open(argv[1]);
	if (!control) {
		fprintf(stderr, "wr-vk-fault: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	if (strcmp(argv[2], "lose") == 0) {
		return lose(control, argc - 3, argv + 3);
	}
	if (argc != 3) {
		return usage();
	}
	if (strcmp(argv[2], "status") == 0) {
		return print_status(control);
	}
	return strcmp(argv[2], "create") == 0 ? 0 : usage();
}
