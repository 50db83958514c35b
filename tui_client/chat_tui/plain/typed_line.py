"""Typed line: what somebody has typed at a terminal and not sent, edited as terminals do it by themselves. Pure.

A program that leaves that to the terminal does not know what has been typed, and so can't put it back below a line that
arrives. Everything here is without escape sequences, which not every terminal and no screen reader can do with.
"""

import codecs
import re
import unicodedata
from typing import NamedTuple

from chat_protocol.patterns import deferred

_SEQUENCE = deferred(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\[O])", re.DOTALL)
_BEGUN = deferred(r"\x1b(?:\[[0-?]*[ -/]*|O)?$")
_TAB = " " * 4


class EditKeys(NamedTuple):
    """The characters by which a terminal edits: a letter back, all of it, a word back, and the end of the input."""

    erase: str = "\x7f"
    kill: str = "\x15"
    word: str = "\x17"
    end: str = "\x04"


class TypedLine:
    """The `text` that was typed since the last Enter; `over` when the end of the input was typed."""

    def __init__(self, keys: EditKeys) -> None:
        self.text = ""
        self.over = False
        self._keys = keys
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._begun = ""  # a sequence of a key that has not come as a whole

    def feed(self, data: bytes) -> list[str]:
        """Take what was typed; returns the lines that Enter has ended."""
        typed = _SEQUENCE.sub("", self._begun + self._decode(data))
        begun = _BEGUN.search(typed)
        self._begun = begun[0] if begun else ""
        lines = []
        for char in typed.removesuffix(self._begun):
            if self.over:
                break
            if char in "\r\n":
                lines.append(self.text)
                self.text = ""
            else:
                self._type(char)
        return lines

    def _type(self, char: str) -> None:
        keys = self._keys
        if char in (keys.erase, "\b"):
            self.text = _without_last(self.text)
        elif char == keys.kill:
            self.text = ""
        elif char == keys.word:
            self.text = re.sub(r"\S*\s*$", "", self.text)
        elif char == keys.end:
            self.over = not self.text
        elif char == "\t":
            self.text += _TAB
        elif unicodedata.category(char) != "Cc":
            self.text += char

    def shown(self, columns: int) -> str:
        """As much of the end of the text as fits on one row of so many cells, with one left for the cursor."""
        room, at = columns - 1, len(self.text)
        while at and (room := room - _width(self.text[at - 1])) >= 0:
            at -= 1
        return self.text[at:]


def text_cells(text: str) -> int:
    """How many cells a text takes, as far as that can be told without asking the terminal."""
    return sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _without_last(text: str) -> str:
    """Without the last letter and what is drawn upon it."""
    at = len(text) - 1
    while at > 0 and _width(text[at]) == 0:
        at -= 1
    return text[: max(at, 0)]
