# SPDX-License-Identifier: MIT
#
# Not tested: there was no bitbake where this was written. See ../../README.md.

SUMMARY = "Weston renderer that survives GPU resets"
DESCRIPTION = "Takes the place of Weston's OpenGL ES renderer, with Weston itself unchanged. After \
a GPU reset it makes a new context and draws every window again, without the clients' help."
SECTION = "graphics"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=52523268fdf86bc416d7f7168735441a"

# Where your copy is; or inherit externalsrc.
WESTON_ROBUST_GIT ??= "git://git.example.com/weston-robust.git;protocol=https"
SRC_URI = "${WESTON_ROBUST_GIT};branch=main"
SRCREV = "${AUTOREV}"
PV = "0.1.0+git"

# From Yocto 5.2 on this is the default, and 5.3 no longer takes it; up to 5.1 it is needed:
# S = "${WORKDIR}/git"

inherit bash-completion features_check meson pkgconfig

REQUIRED_DISTRO_FEATURES = "opengl wayland"

DEPENDS = " \
    libdrm \
    pixman \
    protobuf-c \
    protobuf-c-native \
    udev \
    virtual/egl \
    virtual/libgbm \
    virtual/libgles2 \
    wayland \
    wayland-native \
    weston \
    xxhash \
"

EXTRA_OEMESON = "-Dtests=false"

PACKAGECONFIG ??= ""
PACKAGECONFIG[man-pages] = "-Dman-pages=enabled,-Dman-pages=disabled,scdoc-native"

# The drop-in goes where it takes effect: it is in a package of its own, so that an image chooses.
do_install:append() {
    install -d ${D}${systemd_system_unitdir}/weston.service.d
    mv ${D}${datadir}/weston-robust/systemd/weston.service.d/50-weston-robust.conf \
        ${D}${systemd_system_unitdir}/weston.service.d/
    rm -r ${D}${datadir}/weston-robust/systemd
    # Meson knows no directory for units, and puts them below the prefix.
    if [ "${nonarch_libdir}/systemd/system" != "${systemd_system_unitdir}" ]; then
        mv ${D}${nonarch_libdir}/systemd/system/weston-robust@.service \
            ${D}${systemd_system_unitdir}/
        rmdir -p --ignore-fail-on-non-empty ${D}${nonarch_libdir}/systemd/system
    fi
}

PACKAGE_BEFORE_PN = "${PN}-dropin ${PN}-kiosk ${PN}-session libgpu-recovery-client"

SUMMARY:${PN}-dropin = "${SUMMARY} - for the image's weston.service"
FILES:${PN}-dropin = "${systemd_system_unitdir}/weston.service.d"
RDEPENDS:${PN}-dropin = "${PN} weston-init"

SUMMARY:${PN}-kiosk = "${SUMMARY} - a unit of its own"
FILES:${PN}-kiosk = "${systemd_system_unitdir}/weston-robust@.service"
RDEPENDS:${PN}-kiosk = "${PN}"

SUMMARY:${PN}-session = "${SUMMARY} - an entry for display managers"
FILES:${PN}-session = "${datadir}/wayland-sessions"
RDEPENDS:${PN}-session = "${PN}"

SUMMARY:libgpu-recovery-client = "Library for EGL programs that survive GPU resets"
FILES:libgpu-recovery-client = "${libdir}/libgpu-recovery-client${SOLIBS}"

FILES:${PN} += "${libdir}/weston-robust ${datadir}/weston-robust"
FILES:${PN}-dev += "${datadir}/weston-robust/protocols"
PACKAGE_BEFORE_PN += "${PN}-zsh-completion"
FILES:${PN}-zsh-completion = "${datadir}/zsh"

RDEPENDS:${PN} = "weston"
