"""Markup parser: finds code, emphasis, strong, fenced blocks and shortcodes. Pure, and linear in the text.

Marks stay where they are and are drawn faintly: `rm *old*` may be emphasis or a command, and nobody is to guess what
was written. Shortcodes alone are replaced. What could be anything else (`2*3*4`, `snake_case`, `*.py`, an unclosed
mark) is no mark: emphasis begins before a word and ends after one, on one line, and nothing nests but code in it.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from chat_protocol.patterns import deferred
from chat_tui.widgets.markup.spans import Block, CharStyle, Formats, Mark
from chat_tui.widgets.markup.wrapping import Span

_TOKEN = deferred(r"`+|\*+|_+|:[a-z0-9_+-]{2,40}:")
_FENCE = deferred(r"```[ \t]*([\w+#.-]*)")
_BEFORE_OPENING = frozenset(" \t\"'([“‘«—–")  # noqa: RUF001  # what stands before a quoted word
_OPENS = deferred(r"(?![\s*_./\\|=<>+&^~,;:!?)\]}%-]|\Z)")
_NOT_BEFORE_CLOSING = frozenset(" \t*_/\\|=<>+&^~([{,;")
_CLOSES = deferred(r"(?![\w*_/\\|=<>+&^`~@#$%]|[.,:;!?\"][\w/\\])")
_LOOKS = {"*": CharStyle.EMPHASIS, "_": CharStyle.EMPHASIS, "**": CharStyle.STRONG}


def find_formats(text: str, links: Sequence[Span], emoji: Callable[[str], str]) -> Formats:
    """The formats of a text. No mark is in a link; `emoji(name)` is what a shortcode stands for, "" for nothing."""
    found = Formats(blocks=_blocks(text) if "```" in text else [])
    at = 0
    for block in found.blocks:
        _find_inline(text, at, block.start, links, emoji, found)
        found.marks.append(Mark(block.start, block.end, CharStyle.BLOCK))
        at = block.end
    _find_inline(text, at, len(text), links, emoji, found)
    return found


def without_fences(text: str) -> str:
    """The text with the code of its fenced blocks in their place."""
    kept: list[str] = []
    at = 0
    for block in _blocks(text):
        kept += text[at : block.start], text[slice(*block.code)]
        at = block.end
    return "".join((*kept, text[at:]))


def _blocks(text: str) -> list[Block]:
    """The fenced blocks; one that does not end, or has nothing in it, is none."""
    blocks = []
    opened: tuple[int, int, str] | None = None  # where it begins, where its code begins, the language
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if opened is None:
            if line.startswith("```") and (fence := _FENCE.fullmatch(line.rstrip())):
                opened = start, end + 1, fence[1]
        elif line.rstrip() == "```":
            begin, code, language = opened
            if code < start:
                blocks.append(Block(begin, end, language, (code, start - 1)))
            opened = None
        start = end + 1
    return blocks


def _find_inline(
    text: str, start: int, end: int, links: Sequence[Span], emoji: Callable[[str], str], found: Formats
) -> None:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        _Line(text, start, stop, found, emoji).read(_outside(_TOKEN.finditer(text, start, stop), links))
        start = stop + 1


def _outside(tokens: Iterator[re.Match[str]], links: Sequence[Span]) -> list[re.Match[str]]:
    """The tokens that do not begin in a link."""
    if not links:
        return list(tokens)
    kept = []
    for token in tokens:
        number = bisect_right(links, token.start(), key=lambda link: link[0]) - 1
        if number < 0 or token.start() >= links[number][1]:
            kept.append(token)
    return kept


class _Line:
    """The reading of one line."""

    def __init__(self, text: str, start: int, end: int, found: Formats, emoji: Callable[[str], str]) -> None:
        self.text, self.start, self.end, self.found, self.emoji = text, start, end, found, emoji
        self.opened: dict[str, int] = {}  # mark -> the newest place where it may begin something

    def read(self, tokens: list[re.Match[str]]) -> None:
        number = 0
        closing = _next_of_its_kind(tokens)
        code: list[Mark] = []
        while number < len(tokens):
            token = tokens[number]
            first = token.group()[0]
            if first == "`":
                if (other := closing.get(number)) is not None:
                    code += self._code(token, tokens[other])
                    number = other
            elif first == ":":
                self._shortcode(token)
            else:
                self._emphasis(token)
            number += 1
        self.found.marks += code

    def _code(self, one: re.Match[str], other: re.Match[str]) -> list[Mark]:
        if not self.text[one.end() : other.start()].strip():
            return []
        return [
            Mark(one.start(), one.end(), CharStyle.MARK),
            Mark(one.end(), other.start(), CharStyle.CODE),
            Mark(other.start(), other.end(), CharStyle.MARK),
        ]

    def _shortcode(self, token: re.Match[str]) -> None:
        start, end = token.span()
        before, emoji = self._before(start), self.found.emoji
        joined = bool(emoji) and emoji[-1][1] == start
        if joined or not (before.isalnum() or before in ":_"):
            after = self.text[end] if end < self.end else " "
            if not after.isalnum() and (shown := self.emoji(token.group()[1:-1])):
                emoji.append((start, end, shown))

    def _emphasis(self, token: re.Match[str]) -> None:
        mark, (start, end) = token.group(), token.span()
        look = _LOOKS.get(mark)
        if look is None:
            return
        before = self._before(start)
        began = self.opened.get(mark)
        if began is not None and before not in _NOT_BEFORE_CLOSING and _CLOSES.match(self.text, end, self.end):
            self.found.marks += [
                Mark(began, began + len(mark), CharStyle.MARK),
                Mark(began + len(mark), start, look),
                Mark(start, end, CharStyle.MARK),
            ]
            self.opened.clear()
        elif before in _BEFORE_OPENING and _OPENS.match(self.text, end, self.end):
            self.opened[mark] = start
        else:
            self.opened.pop(mark, None)  # `_cache_.py x_`: what has its own mark in it is a name

    def _before(self, at: int) -> str:
        return self.text[at - 1] if at > self.start else " "


def _next_of_its_kind(tokens: list[re.Match[str]]) -> dict[int, int]:
    """For each run of backticks the next one that is as long."""
    following: dict[int, int] = {}
    latest: dict[str, int] = {}
    for number in range(len(tokens) - 1, -1, -1):
        run = tokens[number].group()
        if run[0] == "`":
            if run in latest:
                following[number] = latest[run]
            latest[run] = number
    return following
