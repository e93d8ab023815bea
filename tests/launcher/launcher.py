# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Runs weston-robust against a weston that only writes down how it was started."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
CLEARED = ('WESTON_MODULE_MAP', 'WESTON_CONFIG_FILE', 'WAYLAND_DISPLAY', 'WAYLAND_SOCKET', 'DISPLAY',
           'LIBGL_ALWAYS_SOFTWARE', 'GBM_ALWAYS_SOFTWARE', 'NOTIFY_SOCKET', 'WATCHDOG_PID')
TIMEOUT = 60

# A shell starts background jobs with these ignored, and then so would be all that is started here.
for ignored in (signal.SIGINT, signal.SIGQUIT):
    signal.signal(ignored, signal.SIG_DFL)


def build_dir():
    build = os.environ.get('WR_BUILD_DIR')
    if not build or not os.path.exists(os.path.join(build, 'launcher', 'weston-robust')):
        sys.exit('WR_BUILD_DIR is not set to a build folder')
    return os.path.abspath(build)


class Start:
    """One start of the fake weston."""

    def __init__(self, pid, parent):
        self.pid = int(pid)
        self.parent = int(parent)
        self.arguments = []
        self.environment = {}
        self.signals = []
        self.fd9 = False
        self.ready = False

    def last(self, option):
        values = [word.split('=', 1)[1] for word in self.arguments
                  if word.startswith(option + '=')]
        return values[-1] if values else None


def read_log(path):
    starts = []
    if not os.path.exists(path):
        return starts
    with open(path, encoding='utf-8') as file:
        for line in file:
            word, _, rest = line.rstrip('\n').partition(' ')
            if word == 'start':
                pid, _, parent = rest.split()
                starts.append(Start(pid, parent))
            elif word == 'argument':
                starts[-1].arguments.append(rest)
            elif word == 'environment':
                name, _, value = rest.partition('=')
                starts[-1].environment[name] = value
            elif word == 'signal':
                starts[-1].signals.append(rest)
            elif word == 'fd':
                starts[-1].fd9 = True
            elif word == 'ready':
                starts[-1].ready = True
    return starts


class LauncherCase(unittest.TestCase):
    """A directory with a fake weston, the modules of the build, and a home of its own."""

    def setUp(self):
        self.build = build_dir()
        self.launcher = os.path.join(self.build, 'launcher', 'weston-robust')
        self.dir = tempfile.mkdtemp(prefix='wr-launcher-')
        self.addCleanup(shutil.rmtree, self.dir)
        self.modules = os.path.join(self.dir, 'modules')
        self.bin = os.path.join(self.dir, 'bin')
        self.config = os.path.join(self.dir, 'config')
        for path in (self.modules, self.bin, self.config):
            os.mkdir(path)
        self.renderer = self.link('libweston-robust', 'gl-renderer.so')
        self.plugin = self.link('compositor', 'gpu-recovery.so')
        os.symlink(os.path.join(HERE, 'fake-weston.sh'), os.path.join(self.bin, 'weston'))
        self.log = os.path.join(self.dir, 'log')
        self.env = {name: value for name, value in os.environ.items() if name not in CLEARED}
        self.env.update(PATH=self.bin + ':' + self.env['PATH'], FAKE_LOG=self.log,
                        HOME=self.dir, XDG_CONFIG_HOME=self.config, XDG_CONFIG_DIRS=self.dir)

    def link(self, folder, name):
        path = os.path.join(self.modules, name)
        os.symlink(os.path.join(self.build, folder, name), path)
        return path

    def write_ini(self, text):
        with open(os.path.join(self.config, 'weston.ini'), 'w', encoding='utf-8') as file:
            file.write(text)

    def command(self, *words):
        return [self.launcher, '--module-dir=' + self.modules, *words]

    def call(self, *words, **env):
        return subprocess.run(self.command(*words), env={**self.env, **env}, text=True,
                              capture_output=True, timeout=TIMEOUT, check=False)

    def start(self, *words, **env):
        """Runs in the background; the fake weston is ready when this returns."""
        process = subprocess.Popen(self.command(*words), env={**self.env, **env}, text=True,
                                   stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stderr.close)
        self.wait_until(lambda: self.starts() and self.starts()[-1].ready)
        return process

    def starts(self):
        return read_log(self.log)

    def only_start(self, *words, **env):
        """The one start of weston that this leads to; it must end well."""
        done = self.call(*words, **env)
        self.assertEqual(done.returncode, 0, done.stderr)
        starts = self.starts()
        self.assertEqual(len(starts), 1)
        os.remove(self.log)
        return starts[0]

    def wait_until(self, condition, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, 'this did not come about')
            time.sleep(0.02)


def main(module):
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[module])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    bad = len({getattr(test, 'test_case', test) for test, _ in result.failures + result.errors})
    skipped = len(result.skipped)
    for test, reason in result.skipped:
        print(f'skipped: {test.id().rpartition(".")[2]}: {reason}')
    print(f'{result.testsRun - bad - skipped} passed, {bad} failed, {skipped} skipped')
    sys.exit(1 if bad or not result.testsRun else 0)
