/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Preloaded into weston: pipes pass for sync_files, which only GPUs make. */
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <linux/sync_file.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int ioctl(int fd, unsigned long request, ...);

int ioctl(int fd, unsigned long request, ...)
{
	static int (*next)(int, unsigned long, void *);
	void *symbol = dlsym(RTLD_NEXT, "ioctl");
	struct stat status;
	va_list list;
	void *argument;

	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	memcpy(&next, &symbol, sizeof(next));
	if (request == SYNC_IOC_FILE_INFO && fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode)) {
		struct sync_file_info info = {.num_fences = 1};

		memcpy(argument, &info, sizeof(info));
		return 0;
	}
	return next(fd, request, argument);
}
