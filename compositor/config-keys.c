/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "config-keys.h"

#include <inttypes.h>
#include <string.h>

#define MS UINT64_C(1000000)
#define SEC (1000 * MS)
#define HOUR (3600 * SEC)
#define MIB (UINT64_C(1) << 20)

#define AT(member) offsetof(struct config, member)

static const char *const rung_names[] = {"context", "display", "software", NULL};
static const char *const retention_names[] = {"hold", "copy", "auto", "none", NULL};
static const char *const last_resort_names[] = {"stay", "exit", NULL};
static const char *const trace_names[] = {"off", "on-demand", "on-recovery", "continuous", NULL};

_Static_assert(WESTON_ROBUST_RUNG_SOFTWARE == 2, "rung_names has to follow the enum");
_Static_assert(WESTON_ROBUST_RETENTION_NONE == 3, "retention_names has to follow the enum");

#define BOOL(key, member)                                                                          \
	{                                                                                          \
		.name = (key), .type = CONFIG_TYPE_BOOL, .offset = AT(member),                     \
		.expects = "true or false"                                                         \
	}
#define COUNT(key, member, low, high)                                                              \
	{                                                                                          \
		.name = (key), .type = CONFIG_TYPE_UINT32, .offset = AT(member), .least = (low),   \
		.most = (high), .expects = "a number from " #low " to " #high                      \
	}
#define TIME(key, member, low, high, or_zero, text)                                                \
	{                                                                                          \
		.name = (key), .type = CONFIG_TYPE_DURATION, .offset = AT(member), .least = (low), \
		.most = (high), .zero = (or_zero), .expects = "a time such as 500ms or 10s, " text \
	}
#define BYTES(key, member, low, high, or_zero, text)                                               \
	{                                                                                          \
		.name = (key), .type = CONFIG_TYPE_BYTES, .offset = AT(member), .least = (low),    \
		.most = (high), .zero = (or_zero), .expects = "a size such as 64MiB, " text        \
	}
#define NAME(key, member, list, text)                                                              \
	{                                                                                          \
		.name = (key), .type = CONFIG_TYPE_NAME, .offset = AT(member), .names = (list),    \
		.expects = (text)                                                                  \
	}
#define TEXT(key, member)                                                                          \
	{                                                                                          \
		.name = (key), .type = CONFIG_TYPE_TEXT, .offset = AT(member),                     \
		.expects = "shorter than 512 bytes"                                                \
	}
#define PATH(key, member)                                                                          \
	{                                                                                          \
		.name = (key), .type = CONFIG_TYPE_PATH, .offset = AT(member),                     \
		.expects = "a path that begins with /"                                             \
	}

const struct config_key config_keys[] = {
	BOOL("enabled", enabled),
	{.name = "ladder",
		.type = CONFIG_TYPE_SET,
		.offset = AT(renderer.rungs),
		.names = rung_names,
		.expects = "a list of context, display and software"},
	TIME("idle-poll", renderer.idle_poll_ns, 10 * MS, HOUR, true, "from 10ms to 1h, or 0"),
	TIME("wait-limit", renderer.wait_limit_ns, 10 * MS, HOUR, false, "from 10ms to 1h"),
	TIME("backoff-first", renderer.backoff_first_ns, MS, HOUR, false, "from 1ms to 1h"),
	TIME("backoff-cap", renderer.backoff_cap_ns, MS, HOUR, false, "from 1ms to 1h"),
	COUNT("failures-per-step", renderer.failures_per_rung, 1, 100),
	COUNT("give-up-after", renderer.give_up_after, 0, 1000),
	COUNT("max-resets", renderer.max_resets, 0, 31),
	TIME("reset-window", renderer.reset_window_ns, 100 * MS, 24 * HOUR, false,
		"from 100ms to 24h"),
	COUNT("max-guilty", renderer.max_guilty, 0, 100),
	TIME("forgive-after", renderer.quiet_ns, 100 * MS, 24 * HOUR, false, "from 100ms to 24h"),
	TIME("probe-first", renderer.probe_first_ns, 100 * MS, 24 * HOUR, true,
		"from 100ms to 24h, or 0"),
	TIME("probe-cap", renderer.probe_cap_ns, 100 * MS, 24 * HOUR, false, "from 100ms to 24h"),
	NAME("retention", renderer.retention, retention_names, "hold, copy, auto or none"),
	BYTES("retention-budget", renderer.retention_budget_bytes, 1, MIB << 20, true,
		"up to 1024GiB, or 0"),
	BOOL("canary", renderer.canary),
	BOOL("uevents", renderer.uevents),
	NAME("last-resort", last_resort, last_resort_names, "stay or exit"),
	COUNT("exit-status", exit_status, 2, 125),
	BOOL("operator", operator_allowed),
	BOOL("operator-simulate", operator_simulate),
	{.name = "operator-uids",
		.type = CONFIG_TYPE_UIDS,
		.offset = AT(operator_uids),
		.expects = "a list of up to 16 numbers of users"},
	BOOL("notify", notify),
	TEXT("hook", hook),
	NAME("trace", trace, trace_names, "off, on-demand, on-recovery or continuous"),
	BYTES("trace-buffer", trace_buffer_bytes, MIB >> 6, 8 * MIB, false, "from 16KiB to 8MiB"),
	PATH("trace-directory", trace_directory),
	COUNT("trace-keep", trace_keep, 1, 1000),
	PATH("trace-file", trace_file),
	BYTES("trace-limit", trace_limit_bytes, MIB >> 4, MIB << 10, false,
		"from 64KiB to 1024MiB"),
};

const size_t config_key_total = sizeof(config_keys) / sizeof(config_keys[0]);

_Static_assert(sizeof(config_keys) / sizeof(config_keys[0]) <= CONFIG_KEYS_MAX,
	"struct config has no room for so many keys");

static bool in_range(const struct config_key *key, uint64_t value)
{
	return (value >= key->least && value <= key->most) || (key->zero && value == 0);
}

static bool parse_uint32(const struct config_key *key, uint32_t *member, const char *text)
{
	uint64_t value;

	if (!value_parse_uint(text, &value) || !in_range(key, value)) {
		return false;
	}
	*member = (uint32_t)value;
	return true;
}

static bool parse_duration(const struct config_key *key, int64_t *member, const char *text)
{
	int64_t value;

	if (!value_parse_duration(text, &value) || !in_range(key, (uint64_t)value)) {
		return false;
	}
	*member = value;
	return true;
}

static bool parse_bytes(const struct config_key *key, uint64_t *member, const char *text)
{
	uint64_t value;

	if (!value_parse_bytes(text, &value) || !in_range(key, value)) {
		return false;
	}
	*member = value;
	return true;
}

/* Enums have the size of an int in this table's members. */
static bool parse_name(const struct config_key *key, int *member, const char *text)
{
	int index = value_parse_name(text, key->names);

	if (index < 0) {
		return false;
	}
	*member = index;
	return true;
}

static bool parse_text(char *member, const char *text)
{
	if (strlen(text) >= CONFIG_VALUE_BYTES) {
		return false;
	}
	memcpy(member, text, strlen(text) + 1);
	return true;
}

bool config_key_parse(const struct config_key *key, struct config *config, const char *text)
{
	void *member = (char *)config + key->offset;

	switch (key->type) {
	case CONFIG_TYPE_BOOL:
		return value_parse_bool(text, member);
	case CONFIG_TYPE_UINT32:
		return parse_uint32(key, member, text);
	case CONFIG_TYPE_DURATION:
		return parse_duration(key, member, text);
	case CONFIG_TYPE_BYTES:
		return parse_bytes(key, member, text);
	case CONFIG_TYPE_NAME:
		return parse_name(key, member, text);
	case CONFIG_TYPE_SET:
		return value_parse_set(text, key->names, member);
	case CONFIG_TYPE_UIDS:
		return value_parse_uids(text, member);
	case CONFIG_TYPE_PATH:
		return (text[0] == '/' || text[0] == '\0') && parse_text(member, text);
	case CONFIG_TYPE_TEXT:
		return parse_text(member, text);
	}
	return false;
}

void config_key_format(const struct config_key *key, const struct config *config, char *text)
{
	const void *member = (const char *)config + key->offset;
	const size_t size = CONFIG_VALUE_BYTES;

	switch (key->type) {
	case CONFIG_TYPE_BOOL:
		snprintf(text, size, "%s", *(const bool *)member ? "true" : "false");
		return;
	case CONFIG_TYPE_UINT32:
		snprintf(text, size, "%" PRIu32, *(const uint32_t *)member);
		return;
	case CONFIG_TYPE_DURATION:
		value_format_duration(*(const int64_t *)member, text, size);
		return;
	case CONFIG_TYPE_BYTES:
		value_format_bytes(*(const uint64_t *)member, text, size);
		return;
	case CONFIG_TYPE_NAME:
		snprintf(text, size, "%s", key->names[*(const int *)member]);
		return;
	case CONFIG_TYPE_SET:
		value_format_set(*(const uint32_t *)member, key->names, text, size);
		return;
	case CONFIG_TYPE_UIDS:
		value_format_uids(member, text, size);
		return;
	case CONFIG_TYPE_PATH:
	case CONFIG_TYPE_TEXT:
		snprintf(text, size, "%s", (const char *)member);
		return;
	}
}
