#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Another weston for restart-test: notes each interrupt at once, where a shell would merge two."""

import os
import signal
import sys


def note(text):
    with open(os.environ['FAKE_LOG'], 'a', encoding='utf-8') as log:
        log.write(text + '\n')


if sys.argv[1:2] == ['--version']:
    print('weston 14.0.2')
    sys.exit(0)
signal.signal(signal.SIGINT, lambda *_: note('signal INT'))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.alarm(30)
note(f'start {os.getpid()} parent {os.getppid()}\nready')
while True:
    signal.pause()
