"""The clipboard programs of each computer are found, get the text as it is, and are never waited for."""

import asyncio
import os
import sys

import pytest

from chat_tui.terminal.clipboard import Tool, copy_tools
from chat_tui.terminal.copier import Copier
from chatting import PATIENCE

WAYLAND, X11 = {"WAYLAND_DISPLAY": "wayland-0"}, {"DISPLAY": ":0"}
WSL = {"WSL_DISTRO_NAME": "Debian"}
ALL = ("wl-copy", "xclip", "xsel", "pbcopy", "clip.exe", "tmux")
TMUX = {"TMUX": "/tmp/tmux-1000/default,1,0"}
LOAD = "tmux load-buffer -w -"


@pytest.mark.parametrize(
    ("environment", "platform", "installed", "argv"),
    [
        (WAYLAND | X11, "linux", ALL, "wl-copy --type text/plain"),
        (WAYLAND | X11, "linux", ("xsel", "xclip"), "xclip -selection clipboard -in"),
        (X11, "linux", ("xsel", "wl-copy"), "xsel --clipboard --input"),
        (WAYLAND, "linux", ("xclip", "xsel"), None),
        ({}, "linux", ALL, None),
        ({"DISPLAY": ""}, "linux", ALL, None),
        (X11, "darwin", ALL, "pbcopy"),
        (WSL, "linux", ALL, "clip.exe"),
        (WSL | WAYLAND | X11, "linux", ALL, "wl-copy --type text/plain"),
        (WSL | WAYLAND | X11, "linux", ("clip.exe",), "clip.exe"),
        (WAYLAND | {"SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22"}, "linux", ALL, None),
        (X11 | {"SSH_TTY": "/dev/pts/1"}, "linux", ALL, None),
        ({"SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22"}, "darwin", ALL, None),
        (TMUX, "linux", ALL, LOAD),
        (TMUX | {"SSH_TTY": "/dev/pts/1"}, "darwin", ALL, LOAD),
        (TMUX, "linux", ("xclip",), None),
    ],
)
def test_which_tool_for_which_environment(environment, platform, installed, argv):
    """The one of the display, if it is there; over SSH none, as that is another computer's clipboard, but for tmux."""
    tools = copy_tools(environment, platform, lambda program: f"/bin/{program}" if program in installed else None)
    assert [" ".join(tool.argv) for tool in tools] == ([f"/bin/{argv}"] if argv else [])


def test_inside_tmux_both_clipboards_have_it():
    """That of the display, and that which tmux pastes from."""
    tools = copy_tools(WAYLAND | TMUX, "linux", {name: name for name in ALL}.get)
    assert [" ".join(tool.argv) for tool in tools] == ["wl-copy --type text/plain", LOAD]


def test_windows_and_mac_get_what_they_take_for_text():
    """UTF-16 for the one, a locale for the other; everybody else UTF-8."""
    find = {name: name for name in ALL}.get
    assert copy_tools(WSL, "linux", find) == (Tool(("clip.exe",), "utf-16-le"),)
    assert copy_tools({}, "darwin", find) == (Tool(("pbcopy",), "utf-8", "UTF-8"),)
    assert copy_tools(WAYLAND, "linux", find)[0].encoding == "utf-8"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a script of that name in the way of the real program, and of all others; it may use `$OUT`."""

    def put(name, script):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    for variable in ("SSH_CONNECTION", "SSH_TTY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "WSL_INTEROP", "TMUX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("OUT", str(tmp_path / "copied"))
    monkeypatch.setattr(sys, "platform", "linux")
    return put


async def ends(copier):
    """Wait until nothing is being copied."""
    async with asyncio.timeout(PATIENCE):
        while copier.busy:  # noqa: ASYNC110 - a tool tells nobody when it ends
            await asyncio.sleep(0.002)


async def test_the_text_is_copied_as_it_is(install, tmp_path):
    """Through no shell and as no argument, whatever is in it; of several at once the last one stays."""
    install("xclip", '[ "$*" = "-selection clipboard -in" ] && cat >> "$OUT"')
    told = []
    copier = Copier(told.append)
    copier.copy("first")
    for text in ("second", "$(rm -rf /) `id` 'zoë' 🚀\n--help\n"):
        copier.copy(text)
    await ends(copier)
    assert (tmp_path / "copied").read_bytes().decode() == "$(rm -rf /) `id` 'zoë' 🚀\n--help\n"
    assert told == [True]


@pytest.mark.parametrize("script", ["exit 1", "exec /no/such/program", "kill -9 $$"])
async def test_what_goes_wrong_is_no_fault(install, script):
    """A tool that fails or dies: it is not said to have copied, and the next copy is tried."""
    install("xclip", script)
    told = []
    copier = Copier(told.append)
    for _ in range(2):
        copier.copy("x" * 100_000)
        await ends(copier)
    copier.copy("\ud800")
    await ends(copier)
    assert told == [False, False, False]


async def test_a_tool_that_hangs_is_ended(install):
    """It holds nothing up, and not for ever."""
    install("xclip", "exec sleep 60")
    told = []
    copier = Copier(told.append, patience=0.05)
    copier.copy("text")
    await ends(copier)
    assert told == [False]


async def test_one_that_has_it_is_enough(install, monkeypatch, tmp_path):
    """The display of a tmux that was left and joined again may be gone."""
    monkeypatch.setenv("TMUX", "/tmp/tmux-1000/default,1,0")
    install("xclip", "exit 1")
    install("tmux", '[ "$*" = "load-buffer -w -" ] && cat > "$OUT"')
    told = []
    copier = Copier(told.append)
    copier.copy("text")
    await ends(copier)
    assert (told, (tmp_path / "copied").read_text()) == ([True], "text")


async def test_without_a_tool_nothing_is_done(install, monkeypatch):
    """The terminal's way is left."""
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    told = []
    copier = Copier(told.append)
    assert not copier.copy("text")
    assert (copier.busy, told) == (False, [])
