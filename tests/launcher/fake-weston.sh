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

case $1 in
wait)
	# Not by a shell's traps: once, under load, one of five signals was not told of.
	exec python3 - <<'PYTHON'
import os
import signal
import sys
import time


def note(words):
    with open(os.environ['FAKE_LOG'], 'a', encoding='utf-8') as log:
        log.write(words + '\n')


def end(_number, _frame):
    note('signal TERM')
    sys.exit(0)


for name in ('HUP', 'INT', 'USR1', 'USR2'):
    signal.signal(getattr(signal, 'SIG' + name), lambda *_, name=name: note('signal ' + name))
signal.signal(signal.SIGTERM, end)
note('ready')
time.sleep(10)
sys.exit(9)
PYTHON
	;;
kill-*)
	kill -"${1#kill-}" $$
	sleep 5
	;;
*) exit "$1" ;;
esac
