#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
#
# check-layers.sh [DIR]: the #include rules of doc/architecture.md, for libweston-robust/ in DIR.
#
#   core/       nothing of ours but core/, no GL, no libweston, no pixman, no wayland
#   scene/      core/ and scene/; never libweston
#   gl/         core/, scene/ and gl/; never libweston, weston-NN/ or renderer.h
#   renderer.*  core/, scene/ and gl/; never libweston or weston-NN/
#   client/     core/, gl/ and client/; no libweston, wayland or pixman but in its example programs
#   weston-NN/  the only ones that may include libweston; never another weston-NN/
#   weston-robust-api.h  for plugins, which know libweston
set -u

top=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
src=$top/libweston-robust
passed=0
failed=0

# forbid NAME PATTERN FILE...: no #include of these files may match the pattern
forbid()
{
	name=$1
	pattern=$2
	shift 2
	[ -e "$1" ] || return 0
	if found=$(grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" "$@" /dev/null); then
		echo "layer $name includes what it may not:"
		echo "$found" | sed "s|^$top/||; s|^|  |"
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
}

libweston='libweston|weston|(\.\./)*weston-[0-9]+/'
gl_headers='EGL/|GLES|GL/|KHR/|gbm'
up='(\.\./)*renderer\.h'

forbid core "$libweston|$gl_headers|$up|(\.\./)*(gl|scene)/|pixman|wayland|time\.h|sys/time\.h" \
	"$src"/core/*.[ch]
forbid scene "$libweston|$gl_headers|$up|(\.\./)*gl/" "$src"/scene/*.[ch]
forbid gl "$libweston|$up" "$src"/gl/*.[ch]
# shellcheck disable=SC2046  # none of our names has a blank
forbid renderer "$libweston" \
	$(find "$src" -maxdepth 1 -name '*.[ch]' ! -name weston-robust-api.h)
forbid client "$libweston|(\.\./)*(scene/|renderer|record|job)|pixman|wayland" \
	"$top"/client/*.[ch]
for folder in "$src"/weston-[0-9]*; do
	own=$(basename "$folder")
	others=
	for other in "$src"/weston-[0-9]*; do
		[ "$other" = "$folder" ] || others="$others${others:+|}$(basename "$other")"
	done
	forbid "$own" "(\.\./)*(${others:-no-other})/" "$folder"/*.[ch]
done

echo "$passed passed, $failed failed, 0 skipped"
[ "$passed" -gt 0 ] && [ "$failed" = 0 ]
