/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/image.h"

#include <stdlib.h>

#include <drm_fourcc.h>

#include "gl/image-import.h"
#include "gl/readback.h"
#include "gl/texture.h"

/** How sources of one format and modifier are sampled: it was tried. */
struct image_choice {
	uint32_t fourcc;
	uint64_t modifier;
	enum image_way way;
};

static struct image_choice *find_choice(struct generation *gen, const struct image_source *source)
{
	struct image_choice *choice;

	if (source->kind != IMAGE_SOURCE_DMABUF) {
		return NULL;
	}
	wl_array_for_each (choice, &gen->image_choices) {
		if (choice->fourcc == source->fourcc && choice->modifier == source->modifier) {
			return choice;
		}
	}
	return NULL;
}

static void choose(struct generation *gen, const struct image_source *source, enum image_way way)
{
	struct image_choice *choice = find_choice(gen, source);

	if (!choice) {
		choice = wl_array_add(&gen->image_choices, sizeof(*choice));
	}
	if (choice) {
		*choice = (struct image_choice){source->fourcc, source->modifier, way};
	}
}

static struct image *create(struct generation *gen, struct image_source *source, enum image_way way)
{
	struct image *image = calloc(1, sizeof(*image));

	if (!image) {
		return NULL;
	}
	image->gen = gen;
	image->source = source;
	if (!image_import(image, way)) {
		free(image);
		return NULL;
	}
	wl_list_insert(&gen->images, &image->link);
	source->image = image;
	source->way = way + 1;
	source->way_software = gen->egl->software;
	return image;
}

struct image *image_get(struct generation *gen, struct image_source *source)
{
	struct image_choice *choice;
	struct image_ways ways;

	if (source->image || !image_source_readable(source)) {
		return source->image;
	}
	/* What was right before a reset is right after it, and other ways may look different: a
	 * refusal now is for another try. */
	if (source->way && source->way_software == gen->egl->software) {
		return create(gen, source, source->way - 1);
	}
	choice = find_choice(gen, source);
	if (choice && create(gen, source, choice->way)) {
		return source->image;
	}
	ways = image_ways(gen, source);
	for (unsigned i = 0; i < ways.count && !source->image; i++) {
		create(gen, source, ways.list[i]);
	}
	return source->image;
}

struct image *image_get_target(struct generation *gen, struct image_source *source)
{
	return source->image ? source->image : create(gen, source, IMAGE_WAY_2D);
}

/* What is sampled does not matter: it is the client's. */
static bool sample(struct generation *gen, struct image_source *source)
{
	struct content content;
	GLenum seen_error;
	bool sampled;
	uint8_t pixel[4];

	generation_saw_error(gen);
	seen_error = gen->seen_error;
	content_init(&content);
	content_set_image(&content, source, false);
	sampled = readback_content(gen, &content, 0, 0, 1, 1, pixel);
	texture_drop(&content);
	content_fini(&content);
	/* What others did wrong before is still to be told; what went wrong here is the client's.
	 */
	generation_saw_error(gen);
	gen->seen_error = seen_error;
	return sampled;
}

static enum image_verdict test_way(
	struct generation *gen, struct image_source *source, enum image_way way)
{
	if (!create(gen, source, way)) {
		return IMAGE_REFUSED;
	}
	if (sample(gen, source)) {
		choose(gen, source, way);
		return IMAGE_FINE;
	}
	if (gen->seen_loss) {
		return IMAGE_UNKNOWN;
	}
	image_drop(source);
	return IMAGE_REFUSED;
}

enum image_verdict image_test(struct generation *gen, struct image_source *source)
{
	struct image_choice *choice = find_choice(gen, source);
	enum image_verdict verdict = IMAGE_REFUSED;
	struct image_ways ways;

	if (choice && create(gen, source, choice->way)) {
		return IMAGE_FINE;
	}
	ways = image_ways(gen, source);
	for (unsigned i = 0; i < ways.count && verdict == IMAGE_REFUSED; i++) {
		verdict = test_way(gen, source, ways.list[i]);
	}
	return verdict;
}

void image_drop(struct image_source *source)
{
	if (source->image) {
		image_destroy(source->image, source->image->gen->lost);
	}
}

void image_destroy(struct image *image, bool lost)
{
	struct generation *gen = image->gen;

	for (unsigned i = 0; i < image->count; i++) {
		EGLImageKHR *orphan = NULL;

		/* They are the display's and can go any time, but calls into the driver of a lost
		 * context are for whoever destroys that. */
		if (lost) {
			orphan = wl_array_add(&gen->orphan_images, sizeof(*orphan));
		}
		if (orphan) {
			*orphan = image->handles[i];
		} else if (!lost) {
			gen->api->eglDestroyImageKHR(gen->egl->display, image->handles[i]);
		}
	}
	image->source->image = NULL;
	wl_list_remove(&image->link);
	free(image);
}
