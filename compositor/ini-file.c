/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "ini-file.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Weston reads lines into a buffer of 512 bytes, and takes what is longer for several lines. */
#define LINE_MAX_BYTES 510

struct reader {
	const char *section;
	ini_entry_func entry;
	void *data;
	unsigned line;
	bool in_section; // in any
	bool wanted;     // in the wanted one
};

static char *trim(char *text)
{
	size_t length;

	while (isspace((unsigned char)*text)) {
		text++;
	}
	length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1])) {
		text[--length] = '\0';
	}
	return text;
}

static bool read_header(struct reader *reader, char *text)
{
	char *end = strchr(text, ']');

	if (!end || end[1] != '\0') {
		return false;
	}
	*end = '\0';
	reader->in_section = true;
	reader->wanted = strcmp(text + 1, reader->section) == 0;
	return true;
}

static bool read_entry(struct reader *reader, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals || equals == text || !reader->in_section) {
		return false;
	}
	*equals = '\0';
	if (reader->wanted) {
		reader->entry(reader->data, reader->line, trim(text), trim(equals + 1));
	}
	return true;
}

static bool read_line(struct reader *reader, char *text, size_t length)
{
	if (length > LINE_MAX_BYTES || memchr(text, '\0', length)) {
		return false;
	}
	if (length > 0 && text[length - 1] == '\n') {
		text[length - 1] = '\0';
	}
	switch (text[0]) {
	case '\0':
	case '#':
		return true;
	case '[':
		return read_header(reader, text);
	default:
		return read_entry(reader, text);
	}
}

unsigned ini_file_read(FILE *file, const char *section, ini_entry_func entry, void *data)
{
	struct reader reader = {.section = section, .entry = entry, .data = data};
	char *text = NULL;
	size_t size = 0;
	ssize_t length;
	bool good = true;

	while (good && (length = getline(&text, &size, file)) >= 0) {
		reader.line++;
		good = read_line(&reader, text, (size_t)length);
	}
	free(text);
	return good ? 0 : reader.line;
}
