/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Raises the verdict to @at_least, and says why. */
__attribute__((format(printf, 3, 4))) static void remark(
	struct check_report *report, enum check_verdict at_least, const char *format, ...)
{
	va_list args;

	if (at_least > report->verdict) {
		report->verdict = at_least;
	}
	if (report->remark_count == CHECK_REMARKS_MAX) {
		return;
	}
	va_start(args, format);
	vsnprintf(
		report->remarks[report->remark_count++], sizeof(report->remarks[0]), format, args);
	va_end(args);
}

static void try_platform(
	struct check_report *report, const char *platform, const char *backends, const char *device)
{
	struct check_request request = {.platform = platform, .backends = backends};

	if (report->platform_count < CHECK_PLATFORMS_MAX) {
		snprintf(request.device, sizeof(request.device), "%s", device);
		report->platforms[report->platform_count] = check_platform_try(&request);
		report->platform_count += report->platforms[report->platform_count] != NULL;
	}
}

static void try_platforms(struct check_report *report)
{
	for (size_t i = 0; i < report->gpu_count; i++) {
		try_platform(report, "gbm", "drm", report->gpus[i].node);
	}
	if (getenv("WAYLAND_DISPLAY") || getenv("WAYLAND_SOCKET")) {
		try_platform(report, "wayland", "wayland", "");
	}
	if (getenv("DISPLAY")) {
		try_platform(report, "x11", "x11", "");
	}
	try_platform(report, "surfaceless", "headless, rdp, vnc, pipewire", "");
}

static void judge_install(struct check_report *report)
{
	const struct install *install = report->install;
	const char *obstacle = install_obstacle(install);

	if (obstacle) {
		remark(report, CHECK_UNABLE, "%s", obstacle);
	}
	if (!install->plugin.usable) {
		remark(report, CHECK_WEAKER, "%s", install->plugin.problem);
	}
	if (!report->events) {
		remark(report, CHECK_WEAKER,
			"%s: a reset is found by asking only, and the guilty program has no name",
			report->events_problem);
	}
}

static const char *where(const struct check_platform *platform, char text[128])
{
	snprintf(text, 128, "%s%s%s", platform->request.platform,
		platform->request.device[0] ? " on " : "", platform->request.device);
	return text;
}

static void judge_platform(struct check_report *report, const struct check_platform *platform)
{
	char name[128];

	where(platform, name);
	if (!platform->usable) {
		remark(report, CHECK_WEAKER, "%s: %s", name, platform->problem);
		return;
	}
	if (!platform->notification) {
		remark(report, CHECK_WEAKER,
			"%s: the driver does not tell of resets; a pixel drawn and read back once "
			"a second stands in for it",
			name);
	}
	for (int i = 0; i < CHECK_RUNGS; i++) {
		const struct check_rung *rung = &platform->rungs[i];

		if (rung->possible && !rung->works) {
			remark(report, CHECK_WEAKER, "%s: the step %s does not work: %s", name,
				check_rung_names[i], rung->why);
		}
	}
	if (!platform->rungs[1].possible && !platform->rungs[2].possible) {
		remark(report, CHECK_WELL,
			"%s: after a new context, only another weston is left: "
			"--restart=N, or last-resort=exit with a service manager",
			name);
	}
}

static void judge(struct check_report *report)
{
	bool any = false, gpu = false;

	judge_install(report);
	for (size_t i = 0; i < report->platform_count; i++) {
		const struct check_platform *platform = report->platforms[i];

		judge_platform(report, platform);
		any |= platform->usable;
		gpu |= platform->usable && !platform->software;
	}
	if (!any) {
		remark(report, CHECK_UNABLE, "EGL can draw on no platform");
	} else if (!gpu) {
		remark(report, CHECK_WELL, "there is no GPU: all is drawn in software");
	}
}

int check(const struct install *install, bool json)
{
	static struct check_report report;

	report = (struct check_report){.install = install};
	check_system(&report);
	try_platforms(&report);
	judge(&report);
	if (json) {
		check_print_json(&report);
	} else {
		check_print_text(&report);
	}
	for (size_t i = 0; i < report.platform_count; i++) {
		check_platform_free(report.platforms[i]);
	}
	return (int)report.verdict;
}
