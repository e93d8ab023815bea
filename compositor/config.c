/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "config.h"

#include <string.h>

#include "config-keys.h"
#include "ini-file.h"

void config_init(struct config *config, const struct weston_robust_config *renderer)
{
	*config = (struct config){
		.renderer = *renderer,
		.enabled = true,
		.last_resort = CONFIG_STAY,
		.exit_status = 75, // EX_TEMPFAIL: another try may succeed
		.trace = CONFIG_TRACE_OFF,
		.trace_buffer_bytes = UINT64_C(1) << 20,
		.trace_keep = 16,
		.trace_limit_bytes = UINT64_C(64) << 20,
	};
}

static void add_problem(struct config *config, unsigned line, const char *key, const char *format,
	const char *detail)
{
	struct config_problem *problem;

	config->problems_total++;
	if (config->problem_count == CONFIG_PROBLEMS_MAX) {
		return;
	}
	problem = &config->problem[config->problem_count++];
	problem->line = line;
	snprintf(problem->key, sizeof(problem->key), "%s", key);
	snprintf(problem->message, sizeof(problem->message), format, detail);
}

static const struct config_key *find_key(const char *name)
{
	for (size_t i = 0; i < config_key_total; i++) {
		if (strcmp(config_keys[i].name, name) == 0) {
			return &config_keys[i];
		}
	}
	return NULL;
}

static void reject_value(
	struct config *config, const struct config_key *key, const char *value, unsigned line)
{
	char now[CONFIG_VALUE_BYTES];
	char detail[192];

	config_key_format(key, config, now);
	snprintf(detail, sizeof(detail), "\"%.40s\" is not %s; %.40s is used", value, key->expects,
		now[0] ? now : "none");
	add_problem(config, line, key->name, "%s", detail);
}

void config_set(struct config *config, const char *key_name, const char *value,
	enum config_source source, unsigned line)
{
	const struct config_key *key = find_key(key_name);
	size_t index;

	if (!key) {
		add_problem(config, line, key_name, "%s", "there is no such key");
		return;
	}
	index = (size_t)(key - config_keys);
	if (config->source[index] == source) {
		add_problem(config, line, key_name, "%s", "given twice; the first counts");
		return;
	}
	if (config->source[index] > source) {
		return;
	}
	if (!config_key_parse(key, config, value)) {
		reject_value(config, key, value, line);
		return;
	}
	config->source[index] = source;
}

static void set_from_file(void *data, unsigned line, const char *key, const char *value)
{
	config_set(data, key, value, CONFIG_FILE, line);
}

enum config_result config_read(struct config *config, FILE *file)
{
	unsigned bad_line = ini_file_read(file, CONFIG_SECTION, set_from_file, config);

	if (bad_line) {
		add_problem(config, bad_line, "", "%s",
			"neither a section, a key with a value, "
			"nor a comment");
		return CONFIG_BROKEN;
	}
	return CONFIG_READ;
}

static bool is_default(const struct config *config, const char *name)
{
	return config->source[find_key(name) - config_keys] == CONFIG_DEFAULT;
}

struct weston_robust_config config_for_renderer(const struct config *config)
{
	struct weston_robust_config renderer = config->renderer;

	if (!config->enabled) {
		renderer.rungs = 0;
	}
	/* Whoever tries for ever never comes to the exit that was asked for. */
	if (config->last_resort == CONFIG_EXIT && is_default(config, "give-up-after")) {
		renderer.give_up_after = CONFIG_GIVE_UP_BEFORE_EXIT;
	}
	return renderer;
}

size_t config_key_count(void)
{
	return config_key_total;
}

const char *config_key_name(size_t index)
{
	return config_keys[index].name;
}

void config_key_value(const struct config *config, size_t index, char *text)
{
	config_key_format(&config_keys[index], config, text);
}

size_t config_count_changes(const struct config *before, const struct config *after)
{
	char a[CONFIG_VALUE_BYTES];
	char b[CONFIG_VALUE_BYTES];
	size_t changes = 0;

	for (size_t i = 0; i < config_key_total; i++) {
		config_key_value(before, i, a);
		config_key_value(after, i, b);
		changes += strcmp(a, b) != 0;
	}
	return changes;
}
