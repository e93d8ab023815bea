#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
#
# check-symbols.sh MODULE: gl-renderer.so exports gl_renderer_interface and nothing else.
set -u

exported=$(nm -D --defined-only "$1" | awk '{ print $NF }' | sort)
if [ "$exported" = gl_renderer_interface ]; then
	echo "1 passed, 0 failed, 0 skipped"
else
	echo "$1 exports:"
	echo "$exported" | sed 's/^/  /'
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi
