# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The desktop that tools/demo shows: its configuration and its clients."""
import os

from desktop import Client

# The shell places windows by a pseudo-random sequence that is the same in each run:
# with this size and this order of opening, no animated window is covered by another.
SIZE = (1440, 900)
WESTON_INI = """\
[core]
idle-time=0
xwayland=true

[shell]
background-color=0xff336699
panel-position=top
clock-format=none
startup-animation=none
close-animation=none
animation=none
focus-animation=none
locking=false

[terminal]
font=DejaVu Sans Mono
font-size=11
"""
TERMINAL_SCRIPT = """\
#!/bin/sh
echo 'weston-robust: this terminal draws its text once and then waits.'
echo
ls -d /usr/share/weston/*.png
while cat '{fifo}'; do :; done
"""
NOTE = "\n" * 4 + "A GTK program: its pixels\nreach weston once, and after\na GPU reset nobody asks it\nto send them again.\n"
# GTK draws a soft shadow and symbolic icons not always alike from one run to the next.
GTK_SETTINGS = """\
[Settings]
gtk-enable-animations=0
gtk-cursor-blink=0
"""
GTK_STYLE = """\
decoration { box-shadow: 0 0 0 10px rgba(0, 0, 0, 0.25); border-radius: 0; }
.titlebar, .titlebar:backdrop { border-radius: 0; box-shadow: none; transition: none; }
.titlebutton { opacity: 0; }
"""
TYPED = "\n" + " " * 44 + "This line was printed after the reset.\n"


def scene(folder):
    """Return the desktop's clients in the order of opening, and the one that comes last."""
    gtk = folder / "config" / "gtk-3.0"
    gtk.mkdir(parents=True)
    (gtk / "settings.ini").write_text(GTK_SETTINGS, encoding="utf-8")
    (gtk / "gtk.css").write_text(GTK_STYLE, encoding="utf-8")
    note = folder / "note.txt"
    note.write_text(NOTE, encoding="utf-8")
    script = folder / "terminal.sh"
    script.write_text(TERMINAL_SCRIPT.format(fifo=folder / "fifo"), encoding="utf-8")
    script.chmod(0o755)
    os.mkfifo(folder / "fifo")
    return [
        Client("terminal", ("weston-terminal", f"--shell={script}")),
        Client("flower", ("weston-flower",), varies=True),
        Client("gtk-editor", ("l3afpad", str(note))),
        Client("image", ("weston-image", "/usr/share/weston/wayland.png")),
        Client("subsurfaces", ("weston-subsurfaces",), moving="wl_subsurface"),
        Client("x11-logo", ("xlogo",), title="xlogo"),
        Client("simple-shm", ("weston-simple-shm",), moving="xdg_toplevel"),
        Client("stopped-egl", ("weston-simple-egl",), stopped=True, varies=True),
        Client("simple-egl", ("weston-simple-egl",), moving="xdg_toplevel"),
    ], Client("text-fields", ("weston-editor",))
