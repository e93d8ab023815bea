/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <stdio.h>

#include "check.h"

static void print_part(const char *name, const struct part *part)
{
	printf("  %-20s %s%s%s%s%s\n", name, part->version, part->version[0] ? "  " : "",
		part->path, part->usable ? "" : "  UNUSABLE: ", part->usable ? "" : part->problem);
}

static void print_install(const struct check_report *report)
{
	const struct install *install = report->install;

	printf("weston-robust " WESTON_ROBUST_VERSION ", built for weston %s\n", install_built_for);
	print_part("weston", &install->weston);
	print_part("libweston", &install->libweston);
	print_part("renderer", &install->renderer);
	print_part("plugin", &install->plugin);
	printf("  %-20s %s\n", "kernel events",
		report->events ? "can be read" : report->events_problem);
	for (size_t i = 0; i < report->gpu_count; i++) {
		printf("  %-20s %s  %s\n", "GPU", report->gpus[i].node, report->gpus[i].driver);
	}
	if (!report->gpu_count) {
		printf("  %-20s none\n", "GPU");
	}
}

static void print_rung(const char *name, const struct check_rung *rung)
{
	char label[32];

	snprintf(label, sizeof(label), "step %s", name);
	if (rung->works) {
		printf("  %-20s yes: %s\n", label, rung->gl_renderer);
	} else {
		printf("  %-20s no: %s\n", label, rung->why);
	}
}

static void print_extensions(const struct check_platform *platform)
{
	for (unsigned i = 0; check_extensions[i].name; i++) {
		printf("  %-38s %-4s %s\n", check_extensions[i].name,
			platform->extensions & UINT32_C(1) << i ? "yes" : "no",
			check_extensions[i].use);
	}
}

static void print_platform(const struct check_platform *platform)
{
	const struct check_request *request = &platform->request;

	printf("\nEGL platform %s%s%s (weston's %s)\n", request->platform,
		request->device[0] ? ", " : "", request->device, request->backends);
	if (!platform->usable) {
		printf("  UNUSABLE: %s\n", platform->problem);
		return;
	}
	printf("  %-20s %s, %s\n", "EGL", platform->egl_version, platform->egl_vendor);
	printf("  %-20s %s, %s\n", "GL", platform->gl_version, platform->gl_renderer);
	printf("  %-20s %s%s%s%s\n", "driver",
		platform->egl_driver[0] ? platform->egl_driver : "not told",
		platform->software ? ", software" : "", platform->device[0] ? ", " : "",
		platform->device);
	printf("  %-20s %s\n", "tells of resets",
		platform->notification ? "yes" : "no: a canary stands in");
	for (int i = 0; i < CHECK_RUNGS; i++) {
		print_rung(check_rung_names[i], &platform->rungs[i]);
	}
	print_extensions(platform);
}

void check_print_text(const struct check_report *report)
{
	print_install(report);
	for (size_t i = 0; i < report->platform_count; i++) {
		print_platform(report->platforms[i]);
	}
	printf("\n%s\n", report->verdict == CHECK_WELL ? "All is well."
			 : report->verdict == CHECK_WEAKER
				 ? "It works, but is weaker than it could be:"
				 : "It can't work:");
	for (size_t i = 0; i < report->remark_count; i++) {
		printf("  - %s\n", report->remarks[i]);
	}
}
