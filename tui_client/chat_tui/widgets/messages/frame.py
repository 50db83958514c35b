"""Message frame: what a drawing depends on beside the message, where the text begins, and what is where once drawn."""

from collections.abc import Callable, Sequence
from enum import Enum, auto

import msgspec
from textual.strip import Strip

from chat_tui.toolkit.cells import cell_len
from chat_tui.widgets.markup.wrapping import Span
from chat_tui.widgets.messages.action_strip import ActionStrip
from chat_tui.widgets.messages.text import MessageText

Find = Callable[[str], Sequence[Span]]
WIDEST = 120
"""Cells that a row of text may have: longer ones are hard to read."""
DENSE_FROM = 30
"""Columns below which there is no room for time and name beside the text."""
_NAMES = ((90, 12), (60, 9), (0, 6))
"""Columns of the list, and the cells that a name has beside the text from there on."""
_TIME_FROM = 36
_TIME_CELLS = 6
_BAR_CELLS = 3


class Spacing(msgspec.Struct, frozen=True):
    """How a list arranges its messages."""

    narrow: bool = False
    """For narrow terminals: no blank rows between messages, a gutter of one cell."""
    dense: bool = False
    """A message has one row, as long as its text fits: time and name stand beside the text, not above it."""
    widest: int = WIDEST
    """Cells that a row of text may have, 0 for as many as there are."""

    def on(self, width: int) -> "Frame":
        """The frame of any message, on a list of so many columns."""
        dense = self.dense and width >= DENSE_FROM
        return Frame(width, compact=self.narrow, gap=not (self.narrow or dense), dense=dense, widest=self.widest)


class Part(Enum):
    """What a drawn row is."""

    GAP = auto()
    EDGE = auto()
    RULE = auto()
    PREVIEW = auto()
    HEADER = auto()
    TEXT = auto()
    MORE = auto()
    DETAILS = auto()
    ACTIONS = auto()


class Frame(msgspec.Struct, frozen=True):
    """What a drawing depends on beside the message itself."""

    width: int
    compact: bool = False
    gap: bool = True
    """A blank row above the message."""
    dense: bool = False
    """Time and name stand beside the text."""
    widest: int = 0
    expanded: bool = False
    """All rows of a long text."""
    strip: ActionStrip | None = None
    """The message is picked, and these are its actions."""
    marked: bool = False
    selected: tuple[int, int] | None = None
    """The characters that are selected; an end of -1 is the text's end."""
    find: Find | None = None
    """Where what is looked for is in a text."""
    found: bool = False
    """This is the message that the search has gone to."""

    @property
    def name_cells(self) -> int:
        """Cells that a name has beside the text."""
        return next(cells for least, cells in _NAMES if self.width >= least)

    @property
    def time_cells(self) -> int:
        """Cells that the time has beside the text, with the blank after it."""
        return _TIME_CELLS if self.width >= _TIME_FROM else 0

    @property
    def indent(self) -> int:
        """Cells of the gutter."""
        if not self.dense:
            return 1 if self.compact else 3
        return (0 if self.compact else 1) + self.time_cells + self.name_cells + _BAR_CELLS

    @property
    def text_width(self) -> int:
        """Cells that text may take; in wide layouts there is a margin on both sides."""
        room = self.width - self.indent - (0 if self.compact else 1)
        return max(2, min(room, self.widest) if self.widest else room)

    @property
    def strip_indent(self) -> int:
        """Cells left of the action strip: its first label begins where the text does, or at the edge beside names."""
        return (0 if self.compact else 1) if self.dense else self.indent - 1

    @property
    def rows_around(self) -> int:
        """Rows of a message that are not its text, as a rule."""
        return 0 if self.dense else 1 if self.compact else 2


class Drawn(msgspec.Struct):
    """A message as rows, and what is where on them."""

    reply_to: int | None = None
    expires_at: float | None = None
    strips: list[Strip] = msgspec.field(default_factory=list)
    parts: list[Part] = msgspec.field(default_factory=list)
    text: MessageText | None = None
    spans: list[Span] = msgspec.field(default_factory=list)
    """The characters of `text`, as it is shown, on each row of text."""
    name_row: int = 0
    author: range = range(0)
    """The cells of `name_row` that are the author's name."""
    clock_row: int = 0
    clock: range = range(0)
    """The cells of `clock_row` that are the countdown; empty where there is none."""
    hidden: int = 0
    """Rows of text that are folded away."""

    def has_room(self, countdown: str) -> bool:
        """Whether the row of the countdown can show another one without moving what comes after it."""
        return cell_len(countdown) <= len(self.clock)

    def is_author(self, row: int, cell: int) -> bool:
        """Is the author's name there?"""
        return row == self.name_row and cell in self.author

    def span(self, row: int) -> Span | None:
        """The characters on a row, or None where it is no row of text."""
        return self.spans[row - self.parts.index(Part.TEXT)] if self.parts[row] is Part.TEXT else None
