"""What is copied is in the clipboard of this computer, and the terminal is asked as well: seen from outside."""

import base64
import os
from pathlib import Path

import pytest

from processes import chat_tui, running_server

UP, CTRL_Q = b"\x1b[1;3A", b"\x11"


PROGRAMS = [("wl-copy", {"WAYLAND_DISPLAY": "wayland-0"}), ("tmux", {"TMUX": "/tmp/tmux-1000/default,1,0"})]


@pytest.mark.parametrize(("name", "variables"), PROGRAMS)
def test_who_copies_and_leaves_at_once_has_it(tmp_path: Path, name: str, variables: dict[str, str]) -> None:
    """The program of the display, or of tmux, gets the text, and so does the terminal (OSC 52)."""
    program, copied = tmp_path / name, tmp_path / "copied"
    program.write_text(f'#!/bin/sh\ncat > "{copied}.part" && mv "{copied}.part" "{copied}"\n')
    program.chmod(0o755)
    env = {**variables, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
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


@pytest.mark.parametrize(("script", "words"), [("cat", "✓ Copied."), ("exit 1", "✓ Sent to the terminal's clipboard.")])
def test_it_is_said_what_is_known(tmp_path: Path, script: str, words: str) -> None:
    """That a text is copied when a program says so; else that the terminal was asked, which does not answer."""
    program = tmp_path / "tmux"
    program.write_text(f"#!/bin/sh\n{script} >/dev/null\n")
    program.chmod(0o755)
    env = {"TMUX": "/tmp/tmux-1000/default,1,0", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with running_server() as server, chat_tui(server.url, "ana", tmp_path, env=env) as ana:
        ana.wait("● connected")
        ana.type("hello\r")
        ana.wait(lambda rows: any("▊ hello" in row for row in rows) and not any("sending…" in row for row in rows))
        ana.send(UP)
        ana.wait("Reply")
        ana.type("y")
        ana.wait(words)
