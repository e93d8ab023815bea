# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Debian's source package of the weston that is installed, and what it needs to be built.

apt gets lists, sources and cache of its own: the machine's configuration is read, not changed. No
message names an archive's host.
"""

import os
import pathlib
import re
import subprocess

VERSION = '14.0.2'
KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'


class NotToBeHad(Exception):
    """The source package cannot be fetched: the message says why."""


def say(text):
    print(f'upstream-suite: {text}', flush=True)


def without_hosts(text):
    return re.sub(r'\b[a-z]+://\S+', '<archive>', re.sub(r'\[IP: [^]]*\]', '', text))


def last_words(output):
    lines = [line for line in output.splitlines() if line.startswith(('E:', 'Err:'))]
    return without_hosts('; '.join(lines[-2:]) or output.strip()[-200:])


def run_shown(what, command):
    """A long command: its last line is shown while it runs, its end when it fails."""
    say(what)
    tail = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors='replace') as process:
        for line in process.stdout:
            tail = tail[-20:] + [line]
            progress = re.match(r'\[(\d+)/(\d+)\]', line)
            if progress and int(progress[1]) % 50 == 0:
                say(f'{what}: {progress[1]} of {progress[2]}')
    if process.returncode != 0:
        raise SystemExit(without_hosts(f'upstream-suite: {what} failed:\n{"".join(tail)}'))


def installed_version():
    done = subprocess.run(['dpkg-query', '-W', '-f', '${source:Package} ${source:Version}',
                           'libweston-14-0'], capture_output=True, text=True, check=False)
    package, _, version = done.stdout.strip().partition(' ')
    if done.returncode != 0 or package != 'weston' or not version.startswith(VERSION):
        raise NotToBeHad(f'weston {VERSION} is not installed from a Debian package')
    return version


def source_lines():
    """deb-src lines for the main archives of Debian that apt is configured for."""
    done = subprocess.run(
        ['apt-get', 'indextargets', '--format',
         '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)', 'Created-By: Packages'], capture_output=True, text=True, check=False)
    lines = []
    for row in done.stdout.splitlines():
        uri, release, component, origin = (row.split('|') + [''] * 4)[:4]
        if component != 'main' or not origin.startswith('Debian') or uri.startswith('cdrom'):
            continue
        bound = f'[signed-by={KEYRING}] ' if os.path.exists(KEYRING) else ''
        lines.append(f'deb-src {bound}{uri} {release} main')
    if not lines:
        raise NotToBeHad("apt has no archive of Debian's configured")
    return sorted(set(lines))


def apt(work, *arguments):
    """apt-get with lists and sources of its own."""
    base = pathlib.Path(work) / 'apt'
    for folder in ('lists/partial', 'cache/archives/partial'):
        (base / folder).mkdir(parents=True, exist_ok=True)
    command = ['apt-get', '-q', '-y', '-o', f'Dir::Etc::sourcelist={base}/sources.list',
               '-o', 'Dir::Etc::sourceparts=/nonexistent', '-o', f'Dir::State::lists={base}/lists',
               '-o', f'Dir::Cache={base}/cache', '-o', 'APT::Sandbox::User=root', *arguments]
    return subprocess.run(command, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, check=False,
                          env=dict(os.environ, LC_ALL='C', DEBIAN_FRONTEND='noninteractive'))


def fetch(work):
    """The folder with the unpacked source package; fetched once."""
    version = installed_version()
    folder = pathlib.Path(work) / f'weston-{re.sub("[^0-9A-Za-z.]", "_", version)}'
    if folder.exists():
        return folder
    base = pathlib.Path(work) / 'apt'
    base.mkdir(parents=True, exist_ok=True)
    (base / 'sources.list').write_text('\n'.join(source_lines()) + '\n', encoding='utf-8')
    say('fetching the lists of source packages')
    done = apt(work, 'update')
    if done.returncode != 0:
        raise NotToBeHad(f'apt has no lists of source packages: {last_words(done.stdout)}')
    say(f'fetching the source package of weston {version}')
    done = apt(work, 'source', '--download-only', f'weston={version}')
    if done.returncode != 0:
        raise NotToBeHad(f"Debian's source package weston {version} cannot be fetched: "
                         f'{last_words(done.stdout)}')
    description = next(pathlib.Path(work).glob('weston_*.dsc'))
    run_shown('unpacking', ['dpkg-source', '--no-check', '-x', str(description), str(folder)])
    return folder


def install_build_depends(source, work):
    """What the package's own control file names; as root."""
    done = subprocess.run(['dpkg-checkbuilddeps'], cwd=source, capture_output=True, check=False)
    if done.returncode == 0:
        return
    if os.geteuid() != 0:
        raise SystemExit('upstream-suite: build dependencies are missing; run as root: '
                         f'apt-get build-dep {source}')
    say('installing what the source package names as its build dependencies')
    release = 'bookworm-backports' if '~bpo12' in installed_version() else None
    command = ['apt-get', '-q', '-y', '--no-install-recommends']
    command += ['-t', release] if release else []
    done = subprocess.run([*command, 'build-dep', str(pathlib.Path(source).resolve())], cwd=work,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env=dict(os.environ, LC_ALL='C', DEBIAN_FRONTEND='noninteractive'))
    if done.returncode != 0:
        raise NotToBeHad(f'the build dependencies cannot be installed: {last_words(done.stdout)}')
