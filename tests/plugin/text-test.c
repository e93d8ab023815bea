/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <string.h>

#include "compositor/text.h"
#include "test.h"

static void expect(const char *from, const char *want)
{
	char to[256];

	text_clean(to, sizeof(to), from);
	test_assert_str_eq(to, want);
}

TEST(plain_text_passes)
{
	expect("", "");
	expect("Xorg -core :0", "Xorg -core :0");
	expect("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
	expect("\xe2\x82\xac \xf0\x9f\x90\xa7", "\xe2\x82\xac \xf0\x9f\x90\xa7");
}

TEST(controls_do_not)
{
	expect("a\nb\tc\x1b[31m\x7f", "a?b?c?[31m?");
	expect("\xc2\x85", "??"); // C1: next line
	expect("a\xe2\x80\xae"
	       "b",
		"a???b"); // what follows would run to the left
	expect("\xe2\x80\xa8\xe2\x81\xa7", "??????");
}

TEST(what_is_no_utf8)
{
	expect("\x80\xff", "??");
	expect("\xc3", "?");
	expect("\xc3(", "?(");
	expect("\xe2\x82", "??");
	expect("\xc0\xaf", "??");           // overlong
	expect("\xe0\x80\xaf", "???");      // overlong
	expect("\xed\xa0\x80", "???");      // half of a surrogate pair
	expect("\xf4\x90\x80\x80", "????"); // beyond the last
	expect("\xf8\x88\x80\x80\x80", "?????");
}

TEST(cut_at_a_character)
{
	char to[4];

	text_clean(to, sizeof(to), "abcdef");
	test_assert_str_eq(to, "abc");
	text_clean(to, sizeof(to), "ab\xc3\xbc");
	test_assert_str_eq(to, "ab");
	text_clean(to, 1, "x");
	test_assert_str_eq(to, "");
}

TEST(markup)
{
	char to[64];

	text_clean_markup(to, sizeof(to), "<b>&\n");
	test_assert_str_eq(to, "&lt;b&gt;&amp;?");
	text_clean_markup(to, 6, "ab<c");
	test_assert_str_eq(to, "ab");
}

/* Whatever goes in: what comes out goes through again unchanged, and fits. */
TEST(anything_becomes_clean)
{
	struct test_rng rng;
	char from[64];
	char once[80];
	char twice[80];

	test_rng_init(&rng, 3);
	for (int round = 0; round < 100000; round++) {
		size_t length = test_rng_below(&rng, sizeof(from));
		size_t room = 1 + test_rng_below(&rng, sizeof(once) - 1);

		for (size_t i = 0; i < length; i++) {
			from[i] = (char)(1 + test_rng_below(&rng, 255));
		}
		from[length] = '\0';
		text_clean(once, room, from);
		test_assert(strlen(once) < room);
		text_clean(twice, sizeof(twice), once);
		test_assert_str_eq(twice, once);
	}
}
