/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libweston/config-parser.h>

#include "compositor/config-keys.h"
#include "compositor/config.h"
#include "compositor/ini-file.h"
#include "compositor/values.h"
#include "test.h"

static struct weston_robust_config renderer_defaults(void)
{
	return (struct weston_robust_config){
		.rungs = 7,
		.idle_poll_ns = INT64_C(1000000000),
		.wait_limit_ns = INT64_C(10000000000),
		.backoff_first_ns = INT64_C(10000000),
		.backoff_cap_ns = INT64_C(1000000000),
		.failures_per_rung = 3,
		.max_resets = 5,
		.reset_window_ns = INT64_C(60000000000),
		.max_guilty = 2,
		.quiet_ns = INT64_C(60000000000),
		.probe_first_ns = INT64_C(30000000000),
		.probe_cap_ns = INT64_C(600000000000),
		.retention = WESTON_ROBUST_RETENTION_AUTO,
		.canary = true,
		.uevents = true,
	};
}

/* 8 KB: too much for a stack that is wanted small elsewhere, fine in a test. */
static struct config *fresh(void)
{
	static struct config config;
	struct weston_robust_config defaults = renderer_defaults();

	config_init(&config, &defaults);
	return &config;
}

static enum config_result read_text(struct config *config, const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	enum config_result result = config_read(config, file);

	fclose(file);
	return result;
}

TEST(durations)
{
	static const struct {
		const char *text;
		int64_t ns; // -1: none
	} cases[] = {
		{"0", 0},
		{"0s", 0},
		{"1us", 1000},
		{"500ms", INT64_C(500000000)},
		{"10s", INT64_C(10000000000)},
		{"1.5s", INT64_C(1500000000)},
		{"0.001s", 1000000},
		{"2min", INT64_C(120000000000)},
		{"3h", INT64_C(10800000000000)},
		{"9999999h", -1},
		{"99999999999999999999s", -1},
		{"1", -1},
		{"s", -1},
		{"", -1},
		{"-1s", -1},
		{"+1s", -1},
		{"1 s", -1},
		{"1S", -1},
		{"1.s", -1},
		{".5s", -1},
		{"1,5s", -1},
		{"1e3s", -1},
		{"1ss", -1},
		{"0x10s", -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ns = -1;
		bool good = value_parse_duration(cases[i].text, &ns);

		test_assert_msg(good == (cases[i].ns >= 0) && ns == cases[i].ns,
			"\"%s\" became %" PRId64, cases[i].text, ns);
	}
}

TEST(sizes)
{
	uint64_t bytes = 1;

	test_assert(value_parse_bytes("64MiB", &bytes) && bytes == UINT64_C(64) << 20);
	test_assert(value_parse_bytes("1.5KiB", &bytes) && bytes == 1536);
	test_assert(value_parse_bytes("1GiB", &bytes) && bytes == UINT64_C(1) << 30);
	test_assert(value_parse_bytes("0", &bytes) && bytes == 0);
	test_assert(value_parse_bytes("4096", &bytes) && bytes == 4096);
	test_assert(!value_parse_bytes("64MB", &bytes));
	test_assert(!value_parse_bytes("64M", &bytes));
	test_assert(!value_parse_bytes("99999999999GiB", &bytes));
	test_assert_int_eq(bytes, 4096);
}

TEST(sets)
{
	static const char *const names[] = {"context", "display", "software", NULL};
	uint32_t bits = 99;

	test_assert(value_parse_set("software, context", names, &bits) && bits == 5);
	test_assert(!value_parse_set("", names, &bits));
	test_assert(!value_parse_set("context,", names, &bits));
	test_assert(!value_parse_set("context display", names, &bits));
	test_assert(!value_parse_set("contex", names, &bits));
	test_assert_int_eq(bits, 5);
}

TEST(users)
{
	struct value_uids uids;

	test_assert(value_parse_uids("", &uids) && uids.count == 0);
	test_assert(value_parse_uids("0,1000 , 65534", &uids) && uids.count == 3);
	test_assert_int_eq(uids.uid[2], 65534);
	test_assert(!value_parse_uids("root", &uids));
	test_assert(!value_parse_uids("1,,2", &uids));
	test_assert(!value_parse_uids("4294967295", &uids)); // (uid_t)-1 means nobody to the kernel
	test_assert(!value_parse_uids("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", &uids));
	test_assert_int_eq(uids.count, 3);
}

/* Whatever is shown as a value would be read back as the same. */
TEST(each_key_reads_what_it_writes)
{
	struct config *config = fresh();
	char before[CONFIG_VALUE_BYTES];
	char after[CONFIG_VALUE_BYTES];

	for (size_t i = 0; i < config_key_total; i++) {
		config_key_format(&config_keys[i], config, before);
		test_assert_msg(config_key_parse(&config_keys[i], config, before),
			"%s does not take its own default \"%s\"", config_keys[i].name, before);
		config_key_format(&config_keys[i], config, after);
		test_assert_str_eq(after, before);
	}
}

TEST(durations_are_shown_as_they_are)
{
	static const char *const texts[] = {"1us", "1500us", "2ms", "1500ms", "3s", "90s", "0"};
	char text[64];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int64_t ns = -1;

		test_assert(value_parse_duration(texts[i], &ns));
		value_format_duration(ns, text, sizeof(text));
		test_assert_str_eq(text, texts[i]);
	}
}

TEST(a_whole_file)
{
	struct config *config = fresh();

	test_assert_int_eq(read_text(config, "# a comment\n"
					     "[core]\nidle-time=0\n\n"
					     "[gpu-recovery]\n"
					     "idle-poll=2s\n"
					     "  max-resets = 7  \n"
					     "hook=echo a=b; echo c # no comment\n"
					     "[output]\nname=x\n"
					     "[gpu-recovery]\n"
					     "notify=true"),
		CONFIG_READ);
	test_assert_int_eq(config->problems_total, 0);
	test_assert_int_eq(config->renderer.idle_poll_ns, INT64_C(2000000000));
	test_assert_int_eq(config->renderer.max_resets, 7);
	test_assert_str_eq(config->hook, "echo a=b; echo c # no comment");
	test_assert(config->notify);
	test_assert_int_eq(config->source[2], CONFIG_FILE);
	test_assert_int_eq(config->source[3], CONFIG_DEFAULT);
}

TEST(values_out_of_range)
{
	struct config *config = fresh();

	read_text(config, "[gpu-recovery]\nidle-poll=5ms\nwait-limit=0\nmax-resets=32\n"
			  "exit-status=1\nretention-budget=9999GiB\ntrace-file=relative\n");
	test_assert_int_eq(config->problems_total, 6);
	test_assert_str_eq(config->problem[0].key, "idle-poll");
	test_assert_str_eq(config->problem[0].message,
		"\"5ms\" is not a time such as 500ms or 10s, from 10ms to 1h, or 0; 1s is used");
	test_assert_int_eq(config->problem[5].line, 7);
	test_assert_int_eq(config->renderer.max_resets, 5);
}

TEST(the_first_of_two_counts)
{
	struct config *config = fresh();

	read_text(config, "[gpu-recovery]\nmax-resets=x\nmax-resets=3\nmax-resets=4\n");
	test_assert_int_eq(config->renderer.max_resets, 3);
	test_assert_int_eq(config->problems_total, 2);
	test_assert_str_eq(config->problem[1].message, "given twice; the first counts");
}

TEST(the_command_line_wins)
{
	struct config *config = fresh();

	config_set(config, "max-resets", "9", CONFIG_COMMAND_LINE, 0);
	config_set(config, "idle-poll", "never", CONFIG_COMMAND_LINE, 0);
	read_text(config, "[gpu-recovery]\nmax-resets=3\nidle-poll=4s\n");
	test_assert_int_eq(config->renderer.max_resets, 9);
	test_assert_int_eq(config->renderer.idle_poll_ns, INT64_C(4000000000));
	test_assert_int_eq(config->problems_total, 1);
}

TEST(an_exit_comes_after_some_tries)
{
	struct config *config = fresh();

	test_assert_int_eq(config_for_renderer(config).give_up_after, 0);
	read_text(config, "[gpu-recovery]\nlast-resort=exit\n");
	test_assert_int_eq(config_for_renderer(config).give_up_after, CONFIG_GIVE_UP_BEFORE_EXIT);
	config = fresh();
	read_text(config, "[gpu-recovery]\nlast-resort=exit\ngive-up-after=0\n");
	test_assert_int_eq(config_for_renderer(config).give_up_after, 0);
}

TEST(a_flood_of_problems)
{
	struct config *config = fresh();

	for (unsigned i = 0; i < 10000; i++) {
		config_set(config, "nonsense", "1", CONFIG_FILE, i + 1);
	}
	test_assert_int_eq(config->problems_total, 10000);
	test_assert_int_eq(config->problem_count, CONFIG_PROBLEMS_MAX);
}

TEST(enabled_false)
{
	struct config *config = fresh();

	test_assert_int_eq(config_for_renderer(config).rungs, 7);
	read_text(config, "[gpu-recovery]\nenabled=false\nladder=display\n");
	test_assert_int_eq(config_for_renderer(config).rungs, 0);
	test_assert_int_eq(config->renderer.rungs, 2);
}

TEST(changes)
{
	static struct config before;
	struct config *config = fresh();

	before = *config;
	test_assert_int_eq(config_count_changes(&before, config), 0);
	read_text(config, "[gpu-recovery]\nmax-resets=5\nnotify=true\nladder=context\n");
	test_assert_int_eq(config_count_changes(&before, config), 2);
}

/* What was handed out for a key that weston knows as well. */
struct seen {
	char value[4][600];
	bool given[4];
};

static const char *const random_keys[] = {"a", "b", "key", "x-y"};

static void see(void *data, unsigned line, const char *key, const char *value)
{
	struct seen *seen = data;

	for (size_t i = 0; i < 4; i++) {
		if (strcmp(key, random_keys[i]) == 0 && !seen->given[i]) {
			seen->given[i] = true;
			snprintf(seen->value[i], sizeof(seen->value[i]), "%s", value);
		}
	}
}

static void make_file(struct test_rng *rng, char *text, size_t size)
{
	static const char *const parts[] = {"[s]\n", "[t]\n", "a=1\n", "a=2\n", "b=\n", "key=v w\n",
		"x-y= z  \n", "#c\n", "\n", "key=[s]\n", "b==\n", "a=#\n", "key=\xff\n", "[]\n",
		"[s\n", "s]\n", "=1\n", "junk\n", "[s]x\n", " \n", "\r\n"};
	uint64_t lines = test_rng_below(rng, 12);

	text[0] = '\0';
	/* Mostly well-formed: a malformed line ends the comparison. */
	for (uint64_t i = 0; i < lines; i++) {
		uint64_t kinds = test_rng_below(rng, 12) == 0 ? 21 : 13;

		strncat(text, parts[test_rng_below(rng, kinds)], size - strlen(text) - 1);
	}
}

static struct weston_config_section *first_section(struct weston_config *config)
{
	return weston_config_get_section(config, "s", NULL, NULL);
}

/* Of several sections of a name weston sees the first only: leave such files out. */
static bool has_two_sections(const char *text)
{
	const char *first = strstr(text, "[s]\n");

	return first && strstr(first + 1, "\n[s]\n");
}

static void compare(const char *text, struct weston_config *theirs, const struct seen *ours)
{
	for (size_t i = 0; i < 4; i++) {
		char *value;

		weston_config_section_get_string(
			first_section(theirs), random_keys[i], &value, NULL);
		test_assert_msg(
			(value != NULL) == ours->given[i], "%s in:\n%s", random_keys[i], text);
		if (value) {
			test_assert_str_eq(ours->value[i], value);
		}
		free(value);
	}
}

/* Where both take a file, they agree about it; where weston refuses one, so do we. */
TEST(agrees_with_westons_own_parser)
{
	struct test_rng rng;
	char text[1024];
	unsigned good = 0;
	unsigned bad = 0;

	/* Weston complains about each malformed line. */
	test_assert(freopen("/dev/null", "w", stderr));
	test_rng_init(&rng, 1);
	for (int round = 0; round < 20000; round++) {
		struct seen seen = {.given = {false}};
		struct weston_config *theirs;
		FILE *file;
		unsigned line;

		make_file(&rng, text, sizeof(text));
		if (text[0] == '\0' || has_two_sections(text)) {
			continue;
		}
		file = fmemopen(text, strlen(text), "r");
		theirs = weston_config_parse_fp(file);
		rewind(file);
		line = ini_file_read(file, "s", see, &seen);
		fclose(file);
		test_assert_msg((theirs != NULL) == (line == 0), "weston %s, we %s:\n%s",
			theirs ? "reads" : "refuses", line ? "refuse" : "read", text);
		if (theirs) {
			compare(text, theirs, &seen);
			weston_config_destroy(theirs);
			good++;
		} else {
			bad++;
		}
	}
	test_assert(good > 1000 && bad > 1000);
}

TEST(random_bytes_do_no_harm)
{
	struct test_rng rng;
	char text[2048];

	test_rng_init(&rng, 2);
	for (int round = 0; round < 20000; round++) {
		size_t length = 1 + test_rng_below(&rng, sizeof(text) - 1);
		struct config *config = fresh();
		FILE *file;

		for (size_t i = 0; i < length; i++) {
			text[i] = (char)(test_rng_below(&rng, 4)
						 ? "[gpu-recovery]\nhok=,0123smMiB"[test_rng_below(
							   &rng, 29)]
						 : (char)test_rng_next(&rng));
		}
		file = fmemopen(text, length, "r");
		config_read(config, file);
		fclose(file);
	}
}
