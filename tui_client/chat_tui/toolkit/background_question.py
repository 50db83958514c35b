"""The question for the terminal's background (OSC 11), asked while there is no app yet; imports nothing of Textual."""

from collections.abc import Mapping

ASK = "\x1b]11;?\x1b\\"
_MUTE = ("linux", "dumb")
"""Terminals that would show the question."""


def background_question(environ: Mapping[str, str]) -> str:
    """What to write to a terminal to be told its background, "" for nothing. Many terminals never answer."""
    return "" if environ.get("TERM", "").startswith(_MUTE) else ASK
