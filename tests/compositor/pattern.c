/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "pattern.h"

/* Side of the coloured squares in the corners of the card, pixels. */
#define CORNER 6

uint32_t pattern_noise(uint32_t seed, uint32_t x, uint32_t y)
{
	uint32_t state = seed * 2654435761u + x * 2246822519u + y * 3266489917u + 374761393u;

	/* Two steps of a linear congruential generator, mixed: neighbours become independent. */
	state = state * 1664525u + 1013904223u;
	state ^= state >> 15;
	state = state * 1664525u + 1013904223u;
	return state ^ (state >> 13);
}

static struct pixel rgb(uint32_t r, uint32_t g, uint32_t b)
{
	return (struct pixel){
		(uint16_t)((r & 255) * 257),
		(uint16_t)((g & 255) * 257),
		(uint16_t)((b & 255) * 257),
		65535,
	};
}

static struct pixel flat(uint32_t seed)
{
	uint32_t noise = pattern_noise(seed, 17, 4);

	return rgb(noise, noise >> 8, noise >> 16);
}

static struct pixel checker(int x, int y)
{
	return (x + y) & 1 ? rgb(255, 255, 255) : rgb(0, 0, 0);
}

/* Red, green, blue and white from the top left in reading order. */
static struct pixel corner(bool right, bool bottom)
{
	if (bottom) {
		return right ? rgb(255, 255, 255) : rgb(0, 0, 255);
	}
	return right ? rgb(0, 255, 0) : rgb(255, 0, 0);
}

static struct pixel card(uint32_t seed, int x, int y, int width, int height)
{
	bool left = x < CORNER, right = x >= width - CORNER;
	bool top = y < CORNER, bottom = y >= height - CORNER;

	if ((left || right) && (top || bottom)) {
		return corner(right, bottom);
	}
	if (x == 0 || y == 0 || x == width - 1 || y == height - 1) {
		return rgb(255, 255, 0);
	}
	if (x > width / 2 && y > height / 2) {
		return checker(x, y);
	}
	return rgb((uint32_t)(x * 255 / width), (uint32_t)(y * 255 / height), seed * 37 + 64);
}

static struct pixel opaque_pixel(
	enum pattern pattern, uint32_t seed, int x, int y, int width, int height)
{
	uint32_t noise;

	switch (pattern) {
	case PATTERN_CARD:
		return card(seed, x, y, width, height);
	case PATTERN_NOISE:
		noise = pattern_noise(seed, (uint32_t)x, (uint32_t)y);
		return rgb(noise, noise >> 8, noise >> 16);
	case PATTERN_FLAT:
		return flat(seed);
	case PATTERN_GRID:
		return checker(x, y);
	}
	return rgb(255, 0, 255);
}

static uint16_t multiply(uint16_t channel, uint32_t alpha8)
{
	return (uint16_t)(((channel / 257u) * alpha8 + 127) / 255 * 257);
}

static struct pixel premultiply(struct pixel pixel, uint32_t alpha8)
{
	return (struct pixel){
		multiply(pixel.r, alpha8),
		multiply(pixel.g, alpha8),
		multiply(pixel.b, alpha8),
		(uint16_t)(alpha8 * 257),
	};
}

struct pixel pattern_pixel(
	enum pattern pattern, enum alpha alpha, uint32_t seed, int x, int y, int width, int height)
{
	struct pixel pixel = opaque_pixel(pattern, seed, x, y, width, height);

	switch (alpha) {
	case ALPHA_OPAQUE:
		break;
	case ALPHA_HALF:
		return premultiply(pixel, 128);
	case ALPHA_GRADIENT:
		return premultiply(pixel, (uint32_t)(width > 1 ? x * 255 / (width - 1) : 128));
	case ALPHA_GARBAGE:
		pixel.a = (uint16_t)pattern_noise(seed + 99, (uint32_t)x, (uint32_t)y);
		break;
	}
	return pixel;
}
