/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* VK_LAYER_WR_fault: how the Vulkan loader finds the layer, and how the layer gets into each
 * device. */
#include "layer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct instance {
	struct instance *link;
	void *key;
	VkInstance handle;
	PFN_vkGetInstanceProcAddr get_proc;
	PFN_vkDestroyInstance destroy;
};

static struct instance *instances;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

EXPORT VKAPI_ATTR VkResult VKAPI_CALL vkNegotiateLoaderLayerInterfaceVersion(
	VkNegotiateLayerInterface *negotiation);

static PFN_vkVoidFunction VKAPI_PTR get_instance_proc(VkInstance handle, const char *name);
static PFN_vkVoidFunction VKAPI_PTR get_device_proc(VkDevice handle, const char *name);

static struct instance *instance_of(const void *handle)
{
	struct instance *instance;

	pthread_mutex_lock(&lock);
	for (instance = instances; instance && instance->key != layer_key(handle);) {
		instance = instance->link;
	}
	pthread_mutex_unlock(&lock);
	return instance;
}

static void remove_instance(struct instance *instance)
{
	struct instance **at = &instances;

	pthread_mutex_lock(&lock);
	while (*at != instance) {
		at = &(*at)->link;
	}
	*at = instance->link;
	pthread_mutex_unlock(&lock);
	free(instance);
}

/* Each layer takes its link off the chain that the loader hangs on the create info. */
static VkLayerInstanceCreateInfo *instance_link(const VkInstanceCreateInfo *info)
{
	const VkLayerInstanceCreateInfo *at = info->pNext;

	while (at && (at->sType != VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO ||
			     at->function != VK_LAYER_LINK_INFO)) {
		at = at->pNext;
	}
	return (VkLayerInstanceCreateInfo *)at;
}

static VkLayerDeviceCreateInfo *device_link(const VkDeviceCreateInfo *info)
{
	const VkLayerDeviceCreateInfo *at = info->pNext;

	while (at && (at->sType != VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO ||
			     at->function != VK_LAYER_LINK_INFO)) {
		at = at->pNext;
	}
	return (VkLayerDeviceCreateInfo *)at;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkInstance *handle)
{
	VkLayerInstanceCreateInfo *link = instance_link(info);
	struct instance *instance = calloc(1, sizeof(*instance));
	PFN_vkCreateInstance create;
	VkResult result;

	if (!link || !instance) {
		free(instance);
		return link ? VK_ERROR_OUT_OF_HOST_MEMORY : VK_ERROR_INITIALIZATION_FAILED;
	}
	instance->get_proc = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
	link->u.pLayerInfo = link->u.pLayerInfo->pNext;
	create = (PFN_vkCreateInstance)instance->get_proc(VK_NULL_HANDLE, "vkCreateInstance");
	result = create(info, allocator, handle);
	if (result != VK_SUCCESS) {
		free(instance);
		return result;
	}
	instance->handle = *handle;
	instance->key = layer_key(*handle);
	instance->destroy = (PFN_vkDestroyInstance)instance->get_proc(*handle, "vkDestroyInstance");
	pthread_mutex_lock(&lock);
	instance->link = instances;
	instances = instance;
	pthread_mutex_unlock(&lock);
	return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_instance(
	VkInstance handle, const VkAllocationCallbacks *allocator)
{
	struct instance *instance = handle ? instance_of(handle) : NULL;

	if (instance) {
		instance->destroy(handle, allocator);
		remove_instance(instance);
	}
}

static VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice physical,
	const VkDeviceCreateInfo *info, const VkAllocationCallbacks *allocator, VkDevice *handle)
{
	VkLayerDeviceCreateInfo *link = device_link(info);
	struct instance *instance = instance_of(physical);
	PFN_vkGetDeviceProcAddr get_proc;
	PFN_vkCreateDevice create;
	struct layer_device *device;
	VkResult result;

	if (!link || !instance) {
		return VK_ERROR_INITIALIZATION_FAILED;
	}
	get_proc = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
	create = (PFN_vkCreateDevice)link->u.pLayerInfo->pfnNextGetInstanceProcAddr(
		instance->handle, "vkCreateDevice");
	link->u.pLayerInfo = link->u.pLayerInfo->pNext;
	result = create(physical, info, allocator, handle);
	if (result != VK_SUCCESS) {
		return result;
	}
	device = layer_device_add(*handle, get_proc);
	if (!device) {
		((PFN_vkDestroyDevice)get_proc(*handle, "vkDestroyDevice"))(*handle, allocator);
		return VK_ERROR_OUT_OF_HOST_MEMORY;
	}
	layer_count_device(1);
	return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_device(
	VkDevice handle, const VkAllocationCallbacks *allocator)
{
	struct layer_device *device = handle ? layer_device_of(handle) : NULL;

	if (device) {
		device->destroy(handle, allocator);
		layer_device_remove(device);
		layer_count_device(-1);
	}
}

static PFN_vkVoidFunction own_command(const char *name)
{
	static const struct {
		const char *name;
		PFN_vkVoidFunction function;
	} own[] = {
		{"vkGetInstanceProcAddr", (PFN_vkVoidFunction)get_instance_proc},
		{"vkGetDeviceProcAddr", (PFN_vkVoidFunction)get_device_proc},
		{"vkCreateInstance", (PFN_vkVoidFunction)create_instance},
		{"vkDestroyInstance", (PFN_vkVoidFunction)destroy_instance},
		{"vkCreateDevice", (PFN_vkVoidFunction)create_device},
		{"vkDestroyDevice", (PFN_vkVoidFunction)destroy_device},
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strcmp(own[i].name, name) == 0) {
			return own[i].function;
		}
	}
	return NULL;
}

static PFN_vkVoidFunction VKAPI_PTR get_device_proc(VkDevice handle, const char *name)
{
	struct layer_device *device = layer_device_of(handle);
	PFN_vkVoidFunction function = layer_device_command(device, name);

	if (!function && strcmp(name, "vkDestroyDevice") == 0) {
		function = (PFN_vkVoidFunction)destroy_device;
	}
	return function ? function : device->get_proc(handle, name);
}

/* Device commands got from an instance come from the loader's trampolines, which end in
 * get_device_proc(). */
static PFN_vkVoidFunction VKAPI_PTR get_instance_proc(VkInstance handle, const char *name)
{
	PFN_vkVoidFunction function = own_command(name);
	struct instance *instance = handle ? instance_of(handle) : NULL;

	if (function || !instance) {
		return function;
	}
	return instance->get_proc(handle, name);
}

VKAPI_ATTR VkResult VKAPI_CALL vkNegotiateLoaderLayerInterfaceVersion(
	VkNegotiateLayerInterface *negotiation)
{
	if (negotiation->loaderLayerInterfaceVersion < 2) {
		return VK_ERROR_INITIALIZATION_FAILED;
	}
	negotiation->loaderLayerInterfaceVersion = 2;
	negotiation->pfnGetInstanceProcAddr = get_instance_proc;
	negotiation->pfnGetDeviceProcAddr = get_device_proc;
	negotiation->pfnGetPhysicalDeviceProcAddr = NULL;
	return VK_SUCCESS;
}
