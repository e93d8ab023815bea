#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
#
# check-symbols.sh LIBRARY PATTERN...: each exported symbol matches one of the patterns of the shell, and
# each pattern some symbol.
set -u

library=$1
shift
exported=$(nm -D --defined-only "$library" | awk '{ print $NF }' | sort)
failed=0

for symbol in $exported; do
	known=
	for pattern in "$@"; do
		# shellcheck disable=SC2254
		case $symbol in
		$pattern) known=yes ;;
		esac
	done
	if [ -z "$known" ]; then
		echo "$library exports $symbol"
		failed=$((failed + 1))
	fi
done
for pattern in "$@"; do
	found=
	for symbol in $exported; do
		# shellcheck disable=SC2254
		case $symbol in
		$pattern) found=yes ;;
		esac
	done
	if [ -z "$found" ]; then
		echo "$library does not export $pattern"
		failed=$((failed + 1))
	fi
done
if [ "$failed" = 0 ]; then
	echo "1 passed, 0 failed, 0 skipped"
else
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
fi
