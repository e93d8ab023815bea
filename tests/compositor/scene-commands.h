/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_SCENE_COMMANDS_H
#define WR_TEST_SCENE_COMMANDS_H

#include "scenes.h"

/** State of a scene client that is driven by text commands. */
struct session {
	struct scene_display display;
	struct scene scene;
	const struct scene_entry *entry; // what is shown; NULL: nothing
	int stage;                       // of entry
	char answer[256];                // details for the answer line
};

/** How a command ended. */
enum command_result {
	COMMAND_OK,
	COMMAND_SKIP, // the compositor lacks something; session->answer names it
	COMMAND_ERROR,
	COMMAND_QUIT,
};

/** Connect. Returns NULL or a sentence. */
const char *session_init(struct session *session);

void session_finish(struct session *session);

/**
 * Run one command of blank-separated words; `line` is modified.
 *
 * session_help() lists the commands.
 */
enum command_result session_run(struct session *session, char *line);

/** The commands, one per line. */
const char *session_help(void);

/** Show a scene at a stage: stages before it are shown and presented first. */
enum command_result session_show(struct session *session, const char *name, int stage);

/** Commands about misbehaving or special clients; see scene-client-acts.c. */
enum command_result act_single_buffer(struct session *session, int frames, int timeout_ms);
enum command_result act_pings(struct session *session, int duration_ms);
enum command_result act_destroy_buffers(struct session *session);
enum command_result act_truncate(struct session *session);

#endif
