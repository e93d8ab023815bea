/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <math.h>
#include <stdlib.h>

#include "model.h"

/* 2.2, as an ICC profile can say it. */
static const double wide_gamma = 563 / 256.0;

struct point {
	double x, y;
};

bool texture_init(struct texture *texture, int width, int height)
{
	texture->texels = calloc((size_t)width * (size_t)height, sizeof(*texture->texels));
	texture->width = width;
	texture->height = height;
	return texture->texels != NULL;
}

void texture_finish(struct texture *texture)
{
	free(texture->texels);
	texture->texels = NULL;
}

/*
 * A point of an untransformed w x h picture, in the picture that was transformed: flipped about the
 * vertical axis first where bit 2 is set, then turned counter-clockwise by 90 degrees as often as
 * the lower bits say (wl_output.transform).
 */
static struct point transform_point(int transform, double w, double h, struct point p)
{
	if (transform & 4) {
		p.x = w - p.x;
	}
	switch (transform & 3) {
	case 1:
		return (struct point){p.y, w - p.x};
	case 2:
		return (struct point){w - p.x, h - p.y};
	case 3:
		return (struct point){h - p.y, p.x};
	default:
		return p;
	}
}

static int inverse_transform(int transform)
{
	return transform == 1 ? 3 : transform == 3 ? 1 : transform;
}

static bool is_turned(int transform)
{
	return transform & 1;
}

/* Size of the surface that a buffer makes, before its viewport. */
static struct point unscaled_size(const struct layer *layer)
{
	double w = (double)layer->texture.width / layer->scale;
	double h = (double)layer->texture.height / layer->scale;

	return is_turned(layer->transform) ? (struct point){h, w} : (struct point){w, h};
}

void layer_size(const struct layer *layer, double *width, double *height)
{
	struct point size = unscaled_size(layer);

	if (layer->source.width > 0) {
		size = (struct point){layer->source.width, layer->source.height};
	}
	if (layer->to_width > 0) {
		size = (struct point){layer->to_width, layer->to_height};
	}
	*width = size.x;
	*height = size.y;
}

/* A point of the surface in buffer pixels. */
static struct point to_buffer(const struct layer *layer, struct point p)
{
	struct point size = unscaled_size(layer);
	double width, height;

	layer_size(layer, &width, &height);
	if (layer->source.width > 0) {
		p.x = layer->source.x + p.x / width * layer->source.width;
		p.y = layer->source.y + p.y / height * layer->source.height;
	} else {
		p.x *= size.x / width;
		p.y *= size.y / height;
	}
	p = transform_point(layer->transform, size.x, size.y, p);
	return (struct point){p.x * layer->scale, p.y * layer->scale};
}

static int clamp(int value, int limit)
{
	return value < 0 ? 0 : value >= limit ? limit - 1 : value;
}

static struct color mix(struct color a, struct color b, double t)
{
	return (struct color){
		a.r + (b.r - a.r) * t,
		a.g + (b.g - a.g) * t,
		a.b + (b.b - a.b) * t,
		a.a + (b.a - a.a) * t,
	};
}

static struct color texel(const struct texture *texture, int x, int y)
{
	return texture
		->texels[clamp(y, texture->height) * texture->width + clamp(x, texture->width)];
}

/* At the centre of a texel this is the texel itself. */
static struct color sample(const struct texture *texture, struct point p)
{
	double x = p.x - 0.5, y = p.y - 0.5;
	int x0 = (int)floor(x), y0 = (int)floor(y);

	return mix(mix(texel(texture, x0, y0), texel(texture, x0 + 1, y0), x - x0),
		mix(texel(texture, x0, y0 + 1), texel(texture, x0 + 1, y0 + 1), x - x0), y - y0);
}

static double decode_srgb(double value)
{
	return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double encode_srgb(double value)
{
	return value <= 0.0031308 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055;
}

/* sRGB's linear light in the primaries of make-icc: both have the white point D65. */
static struct color to_wide(struct color c)
{
	/* inverse(RGB to XYZ of the wide primaries) * (RGB to XYZ of sRGB) */
	static const double m[3][3] = {
		{0.82246197, 0.17753803, 0.0},
		{0.03319420, 0.96680580, 0.0},
		{0.01708263, 0.07239744, 0.91051993},
	};

	return (struct color){
		m[0][0] * c.r + m[0][1] * c.g + m[0][2] * c.b,
		m[1][0] * c.r + m[1][1] * c.g + m[1][2] * c.b,
		m[2][0] * c.r + m[2][1] * c.g + m[2][2] * c.b,
		c.a,
	};
}

static struct color to_light(enum light light, struct color c)
{
	if (light == LIGHT_NONE || c.a <= 0) {
		return c;
	}
	struct color linear = {
		decode_srgb(c.r / c.a), decode_srgb(c.g / c.a), decode_srgb(c.b / c.a), c.a};
	if (light == LIGHT_WIDE) {
		linear = to_wide(linear);
	}
	return (struct color){linear.r * c.a, linear.g * c.a, linear.b * c.a, c.a};
}

/* What is on an output is opaque. */
static struct color from_light(enum light light, struct color c)
{
	switch (light) {
	case LIGHT_SRGB:
		return (struct color){encode_srgb(c.r), encode_srgb(c.g), encode_srgb(c.b), c.a};
	case LIGHT_WIDE:
		return (struct color){pow(c.r, 1 / wide_gamma), pow(c.g, 1 / wide_gamma),
			pow(c.b, 1 / wide_gamma), c.a};
	default:
		return c;
	}
}

static struct color over(struct color below, struct color above, double alpha)
{
	double rest = 1 - above.a * alpha;

	return (struct color){
		above.r * alpha + below.r * rest,
		above.g * alpha + below.g * rest,
		above.b * alpha + below.b * rest,
		above.a * alpha + below.a * rest,
	};
}

static struct color compose_pixel(enum light light, const struct layer *const *layers, int n,
	struct color background, struct point at)
{
	struct color result = to_light(light, background);

	for (int i = 0; i < n; i++) {
		struct point local = {at.x - layers[i]->x, at.y - layers[i]->y};
		double width, height;

		layer_size(layers[i], &width, &height);
		if (local.x < 0 || local.y < 0 || local.x >= width || local.y >= height) {
			continue;
		}
		struct color c = sample(&layers[i]->texture, to_buffer(layers[i], local));
		result = over(result, to_light(light, c), layers[i]->alpha);
	}
	return from_light(light, result);
}

void model_compose(const struct output_geometry *output, const struct layer *const *layers, int n,
	struct color background, struct color *picture)
{
	double w = (double)output->width / output->scale;
	double h = (double)output->height / output->scale;
	int back = inverse_transform(output->transform);

	for (int y = 0; y < output->height; y++) {
		for (int x = 0; x < output->width; x++) {
			struct point at = {(x + 0.5) / output->scale, (y + 0.5) / output->scale};

			picture[y * output->width + x] = compose_pixel(output->light, layers, n,
				background, transform_point(back, w, h, at));
		}
	}
}

struct difference model_compare(
	const struct image *image, const struct color *picture, double tolerance)
{
	struct difference result = {0};

	for (int i = 0; i < image->width * image->height; i++) {
		const uint8_t *pixel = image->rgba + 4 * (size_t)i;
		double error[4] = {
			fabs(pixel[0] - 255 * picture[i].r),
			fabs(pixel[1] - 255 * picture[i].g),
			fabs(pixel[2] - 255 * picture[i].b),
			fabs(pixel[3] - 255 * picture[i].a),
		};
		double worst = fmax(fmax(error[0], error[1]), fmax(error[2], error[3]));

		result.channel = fmax(result.channel, worst);
		result.norm = fmax(result.norm,
			sqrt(error[0] * error[0] + error[1] * error[1] + error[2] * error[2]));
		if (worst > 0.5 + tolerance && result.beyond++ == 0) {
			result.x = i % image->width;
			result.y = i / image->width;
		}
	}
	return result;
}
