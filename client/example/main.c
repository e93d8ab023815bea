/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * An animated window that lives through GPU resets with libgpu-recovery-client: its own context,
 * one of a worker thread that paints textures, and one that is made later, all in one share group;
 * and another group beside them.
 */
#include "example.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>

static volatile sig_atomic_t ended, steps, rewinds;
static int wake_fd = -1;

static void on_signal(int number)
{
	steps += number == SIGUSR1;
	rewinds += number == SIGUSR2;
	ended |= number == SIGINT || number == SIGTERM;
	eventfd_write(wake_fd, 1);
}

static const char help_text[] =
	"Usage: gpu-recovery-example [OPTION]...\n"
	"Show a window that lives through GPU resets.\n"
	"\n"
	"  --still           show one picture; SIGUSR1: the next one, SIGUSR2: the first again\n"
	"  --step            with --still: the next one after each reset of the window's contexts\n"
	"  --frames=N        end after N frames\n"
	"  --idle-poll=MS    ask for a reset that often while nothing is drawn (default 1000)\n"
	"  --keep-display    never open the EGL display anew\n"
	"  --report          print a line for each drop, restore and first frame\n"
	"  --help            print this\n"
	"\n"
	"Exit status: 0 closed, 1 could not start, 2 wrong usage, 3 the library gave up.\n";

static int usage(FILE *file, int result)
{
	fputs(help_text, file);
	return result;
}

static void take_signals(struct example *example)
{
	while (steps > 0) {
		steps--;
		example->number++;
	}
	if (rewinds > 0) {
		rewinds = 0;
		example->number = EXAMPLE_FIRST;
	}
}

/* What the compositor has told. Lost content is drawn again without waiting for it. */
static void take_news(struct example *example)
{
	struct news *news = &example->window.news;

	if (news->began) {
		news->began = false;
		gpu_recovery_ask(example->recovery);
	}
	if (news->content_lost) {
		news->content_lost = false;
		window_forget_frame(&example->window);
		example->first = true;
	}
}

static int loop(struct example *example, unsigned frames)
{
	while (!ended && !example->window.closed && !example->gave_up &&
		(frames == 0 || example->shown < frames)) {
		eventfd_t news;

		take_news(example);
		example_recover(example);
		take_signals(example);
		example_draw(example);
		window_wait(&example->window, example->wake_fd,
			gpu_recovery_timeout(example->recovery));
		eventfd_read(example->wake_fd, &news);
	}
	return example->gave_up ? 3 : 0;
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{"still", no_argument, NULL, 's'},
		{"step", no_argument, NULL, 't'},
		{"frames", required_argument, NULL, 'f'},
		{"idle-poll", required_argument, NULL, 'i'},
		{"keep-display", no_argument, NULL, 'k'},
		{"report", no_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	static const int signals[] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
	static struct example example;
	unsigned frames = 0;
	const char *error;
	int option, result;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			example.still = true;
			break;
		case 't':
			example.step = true;
			break;
		case 'f':
			frames = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'i':
			example.idle_poll_ms = atoi(optarg);
			break;
		case 'k':
			example.keep_display = true;
			break;
		case 'r':
			example.report = true;
			break;
		case 'h':
			return usage(stdout, 0);
		default:
			return usage(stderr, 2);
		}
	}
	error = example_open(&example);
	wake_fd = example.wake_fd;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		signal(signals[i], on_signal);
	}
	if (error) {
		fprintf(stderr, "gpu-recovery-example: %s\n", error);
	}
	result = error ? 1 : loop(&example, frames);
	example_close(&example);
	return result;
}
