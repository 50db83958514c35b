"""Shown text: works out what is shown for the text of a message, and the look of each character.

Everything that finds a character, by mouse or by selection, counts in the text that was written; rows count in what
is shown. The two differ where shortcodes were replaced.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from chat_protocol.patterns import deferred
from chat_tui.widgets.markup.links import find_links
from chat_tui.widgets.markup.spans import CharStyle, Formats, Mark, Shown, may_have_formats
from chat_tui.widgets.markup.wrapping import Span, clusters, settle, whole_clusters

LINK = 32
SELECTED = 64
FOUND = 128
LOOKS = LINK - 1
"""The bits of a byte that are a `CharStyle`."""
_RUN = deferred(rb"(.)\1*", re.DOTALL)

NAMES: dict[int, str] = {
    CharStyle.TEXT: "text",
    CharStyle.MARK: "mark",
    CharStyle.CODE: "code",
    CharStyle.EMPHASIS: "emphasis",
    CharStyle.STRONG: "strong",
    CharStyle.BLOCK: "code-block",
    CharStyle.FENCE: "code-fence",
    CharStyle.KEYWORD: "code-keyword",
    CharStyle.STRING: "code-string",
    CharStyle.NUMBER: "code-number",
    CharStyle.COMMENT: "code-comment",
    CharStyle.REMOVED: "code-removed",
    CharStyle.NAME: "code-name",
    CharStyle.EMOJI: "text",
    CharStyle.OTHER_EMOJI: "text",
}
"""The style of each look, by its name in the palette."""


def message_text(text: str, selected: Span | None = None, found: Sequence[Span] = ()) -> "MessageText":
    """A text as it is shown.

    `selected` are the characters of it that are selected (-1: to its end), `found` those that a search has found.
    """
    links = find_links(text)
    formats = _formats_of(text, links) if may_have_formats(text) else None
    if not links and selected is None and not found and (formats is None or not (formats.marks or formats.emoji)):
        return MessageText(settle(text))
    return FormattedText(text, links, formats or Formats(), selected, found)


def _formats_of(text: str, links: Sequence[Span]) -> Formats:
    from chat_tui.widgets.markup.parser import find_formats  # noqa: PLC0415  # patterns that no first frame needs

    return find_formats(text, links, emoji_of)


class MessageText:
    """A text all of which looks the same, as most do: nothing is kept for it but itself."""

    __slots__ = ("text",)
    urls: Sequence[str] = ()
    """The addresses in it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def origin(self, at: int) -> int:
        """Where a character that is shown is in the text that was written."""
        return at

    def place(self, at: int) -> int:
        """Where a character of the text that was written is shown."""
        return at

    def runs(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """A part of what is shown, cut where its look changes: start, end, a `CharStyle` with LINK, SELECTED, FOUND."""
        yield start, end, CharStyle.TEXT

    def in_block(self, at: int) -> bool:  # noqa: ARG002  # it has none
        """Whether a row that begins here is one of a fenced block."""
        return False

    def link_at(self, at: int) -> int | None:  # noqa: ARG002  # it has none
        """Which of `urls` a character that is shown belongs to."""
        return None


class FormattedText(MessageText):
    """A text with links, formats or a selection."""

    __slots__ = ("_blocks", "_links", "_paint", "_shown", "urls")

    def __init__(
        self, text: str, links: Sequence[Span], formats: Formats, selected: Span | None, found: Sequence[Span]
    ) -> None:
        self._shown = Shown(text, formats.emoji) if formats.emoji else None
        super().__init__(settle(text if self._shown is None else self._shown.text))
        self.urls = [text[start:end] for start, end in links]
        self._links = [self._placed(link) for link in links]
        self._blocks = [self._placed((block.start, block.end)) for block in formats.blocks]
        self._paint = self._painted(text, formats, selected, found)

    def origin(self, at: int) -> int:
        """Where a character that is shown is in what was written, shortcodes and all."""
        return at if self._shown is None else self._shown.origin(at)

    def place(self, at: int) -> int:
        """Where a character of what was written is shown."""
        return at if self._shown is None else self._shown.place(at)

    def runs(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """A part of what is shown, cut where its look changes: start, end, a `CharStyle` with LINK, SELECTED, FOUND."""
        if start == end:
            yield start, end, CharStyle.TEXT
        for run in _RUN.finditer(self._paint, start, end):
            yield run.start(), run.end(), run.group()[0]

    def in_block(self, at: int) -> bool:
        """Whether a row that begins here is one of a fenced block."""
        number = bisect_right(self._blocks, at, key=lambda block: block[0]) - 1
        return number >= 0 and at < self._blocks[number][1]

    def link_at(self, at: int) -> int | None:
        """Which of `urls` a character that is shown belongs to."""
        number = bisect_right(self._links, at, key=lambda link: link[0]) - 1
        return number if number >= 0 and at < self._links[number][1] else None

    def _placed(self, span: Span) -> Span:
        return self.place(span[0]), self.place(span[1])

    def _painted(self, text: str, formats: Formats, selected: Span | None, found: Sequence[Span]) -> bytearray:
        paint = bytearray(len(self.text))
        for mark in _all_marks(text, formats):
            start, end = self._placed((mark.start, mark.end))
            paint[start:end] = bytes([mark.look]) * (end - start)
        for start, end in self._links:
            for at in range(start, end):
                paint[at] |= LINK
        for span in found:
            for at in range(*whole_clusters(self.text, *self._placed(span))):
                paint[at] |= FOUND
        if selected is not None:
            low, high = selected
            place = self._placed((low, len(text) if high == -1 else min(high, len(text))))
            for at in range(*whole_clusters(self.text, *place)):
                paint[at] |= SELECTED
        if not self.text.isascii():  # "*" and what makes an emoji of it are drawn as one, or they are wider than that
            for start, end, _ in clusters(self.text):
                paint[start + 1 : end] = paint[start : start + 1] * (end - start - 1)
        return paint


def _all_marks(text: str, formats: Formats) -> Iterator[Mark]:
    yield from formats.marks
    for number, (start, end, _) in enumerate(formats.emoji):
        yield Mark(start, end, CharStyle.OTHER_EMOJI if number % 2 else CharStyle.EMOJI)
    for block in formats.blocks:
        from chat_tui.widgets.markup.code import code_marks  # noqa: PLC0415  # its patterns cost 10 ms to compile

        yield from code_marks(text, *block.code, block.language)
        yield Mark(block.start, block.code[0] - 1, CharStyle.FENCE)
        yield Mark(block.code[1] + 1, block.end, CharStyle.FENCE)


def emoji_of(name: str) -> str:
    """What a shortcode stands for, "" for nothing."""
    from rich.emoji import Emoji, NoEmoji  # noqa: PLC0415  # its table of 3,600 is loaded for the first shortcode

    try:
        return str(Emoji(name))
    except NoEmoji:
        return ""
