/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_FAULT_VULKAN_CONTROL_H
#define WR_FAULT_VULKAN_CONTROL_H

#include <stdint.h>

#define VK_CONTROL_MAGIC 0x4b565257 // "WRVK"
#define VK_CONTROL_VERSION 1

/**
 * The control file: one page, mapped shared by the tool and by every process with the layer in it.
 * Counters are sums over these processes and are added to atomically. Times are CLOCK_MONOTONIC in
 * ns.
 */
struct vk_control {
	uint32_t magic;
	uint32_t version;
	uint32_t request; // number of the latest request for a loss, written last; 0: none yet
	uint32_t after;   // of that request: how many submits pass before the one that is lost
	uint32_t back_ms; // of that request: when the devices work again; 0: never
	uint32_t struck;  // number of the latest request that has struck
	uint32_t losses;  // how often devices were made lost, by request or by WR_VK_FAULT
	int64_t lost_at;  // when that last happened; 0: never
	uint64_t devices_created;
	uint64_t devices_destroyed;
	uint64_t devices_lost;
	uint64_t submits;    // that reached the driver
	uint64_t dead_calls; // answered with VK_ERROR_DEVICE_LOST
};

/**
 * Map the control file at @path; it is made when it does not exist.
 *
 * Returns NULL on failure, with errno set (EINVAL: another kind of file). The mapping is never
 * undone.
 */
struct vk_control *vk_control_open(const char *path);

/** CLOCK_MONOTONIC in ns. */
int64_t vk_control_now_ns(void);

#endif
