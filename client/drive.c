/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Driving the recovery machine.
 *
 * There is one for the display: its groups may be lost together or one by one, but whether a reset
 * is over, and how thoroughly to rebuild, is a matter of the device. A group that is lost while
 * others are being waited for joins them; one that is not goes on drawing.
 */
#include "client-private.h"

#include "gl/disposal.h"
#include "gl/proof.h"

#define MSEC ((int64_t)1000 * 1000)

/* A reset that ends at all ends sooner than this where the old context goes on telling for ever. */
#define WAIT_LIMIT_STUCK_NS (1000 * MSEC)

struct recovery_config client_fit_config(const struct gpu_recovery *r)
{
	const struct disposal *disposal = r->egl.disposal;
	struct recovery_config config = r->config;

	if (r->egl.borrowed) {
		config.rungs &= RUNG_BIT(RUNG_CONTEXT);
	}
	if (disposal->needs_new_display) {
		config.rungs &= ~RUNG_BIT(RUNG_CONTEXT);
	}
	if (disposal->status_sticks && config.wait_limit_ns > WAIT_LIMIT_STUCK_NS) {
		config.wait_limit_ns = WAIT_LIMIT_STUCK_NS;
		config.wait_limit_again_ns = WAIT_LIMIT_STUCK_NS;
	}
	return config;
}

/* A precise report replaces a vague one, and guilt any other. */
static enum reset_status worse(enum reset_status one, enum reset_status other)
{
	if (one == RESET_STATUS_GUILTY || other == RESET_STATUS_GUILTY) {
		return RESET_STATUS_GUILTY;
	}
	if (one == RESET_STATUS_INNOCENT || other == RESET_STATUS_INNOCENT) {
		return RESET_STATUS_INNOCENT;
	}
	return one != RESET_STATUS_NONE ? one : other;
}

bool client_note_loss(struct gpu_recovery_group *group, enum reset_status status)
{
	if (status == RESET_STATUS_NONE) {
		status = RESET_STATUS_UNKNOWN;
	}
	switch (group->state) {
	case GROUP_ALIVE:
		group->state = GROUP_LOST;
		break;
	case GROUP_READY:
		group->state = GROUP_DROPPED;
		break;
	case GROUP_LOST:
	case GROUP_DROPPING:
	case GROUP_DROPPED:
		group->cause = worse(group->cause, status);
		return false;
	}
	for (struct gpu_recovery_context *c = group->contexts; c; c = c->next) {
		atomic_store(&c->status, RESET_STATUS_NONE);
	}
	group->cause = status;
	group->news = true;
	group->lost_ns = client_now_ns();
	atomic_store(&group->lost, true);
	client_log(group->recovery, "event=lost group=%s generation=%llu cause=%s", group->name,
		(unsigned long long)group->generation, reset_status_name(status));
	return true;
}

/* Returns false when it cannot be asked. Without reset notification a living one has to draw. A
 * lost one that must not even be destroyed is not made current and released again either: that is a
 * flush, and on zink two of those leave a list that has no end. */
static bool ask_sentinel(
	struct gpu_recovery *r, struct gpu_recovery_group *group, enum reset_status *status)
{
	*status = RESET_STATUS_NONE;
	if (group->sentinel == EGL_NO_CONTEXT ||
		(atomic_load(&group->lost) && r->egl.disposal->abandon_context) ||
		!client_make_current(r, group->api, group->sentinel)) {
		return false;
	}
	if (group->query) {
		*status = gl_reset_query_ask(group->query);
		if (*status == RESET_STATUS_PURGED) {
			*status = RESET_STATUS_NONE;
		}
	} else if (!atomic_load(&group->lost) && !gl_proof_draw(&r->api)) {
		*status = RESET_STATUS_UNKNOWN;
	}
	return true;
}

bool client_ask_group(struct gpu_recovery *r, struct gpu_recovery_group *group)
{
	enum reset_status status;
	bool asked = ask_sentinel(r, group, &status);

	if (asked && status == RESET_STATUS_NONE) {
		return false;
	}
	client_note_loss(group, status);
	return true;
}

/* All groups are asked, at any time: a reset of one may be followed by that of another. */
static struct recovery_input ask_all(struct gpu_recovery *r)
{
	struct recovery_input answer = {.event = RECOVERY_EVENT_STATUS};
	bool asked = false;

	for (struct gpu_recovery_group *g = r->groups; g; g = g->next) {
		bool living = g->state == GROUP_ALIVE || g->state == GROUP_READY;
		enum reset_status status;
		bool ok = ask_sentinel(r, g, &status);

		if (!ok && living) {
			status = RESET_STATUS_UNKNOWN;
		}
		if (status != RESET_STATUS_NONE) {
			client_note_loss(g, status);
			g->news = false; /* this answer is the news */
		}
		asked |= ok || living;
		answer.status = worse(answer.status, status);
	}
	if (!asked && r->groups) {
		answer.event = RECOVERY_EVENT_STATUS_UNAVAILABLE;
	}
	client_make_current(r, EGL_OPENGL_ES_API, EGL_NO_CONTEXT);
	return answer;
}

bool client_may_rebuild(const struct gpu_recovery *r)
{
	if (!r->rebuild_ordered ||
		(r->rung == RUNG_DISPLAY && r->display_state != DISPLAY_DROPPED)) {
		return false;
	}
	for (const struct gpu_recovery_group *g = r->groups; g; g = g->next) {
		if (g->state == GROUP_LOST || g->state == GROUP_DROPPING) {
			return false;
		}
	}
	return true;
}

/* What the machine has not heard of. While a rebuild is awaited it need not: the group joins in. */
static bool take_news(struct gpu_recovery *r, struct recovery_input *in)
{
	for (struct gpu_recovery_group *g = r->groups; g && !r->rebuild_ordered; g = g->next) {
		if (g->news) {
			g->news = false;
			*in = (struct recovery_input){
				.event = RECOVERY_EVENT_LOST, .status = g->cause};
			return true;
		}
	}
	return false;
}

static bool next_input(struct gpu_recovery *r, struct recovery_input *in)
{
	if (take_news(r, in)) {
		return true;
	}
	if (client_may_rebuild(r)) {
		r->rebuild_ordered = false;
		*in = client_rebuild(r);
		return true;
	}
	if (r->ask) {
		r->ask = false;
		*in = (struct recovery_input){.event = RECOVERY_EVENT_OUTPUTS_WAKE};
		return true;
	}
	/* How long the program takes to let go is no matter of the driver's. */
	if (!r->rebuild_ordered && r->timer_ns != RECOVERY_TIMER_DISARM &&
		client_now_ns() >= r->timer_ns) {
		*in = (struct recovery_input){.event = RECOVERY_EVENT_TIMER};
		return true;
	}
	return false;
}

/* Returns whether there is an answer to be fed. The machine's drop is what the program is told, at
 * once with the loss. */
static bool carry_out(
	struct gpu_recovery *r, const struct recovery_orders *orders, struct recovery_input *answer)
{
	if (orders->timer_ns != RECOVERY_TIMER_KEEP) {
		r->timer_ns = orders->timer_ns;
	}
	if (orders->rebuild) {
		r->rebuild_ordered = true;
		r->rung = orders->rung;
		if (orders->rung == RUNG_DISPLAY && r->display_state == DISPLAY_KEPT) {
			r->display_state = r->display_bare ? DISPLAY_DROPPED : DISPLAY_LEAVING;
		}
	}
	if (orders->give_up) {
		client_log(r, "event=give-up");
		r->gave_up = true;
	}
	if (orders->query) {
		*answer = ask_all(r);
	}
	return orders->query;
}

static void feed(struct gpu_recovery *r, struct recovery_input in)
{
	struct recovery_orders orders;

	do {
		orders = recovery_step(&r->machine, in, client_now_ns());
	} while (carry_out(r, &orders, &in));
}

/* The driver tells its name with the first context; another display may have another one. */
static void fit(struct gpu_recovery *r)
{
	struct recovery_config config;
	struct recovery_orders orders;
	struct recovery_input none;

	if (r->egl.disposal == r->fitted) {
		return;
	}
	r->fitted = r->egl.disposal;
	config = client_fit_config(r);
	orders = recovery_configure(&r->machine, &config, client_now_ns());
	carry_out(r, &orders, &none);
}

void client_drive(struct gpu_recovery *r)
{
	struct recovery_input in;

	fit(r);
	while (next_input(r, &in)) {
		feed(r, in);
		fit(r);
	}
}

void client_note_frame(struct gpu_recovery_group *group)
{
	struct gpu_recovery *r = group->recovery;

	if (group->state == GROUP_ALIVE && recovery_can_draw(&r->machine)) {
		atomic_store(&group->confirmed, true);
		/* Other groups have not been asked: the idle poll goes on. */
		recovery_step(&r->machine,
			(struct recovery_input){.event = RECOVERY_EVENT_FRAME, .unasked = true},
			client_now_ns());
	}
}
