/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "json.h"

#include <stdio.h>

static void put_key(struct json *json, const char *key)
{
	if (json->started) {
		putchar(',');
	}
	if (json->depth > 0) {
		printf("\n%*s", 2 * json->depth, "");
	}
	json->started = true;
	if (key) {
		printf("\"%s\": ", key);
	}
}

/* Length of the well-formed UTF-8 sequence at @text; 0: it is none. */
static int sequence_length(const unsigned char *text)
{
	int length = text[0] < 0x80             ? 1
		     : (text[0] & 0xe0) == 0xc0 ? 2
		     : (text[0] & 0xf0) == 0xe0 ? 3
		     : (text[0] & 0xf8) == 0xf0 ? 4
						: 0;

	for (int i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return length;
}

static void put_text(const char *value)
{
	const unsigned char *text = (const unsigned char *)value;

	putchar('"');
	while (*text) {
		int length = sequence_length(text);

		if (length == 0) {
			fputs("\\ufffd", stdout);
			text++;
			continue;
		}
		if (*text == '"' || *text == '\\') {
			putchar('\\');
		}
		if (*text < 0x20) {
			printf("\\u%04x", *text);
		} else {
			fwrite(text, 1, (size_t)length, stdout);
		}
		text += length;
	}
	putchar('"');
}

void json_open(struct json *json, const char *key, char bracket)
{
	put_key(json, key);
	putchar(bracket);
	json->depth++;
	json->started = false;
}

void json_close(struct json *json, char bracket)
{
	json->depth--;
	if (json->started) {
		printf("\n%*s", 2 * json->depth, "");
	}
	putchar(bracket);
	json->started = true;
	if (json->depth == 0) {
		putchar('\n');
	}
}

void json_string(struct json *json, const char *key, const char *value)
{
	put_key(json, key);
	if (value && value[0]) {
		put_text(value);
	} else {
		fputs("null", stdout);
	}
}

void json_bool(struct json *json, const char *key, bool value)
{
	put_key(json, key);
	fputs(value ? "true" : "false", stdout);
}

void json_number(struct json *json, const char *key, long long value)
{
	put_key(json, key);
	printf("%lld", value);
}
