/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Resets that strike some share groups and spare others: contexts A, B and C in one ring, D in
 * another. */
#include "probe.h"

#include "control-page.h"

#ifndef EGL_CONTEXT_LOST
#define EGL_CONTEXT_LOST 0x300E
#endif

struct ring {
	EGLContext a, b, c; // group 1; c is made last
	EGLContext d;       // group 2
};

static EGLContext make(const struct probe *probe, EGLContext share)
{
	EGLContext context = probe_try_context(probe, PROBE_ROBUST, share);

	test_assert(context != EGL_NO_CONTEXT);
	probe_use(probe, context);
	probe_clear(PROBE_RED);
	return context;
}

static struct ring make_ring(const struct probe *probe)
{
	struct ring ring;

	ring.a = make(probe, EGL_NO_CONTEXT);
	ring.d = make(probe, EGL_NO_CONTEXT);
	ring.b = make(probe, ring.a);
	ring.c = make(probe, ring.a);
	return ring;
}

static GLenum status_of(const struct probe *probe, EGLContext context)
{
	test_assert(eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context));
	return glGetGraphicsResetStatus();
}

PROBE_TEST(one_is_guilty_and_another_ring_untouched, NULL)
{
	struct ring ring = make_ring(probe);

	probe_strike("ring=1 guilty=2 queries=3");
	test_assert_int_eq(status_of(probe, ring.d), GL_NO_ERROR);
	test_assert_int_eq(status_of(probe, ring.a), GL_INNOCENT_CONTEXT_RESET);
	test_assert_int_eq(status_of(probe, ring.b), GL_GUILTY_CONTEXT_RESET);
	test_assert_int_eq(status_of(probe, ring.c), GL_INNOCENT_CONTEXT_RESET);
	test_assert_int_eq(status_of(probe, ring.c), GL_NO_ERROR);
	test_assert_int_eq(probe_slot()->losses, 1);
	test_assert_int_eq(probe_slot()->contexts_lost, 3);
	eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, ring.d);
	probe_use(probe, ring.d);
	probe_clear(PROBE_GREEN);
	test_assert_int_eq(probe_read(), PROBE_GREEN);
}

PROBE_TEST(without_a_guilty_one_the_cause_holds_for_all, NULL)
{
	struct ring ring = make_ring(probe);

	probe_strike("ring=2 cause=unknown queries=1");
	test_assert_int_eq(status_of(probe, ring.a), GL_NO_ERROR);
	test_assert_int_eq(status_of(probe, ring.d), GL_UNKNOWN_CONTEXT_RESET);
}

PROBE_TEST(the_guilty_one_of_all, NULL)
{
	struct ring ring = make_ring(probe);

	probe_strike("guilty=2 queries=4");
	test_assert_int_eq(status_of(probe, ring.a), GL_INNOCENT_CONTEXT_RESET);
	test_assert_int_eq(status_of(probe, ring.d), GL_GUILTY_CONTEXT_RESET);
	test_assert_int_eq(status_of(probe, ring.b), GL_INNOCENT_CONTEXT_RESET);
	test_assert_int_eq(status_of(probe, ring.c), GL_INNOCENT_CONTEXT_RESET);
}

PROBE_TEST(while_it_lasts_only_its_own_ring_is_born_lost, NULL)
{
	struct ring ring = make_ring(probe);
	EGLContext early, beside, again;

	probe_strike("ring=1 cause=guilty forever");
	test_assert_int_eq(status_of(probe, ring.a), GL_GUILTY_CONTEXT_RESET);
	/* The new group takes the number of the lost one, and with it the place in its ring. */
	early = probe_try_context(probe, PROBE_ROBUST, EGL_NO_CONTEXT);
	test_assert_int_eq(status_of(probe, early), GL_GUILTY_CONTEXT_RESET);
	beside = probe_try_context(probe, PROBE_ROBUST, ring.d);
	test_assert_int_eq(status_of(probe, beside), GL_NO_ERROR);
	probe_release();
	again = probe_try_context(probe, PROBE_ROBUST, EGL_NO_CONTEXT);
	test_assert_int_eq(status_of(probe, again), GL_NO_ERROR);

	probe_strike("ring=1 cause=innocent queries=1");
	test_assert_int_eq(status_of(probe, ring.d), GL_NO_ERROR);
	test_assert_int_eq(status_of(probe, again), GL_INNOCENT_CONTEXT_RESET);
}

PROBE_TEST(a_ring_without_anybody, NULL)
{
	struct ring ring = make_ring(probe);

	probe_strike("ring=7 forever");
	test_assert_int_eq(status_of(probe, ring.a), GL_NO_ERROR);
	test_assert_int_eq(status_of(probe, ring.d), GL_NO_ERROR);
	test_assert_int_eq(probe_slot()->losses, 0);
	test_assert_int_eq(probe_slot()->reset_state, FAULT_RESET_NONE);
}
