/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_FAULT_VULKAN_LAYER_H
#define WR_FAULT_VULKAN_LAYER_H

#include <stdatomic.h>
#include <stdbool.h>

#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

/** The commands of a device that can tell of its loss, without the "vk" of their names. */
#define LAYER_DEVICE_COMMANDS(X)                                                                   \
	X(QueueSubmit)                                                                             \
	X(QueueSubmit2)                                                                            \
	X(QueueSubmit2KHR)                                                                         \
	X(QueueBindSparse)                                                                         \
	X(QueuePresentKHR)                                                                         \
	X(QueueWaitIdle)                                                                           \
	X(DeviceWaitIdle)                                                                          \
	X(WaitForFences)                                                                           \
	X(GetFenceStatus)                                                                          \
	X(WaitSemaphores)                                                                          \
	X(WaitSemaphoresKHR)                                                                       \
	X(GetSemaphoreCounterValue)                                                                \
	X(GetSemaphoreCounterValueKHR)                                                             \
	X(GetEventStatus)                                                                          \
	X(GetQueryPoolResults)                                                                     \
	X(AcquireNextImageKHR)                                                                     \
	X(AcquireNextImage2KHR)

#define LAYER_DECLARE_NEXT(name) PFN_vk##name name;

/** A VkDevice that lives, or was lost and is not destroyed yet. */
struct layer_device {
	struct layer_device *link; // next in the list of all
	void *key; // the loader's dispatch table: shared by the device and its queues
	VkDevice handle;
	atomic_bool lost;
	int64_t back_at_ns; // while lost: when it works again, CLOCK_MONOTONIC
	PFN_vkGetDeviceProcAddr get_proc;
	PFN_vkDestroyDevice destroy;
	struct {
		LAYER_DEVICE_COMMANDS(LAYER_DECLARE_NEXT)
	} next; // of the layer or driver below; NULL: not offered there
};

/** The dispatch key of a VkInstance, VkPhysicalDevice, VkDevice or VkQueue. */
static inline void *layer_key(const void *handle)
{
	return *(void *const *)handle;
}

/** Start to intercept @handle. Returns NULL when out of memory. */
struct layer_device *layer_device_add(VkDevice handle, PFN_vkGetDeviceProcAddr get_proc);

/** The record of a VkDevice or VkQueue. It lives until layer_device_remove(). */
struct layer_device *layer_device_of(const void *handle);

/** Forget a device, which its caller destroys. */
void layer_device_remove(struct layer_device *device);

/** Our version of a device command, or NULL if it is none of LAYER_DEVICE_COMMANDS or the layer
 * below does not have it. */
PFN_vkVoidFunction layer_device_command(struct layer_device *device, const char *name);

/**
 * Make all devices of now lost, from this moment on. What they were told before is executed.
 *
 * @back_at_ns: when they work again, CLOCK_MONOTONIC; INT64_MAX: never, as the specification says.
 */
void layer_devices_lose(int64_t back_at_ns);

/**
 * To be asked at each command that can tell of a loss. @submit: the command is a submit.
 *
 * Returns true if @device is lost, maybe by this very call.
 */
bool layer_strike(struct layer_device *device, bool submit);

/** Count a device that was made (+1) or destroyed (-1). */
void layer_count_device(int change);

/** Count devices made lost. */
void layer_count_lost(unsigned count);

#endif
