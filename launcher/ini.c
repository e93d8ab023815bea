/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "ini.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libweston/config-parser.h>

#include "arguments.h"

/* Libweston's own parser, so that the same file is found, and read the same way. */
struct parser {
	__typeof__(weston_config_parse) *parse;
	__typeof__(weston_config_destroy) *destroy;
	__typeof__(weston_config_get_section) *get_section;
	__typeof__(weston_config_section_get_string) *get_string;
};

static bool resolve(void *handle, const char *name, void *member)
{
	void *symbol = dlsym(handle, name);

	memcpy(member, &symbol, sizeof(symbol));
	return symbol != NULL;
}

static bool load(struct parser *parser, void *handle)
{
	return handle && resolve(handle, "weston_config_parse", &parser->parse) &&
	       resolve(handle, "weston_config_destroy", &parser->destroy) &&
	       resolve(handle, "weston_config_get_section", &parser->get_section) &&
	       resolve(handle, "weston_config_section_get_string", &parser->get_string);
}

static bool core_has(const struct parser *parser, struct weston_config *config, const char *key)
{
	struct weston_config_section *core = parser->get_section(config, "core", NULL, NULL);
	char *value = NULL;
	bool has;

	parser->get_string(core, key, &value, NULL);
	has = value && strcmp(value, "false") != 0;
	free(value);
	return has;
}

bool ini_chooses_renderer(void *libweston, char *const *weston_argv)
{
	const char *name = arguments_value(weston_argv, "--config", "-c");
	struct weston_config *config;
	struct parser parser;
	bool chooses;

	if (arguments_flag(weston_argv, "--no-config") || !load(&parser, libweston)) {
		return false;
	}
	config = parser.parse(name ? name : "weston.ini");
	if (!config) {
		return false;
	}
	chooses = core_has(&parser, config, "renderer") ||
		  core_has(&parser, config, "use-pixman") || core_has(&parser, config, "use-gl");
	parser.destroy(config);
	return chooses;
}
