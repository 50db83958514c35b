"""Clipboard tools: finds the program of this computer that puts a text into its clipboard. Pure.

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
_WINDOWS = (Tool(("clip.exe",), "utf-16-le"),)  # UTF-8 it takes for the code page of the system


def native_tool(environment: Mapping[str, str], platform: str, find: Callable[[str], str | None]) -> Tool | None:
    """Return the best tool that there is here, by its full path; None for the terminal's way alone.

    `platform` is that of `sys.platform`; `find(program)` returns where a program is, as `shutil.which` does.
    """
    for tool in _tools(environment, platform):
        if path := find(tool.argv[0]):
            return tool._replace(argv=(path, *tool.argv[1:]))
    return None


def _tools(environment: Mapping[str, str], platform: str) -> tuple[Tool, ...]:
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
