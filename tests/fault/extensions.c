/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* What the program gets to see of the driver's extensions, and of its name. */
#include "fault.h"

#include <stdlib.h>
#include <string.h>

#define PURGE_EGL "EGL_NV_robustness_video_memory_purge"
#define PURGE_GL "GL_NV_robustness_video_memory_purge"

/* Nobody tells how long the program keeps a string, so they live until the process ends. A driver
 * has one for each context, at addresses that come and go: what they say tells them apart. */
struct filtered {
	struct filtered *next;
	char text[];
};

static struct filtered *filtered_strings;

static const char *const robustness[] = {"EGL_EXT_create_context_robustness", "GL_EXT_robustness",
	"GL_KHR_robustness", PURGE_EGL, PURGE_GL};

static bool hidden(const char *name, size_t n)
{
	const char *list = fault.schedule.hide;

	for (size_t i = 0; fault.schedule.hide_robustness && i < 5; i++) {
		if (strlen(robustness[i]) == n && strncmp(name, robustness[i], n) == 0) {
			return true;
		}
	}
	while (*list) {
		size_t length = strcspn(list, " ");
		if (length == n && strncmp(list, name, n) == 0) {
			return true;
		}
		list += length + (list[length] == ' ');
	}
	return false;
}

bool fault_hides(const char *name)
{
	return hidden(name, strlen(name));
}

bool fault_hides_proc(const char *name)
{
	return fault.schedule.hide_robustness && strncmp(name, "glGetGraphicsResetStatus", 24) == 0;
}

static bool filtering(void)
{
	return fault.schedule.hide_robustness || fault.schedule.offer_purge ||
	       fault.schedule.hide[0] != '\0';
}

static struct filtered *filter(const char *real, const char *offered)
{
	size_t room = strlen(real) + strlen(offered) + 2;
	struct filtered *f = calloc(1, sizeof *f + room);
	char *to;

	if (!f) {
		return NULL;
	}
	to = f->text;
	for (const char *from = real; *from; from += *from == ' ') {
		size_t n = strcspn(from, " ");
		if (n > 0 && !hidden(from, n)) {
			memcpy(to, from, n);
			to += n;
			*to++ = ' ';
		}
		from += n;
	}
	strcpy(to, offered);
	return f;
}

/* Returns the one that has been there before, if there is one that says the same. */
static struct filtered *keep(struct filtered *f)
{
	for (struct filtered *old = filtered_strings; old; old = old->next) {
		if (strcmp(old->text, f->text) == 0) {
			free(f);
			return old;
		}
	}
	f->next = filtered_strings;
	filtered_strings = f;
	return f;
}

static const char *filtered_string(const char *real, const char *offered)
{
	struct filtered *f;

	if (!real || !filtering()) {
		return real;
	}
	if (!fault.schedule.offer_purge) {
		offered = "";
	}
	f = filter(real, offered);
	if (!f) {
		return real;
	}
	pthread_mutex_lock(&fault_lock);
	f = keep(f);
	pthread_mutex_unlock(&fault_lock);
	return f->text;
}

const char *fault_eglQueryString(EGLDisplay dpy, EGLint name)
{
	if (!fault_egl_enter(FN_eglQueryString)) {
		return NULL;
	}
	const char *real = REAL(eglQueryString)(dpy, name);
	if (name != EGL_EXTENSIONS) {
		return real;
	}
	return filtered_string(real, dpy == EGL_NO_DISPLAY ? "" : PURGE_EGL);
}

const GLubyte *fault_glGetString(GLenum name)
{
	if (!fault_gl_enter(FN_glGetString)) {
		return NULL;
	}
	const GLubyte *real = REAL(glGetString)(name);
	if (name == GL_RENDERER && real && fault.schedule.renderer[0]) {
		return (const GLubyte *)fault.schedule.renderer;
	}
	if (name != GL_EXTENSIONS) {
		return real;
	}
	return (const GLubyte *)filtered_string((const char *)real, PURGE_GL);
}

/* Visible extensions by number: those of the driver that are not hidden, in its order. */
static const GLubyte *visible_extension(GLuint wanted, GLuint *count)
{
	GLint n = 0;
	GLuint seen = 0;

	REAL(glGetIntegerv)(GL_NUM_EXTENSIONS, &n);
	for (GLint i = 0; i < n; i++) {
		const GLubyte *name = REAL(glGetStringi)(GL_EXTENSIONS, (GLuint)i);
		if (!name || fault_hides((const char *)name)) {
			continue;
		}
		if (seen++ == wanted) {
			return name;
		}
	}
	*count = seen;
	if (fault.schedule.offer_purge && seen == wanted) {
		return (const GLubyte *)PURGE_GL;
	}
	*count += fault.schedule.offer_purge;
	return NULL;
}

const GLubyte *fault_glGetStringi(GLenum name, GLuint index)
{
	GLuint count;

	if (!fault_gl_enter(FN_glGetStringi)) {
		return NULL;
	}
	if (name != GL_EXTENSIONS || !filtering()) {
		return REAL(glGetStringi)(name, index);
	}
	const GLubyte *visible = visible_extension(index, &count);
	/* The driver sets the error of an index out of range. */
	return visible ? visible : REAL(glGetStringi)(name, GL_INVALID_INDEX);
}

void fault_glGetIntegerv(GLenum pname, GLint *data)
{
	GLuint count = 0;

	if (!fault_gl_enter(FN_glGetIntegerv)) {
		return;
	}
	if (pname == GL_NUM_EXTENSIONS && filtering()) {
		visible_extension(GL_INVALID_INDEX, &count);
		*data = (GLint)count;
	} else {
		REAL(glGetIntegerv)(pname, data);
	}
}
