/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "ctl.h"

const struct ctl_command ctl_commands[] = {
	{
		.name = "status",
		.summary = "say how the desktop is",
		.text = "Prints the state, and for an operator the driver, the last reset and the\n"
			"settings. The exit status is 1 unless the GPU draws the desktop.\n",
		.run = ctl_status,
	},
	{
		.name = "watch",
		.summary = "tell what happens, as it happens",
		.text = "Prints a line for each change of state, each reset and each recovery, "
			"until\n"
			"it is interrupted or, with --limit N, until N recoveries have ended.\n",
		.opens = true,
		.run = ctl_watch,
	},
	{
		.name = "history",
		.summary = "list past resets",
		.text = "Prints a line for each reset since weston was started, the newest last;\n"
			"with --limit N the newest N. Weston remembers 32.\n",
		.needs_operator = true,
		.run = ctl_history,
	},
	{
		.name = "stats",
		.summary = "print the renderer's counters",
		.text = "Prints sums since weston was started, and sizes as they are now. The "
			"manual\n"
			"explains them.\n",
		.needs_operator = true,
		.run = ctl_stats,
	},
	{
		.name = "simulate",
		.argument = "CAUSE",
		.summary = "have the compositor act as if the GPU had been reset",
		.text = "CAUSE is guilty, innocent, unknown or purged. The GPU itself and other\n"
			"programs are not touched. Waits until the desktop is whole again, for up "
			"to\n"
			"30 s; with --no-wait, only until the compositor has agreed. Needs\n"
			"operator-simulate=true in weston.ini.\n",
		.needs_operator = true,
		.run = ctl_simulate,
	},
	{
		.name = "reload",
		.summary = "have weston.ini read again",
		.text = "The section [gpu-recovery] is read again and takes effect at once. Lines\n"
			"that can not be used are listed, and the exit status is 1 then; a file "
			"that\n"
			"is missing or malformed changes nothing.\n",
		.needs_operator = true,
		.run = ctl_reload,
	},
	{
		.name = "trace",
		.argument = "FILE",
		.summary = "write the recorded trace",
		.text = "Writes what the ring buffer holds to FILE, or to the standard output if "
			"it\n"
			"is -, for https://ui.perfetto.dev. Needs trace=on-demand, on-recovery or\n"
			"continuous in weston.ini.\n",
		.needs_operator = true,
		.run = ctl_trace,
	},
	{
		.name = "doctor",
		.summary = "say what is good, what is missing, and what to do",
		.text = "The exit status is 1 when something is bad, and 0 when there are notes\n"
			"only.\n",
		.needs_operator = true,
		.run = ctl_doctor,
	},
	{.name = NULL},
};
