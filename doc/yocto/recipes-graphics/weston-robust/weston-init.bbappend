# SPDX-License-Identifier: MIT
#
# Not tested; see ../../README.md. Loads the plugin into the image's weston, by its weston.ini.

do_install:append() {
    ini=${D}${sysconfdir}/xdg/weston/weston.ini
    grep -q '^\[core\]' $ini || printf '[core]\n' >> $ini
    sed -i -e '0,/^\[core\]/s//[core]\nmodules=gpu-recovery.so/' $ini
    printf '\n[gpu-recovery]\nlast-resort=exit\n' >> $ini
}

RDEPENDS:${PN} += "weston-robust-dropin"
