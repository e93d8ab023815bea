/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** weston-robust --check: what this machine can do after a GPU reset. */
#ifndef WESTON_ROBUST_LAUNCHER_CHECK_H
#define WESTON_ROBUST_LAUNCHER_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "check-platform.h"
#include "install.h"

#define CHECK_PLATFORMS_MAX 16
#define CHECK_GPUS_MAX 8
#define CHECK_REMARKS_MAX 32

/** These are exit statuses too. */
enum check_verdict {
	CHECK_WELL = 0,
	CHECK_WEAKER = 1,
	CHECK_UNABLE = 3,
};

struct check_gpu {
	char node[64];   // "/dev/dri/card0"
	char driver[64]; // the kernel's; "": not known
};

struct check_report {
	const struct install *install; // borrowed
	bool events;                   // the kernel's events on GPUs reach this process
	char events_problem[256];
	size_t gpu_count;
	struct check_gpu gpus[CHECK_GPUS_MAX];
	size_t platform_count;
	struct check_platform *platforms[CHECK_PLATFORMS_MAX];
	enum check_verdict verdict;
	size_t remark_count; // what the verdict stands on, and what else is worth knowing
	char remarks[CHECK_REMARKS_MAX][512];
};

/** Examine, and print to standard output. Returns the exit status. */
int check(const struct install *install, bool json);

/** Finds the GPUs of this machine and whether the kernel's events can be read. */
void check_system(struct check_report *report);

void check_print_text(const struct check_report *report);

/** The schema is in weston-robust(1). */
void check_print_json(const struct check_report *report);

#endif
