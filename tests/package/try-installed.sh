#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
#
# try-installed.sh OUT: runs inside a root that the package was installed into, as an ordinary user.
# Leaves what it saw in the directory OUT; package-test judges it.
set -u

out=$1
weston=

finish()
{
	[ -z "$weston" ] || kill "$weston" 2>/dev/null
	wait
}
trap finish EXIT

# keep NAME COMMAND...: standard output to NAME, its exit status to NAME.status
keep()
{
	name=$1
	shift
	"$@" >"$out/$name" 2>"$out/$name.stderr"
	echo $? >"$out/$name.status"
}

# A session has this one from logind; there is none here. Nothing else is set.
XDG_RUNTIME_DIR=$(mktemp -d)
export XDG_RUNTIME_DIR
mkdir -p "$HOME/.config"
cat >"$HOME/.config/weston.ini" <<'INI'
[core]
idle-time=0

[gpu-recovery]
operator=true
operator-simulate=true
INI
env >"$out/environment"

keep check weston-robust --check --json
keep version weston-robust --version

weston-robust --backend=headless >"$out/weston.log" 2>&1 &
weston=$!
tries=0
while [ ! -S "$XDG_RUNTIME_DIR/wayland-1" ] && [ $tries -lt 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
WAYLAND_DISPLAY=wayland-1
export WAYLAND_DISPLAY

keep before.json weston-robustctl --json status
weston-simple-shm >/dev/null 2>&1 &
client=$!
# The shell and its client have to be there before anything of theirs can be lost.
tries=0
until weston-robustctl --json stats | grep -Eq '"textures": ([3-9]|[1-9][0-9])' || [ $tries -ge 100 ]; do
	tries=$((tries + 1))
	sleep 0.2
done
keep simulate.json weston-robustctl --json simulate innocent
keep after.json weston-robustctl --json status
keep history.json weston-robustctl --json history
kill -0 "$client" && echo alive >"$out/client"
readlink "/proc/$weston/exe" >"$out/exe"
kill "$client"
kill "$weston"
wait "$weston"
echo $? >"$out/weston.status"
weston=
rm -rf "$XDG_RUNTIME_DIR"
