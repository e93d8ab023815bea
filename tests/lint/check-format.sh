#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
#
# check-format.sh [DIR]: clang-format has nothing to change in any C file, one case a file.
# Releases of clang-format disagree, so only the one of Debian 12 decides.
set -u

top=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
want=14
tool=$(command -v clang-format-$want || command -v clang-format) || {
	echo "skipped: clang-format is missing"
	exit 77
}
"$tool" --version | grep -q "version $want\." || {
	echo "skipped: clang-format $want is missing (there is: $("$tool" --version))"
	exit 77
}

passed=0
failed=0
for file in $(find "$top/libweston-robust" "$top/compositor" "$top/tests" -name '*.[ch]' | sort); do
	if "$tool" --dry-run -Werror "$file" 2>/dev/null; then
		passed=$((passed + 1))
	else
		echo "not formatted: ${file#"$top"/} (mend: $(basename "$tool") -i)"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$passed" -gt 0 ] && [ "$failed" = 0 ]
