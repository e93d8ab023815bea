/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_SCENE_COMMANDS_H
#define WR_TEST_SCENE_COMMANDS_H

#include "image.h"
#include "scenes.h"

/** State of a scene client that is driven by text commands. */
struct session {
	struct scene_display display;
	struct scene scene;
	const struct scene_entry *entry; // what is shown; NULL: nothing
	int stage;                       // of entry
	struct image picture;            // of the last digest
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

/** Take a picture of the session's output, from source "area" or "full", into an empty *image. */
enum command_result session_capture(
	struct session *session, const char *source, struct image *image);

/** Show a scene at a stage: stages before it are shown and presented first. */
enum command_result session_show(struct session *session, const char *name, int stage);

/** Commands about misbehaving or special clients; see scene-acts.c. */
enum command_result act_single_buffer(struct session *session, int frames, int timeout_ms);
enum command_result act_pings(struct session *session, int duration_ms);
enum command_result act_destroy_buffers(struct session *session);
enum command_result act_truncate(struct session *session);

/**
 * Answer with size and digest of a picture, which is kept for act_save(): the one that was judged,
 * where the next may be another already.
 */
enum command_result act_digest(struct session *session, const char *source);
enum command_result act_save(struct session *session, const char *path);

#endif
