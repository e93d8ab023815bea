/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* A file in the user's cache, and all that may be in its place. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cache-file.h"
#include "test.h"

#define LIMIT 65536
#define ROUNDS 300

static char base[PATH_MAX];

/* The path of @name; good until the next but one is asked for. */
static const char *in_base(const char *name)
{
	static char paths[2][2 * PATH_MAX];
	static unsigned turn;
	char *path = paths[turn++ % 2];

	snprintf(path, sizeof(paths[0]), "%s/%s", base, name);
	return path;
}

static void begin(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(base, sizeof(base), "%s/cache-file-XXXXXX", tmp ? tmp : "/tmp");
	test_assert(mkdtemp(base) != NULL);
	setenv("XDG_CACHE_HOME", base, 1);
	umask(0);
}

static void end(void)
{
	static const char *const names[] = {"weston-robust/file", "weston-robust/file.new",
		"weston-robust/other", "weston-robust", "elsewhere/file", "elsewhere"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		remove(in_base(names[i]));
	}
	test_assert_int_eq(rmdir(base), 0);
}

/* Returns whether the file is all of @text. */
static bool holds(const char *text)
{
	size_t size;
	char *bytes = cache_file_read("file", LIMIT, &size);
	bool same = bytes && size == strlen(text) && memcmp(bytes, text, size) == 0;

	free(bytes);
	return same;
}

static bool none(void)
{
	size_t size;
	void *bytes = cache_file_read("file", LIMIT, &size);

	free(bytes);
	return !bytes;
}

static bool put(const char *text)
{
	return cache_file_write("file", text, strlen(text));
}

static mode_t mode_of(const char *name)
{
	struct stat info;

	test_assert_int_eq(stat(in_base(name), &info), 0);
	return info.st_mode & 07777;
}

TEST(what_is_written_is_read)
{
	begin();
	test_assert(none());
	test_assert(put("one"));
	test_assert(holds("one"));
	test_assert(put("another"));
	test_assert(holds("another"));
	test_assert_int_eq(mode_of("weston-robust"), 0700);
	test_assert_int_eq(mode_of("weston-robust/file"), 0600);
	test_assert(access(in_base("weston-robust/file.new"), F_OK) != 0);
	cache_file_remove("file");
	test_assert(none());
	cache_file_remove("file");
	end();
}

TEST(it_has_a_limit)
{
	size_t size;

	begin();
	test_assert(put("four"));
	test_assert(!cache_file_read("file", 3, &size));
	test_assert(truncate(in_base("weston-robust/file"), 0) == 0);
	test_assert(none());
	end();
}

TEST(what_others_can_write_is_not_read)
{
	begin();
	test_assert(put("mine"));
	chmod(in_base("weston-robust/file"), 0620);
	test_assert(none());
	chmod(in_base("weston-robust/file"), 0602);
	test_assert(none());
	chmod(in_base("weston-robust/file"), 0644);
	test_assert(holds("mine"));
	chmod(in_base("weston-robust"), 0770);
	test_assert(none());
	test_assert(!put("not there"));
	chmod(in_base("weston-robust"), 0755);
	test_assert(holds("mine"));
	end();
}

TEST(what_is_others_is_not_read)
{
	if (geteuid() != 0) {
		test_skip("root, to give files away");
	}
	begin();
	test_assert(put("mine"));
	test_assert_int_eq(chown(in_base("weston-robust/file"), 65534, 65534), 0);
	test_assert(none());
	test_assert(put("mine again")); /* the folder is ours: it gives way */
	test_assert(holds("mine again"));
	test_assert_int_eq(chown(in_base("weston-robust"), 65534, 65534), 0);
	test_assert(none());
	test_assert(!put("not there"));
	end();
}

TEST(links_are_not_followed)
{
	begin();
	test_assert(put("mine"));
	test_assert_int_eq(
		rename(in_base("weston-robust/file"), in_base("weston-robust/other")), 0);
	test_assert_int_eq(symlink("other", in_base("weston-robust/file")), 0);
	test_assert(none());
	test_assert(put("in its place"));
	test_assert(holds("in its place"));

	test_assert_int_eq(symlink("other", in_base("weston-robust/file.new")), 0);
	test_assert(!put("through a link"));
	remove(in_base("weston-robust/file.new"));
	remove(in_base("weston-robust/other"));

	remove(in_base("weston-robust/file"));
	remove(in_base("weston-robust"));
	test_assert_int_eq(mkdir(in_base("elsewhere"), 0700), 0);
	test_assert_int_eq(symlink("elsewhere", in_base("weston-robust")), 0);
	test_assert(!put("elsewhere"));
	test_assert(access(in_base("elsewhere/file"), F_OK) != 0);
	end();
}

/* Neither may it be waited for. */
TEST(only_plain_files_are_read)
{
	begin();
	test_assert(put("mine"));
	remove(in_base("weston-robust/file"));
	test_assert_int_eq(mkfifo(in_base("weston-robust/file"), 0600), 0);
	test_assert(none());
	remove(in_base("weston-robust/file"));
	test_assert_int_eq(mkdir(in_base("weston-robust/file"), 0700), 0);
	test_assert(none());
	test_assert(!put("onto a folder"));
	test_assert(access(in_base("weston-robust/file.new"), F_OK) != 0);
	end();
}

TEST(without_a_place_there_is_no_file)
{
	char *home = strdup(getenv("HOME") ? getenv("HOME") : "");

	begin();
	setenv("XDG_CACHE_HOME", "/proc/none", 1);
	test_assert(!put("nowhere"));
	test_assert(none());
	setenv("XDG_CACHE_HOME", "relative", 1);
	unsetenv("HOME");
	test_assert(!put("nowhere"));
	test_assert(none());
	setenv("HOME", base, 1);
	test_assert(put("at home"));
	test_assert(holds("at home"));
	remove(in_base(".cache/weston-robust/file"));
	remove(in_base(".cache/weston-robust"));
	test_assert_int_eq(remove(in_base(".cache")), 0);
	setenv("HOME", home, 1);
	free(home);
	end();
}

static void age(const char *name, time_t seconds)
{
	const struct timespec when = {.tv_sec = time(NULL) - seconds};
	const struct timespec times[2] = {when, when};

	test_assert_int_eq(utimensat(AT_FDCWD, in_base(name), times, 0), 0);
}

/* One at a time; the dead don't count. */
TEST(another_that_writes_is_left_alone)
{
	int fd;

	begin();
	test_assert(put("old"));
	fd = open(in_base("weston-robust/file.new"), O_WRONLY | O_CREAT, 0600);
	test_assert(fd >= 0);
	close(fd);
	test_assert(!put("new"));
	test_assert(holds("old"));
	age("weston-robust/file.new", 3600);
	test_assert(put("new"));
	test_assert(holds("new"));
	end();
}

static void write_often(char letter)
{
	static char text[LIMIT];

	memset(text, letter, sizeof(text));
	for (int i = 0; i < ROUNDS; i++) {
		cache_file_write("file", text, letter == 'a' ? LIMIT / 2 : LIMIT);
	}
	_exit(0);
}

static pid_t start_writer(char letter)
{
	pid_t pid = fork();

	if (pid == 0) {
		write_often(letter);
	}
	test_assert(pid > 0);
	return pid;
}

/* All of one or all of the other. */
TEST(two_at_once)
{
	pid_t writers[2];
	int running = 2;

	begin();
	test_assert(put("b"));
	writers[0] = start_writer('a');
	writers[1] = start_writer('b');
	while (running > 0) {
		size_t size, same = 0;
		char *bytes = cache_file_read("file", LIMIT, &size);

		test_assert(bytes != NULL);
		while (same < size && bytes[same] == bytes[0]) {
			same++;
		}
		test_assert_int_eq(same, size);
		test_assert(size == 1 || size == (bytes[0] == 'a' ? LIMIT / 2 : LIMIT));
		free(bytes);
		running -= waitpid(-1, NULL, WNOHANG) > 0;
	}
	test_assert(writers[0] != writers[1]);
	test_assert(access(in_base("weston-robust/file.new"), F_OK) != 0);
	end();
}
