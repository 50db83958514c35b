"""The terminal's background: asked of the terminal (OSC 11), and guessed by what the environment has of it."""

from collections.abc import Mapping
from typing import Any, Literal

from textual.app import App
from textual.color import Color

from chat_tui.toolkit.background_question import background_question
from chat_tui.toolkit.contrast import contrast
from chat_tui.toolkit.terminal_output import write_to_terminal

_WHITE, _BLACK = Color(255, 255, 255), Color(0, 0, 0)
_LIGHT = frozenset(("7", "15"))
"""White in COLORFGBG."""


def ask_background(app: App[Any], environ: Mapping[str, str]) -> None:
    """Ask; where there is an answer, it comes as a `BackgroundReported` to the app.

    Where there was a splash it has asked already, so that the answer is there before the first frame.
    """
    write_to_terminal(app, background_question(environ))


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
