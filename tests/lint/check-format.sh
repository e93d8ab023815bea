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

# Some comments at the end of a line it flips between two forms for ever: either will do.
formatted()
{
	"$tool" --dry-run -Werror "$1" 2>/dev/null && return
	"$tool" "$1" | "$tool" --assume-filename="$1" | cmp -s - "$1"
}

passed=0
failed=0
for file in $(find "$top/libweston-robust" "$top/client" "$top/compositor" "$top/ctl" "$top/launcher" "$top/tests" -name '*.[ch]' | sort); do
	if formatted "$file"; then
		passed=$((passed + 1))
	else
		echo "not formatted: ${file#"$top"/} (mend: $(basename "$tool") -i)"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$passed" -gt 0 ] && [ "$failed" = 0 ]
