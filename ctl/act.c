/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The commands that make the compositor do something. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctl.h"
#include "weston-gpu-recovery-v1-client-protocol.h"

/* How long simulate waits for the desktop to come back. */
#define RECOVERY_TIMEOUT_MS 30000

/* What became of the request that was made. */
struct answer {
	bool accepted;
	bool refused;
	bool ended; // simulate: its incident has
};

static void heard(void *data, struct connection *connection, enum connection_news news)
{
	struct answer *answer = data;

	switch (news) {
	case NEWS_SIMULATED:
	case NEWS_RELOADED:
	case NEWS_TRACED:
		answer->accepted = true;
		break;
	case NEWS_REFUSED:
		answer->refused = true;
		break;
	case NEWS_INCIDENT:
		if (answer->accepted && report_last_incident(connection->report)->simulated) {
			answer->ended = true;
			connection_stop();
		}
		break;
	default:
		break;
	}
}

static const char *refusal_sentence(uint32_t reason)
{
	switch (reason) {
	case WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_NOT_PERMITTED:
		return "the compositor does not allow it: operator-simulate=true in "
		       "[gpu-recovery] of weston.ini would";
	case WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_REVOKED:
		return "the compositor allows no operator any more";
	case WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_BUSY:
		return "a recovery is under way already, or too much was asked in a short time";
	case WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_NOT_RECORDING:
		return "no trace is recorded: trace=on-demand in [gpu-recovery] of weston.ini, "
		       "and weston-robustctl reload, would start it";
	case WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_NO_FILE:
		return "there is no weston.ini, or it can not be read; the old settings stay";
	case WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_BROKEN_FILE:
		return "weston.ini is malformed (weston's log says where); the old settings stay";
	default:
		return "the compositor refused it";
	}
}

static enum ctl_exit refusal_status(uint32_t reason)
{
	return reason == WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_NOT_PERMITTED ||
			       reason == WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_REVOKED
		       ? CTL_NOT_ALLOWED
		       : CTL_NOT_WELL;
}

/* Waits for the answer to the request that was just made. */
static enum ctl_exit await(struct ctl *ctl, const struct answer *answer)
{
	enum ctl_exit result = ctl_sync(ctl);

	if (result == CTL_OK && !answer->accepted) {
		uint32_t reason = ctl->connection.refused_reason;

		return answer->refused ? ctl_fail(ctl, refusal_status(reason), "%s",
						 refusal_sentence(reason))
				       : ctl_fail(ctl, CTL_NOT_WELL, "there was no answer");
	}
	return result;
}

static void listen_for(struct ctl *ctl, struct answer *answer)
{
	ctl->connection.news = heard;
	ctl->connection.data = answer;
}

static enum ctl_exit show_simulated(struct ctl *ctl, bool ended)
{
	const struct report_incident *incident = ended ? report_last_incident(&ctl->report) : NULL;
	bool recovered =
		incident && incident->result == WESTON_GPU_RECOVERY_OPERATOR_V1_RESULT_RECOVERED;
	struct json json = {.depth = 0};

	if (ctl->json) {
		ctl_json_begin(ctl, &json);
		json_string(&json, "cause", ctl->argument);
		if (incident) {
			ctl_json_incident(&json, "incident", incident);
		} else {
			json_null(&json, "incident");
		}
		json_finish(&json);
	} else if (incident) {
		ctl_print_incident(incident);
		putchar('\n');
	} else {
		puts("The compositor simulates the reset.");
	}
	return recovered || ctl->no_wait ? CTL_OK : CTL_NOT_WELL;
}

enum ctl_exit ctl_simulate(struct ctl *ctl)
{
	struct answer answer = {.accepted = false};
	enum ctl_exit result;

	listen_for(ctl, &answer);
	weston_gpu_recovery_operator_v1_simulate(
		ctl->connection.operators, report_cause_number(ctl->argument));
	result = await(ctl, &answer);
	if (result != CTL_OK) {
		return result;
	}
	if (!ctl->no_wait && !answer.ended &&
		connection_run(&ctl->connection, RECOVERY_TIMEOUT_MS) != CONNECTION_STOPPED) {
		return ctl_fail(ctl, CTL_NOT_WELL,
			"the desktop did not come back within %d s (weston-robustctl status)",
			RECOVERY_TIMEOUT_MS / 1000);
	}
	return show_simulated(ctl, answer.ended);
}

enum ctl_exit ctl_reload(struct ctl *ctl)
{
	struct answer answer = {.accepted = false};
	struct json json = {.depth = 0};
	enum ctl_exit result;

	listen_for(ctl, &answer);
	weston_gpu_recovery_operator_v1_reload(ctl->connection.operators);
	result = await(ctl, &answer);
	if (result != CTL_OK) {
		return result;
	}
	if (ctl->json) {
		ctl_json_begin(ctl, &json);
		json_uint(&json, "changed", ctl->connection.changed);
		ctl_json_problems(&json, &ctl->report);
		json_finish(&json);
	} else {
		printf("weston.ini was read again: %" PRIu32 " settings have changed.\n",
			ctl->connection.changed);
		ctl_print_problems(&ctl->report, "  ");
	}
	return ctl->report.problem_count ? CTL_NOT_WELL : CTL_OK;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno == EINTR) {
			continue;
		}
		if (written <= 0) {
			return false;
		}
		bytes += written;
		size -= (size_t)written;
	}
	return true;
}

/* Copies the first @size bytes of the file in memory to where the user wants them. */
static bool copy_out(int memory, size_t size, const char *path)
{
	bool to_stdout = strcmp(path, "-") == 0;
	char *bytes = size ? mmap(NULL, size, PROT_READ, MAP_SHARED, memory, 0) : NULL;
	int fd = to_stdout ? STDOUT_FILENO
			   : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = bytes != MAP_FAILED && fd >= 0 && write_all(fd, bytes, size);
	int error = errno;

	if (size && bytes != MAP_FAILED) {
		munmap(bytes, size);
	}
	if (!to_stdout && fd >= 0 && close(fd) < 0) {
		good = false;
	} else {
		errno = error;
	}
	return good;
}

static enum ctl_exit request_trace(struct ctl *ctl, int memory)
{
	struct answer answer = {.accepted = false};

	listen_for(ctl, &answer);
	weston_gpu_recovery_operator_v1_trace(ctl->connection.operators, memory);
	return await(ctl, &answer);
}

static enum ctl_exit fetch_trace(struct ctl *ctl, int memory, size_t room)
{
	struct json json = {.depth = 0};
	enum ctl_exit result = request_trace(ctl, memory);
	uint64_t bytes = ctl->connection.traced_bytes;

	if (result != CTL_OK) {
		return result;
	}
	if (bytes > room || !copy_out(memory, (size_t)bytes, ctl->argument)) {
		return ctl_fail(
			ctl, CTL_NOT_WELL, "can not write %s: %s", ctl->argument, strerror(errno));
	}
	if (ctl->json && strcmp(ctl->argument, "-") != 0) {
		ctl_json_begin(ctl, &json);
		json_string(&json, "file", ctl->argument);
		json_uint(&json, "bytes", bytes);
		json_finish(&json);
	} else if (strcmp(ctl->argument, "-") != 0) {
		printf("%s: %" PRIu64 " bytes; https://ui.perfetto.dev shows it\n", ctl->argument,
			bytes);
	}
	return CTL_OK;
}

enum ctl_exit ctl_trace(struct ctl *ctl)
{
	enum ctl_exit result;
	size_t room;
	int memory;

	weston_gpu_recovery_operator_v1_get_status(ctl->connection.operators);
	result = ctl_sync(ctl);
	if (result != CTL_OK) {
		return result;
	}
	/* A size even if nothing is recorded: the refusal then tells why. */
	room = strtoull(report_info(&ctl->report, "trace-bytes-max", "0"), NULL, 10) + 4096;
	memory = memfd_create("weston-robustctl-trace", MFD_CLOEXEC);
	if (memory < 0 || ftruncate(memory, (off_t)room) < 0) {
		result =
			ctl_fail(ctl, CTL_NOT_WELL, "no memory for the trace: %s", strerror(errno));
	} else {
		result = fetch_trace(ctl, memory, room);
	}
	if (memory >= 0) {
		close(memory);
	}
	return result;
}
