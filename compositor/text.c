/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes of a sequence that begins with @first by its form; 0: nothing does. */
static size_t sequence_length(unsigned char first)
{
	if (first < 0x80) {
		return 1;
	}
	if (first >= 0xc2 && first < 0xe0) {
		return 2;
	}
	if (first >= 0xe0 && first < 0xf0) {
		return 3;
	}
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* C0, DEL and C1; the marks that turn the direction of what follows; line separators. */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Reads the character at @from. Returns its bytes, or 0 if it is none that may be passed on. */
static size_t read_character(const unsigned char *from)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = sequence_length(from[0]);
	uint32_t c;

	if (length < 2) {
		return length == 1 && !is_control(from[0]) ? 1 : 0;
	}
	c = from[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((from[i] & 0xc0) != 0x80) {
			return 0;
		}
		c = c << 6 | (from[i] & 0x3f);
	}
	if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || is_control(c)) {
		return 0;
	}
	return length;
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

static void clean(char *to, size_t size, const char *from, bool markup)
{
	size_t at = 0;

	while (*from) {
		size_t read = read_character((const unsigned char *)from);
		const char *text = read ? from : "?";
		size_t length = read ? read : 1;

		if (markup && entity(*from)) {
			text = entity(*from);
			length = strlen(text);
		}
		if (at + length >= size) {
			break;
		}
		memcpy(to + at, text, length);
		at += length;
		from += read ? read : 1;
	}
	to[at] = '\0';
}

void text_clean(char *to, size_t size, const char *from)
{
	clean(to, size, from, false);
}

void text_clean_markup(char *to, size_t size, const char *from)
{
	clean(to, size, from, true);
}
