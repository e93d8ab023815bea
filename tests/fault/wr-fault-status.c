/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "wr-fault-status.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "control-page.h"
#include "schedule.h"

static const char *const reset_words[] = {"none", "active", "over"};

static bool running(const struct fault_slot *slot)
{
	return slot->state == FAULT_SLOT_RUNNING && (kill(slot->pid, 0) == 0 || errno != ESRCH);
}

/* Names come from the system: a comm may hold any byte. */
static void print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\' || c < ' ' || c > '~') {
			printf("\\u%04x", c);
		} else {
			putchar(c);
		}
	}
	putchar('"');
}

static void print_number(const char *key, uint64_t value)
{
	printf(", \"%s\": %" PRIu64, key, value);
}

static void print_time(const char *key, int64_t ns)
{
	printf(", \"%s\": %" PRId64 ".%09" PRId64, key, ns / 1000000000, ns % 1000000000);
}

static void print_table(const char *key, const char *const *words, const uint64_t *values, int n)
{
	printf(", \"%s\": {", key);
	for (int i = 0; i < n; i++) {
		printf("%s\"%s\": %" PRIu64, i ? ", " : "", words[i], values[i]);
	}
	putchar('}');
}

static void print_times(const struct fault_slot *slot)
{
	print_time("started_at", slot->start_ns);
	print_time("lost_at", slot->loss_ns);
	print_time("first_query_at", slot->first_query_ns);
	print_time("over_at", slot->over_ns);
	print_time("rebuilt_at", slot->rebuilt_ns);
	print_time("first_frame_at", slot->first_frame_ns);
}

static void print_counts(const struct fault_slot *slot)
{
	print_number("losses", slot->losses);
	print_number("faults", slot->faults);
	print_number("gl_calls", slot->gl_calls);
	print_number("egl_calls", slot->egl_calls);
	print_number("dead_calls", slot->dead_calls);
	print_number("zombie_calls", slot->zombie_calls);
	print_number("frames", slot->frames);
	print_number("status_queries", slot->status_queries);
	print_number("status_answers", slot->status_answers);
	print_number("contexts_lost", slot->contexts_lost);
	print_number("contexts_born_dead", slot->contexts_born_dead);
	print_number("contexts_dead", slot->contexts_dead);
	print_number("names_lost", slot->names_lost);
}

static void print_json_process(const struct fault_slot *slot)
{
	printf("{\"pid\": %d, \"comm\": ", slot->pid);
	print_string(slot->comm);
	printf(", \"running\": %s, \"compositor\": %s", running(slot) ? "true" : "false",
		slot->compositor ? "true" : "false");
	print_number("ack", slot->ack);
	print_number("struck", slot->struck);
	printf(", \"reset\": \"%s\", \"cause\": \"%s\"", reset_words[slot->reset_state % 3],
		fault_cause_name(slot->cause % 4));
	printf(", \"struck_call\": ");
	print_string(slot->struck_call);
	printf(", \"last_dead_call\": ");
	print_string(slot->last_dead_call);
	print_times(slot);
	print_counts(slot);
	print_table("objects_alive", fault_object_words, slot->objects_alive, FAULT_OBJECT_COUNT);
	print_table(
		"objects_created", fault_object_words, slot->objects_created, FAULT_OBJECT_COUNT);
	print_table("names_alive", fault_name_words, slot->names_alive, FAULT_NAME_COUNT);
	print_table("names_created", fault_name_words, slot->names_created, FAULT_NAME_COUNT);
	putchar('}');
}

static int64_t last_loss_ns(const struct fault_page *page)
{
	int64_t last = 0;
	int64_t last_of_compositor = 0;

	for (int i = 0; i < FAULT_SLOTS; i++) {
		const struct fault_slot *slot = &page->slots[i].slot;
		int64_t *which = slot->compositor ? &last_of_compositor : &last;
		if (slot->loss_ns > *which) {
			*which = slot->loss_ns;
		}
	}
	return last_of_compositor ? last_of_compositor : last;
}

static void print_json(const struct fault_page *page)
{
	bool first = true;

	printf("{\"request\": %u", page->request);
	print_time("lost_at", last_loss_ns(page));
	printf(", \"processes\": [");
	for (int i = 0; i < FAULT_SLOTS; i++) {
		const struct fault_slot *slot = &page->slots[i].slot;
		if (slot->pid != 0) {
			fputs(first ? "" : ", ", stdout);
			print_json_process(slot);
			first = false;
		}
	}
	printf("]}\n");
}

static void print_line(const struct fault_slot *slot)
{
	uint64_t names = 0;

	for (int i = 0; i < FAULT_NAME_COUNT; i++) {
		names += slot->names_alive[i];
	}
	printf("%7d %-16.16s %-10s %6" PRIu64 " %-6s %8" PRIu64 " %9" PRIu64 " %7" PRIu64
	       " %4" PRIu64 "/%-4" PRIu64 " %6" PRIu64 "\n",
		slot->pid, slot->comm,
		!running(slot)     ? "gone"
		: slot->compositor ? "compositor"
				   : "client",
		slot->losses, reset_words[slot->reset_state % 3], slot->frames, slot->gl_calls,
		slot->dead_calls, slot->objects_alive[FAULT_OBJECT_CONTEXT], slot->contexts_dead,
		names);
}

void wr_fault_print_status(struct fault_page *page, bool json)
{
	if (json) {
		print_json(page);
		return;
	}
	printf("%7s %-16s %-10s %6s %-6s %8s %9s %7s %9s %6s\n", "PID", "NAME", "ROLE", "LOSSES",
		"RESET", "FRAMES", "GL CALLS", "ON DEAD", "CTX/DEAD", "NAMES");
	for (int i = 0; i < FAULT_SLOTS; i++) {
		if (page->slots[i].slot.pid != 0) {
			print_line(&page->slots[i].slot);
		}
	}
}
