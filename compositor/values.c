/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit times[] = {
	{"us", 1000},
	{"ms", UINT64_C(1000) * 1000},
	{"s", UINT64_C(1000) * 1000 * 1000},
	{"min", UINT64_C(60) * 1000 * 1000 * 1000},
	{"h", UINT64_C(3600) * 1000 * 1000 * 1000},
	{NULL, 0},
};

static const struct unit sizes[] = {
	{"", 1},
	{"KiB", UINT64_C(1) << 10},
	{"MiB", UINT64_C(1) << 20},
	{"GiB", UINT64_C(1) << 30},
	{NULL, 0},
};

/* No value may come near to where sums of two overflow. */
#define LARGEST ((uint64_t)INT64_MAX / 4)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads digits; returns where they end, or NULL if there is none or the number is too large. */
static const char *read_digits(const char *text, uint64_t *value)
{
	uint64_t sum = 0;

	if (!is_digit(*text)) {
		return NULL;
	}
	for (; is_digit(*text); text++) {
		sum = sum * 10 + (uint64_t)(*text - '0');
		if (sum > LARGEST) {
			return NULL;
		}
	}
	*value = sum;
	return text;
}

/* Reads ".5" into thousandths; returns where it ends, or NULL. */
static const char *read_fraction(const char *text, uint64_t *thousandths)
{
	uint64_t place = 100;

	*thousandths = 0;
	if (*text != '.') {
		return text;
	}
	if (!is_digit(*++text)) {
		return NULL;
	}
	for (; is_digit(*text); text++, place /= 10) {
		*thousandths += (uint64_t)(*text - '0') * place;
	}
	return text;
}

static bool parse_measure(const char *text, const struct unit *units, uint64_t *value)
{
	uint64_t whole;
	uint64_t thousandths;

	text = read_digits(text, &whole);
	text = text ? read_fraction(text, &thousandths) : NULL;
	if (!text) {
		return false;
	}
	while (units->name && strcmp(units->name, text) != 0) {
		units++;
	}
	if (!units->name || whole > LARGEST / units->factor) {
		return false;
	}
	*value = whole * units->factor + thousandths * units->factor / 1000;
	return true;
}

bool value_parse_bool(const char *text, bool *value)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
		return false;
	}
	*value = text[0] == 't';
	return true;
}

bool value_parse_uint(const char *text, uint64_t *value)
{
	uint64_t parsed;

	text = read_digits(text, &parsed);
	if (!text || *text != '\0') {
		return false;
	}
	*value = parsed;
	return true;
}

bool value_parse_duration(const char *text, int64_t *ns)
{
	uint64_t parsed = 0;

	if (strcmp(text, "0") != 0 && !parse_measure(text, times, &parsed)) {
		return false;
	}
	*ns = (int64_t)parsed;
	return true;
}

bool value_parse_bytes(const char *text, uint64_t *bytes)
{
	return parse_measure(text, sizes, bytes);
}

static int find_name(const char *text, size_t length, const char *const *names)
{
	for (int i = 0; names[i]; i++) {
		if (strlen(names[i]) == length && strncmp(names[i], text, length) == 0) {
			return i;
		}
	}
	return -1;
}

int value_parse_name(const char *text, const char *const *names)
{
	return find_name(text, strlen(text), names);
}

/* One element of a list: [begin, end), without the blanks around it. */
struct element {
	const char *begin;
	size_t length;
};

/* Takes the element at *text off the list. Returns false at the end of it. */
static bool next_element(const char **text, struct element *element)
{
	const char *begin = *text;
	size_t length;

	if (!begin) {
		return false;
	}
	length = strcspn(begin, ",");
	*text = begin[length] == ',' ? begin + length + 1 : NULL;
	while (length > 0 && *begin == ' ') {
		begin++;
		length--;
	}
	while (length > 0 && begin[length - 1] == ' ') {
		length--;
	}
	*element = (struct element){begin, length};
	return true;
}

bool value_parse_set(const char *text, const char *const *names, uint32_t *bits)
{
	struct element element;
	uint32_t parsed = 0;

	while (next_element(&text, &element)) {
		int index = find_name(element.begin, element.length, names);

		if (index < 0) {
			return false;
		}
		parsed |= UINT32_C(1) << index;
	}
	*bits = parsed;
	return true;
}

bool value_parse_uids(const char *text, struct value_uids *uids)
{
	struct value_uids parsed = {.count = 0};
	struct element element;

	if (*text == '\0') {
		*uids = parsed;
		return true;
	}
	while (next_element(&text, &element)) {
		const char *end;
		uint64_t uid;

		end = read_digits(element.begin, &uid);
		if (end != element.begin + element.length || uid >= UINT32_MAX ||
			parsed.count == VALUE_UIDS_MAX) {
			return false;
		}
		parsed.uid[parsed.count++] = (uid_t)uid;
	}
	*uids = parsed;
	return true;
}

/* In the largest of the units from @first to @last of which it is a whole number. */
static void format_measure(uint64_t value, const struct unit *units, int last, const char *zero,
	char *text, size_t size)
{
	if (value == 0) {
		snprintf(text, size, "%s", zero);
		return;
	}
	while (last > 0 && value % units[last].factor != 0) {
		last--;
	}
	snprintf(text, size, "%" PRIu64 "%s", value / units[last].factor, units[last].name);
}

void value_format_duration(int64_t ns, char *text, size_t size)
{
	/* Whole seconds stay seconds: 90s reads better beside 60s than 1min does. */
	format_measure((uint64_t)ns, times, 2, "0", text, size);
}

void value_format_bytes(uint64_t bytes, char *text, size_t size)
{
	format_measure(bytes, sizes, 3, "0", text, size);
}

static void append(char *text, size_t size, const char *separator, const char *part)
{
	size_t length = strlen(text);

	snprintf(text + length, size - length, "%s%s", length > 0 ? separator : "", part);
}

void value_format_set(uint32_t bits, const char *const *names, char *text, size_t size)
{
	text[0] = '\0';
	for (int i = 0; names[i]; i++) {
		if (bits & (UINT32_C(1) << i)) {
			append(text, size, ",", names[i]);
		}
	}
}

void value_format_uids(const struct value_uids *uids, char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < uids->count; i++) {
		char number[16];

		snprintf(number, sizeof(number), "%" PRIu32, (uint32_t)uids->uid[i]);
		append(text, size, ",", number);
	}
}
