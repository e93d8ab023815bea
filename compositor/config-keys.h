/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** The table of keys: for config.c only. */
#ifndef WESTON_ROBUST_COMPOSITOR_CONFIG_KEYS_H
#define WESTON_ROBUST_COMPOSITOR_CONFIG_KEYS_H

#include "config.h"

enum config_type {
	CONFIG_TYPE_BOOL,
	CONFIG_TYPE_UINT32,
	CONFIG_TYPE_DURATION,
	CONFIG_TYPE_BYTES,
	CONFIG_TYPE_NAME, // an enum, counted like `names`
	CONFIG_TYPE_SET,  // a uint32_t of bits, numbered like `names`
	CONFIG_TYPE_UIDS,
	CONFIG_TYPE_PATH, // as a text; "" or absolute
	CONFIG_TYPE_TEXT, // char[CONFIG_VALUE_BYTES]
};

struct config_key {
	const char *name;
	enum config_type type;
	size_t offset; // in struct config
	/* Of numbers, in the unit of the member. 0 is allowed too where zero is set. */
	uint64_t least;
	uint64_t most;
	bool zero;
	const char *const *names;
	const char *expects; // "not %s" has to be good English
};

extern const struct config_key config_keys[];
extern const size_t config_key_total;

/** Returns false, and leaves the config alone, when @text is no value of the key. */
bool config_key_parse(const struct config_key *key, struct config *config, const char *text);

/** The other way round; @text has CONFIG_VALUE_BYTES. */
void config_key_format(const struct config_key *key, const struct config *config, char *text);

#endif
