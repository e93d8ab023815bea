/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "check.h"
#include "ctl/json.h"

#define SCHEMA 1

/* What is not known is null. */
static void add_text(struct json *json, const char *key, const char *value)
{
	if (value[0]) {
		json_string(json, key, value);
	} else {
		json_null(json, key);
	}
}

static void add_part(struct json *json, const char *key, const struct part *part)
{
	json_begin_object(json, key);
	json_bool(json, "usable", part->usable);
	add_text(json, "path", part->path);
	add_text(json, "version", part->version);
	add_text(json, "problem", part->problem);
	json_end_object(json);
}

static void add_system(struct json *json, const struct check_report *report)
{
	json_begin_object(json, "kernel_events");
	json_bool(json, "readable", report->events);
	add_text(json, "problem", report->events_problem);
	json_end_object(json);
	json_begin_array(json, "gpus");
	for (size_t i = 0; i < report->gpu_count; i++) {
		json_begin_object(json, NULL);
		add_text(json, "node", report->gpus[i].node);
		add_text(json, "driver", report->gpus[i].driver);
		json_end_object(json);
	}
	json_end_array(json);
}

static void add_rungs(struct json *json, const struct check_platform *platform)
{
	json_begin_object(json, "rungs");
	for (int i = 0; i < CHECK_RUNGS; i++) {
		const struct check_rung *rung = &platform->rungs[i];

		json_begin_object(json, check_rung_names[i]);
		json_bool(json, "possible", rung->possible);
		json_bool(json, "works", rung->works);
		add_text(json, "gl_renderer", rung->gl_renderer);
		add_text(json, "why", rung->why);
		json_end_object(json);
	}
	json_end_object(json);
}

static void add_driver(struct json *json, const struct check_platform *platform)
{
	add_text(json, "egl_vendor", platform->egl_vendor);
	add_text(json, "egl_version", platform->egl_version);
	add_text(json, "egl_driver", platform->egl_driver);
	add_text(json, "gl_vendor", platform->gl_vendor);
	add_text(json, "gl_renderer", platform->gl_renderer);
	add_text(json, "gl_version", platform->gl_version);
	add_text(json, "egl_device", platform->device);
	json_bool(json, "software", platform->software);
	json_begin_object(json, "extensions");
	for (unsigned i = 0; check_extensions[i].name; i++) {
		json_bool(json, check_extensions[i].name, platform->extensions & UINT32_C(1) << i);
	}
	json_end_object(json);
}

static void add_platform(struct json *json, const struct check_platform *platform)
{
	json_begin_object(json, NULL);
	add_text(json, "platform", platform->request.platform);
	add_text(json, "backends", platform->request.backends);
	add_text(json, "device", platform->request.device);
	json_bool(json, "usable", platform->usable);
	add_text(json, "problem", platform->problem);
	if (platform->usable) {
		add_driver(json, platform);
		json_bool(json, "notification", platform->notification);
		json_bool(json, "canary", !platform->notification);
		add_rungs(json, platform);
	}
	json_end_object(json);
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

	json_begin_object(&json, NULL);
	json_uint(&json, "schema", SCHEMA);
	json_string(&json, "version", WESTON_ROBUST_VERSION);
	json_string(&json, "built_for", install_built_for);
	json_string(&json, "verdict", verdict_name(report->verdict));
	json_begin_array(&json, "remarks");
	for (size_t i = 0; i < report->remark_count; i++) {
		json_string(&json, NULL, report->remarks[i]);
	}
	json_end_array(&json);
	add_part(&json, "weston", &install->weston);
	add_part(&json, "libweston", &install->libweston);
	add_part(&json, "renderer", &install->renderer);
	add_part(&json, "plugin", &install->plugin);
	add_system(&json, report);
	json_begin_array(&json, "platforms");
	for (size_t i = 0; i < report->platform_count; i++) {
		add_platform(&json, report->platforms[i]);
	}
	json_end_array(&json);
	json_finish(&json);
}
