#!/bin/sh
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
#
# Stands for weston in the launcher's tests: writes down how it was started, and ends as told.
#
# FAKE_VERSION  what it says it is          FAKE_LOG     where to write
# FAKE_ENDS     how each start ends: a status, "kill-SIGNAL", or "wait" for a signal
set -u

if [ "${1:-}" = --version ]; then
	echo "${FAKE_VERSION-weston 14.0.2}"
	exit "${FAKE_VERSION_STATUS:-0}"
fi

starts=0
[ ! -e "$FAKE_LOG" ] || starts=$(grep -c '^start ' "$FAKE_LOG")
{
	echo "start $$ parent $PPID"
	for argument in "$@"; do
		echo "argument $argument"
	done
	for name in WESTON_MODULE_MAP LIBGL_ALWAYS_SOFTWARE GBM_ALWAYS_SOFTWARE WATCHDOG_PID \
		LISTEN_PID NOTIFY_SOCKET; do
		eval "value=\${$name-}"
		[ -z "$value" ] || echo "environment $name=$value"
	done
	[ ! -e /proc/self/fd/9 ] || echo "fd 9"
} >>"$FAKE_LOG"

shift "$#"
# shellcheck disable=SC2086 # a list of words
set -- ${FAKE_ENDS:-0}
[ "$starts" -lt $# ] && shift "$starts"

note()
{
	echo "signal $1" >>"$FAKE_LOG"
}
case $1 in
wait)
	trap 'note TERM; exit 0' TERM
	for signal in HUP INT USR1 USR2; do
		# shellcheck disable=SC2064 # each trap has its own signal
		trap "note $signal" "$signal"
	done
	echo ready >>"$FAKE_LOG"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		sleep 0.25
	done
	exit 9
	;;
kill-*)
	kill -"${1#kill-}" $$
	sleep 5
	;;
*) exit "$1" ;;
esac
