/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "check.h"
#include "json.h"

#define SCHEMA 1

static void add_part(struct json *json, const char *key, const struct part *part)
{
	json_open(json, key, '{');
	json_bool(json, "usable", part->usable);
	json_string(json, "path", part->path);
	json_string(json, "version", part->version);
	json_string(json, "problem", part->problem);
	json_close(json, '}');
}

static void add_system(struct json *json, const struct check_report *report)
{
	json_open(json, "kernel_events", '{');
	json_bool(json, "readable", report->events);
	json_string(json, "problem", report->events_problem);
	json_close(json, '}');
	json_open(json, "gpus", '[');
	for (size_t i = 0; i < report->gpu_count; i++) {
		json_open(json, NULL, '{');
		json_string(json, "node", report->gpus[i].node);
		json_string(json, "driver", report->gpus[i].driver);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void add_rungs(struct json *json, const struct check_platform *platform)
{
	json_open(json, "rungs", '{');
	for (int i = 0; i < CHECK_RUNGS; i++) {
		const struct check_rung *rung = &platform->rungs[i];

		json_open(json, check_rung_names[i], '{');
		json_bool(json, "possible", rung->possible);
		json_bool(json, "works", rung->works);
		json_string(json, "gl_renderer", rung->gl_renderer);
		json_string(json, "why", rung->why);
		json_close(json, '}');
	}
	json_close(json, '}');
}

static void add_driver(struct json *json, const struct check_platform *platform)
{
	json_string(json, "egl_vendor", platform->egl_vendor);
	json_string(json, "egl_version", platform->egl_version);
	json_string(json, "egl_driver", platform->egl_driver);
	json_string(json, "gl_vendor", platform->gl_vendor);
	json_string(json, "gl_renderer", platform->gl_renderer);
	json_string(json, "gl_version", platform->gl_version);
	json_string(json, "egl_device", platform->device);
	json_bool(json, "software", platform->software);
	json_open(json, "extensions", '{');
	for (unsigned i = 0; check_extensions[i].name; i++) {
		json_bool(json, check_extensions[i].name, platform->extensions & UINT32_C(1) << i);
	}
	json_close(json, '}');
}

static void add_platform(struct json *json, const struct check_platform *platform)
{
	json_open(json, NULL, '{');
	json_string(json, "platform", platform->request.platform);
	json_string(json, "backends", platform->request.backends);
	json_string(json, "device", platform->request.device);
	json_bool(json, "usable", platform->usable);
	json_string(json, "problem", platform->problem);
	if (platform->usable) {
		add_driver(json, platform);
		json_bool(json, "notification", platform->notification);
		json_bool(json, "canary", !platform->notification);
		add_rungs(json, platform);
	}
	json_close(json, '}');
}

static const char *verdict_name(enum check_verdict verdict)
{
	switch (verdict) {
	case CHECK_WELL:
		return "well";
	case CHECK_WEAKER:
		return "weaker";
	case CHECK_UNABLE:
		break;
	}
	return "unable";
}

void check_print_json(const struct check_report *report)
{
	const struct install *install = report->install;
	struct json json = {0};

	json_open(&json, NULL, '{');
	json_number(&json, "schema", SCHEMA);
	json_string(&json, "version", WESTON_ROBUST_VERSION);
	json_string(&json, "built_for", install_built_for);
	json_string(&json, "verdict", verdict_name(report->verdict));
	json_open(&json, "remarks", '[');
	for (size_t i = 0; i < report->remark_count; i++) {
		json_string(&json, NULL, report->remarks[i]);
	}
	json_close(&json, ']');
	add_part(&json, "weston", &install->weston);
	add_part(&json, "libweston", &install->libweston);
	add_part(&json, "renderer", &install->renderer);
	add_part(&json, "plugin", &install->plugin);
	add_system(&json, report);
	json_open(&json, "platforms", '[');
	for (size_t i = 0; i < report->platform_count; i++) {
		add_platform(&json, report->platforms[i]);
	}
	json_close(&json, ']');
	json_close(&json, '}');
}
