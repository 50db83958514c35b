"""Clipboard tools: finds the programs that put a text into the clipboard of this computer, and of tmux. Pure.

Many terminals don't know OSC 52, the terminals' own way, and some ask each time. Over SSH it is the only right one:
the clipboard that counts is not on the computer that this runs on.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Tool(NamedTuple):
    """A program with its arguments, which reads the text from its input in this encoding.

    `ctype` is what its LC_CTYPE has to be, "" for what it is.
    """

    argv: tuple[str, ...]
    encoding: str = "utf-8"
    ctype: str = ""


_WAYLAND = (Tool(("wl-copy", "--type", "text/plain")),)
_X11 = (Tool(("xclip", "-selection", "clipboard", "-in")), Tool(("xsel", "--clipboard", "--input")))
_MAC = (Tool(("pbcopy",), ctype="UTF-8"),)  # started without a locale, it takes all text for Mac Roman
# What tmux is told by OSC 52 it drops, unless it is set to believe its programs; this way it passes it on, too.
_TMUX = Tool(("tmux", "load-buffer", "-w", "-"))
_WINDOWS = (Tool(("clip.exe",), "utf-16-le"),)  # UTF-8 it takes for the code page of the system


def copy_tools(environment: Mapping[str, str], platform: str, find: Callable[[str], str | None]) -> tuple[Tool, ...]:
    """Return the best tool of this computer, and tmux inside of it, by their full paths; () for the terminal alone.

    `platform` is that of `sys.platform`; `find(program)` returns where a program is, as `shutil.which` does.
    """
    there = [tool for tool in _native(environment, platform) if find(tool.argv[0])][:1]
    there += [_TMUX] if environment.get("TMUX") and find(_TMUX.argv[0]) else []
    return tuple(tool._replace(argv=(find(tool.argv[0]) or "", *tool.argv[1:])) for tool in there)


def _native(environment: Mapping[str, str], platform: str) -> tuple[Tool, ...]:
    """The tools that fit, the best first."""
    is_set = environment.get
    if is_set("SSH_CONNECTION") or is_set("SSH_TTY"):
        return ()
    if platform == "darwin":
        return _MAC
    return (
        *(_WAYLAND if is_set("WAYLAND_DISPLAY") else ()),
        *(_X11 if is_set("DISPLAY") else ()),
        *(_WINDOWS if is_set("WSL_DISTRO_NAME") or is_set("WSL_INTEROP") else ()),
    )
