# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Makes the guest's kernel, initrd and disk from Debian packages.

Everything is kept in a cache directory, by the content that it was made from: the base system by
the lists below, the disk by the base system, our packages and the files that are put beside them.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent

# On Debian 12 these come from bookworm-backports, with whatever they are built from.
NEWER_SOURCES = ("weston", "mesa", "libdrm", "wayland", "freerdp3", "libdisplay-info", "libwebp",
                 "linux", "linux-signed-amd64", "libvdpau", "libva", "pipewire", "lcms2",
                 "llvm-toolchain-19", "spirv-llvm-translator-19")
PACKAGES = ("udev", "kmod", "busybox-static", "systemd-sysv", "dbus", "libpam-systemd", "weston",
            "libgl1-mesa-dri", "libegl-mesa0", "libgl1", "libgles2", "libglx-mesa0", "libpng16-16",
            "libprotobuf-c1", "fonts-dejavu-core", "xkb-data")
# The first are what it takes to mount the disk that the others are on.
INITRD_MODULES = ("virtio_blk", "ext4")
MODULES = ("virtio-gpu", "bochs", "evdev", "virtio_input", "uinput")


# What apt says when it could not reach an archive.
UNREACHABLE = ("Failed to fetch", "Could not resolve", "Could not connect", "Connection failed",
               "Connection timed out", "Temporary failure", "is there a network?")


class ImageError(Exception):
    """The guest can't be made; the message says what is missing or failed."""


class Unreachable(ImageError):
    """A download has failed: nothing can be said of what was to be tested."""


def failure(command, output):
    """The error for a command that has failed."""
    kind = Unreachable if any(word in output for word in UNREACHABLE) else ImageError
    return kind(f"{command} failed:\n" + "\n".join(output.splitlines()[-15:]))


def run(*command, **options):
    """Run a command quietly; its last words are in the error."""
    done = subprocess.run([str(word) for word in command], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode:
        raise failure(f"{command[0]} (status {done.returncode})", done.stdout)
    return done.stdout


def digest(*parts):
    """Name what a thing is made from; paths stand for the content of their files."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, pathlib.Path) else str(part).encode()
        total.update(len(data).to_bytes(8, "little") + data)
    return total.hexdigest()[:16]


def release():
    """The codename of this machine's Debian: our packages fit no other."""
    for line in pathlib.Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    raise ImageError("this machine has no VERSION_CODENAME in /etc/os-release")


def mirror():
    """The first main archive of Debian that apt uses here."""
    text = run("apt-get", "indextargets", "--format", "$(REPO_URI)|$(COMPONENT)|$(ORIGIN)|$(SUITE)",
               "Created-By: Packages")
    for line in text.splitlines():
        uri, component, origin, suite = line.split("|")
        if (component, origin) == ("main", "Debian") and "security" not in suite:
            return uri
    raise ImageError("apt has the lists of no Debian mirror; is one configured?")


class Guest:
    """The files that QEMU needs: kernel, initrd and disk are paths, once they are prepared."""

    def __init__(self, cache, say):
        self.cache, self.say = cache, say
        self.base = cache / f"base-{digest(release(), NEWER_SOURCES, PACKAGES, MODULES)}"
        self.kernel, self.initrd, self.disk = self.base / "vmlinuz", None, None

    def prepare_base(self):
        """Make of the base system what is not in the cache yet."""
        self.cache.mkdir(parents=True, exist_ok=True)
        if not self.base.exists():
            self.say("making the base system from Debian packages (1 to 3 minutes, once)")
            for old in self.cache.glob("base-*"):
                shutil.rmtree(old)
            self.into_place(self.base, self.make_base)
        self.initrd = self.cache / f"initrd-{digest(self.base.name, HERE / 'initrd-init')}"
        if not self.initrd.exists():
            for old in self.cache.glob("initrd-*"):
                old.unlink()
            self.into_place(self.initrd, self.make_initrd)

    def prepare_disk(self, packages, additions):
        """The base system with our .deb files and {path in the guest: path of a file here}."""
        parts = [self.base.name]
        for package in packages:
            parts += [package.name, package]
        for name, path in sorted(additions.items()):
            parts += [name, path]
        disk = self.cache / f"disk-{digest(*parts)}.img"
        if not disk.exists():
            self.say("installing our packages in the guest (about 20 s)")
            for old in self.cache.glob("disk-*.img"):
                old.unlink()
            self.into_place(disk, lambda made, work: self.make_disk(made, work, packages, additions))
        self.disk = disk

    def into_place(self, path, make):
        """What is under its name in the cache is whole."""
        work = pathlib.Path(tempfile.mkdtemp(prefix="new-", dir=self.cache))
        try:
            made = work / "made"
            make(made, work)
            made.rename(path)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def make_base(self, made, work):
        """A folder with root/, vmlinuz and modules/."""
        made.mkdir()
        suites, name = [release(), f"{release()}-updates"], release()
        pins = work / "preferences"
        if name == "bookworm":
            suites.append("bookworm-backports")
            pins.write_text("".join(
                f"Package: {' '.join('src:' + source for source in NEWER_SOURCES)}\n"
                f"Pin: release {by}\nPin-Priority: 900\n\n"
                for by in ("a=stable-backports", "a=oldstable-backports", "n=bookworm-backports")),
                encoding="utf-8")
        else:
            pins.write_text("", encoding="utf-8")
        sources = [f"deb {mirror()} {suite} main" for suite in suites]
        quiet = [f"--dpkgopt=path-exclude=/usr/share/{part}/*"
                 for part in ("man", "doc", "locale", "info", "bash-completion", "zsh")]
        fetch = ("cd %s && export APT_CONFIG=\"$MMDEBSTRAP_APT_CONFIG\" && apt-get -q download "
                 "$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: //p' | head -n 1)"
                 % work)
        run("mmdebstrap", "--mode=root", "--variant=essential", f"--include={','.join(PACKAGES)}",
            *quiet, f"--setup-hook=cp {pins} \"$1\"/etc/apt/preferences.d/guest",
            f"--customize-hook={fetch}", name, made / "root", *sources)
        kernel = list(work.glob("linux-image-*.deb"))
        if len(kernel) != 1:
            raise ImageError(f"apt gave {len(kernel)} kernels")
        self.unpack_kernel(kernel[0], made, work)

    @staticmethod
    def unpack_kernel(package, made, work):
        """The kernel, and of its modules those that the guest loads."""
        whole = work / "kernel"
        run("dpkg-deb", "-x", package, whole)
        version = next((whole / "boot").glob("vmlinuz-*")).name.partition("-")[2]
        shutil.copy(whole / "boot" / f"vmlinuz-{version}", made / "vmlinuz")
        if (whole / "lib/modules").exists():
            library = whole
        else:
            library = whole / "usr"
        run("depmod", "-b", library, version)
        order = []
        for name in INITRD_MODULES + MODULES:
            shown = run("modprobe", "-d", library, "-S", version, "--show-depends", name)
            for line in shown.splitlines():
                if line.startswith("insmod "):
                    order.append((name, pathlib.Path(line.split()[1])))
        for group, wanted in (("initrd", INITRD_MODULES), ("later", MODULES)):
            folder = made / "modules" / group
            folder.mkdir(parents=True)
            names = []
            for _, path in (entry for entry in order if entry[0] in wanted):
                plain = path.name.removesuffix(".xz")
                if plain not in names:
                    names.append(plain)
                    shutil.copy(path, folder)
                    if path.suffix == ".xz":
                        # Decompressed here: it is slow under emulation.
                        run("xz", "-d", folder / path.name)
            (folder / "order").write_text("\n".join(names) + "\n", encoding="utf-8")

    def make_initrd(self, made, work):
        """Busybox and the modules with which the disk can be mounted."""
        root = work / "initrd"
        for folder in ("bin", "dev", "proc", "sys", "new"):
            (root / folder).mkdir(parents=True)
        shutil.copy(self.base / "root/bin/busybox", root / "bin")
        shutil.copytree(self.base / "modules/initrd", root / "modules")
        shutil.copy(HERE / "initrd-init", root / "init")
        (root / "init").chmod(0o755)
        run("sh", "-c", f"find . | cpio -o -H newc --quiet | gzip -1 >{made}", cwd=root)

    def make_disk(self, made, work, packages, additions):
        """The base system with our packages installed, as one file system."""
        root = work / "root"
        run("cp", "-a", "--reflink=auto", self.base / "root", root)
        for package in packages:
            shutil.copy(package, root / "var/tmp")
        names = [f"/var/tmp/{package.name}" for package in packages]
        run("chroot", root, "dpkg", "-i", *names,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"})
        for name in names:
            (root / name[1:]).unlink()
        shutil.copytree(self.base / "modules/later", root / "wr/modules")
        for name, path in additions.items():
            target = root / name.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
            target.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
        shutil.rmtree(root / "var/lib/apt/lists", ignore_errors=True)
        shutil.rmtree(root / "var/cache/apt", ignore_errors=True)
        with open(made, "wb") as file:
            file.truncate(1100 << 20)
        run("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal,^metadata_csum", "-m", "0",
            "-d", root, made)
