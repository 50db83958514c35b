"""Style spans: the character styles of a text as data, which the markup parser finds and the message text draws."""

from bisect import bisect_left
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import msgspec

from chat_tui.widgets.markup.wrapping import Span


class CharStyle(IntEnum):
    """How a character is drawn."""

    TEXT = 0
    MARK = 1
    CODE = 2
    EMPHASIS = 3
    STRONG = 4
    BLOCK = 5
    KEYWORD = 6
    STRING = 7
    NUMBER = 8
    COMMENT = 9
    NAME = 10
    EMOJI = 11
    OTHER_EMOJI = 12
    """As EMOJI: every second one, so that two in a row are told apart."""
    FENCE = 13
    REMOVED = 14


class Mark(NamedTuple):
    """The characters `start` to `end` (excluded) of a text look like this."""

    start: int
    end: int
    look: CharStyle


class Block(NamedTuple):
    """A fenced block: from its first fence to the end of its last one, and the code between them."""

    start: int
    end: int
    language: str
    code: Span


class Formats(msgspec.Struct):
    """What was found in a text; all offsets are the text's. Later marks are drawn over earlier ones."""

    marks: list[Mark] = msgspec.field(default_factory=list)
    blocks: list[Block] = msgspec.field(default_factory=list)
    emoji: list[tuple[int, int, str]] = msgspec.field(default_factory=list)


def may_have_formats(text: str) -> bool:
    """Whether it is worth looking: most texts say no, at once."""
    return "*" in text or "`" in text or "_" in text or text.count(":") > 1


class Shown:
    """A text with its shortcodes replaced, and which character of it comes from where."""

    __slots__ = ("_origins", "text")

    def __init__(self, text: str, emoji: Sequence[tuple[int, int, str]]) -> None:
        pieces: list[str] = []
        self._origins: list[int] = []
        at = 0
        for start, end, shown in emoji:
            pieces += text[at:start], shown
            self._origins += range(at, start)
            self._origins += [start] * len(shown)
            at = end
        pieces.append(text[at:])
        self._origins += range(at, len(text) + 1)
        self.text = "".join(pieces)

    def origin(self, at: int) -> int:
        """Where a character that is shown comes from."""
        return self._origins[at]

    def place(self, at: int) -> int:
        """Where a character of the text is shown; within a shortcode: behind it."""
        return bisect_left(self._origins, at)
