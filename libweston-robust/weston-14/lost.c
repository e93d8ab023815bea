/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/retention.h"

#include <stdio.h>

#define LINE_MAX_BYTES 256

/* "" where the surface has no name. */
struct label {
	char text[128];
};

static struct label label_of(struct weston_surface *surface)
{
	struct label label = {""};

	if (surface->get_label) {
		surface->get_label(surface, label.text, sizeof(label.text));
	}
	/* The client's own words: the line stays one line. */
	for (char *c = label.text; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '"') {
			*c = '?';
		}
	}
	return label;
}

static pid_t pid_of(struct weston_surface *surface)
{
	pid_t pid = 0;

	if (surface->resource) {
		wl_client_get_credentials(
			wl_resource_get_client(surface->resource), &pid, NULL, NULL);
	}
	return pid;
}

static enum weston_robust_loss public_loss(enum content_loss loss)
{
	switch (loss) {
	case CONTENT_LOSS_EVICTED:
		return WESTON_ROBUST_LOSS_EVICTED;
	case CONTENT_LOSS_UNREADABLE:
		return WESTON_ROBUST_LOSS_UNREADABLE;
	case CONTENT_LOSS_UPLOAD:
		return WESTON_ROBUST_LOSS_UPLOAD;
	case CONTENT_LOSS_REPAINTED:
		return WESTON_ROBUST_LOSS_REPAINTED;
	case CONTENT_LOSS_NOT_KEPT:
	case CONTENT_LOSS_NONE:
		break;
	}
	return WESTON_ROBUST_LOSS_NOT_KEPT;
}

static const char *loss_name(enum weston_robust_loss loss)
{
	static const char *const names[] = {
		[WESTON_ROBUST_LOSS_NOT_KEPT] = "not-kept",
		[WESTON_ROBUST_LOSS_EVICTED] = "evicted",
		[WESTON_ROBUST_LOSS_UNREADABLE] = "unreadable",
		[WESTON_ROBUST_LOSS_UPLOAD] = "upload",
		[WESTON_ROBUST_LOSS_REPAINTED] = "repainted",
	};

	return names[loss];
}

static void report(struct glue_surface *gs, enum weston_robust_loss why)
{
	struct glue *glue = gs->glue;
	char line[LINE_MAX_BYTES];

	if (weston_log_scope_is_enabled(glue->recovery_scope)) {
		snprintf(line, sizeof(line),
			"surface lost: why=%s generation=%" PRIu64
			" pid=%d size=%dx%d label=\"%s\"",
			loss_name(why), gs->content.lost_in, (int)pid_of(gs->surface),
			gs->content.layout.width, gs->content.layout.height,
			label_of(gs->surface).text);
		glue->host.trace(&glue->host, line);
	}
	glue_api_surface_lost(glue, gs->surface, why);
}

void glue_note_lost_surfaces(struct glue *glue, const struct generation *gen)
{
	struct glue_surface *gs;

	wl_list_for_each (gs, &glue->surfaces, link) {
		if (gs->content.lost_in != gen->id || gs->reported_in == gen->id) {
			continue;
		}
		gs->reported_in = gen->id;
		if (gs->content.gone != CONTENT_LOSS_NONE) {
			/* Of no use to us any more, perhaps to its client. */
			glue_retention_release(gs);
		}
		report(gs, public_loss(gs->content.lost));
	}
}
