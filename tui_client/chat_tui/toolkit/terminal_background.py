"""The terminal's background: asked of the terminal (OSC 11), and guessed by what the environment has of it."""

from collections.abc import Mapping
from typing import Any, Literal

from textual.app import App
from textual.color import Color

from chat_tui.toolkit.contrast import contrast
from chat_tui.toolkit.terminal_output import write_to_terminal

_ASK = "\x1b]11;?\x1b\\"
_MUTE = ("linux", "dumb")
"""Terminals that would show the question."""
_WHITE, _BLACK = Color(255, 255, 255), Color(0, 0, 0)
_LIGHT = frozenset(("7", "15"))
"""White in COLORFGBG."""


def ask_background(app: App[Any], environ: Mapping[str, str]) -> None:
    """Ask; where there is an answer, it comes as a `BackgroundReported` to the app. Many terminals never answer."""
    if not environ.get("TERM", "").startswith(_MUTE):
        write_to_terminal(app, _ASK)


def ground_by_hint(environ: Mapping[str, str]) -> Literal["", "dark", "light"]:
    """What the environment says without being asked: COLORFGBG is "text;background" or "text;more;background"."""
    if environ.get("TERM", "").startswith("linux"):
        return "dark"
    number = environ.get("COLORFGBG", "").rpartition(";")[2]
    if not number.isdecimal() or not number.isascii():
        return ""
    return "light" if number in _LIGHT else "dark"


def ground_of(background: Color) -> Literal["dark", "light"]:
    """Is it dark or light? As text would have it: whatever is told better from white is dark."""
    return "dark" if contrast(background, _WHITE) > contrast(background, _BLACK) else "light"
