/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "weston-gpu-recovery-v1-client-protocol.h"

enum verdict {
	GOOD,
	NOTE, // works, but could be better, or should be known
	BAD,
};

static const char *const verdict_names[] = {"good", "note", "bad"};

struct finding {
	enum verdict verdict;
	const char *name;   // stable, for scripts
	const char *advice; // NULL: nothing to do
	char text[512];
};

#define FINDINGS_MAX 24

struct examination {
	const struct report *report;
	struct finding finding[FINDINGS_MAX];
	size_t count;
	bool bad;
};

__attribute__((format(printf, 5, 6))) static void find(struct examination *examination,
	enum verdict verdict, const char *name, const char *advice, const char *format, ...)
{
	struct finding *finding = &examination->finding[examination->count];
	va_list arguments;

	if (examination->count == FINDINGS_MAX) {
		return;
	}
	examination->count++;
	examination->bad |= verdict == BAD;
	*finding = (struct finding){.verdict = verdict, .name = name, .advice = advice};
	va_start(arguments, format);
	vsnprintf(finding->text, sizeof(finding->text), format, arguments);
	va_end(arguments);
}

static void examine_state(struct examination *examination)
{
	const struct report *report = examination->report;

	switch (report->state) {
	case WESTON_GPU_RECOVERY_V1_STATE_RUNNING:
		find(examination, GOOD, "state", NULL, "The desktop is drawn by the GPU.");
		break;
	case WESTON_GPU_RECOVERY_V1_STATE_SOFTWARE:
		find(examination, BAD, "state",
			"Look into the kernel's log for what became of the GPU (dmesg). It is "
			"tried "
			"again from time to time (probe-first, probe-cap); restarting weston tries "
			"it at once.",
			"The desktop is drawn in software: the GPU did not come back.");
		break;
	case WESTON_GPU_RECOVERY_V1_STATE_FAILED:
		find(examination, BAD, "state",
			"Restart weston. last-resort=exit, with a launcher or a systemd unit that "
			"restarts it, does so by itself.",
			"Nothing is left to try in this weston; the desktop is lost.");
		break;
	default:
		find(examination, NOTE, "state", "Ask again in a few seconds.",
			"A recovery is under way (%s).", report_state_name(report->state));
		break;
	}
}

static void examine_versions(struct examination *examination)
{
	const char *renderer = report_info(examination->report, "renderer-version", "");
	const char *plugin = report_info(examination->report, "plugin-version", "");

	if (strcmp(renderer, plugin) != 0 || strcmp(plugin, WESTON_ROBUST_VERSION) != 0) {
		find(examination, NOTE, "versions", "Install all three from one package.",
			"The renderer has version %s, the plugin %s, this program %s.", renderer,
			plugin, WESTON_ROBUST_VERSION);
	} else {
		find(examination, GOOD, "versions", NULL,
			"Renderer, plugin and this program are of version %s.", plugin);
	}
}

static void examine_driver(struct examination *examination)
{
	const char *driver = report_info(examination->report, "gl-renderer", "");

	if (strstr(driver, "llvmpipe") || strstr(driver, "softpipe")) {
		find(examination, NOTE, "driver",
			"Nothing, if this machine has no GPU. Otherwise see that weston's user may "
			"open /dev/dri/renderD128 (group render), and that its driver is "
			"installed.",
			"The GL driver draws in software: %s.", driver);
	} else if (driver[0]) {
		find(examination, GOOD, "driver", NULL, "The GL driver is %s.", driver);
	}
}

static void examine_detection(struct examination *examination)
{
	const struct report *report = examination->report;

	if (report_is(report, "reset-notification")) {
		find(examination, GOOD, "detection", NULL, "The driver tells of resets.");
	} else if (report_is(report, "canary")) {
		find(examination, NOTE, "detection", NULL,
			"The driver does not tell of resets (no "
			"EGL_EXT_create_context_robustness); "
			"a pixel that is drawn and read back stands in for it.");
	} else {
		find(examination, BAD, "detection", "Set canary=true in [gpu-recovery].",
			"The driver does not tell of resets, and canary=false: most will not be "
			"noticed.");
	}
	if (strcmp(report_setting(report, "idle-poll"), "0") == 0) {
		find(examination, NOTE, "idle-poll",
			"Set idle-poll=1s, unless each wake-up counts on this machine.",
			"idle-poll=0: a reset of an idle desktop is noticed only when it is used "
			"again.");
	}
}

/* Whether @step is in the list @steps, of which none is a part of another. */
static bool has_step(const char *steps, const char *step)
{
	return strstr(steps, step) != NULL;
}

static void examine_ladder(struct examination *examination)
{
	const struct report *report = examination->report;
	const char *allowed = report_setting(report, "ladder");
	const char *possible = report_info(report, "steps-possible", "");

	if (strcmp(report_setting(report, "enabled"), "false") == 0) {
		find(examination, BAD, "ladder", "Set enabled=true in [gpu-recovery].",
			"enabled=false: after a reset nothing is tried, and the desktop is lost.");
		return;
	}
	find(examination, GOOD, "ladder", NULL, "Steps of the ladder: %s; possible here: %s.",
		allowed, possible[0] ? possible : "none");
	if (!has_step(possible, "software")) {
		find(examination, NOTE, "software",
			"Install Mesa's software driver (libgl1-mesa-dri). On DRM there is no such "
			"step: use last-resort=exit with a launcher that restarts weston.",
			"There is no software to fall back to when the GPU stays away.");
	} else if (!has_step(allowed, "software")) {
		find(examination, NOTE, "software", "Add software to ladder= in [gpu-recovery].",
			"The desktop could live on in software, but the ladder does not have that "
			"step.");
	}
	if (report_is(report, "reduced")) {
		find(examination, NOTE, "reduced",
			"Look for a driver's update; restarting weston "
			"brings the features back.",
			"Optional features were dropped, as the compositor itself hung the GPU "
			"repeatedly.");
	}
}

static void examine_past(struct examination *examination)
{
	const struct report *report = examination->report;
	uint64_t resets = report_counter(report, "resets");
	uint64_t recoveries = report_counter(report, "recoveries");
	uint64_t lost = report_counter(report, "lost-surfaces");
	const struct report_incident *last = report_last_incident(report);

	if (resets == 0) {
		find(examination, GOOD, "resets", NULL, "The GPU was not reset so far.");
	} else {
		find(examination, NOTE, "resets",
			"weston-robustctl history lists them; the kernel's log (dmesg) has more.",
			"Resets of the GPU so far: %" PRIu64
			"; the desktop came back whole after %" PRIu64 " of them.%s%s%s",
			resets, recoveries,
			last && last->task[0] ? " The last one was caused by \"" : "",
			last ? last->task : "", last && last->task[0] ? "\"." : "");
	}
	if (lost > 0) {
		find(examination, NOTE, "lost-surfaces",
			"See retention and retention-budget in weston-robust.ini(5).",
			"Contents of windows that could not be restored: %" PRIu64 ".", lost);
	}
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path ? path : "/usr/bin:/bin");
	char *rest = copy;
	char *folder;
	bool found = false;

	while (copy && !found && (folder = strsep(&rest, ":")) != NULL) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", folder, program);
		found = access(file, X_OK) == 0;
	}
	free(copy);
	return found;
}

static void examine_settings(struct examination *examination)
{
	const struct report *report = examination->report;
	const char *file = report_info(report, "config-file", "");

	for (size_t i = 0; i < report->problem_count; i++) {
		find(examination, BAD, "settings", "Mend it, then: weston-robustctl reload",
			"%s, line %" PRIu32 ": %s: %s", file, report->problem[i].line,
			report->problem[i].key, report->problem[i].message);
	}
	if (report->problem_count == 0) {
		find(examination, GOOD, "settings", NULL, "%s%s.",
			file[0] ? "All settings are understood: "
				: "Weston runs without a "
				  "configuration file",
			file);
	}
	if (strcmp(report_setting(report, "notify"), "true") == 0 && !in_path("notify-send")) {
		find(examination, NOTE, "notify", "Install libnotify-bin.",
			"notify=true, but there is no notify-send to tell the user with.");
	}
	if (strcmp(report_setting(report, "operator-simulate"), "true") == 0) {
		find(examination, NOTE, "simulate",
			"Set operator-simulate=false where this is not a test.",
			"Every program of this user may simulate resets.");
	}
}

static void show_json(struct ctl *ctl, const struct examination *examination)
{
	struct json json = {.depth = 0};

	ctl_json_begin(ctl, &json);
	json_bool(&json, "well", !examination->bad);
	json_begin_array(&json, "findings");
	for (size_t i = 0; i < examination->count; i++) {
		const struct finding *finding = &examination->finding[i];

		json_begin_object(&json, NULL);
		json_string(&json, "name", finding->name);
		json_string(&json, "verdict", verdict_names[finding->verdict]);
		json_string(&json, "text", finding->text);
		if (finding->advice) {
			json_string(&json, "advice", finding->advice);
		} else {
			json_null(&json, "advice");
		}
		json_end_object(&json);
	}
	json_end_array(&json);
	json_finish(&json);
}

static void show_text(const struct examination *examination)
{
	for (size_t i = 0; i < examination->count; i++) {
		const struct finding *finding = &examination->finding[i];

		printf("%-4s  %s\n", verdict_names[finding->verdict], finding->text);
		if (finding->advice) {
			printf("      > %s\n", finding->advice);
		}
	}
	puts(examination->bad ? "\nSomething is not as it should be."
			      : "\nThe recovery is in order.");
}

static enum ctl_exit collect(struct ctl *ctl)
{
	struct weston_gpu_recovery_operator_v1 *operators = ctl->connection.operators;

	weston_gpu_recovery_operator_v1_get_status(operators);
	weston_gpu_recovery_operator_v1_get_counters(operators);
	weston_gpu_recovery_operator_v1_get_history(operators, 1);
	weston_gpu_recovery_operator_v1_get_config(operators);
	return ctl_sync(ctl);
}

enum ctl_exit ctl_doctor(struct ctl *ctl)
{
	struct examination examination = {.report = &ctl->report};
	enum ctl_exit result = collect(ctl);

	if (result != CTL_OK) {
		return result;
	}
	examine_state(&examination);
	examine_versions(&examination);
	examine_driver(&examination);
	examine_detection(&examination);
	examine_ladder(&examination);
	examine_past(&examination);
	examine_settings(&examination);
	if (ctl->json) {
		show_json(ctl, &examination);
	} else {
		show_text(&examination);
	}
	return examination.bad ? CTL_NOT_WELL : CTL_OK;
}
