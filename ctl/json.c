/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compositor/text.h"

static void break_line(const struct json *json)
{
	if (!json->one_line) {
		printf("\n%*s", 2 * json->depth, "");
	} else if (json->not_first) {
		putchar(' ');
	}
}

static void write_text(const char *text)
{
	char clean[2048];

	text_clean(clean, sizeof(clean), text);
	putchar('"');
	for (const char *c = clean; *c; c++) {
		if (*c == '"' || *c == '\\') {
			putchar('\\');
		}
		putchar(*c);
	}
	putchar('"');
}

static void begin_value(struct json *json, const char *key)
{
	if (json->not_first) {
		putchar(',');
	}
	if (json->depth > 0) {
		break_line(json);
	}
	json->not_first = true;
	if (key) {
		write_text(key);
		printf(": ");
	}
}

static void begin(struct json *json, const char *key, char bracket)
{
	begin_value(json, key);
	putchar(bracket);
	json->depth++;
	json->not_first = false;
}

static void end(struct json *json, char bracket)
{
	bool empty = !json->not_first;

	json->depth--;
	json->not_first = false;
	if (!empty) {
		break_line(json);
	}
	putchar(bracket);
	json->not_first = true;
}

void json_begin_object(struct json *json, const char *key)
{
	begin(json, key, '{');
}

void json_end_object(struct json *json)
{
	end(json, '}');
}

void json_begin_array(struct json *json, const char *key)
{
	begin(json, key, '[');
}

void json_end_array(struct json *json)
{
	end(json, ']');
}

void json_string(struct json *json, const char *key, const char *value)
{
	begin_value(json, key);
	write_text(value);
}

void json_uint(struct json *json, const char *key, uint64_t value)
{
	begin_value(json, key);
	printf("%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", stdout);
}

void json_null(struct json *json, const char *key)
{
	begin_value(json, key);
	fputs("null", stdout);
}

void json_thousandths(struct json *json, const char *key, uint64_t thousandths)
{
	begin_value(json, key);
	printf("%" PRIu64 ".%03u", thousandths / 1000, (unsigned)(thousandths % 1000));
}

void json_finish(struct json *json)
{
	json_end_object(json);
	putchar('\n');
	fflush(stdout);
}
