/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "fault.h"

#include <stdlib.h>
#include <string.h>

/* Drivers hand out small numbers. Larger ones, chosen by the program, are not counted. */
#define NAME_LIMIT (1u << 22)

static bool grow(struct fault_name_set *set, uint32_t words)
{
	uint32_t wanted = set->words ? set->words : 16;

	while (wanted < words) {
		wanted *= 2;
	}
	uint64_t *bits = realloc(set->bits, wanted * sizeof *bits);
	if (!bits) {
		return false;
	}
	memset(bits + set->words, 0, (wanted - set->words) * sizeof *bits);
	set->bits = bits;
	set->words = wanted;
	return true;
}

static struct fault_name_set *current_set(enum fault_name_type type)
{
	struct fault_context *context = fault_thread.context;

	if (!context || context->dead) {
		return NULL;
	}
	return type < FAULT_NAME_SHARED_COUNT ? &context->group->names[type]
					      : &context->names[type];
}

static void add(struct fault_name_set *set, enum fault_name_type type, GLuint name)
{
	uint64_t bit = 1ull << name % 64;

	if (name == 0 || name >= NAME_LIMIT ||
		(name / 64 >= set->words && !grow(set, name / 64 + 1)) ||
		(set->bits[name / 64] & bit)) {
		return;
	}
	set->bits[name / 64] |= bit;
	set->alive++;
	fault.slot->names_created[type]++;
	fault.slot->names_alive[type]++;
}

static void borrow_ends(GLuint name)
{
	struct fault_name_set *set = &fault_thread.context->group->borrowed;

	if (name / 64 < set->words) {
		set->bits[name / 64] &= ~(1ull << name % 64);
	}
}

static void drop(struct fault_name_set *set, enum fault_name_type type, GLuint name)
{
	uint64_t bit = 1ull << name % 64;

	if (name / 64 >= set->words || !(set->bits[name / 64] & bit)) {
		return;
	}
	set->bits[name / 64] &= ~bit;
	set->alive--;
	fault.slot->names_alive[type]--;
	if (type == FAULT_NAME_TEXTURE) {
		borrow_ends(name);
	}
}

void fault_names_created(enum fault_name_type type, GLsizei n, const GLuint *names)
{
	pthread_mutex_lock(&fault_lock);
	struct fault_name_set *set = current_set(type);
	for (GLsizei i = 0; set && names && i < n; i++) {
		add(set, type, names[i]);
	}
	pthread_mutex_unlock(&fault_lock);
}

void fault_names_deleted(enum fault_name_type type, GLsizei n, const GLuint *names)
{
	pthread_mutex_lock(&fault_lock);
	struct fault_name_set *set = current_set(type);
	for (GLsizei i = 0; set && names && i < n; i++) {
		drop(set, type, names[i]);
	}
	pthread_mutex_unlock(&fault_lock);
}

void fault_texture_borrows(GLuint name)
{
	pthread_mutex_lock(&fault_lock);
	if (current_set(FAULT_NAME_TEXTURE) && name < NAME_LIMIT) {
		struct fault_name_set *set = &fault_thread.context->group->borrowed;

		if (name / 64 < set->words || grow(set, name / 64 + 1)) {
			set->bits[name / 64] |= 1ull << name % 64;
		}
	}
	pthread_mutex_unlock(&fault_lock);
}

void fault_name_created(enum fault_name_type type, GLuint name)
{
	fault_names_created(type, 1, &name);
}

void fault_name_deleted(enum fault_name_type type, GLuint name)
{
	fault_names_deleted(type, 1, &name);
}

void fault_name_count(enum fault_name_type type, int change)
{
	pthread_mutex_lock(&fault_lock);
	struct fault_name_set *set = current_set(type);
	if (set && (change > 0 || set->alive > 0)) {
		set->alive += change;
		fault.slot->names_alive[type] += change;
		fault.slot->names_created[type] += change > 0;
	}
	pthread_mutex_unlock(&fault_lock);
}

void fault_name_set_drop(struct fault_name_set *set, enum fault_name_type type, bool lost)
{
	fault.slot->names_alive[type] -= set->alive;
	fault.slot->names_lost += lost ? set->alive : 0;
	free(set->bits);
	*set = (struct fault_name_set){0};
}
