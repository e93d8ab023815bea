/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_CORE_RESET_STATUS_H
#define WR_CORE_RESET_STATUS_H

/** Graphics reset status: GL_EXT_robustness, and EGL_NV_robustness_video_memory_purge for the last
 * one. */
enum reset_status {
	RESET_STATUS_NONE,
	RESET_STATUS_GUILTY,
	RESET_STATUS_INNOCENT,
	RESET_STATUS_UNKNOWN,
	RESET_STATUS_PURGED,
};

/** "none", "guilty", "innocent", "unknown" or "purged". Static. */
const char *reset_status_name(enum reset_status status);

#endif
