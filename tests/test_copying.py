"""What is copied is in the clipboard of this computer, and the terminal is asked as well: seen from outside."""

import base64
import os
from pathlib import Path

from processes import chat_tui, running_server

UP, CTRL_Q = b"\x1b[1;3A", b"\x11"


def test_who_copies_and_leaves_at_once_has_it(tmp_path: Path) -> None:
    """The program of the display gets the text, and so does the terminal (OSC 52)."""
    program, copied = tmp_path / "wl-copy", tmp_path / "copied"
    program.write_text(f'#!/bin/sh\ncat > "{copied}.part" && mv "{copied}.part" "{copied}"\n')
    program.chmod(0o755)
    env = {"WAYLAND_DISPLAY": "wayland-0", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    asked = b"\x1b]52;c;" + base64.b64encode("für zoë 🚀".encode()) + b"\x07"
    with running_server() as server, chat_tui(server.url, "ana", tmp_path, env=env) as ana:
        ana.wait("● connected")
        ana.type("für zoë 🚀\r")
        ana.wait(lambda rows: any("▊ für zoë" in row for row in rows) and not any("sending…" in row for row in rows))
        ana.send(UP)
        ana.wait("Reply")
        ana.type("y")
        ana.send(CTRL_Q)
        assert ana.wait_exit() == 0
        assert asked in ana.raw
    assert copied.read_text() == "für zoë 🚀"
