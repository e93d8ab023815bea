/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The devices of the process, and what a lost one answers. */
#include "layer.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A wait without end would outlast a loss that another thread meets. */
#define WAIT_SLICE_NS ((uint64_t)20 * 1000 * 1000)

static struct layer_device *devices;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct layer_device *layer_device_of(const void *handle)
{
	struct layer_device *device;

	pthread_mutex_lock(&lock);
	for (device = devices; device && device->key != layer_key(handle);) {
		device = device->link;
	}
	pthread_mutex_unlock(&lock);
	return device;
}

void layer_device_remove(struct layer_device *device)
{
	struct layer_device **at = &devices;

	pthread_mutex_lock(&lock);
	while (*at && *at != device) {
		at = &(*at)->link;
	}
	if (*at) {
		*at = device->link;
	}
	pthread_mutex_unlock(&lock);
	free(device);
}

/*
 * A GPU that was reset works on nothing any more. The driver below does not know that it was: it is
 * given time to finish what it has, or it would go on reading objects that its user may now
 * destroy.
 */
void layer_devices_lose(int64_t back_at_ns)
{
	struct layer_device *device;
	unsigned count = 0;

	pthread_mutex_lock(&lock);
	for (device = devices; device; device = device->link) {
		if (!device->lost) {
			device->back_at_ns = back_at_ns;
			device->lost = true;
			device->next.DeviceWaitIdle(device->handle);
			count++;
		}
	}
	pthread_mutex_unlock(&lock);
	layer_count_lost(count);
}

#define ANSWER_LOST(name, submit, handle, ...)                                                     \
	struct layer_device *device = layer_device_of(handle);                                     \
                                                                                                   \
	return layer_strike(device, submit) ? VK_ERROR_DEVICE_LOST : device->next.name(__VA_ARGS__)

static VKAPI_ATTR VkResult VKAPI_CALL layer_QueueSubmit(
	VkQueue queue, uint32_t count, const VkSubmitInfo *submits, VkFence fence)
{
	ANSWER_LOST(QueueSubmit, true, queue, queue, count, submits, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_QueueSubmit2(
	VkQueue queue, uint32_t count, const VkSubmitInfo2 *submits, VkFence fence)
{
	ANSWER_LOST(QueueSubmit2, true, queue, queue, count, submits, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_QueueSubmit2KHR(
	VkQueue queue, uint32_t count, const VkSubmitInfo2 *submits, VkFence fence)
{
	ANSWER_LOST(QueueSubmit2KHR, true, queue, queue, count, submits, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_QueueBindSparse(
	VkQueue queue, uint32_t count, const VkBindSparseInfo *infos, VkFence fence)
{
	ANSWER_LOST(QueueBindSparse, true, queue, queue, count, infos, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_QueuePresentKHR(
	VkQueue queue, const VkPresentInfoKHR *info)
{
	ANSWER_LOST(QueuePresentKHR, false, queue, queue, info);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_QueueWaitIdle(VkQueue queue)
{
	ANSWER_LOST(QueueWaitIdle, false, queue, queue);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_DeviceWaitIdle(VkDevice handle)
{
	ANSWER_LOST(DeviceWaitIdle, false, handle, handle);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_GetFenceStatus(VkDevice handle, VkFence fence)
{
	ANSWER_LOST(GetFenceStatus, false, handle, handle, fence);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_GetSemaphoreCounterValue(
	VkDevice handle, VkSemaphore semaphore, uint64_t *value)
{
	ANSWER_LOST(GetSemaphoreCounterValue, false, handle, handle, semaphore, value);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_GetSemaphoreCounterValueKHR(
	VkDevice handle, VkSemaphore semaphore, uint64_t *value)
{
	ANSWER_LOST(GetSemaphoreCounterValueKHR, false, handle, handle, semaphore, value);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_GetEventStatus(VkDevice handle, VkEvent event)
{
	ANSWER_LOST(GetEventStatus, false, handle, handle, event);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_GetQueryPoolResults(VkDevice handle, VkQueryPool pool,
	uint32_t first, uint32_t count, size_t size, void *data, VkDeviceSize stride,
	VkQueryResultFlags flags)
{
	ANSWER_LOST(GetQueryPoolResults, false, handle, handle, pool, first, count, size, data,
		stride, flags);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_AcquireNextImageKHR(VkDevice handle,
	VkSwapchainKHR swapchain, uint64_t timeout, VkSemaphore semaphore, VkFence fence,
	uint32_t *index)
{
	ANSWER_LOST(AcquireNextImageKHR, false, handle, handle, swapchain, timeout, semaphore,
		fence, index);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_AcquireNextImage2KHR(
	VkDevice handle, const VkAcquireNextImageInfoKHR *info, uint32_t *index)
{
	ANSWER_LOST(AcquireNextImage2KHR, false, handle, handle, info, index);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_WaitForFences(
	VkDevice handle, uint32_t count, const VkFence *fences, VkBool32 all, uint64_t timeout)
{
	struct layer_device *device = layer_device_of(handle);
	uint64_t slice;
	VkResult result;

	do {
		if (layer_strike(device, false)) {
			return VK_ERROR_DEVICE_LOST;
		}
		slice = timeout < WAIT_SLICE_NS ? timeout : WAIT_SLICE_NS;
		result = device->next.WaitForFences(handle, count, fences, all, slice);
		timeout -= slice;
	} while (result == VK_TIMEOUT && timeout > 0);
	return result;
}

static VkResult wait_semaphores(VkDevice handle, const VkSemaphoreWaitInfo *info, uint64_t timeout)
{
	struct layer_device *device = layer_device_of(handle);
	PFN_vkWaitSemaphores wait = device->next.WaitSemaphores ? device->next.WaitSemaphores
								: device->next.WaitSemaphoresKHR;
	uint64_t slice;
	VkResult result;

	do {
		if (layer_strike(device, false)) {
			return VK_ERROR_DEVICE_LOST;
		}
		slice = timeout < WAIT_SLICE_NS ? timeout : WAIT_SLICE_NS;
		result = wait(handle, info, slice);
		timeout -= slice;
	} while (result == VK_TIMEOUT && timeout > 0);
	return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_WaitSemaphores(
	VkDevice handle, const VkSemaphoreWaitInfo *info, uint64_t timeout)
{
	return wait_semaphores(handle, info, timeout);
}

static VKAPI_ATTR VkResult VKAPI_CALL layer_WaitSemaphoresKHR(
	VkDevice handle, const VkSemaphoreWaitInfo *info, uint64_t timeout)
{
	return wait_semaphores(handle, info, timeout);
}

struct command {
	const char *name;
	PFN_vkVoidFunction ours;
	size_t next; // offset in struct layer_device
};

#define COMMAND(n) {"vk" #n, (PFN_vkVoidFunction)layer_##n, offsetof(struct layer_device, next.n)},

static const struct command commands[] = {LAYER_DEVICE_COMMANDS(COMMAND)};

static PFN_vkVoidFunction *next_of(struct layer_device *device, const struct command *command)
{
	return (PFN_vkVoidFunction *)((char *)device + command->next);
}

PFN_vkVoidFunction layer_device_command(struct layer_device *device, const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) == 0) {
			return *next_of(device, &commands[i]) ? commands[i].ours : NULL;
		}
	}
	return NULL;
}

struct layer_device *layer_device_add(VkDevice handle, PFN_vkGetDeviceProcAddr get_proc)
{
	struct layer_device *device = calloc(1, sizeof(*device));

	if (!device) {
		return NULL;
	}
	device->handle = handle;
	device->key = layer_key(handle);
	device->get_proc = get_proc;
	device->destroy = (PFN_vkDestroyDevice)get_proc(handle, "vkDestroyDevice");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		*next_of(device, &commands[i]) = get_proc(handle, commands[i].name);
	}
	pthread_mutex_lock(&lock);
	device->link = devices;
	devices = device;
	pthread_mutex_unlock(&lock);
	return device;
}
