"""The header bar: shows room, target, connection and what has just been done in the top row.

What must never be cut off is whom a message goes to: the name of the program, the words of the state and then the
room's name make room for it.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.part_styles import PartStyle, PartStyles
from chat_tui.widgets.markup.wrapping import fit_cells, one_line

State = Literal["connecting", "connected", "lost", "refused"]

GLYPHS: dict[State, str] = {"connecting": "◌", "connected": "●", "lost": "○", "refused": "✕"}
WORDS: dict[State, str] = {
    "connecting": "connecting",
    "connected": "connected",
    "lost": "connection lost",
    "refused": "refused",
}
ROOM_CELLS = 8
"""What a room's name may keep when there is no space for all of it."""
HOST_CELLS = 30
ELSEWHERE_CELLS = 14
TOPIC_CELLS = 10
"""A topic of which less can be shown is left out."""


LOOKS: Mapping[str, PartStyle] = {
    "text": PartStyle("$foreground"),
    "brand": PartStyle("$primary", attributes="bold"),
    "quiet": PartStyle("$foreground-muted"),
    "private": PartStyle("$warning", attributes="bold"),
    "unread": PartStyle("$primary", attributes="bold"),
    "connecting": PartStyle("$primary"),
    "connected": PartStyle("$success"),
    "lost": PartStyle("$warning"),
    "refused": PartStyle("$error"),
    "done": PartStyle("$success", attributes="bold"),
}


class Piece(msgspec.Struct, frozen=True):
    """Some text of the row, how it looks, and what a click on it posts."""

    text: str
    look: str = "text"
    message: type[Message] | None = None


def cells(pieces: list[Piece]) -> int:
    """The width of all of them together."""
    return sum(cell_len(piece.text) for piece in pieces)


class HeaderBar(Widget):
    """One row of state; `target` is a name ("" for Everyone), `here` how many are in the room (None: not known).

    `unread` counts the new messages below what is to be seen; `unread_above`: the first of them is above it.
    """

    class NewestRequested(Message):
        """The list should go to its end."""

    class FirstUnreadRequested(Message):
        """The list should go to where the unread begin."""

    class PeopleRequested(Message):
        """Who is here should be shown, or hidden again."""

    class PaletteRequested(Message):
        """All that can be done should be shown: narrow terminals have no bottom row with a button for that."""

    class UnreadViewRequested(Message):
        """The next view with something unread should be shown."""

    class EveryoneRequested(Message):
        """The next message should go to everyone again."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    HeaderBar {
        height: 1;
        background: $panel;
    }
    """

    room: reactive[str] = reactive("lobby")
    """The name of what is on the screen."""
    sends: reactive[bool] = reactive(default=True)
    """Can something be said there?"""
    topic: reactive[str] = reactive("")
    """What it is about."""
    elsewhere: reactive[str] = reactive("")
    """Where else something is unread, and how much: "ops 3"; "" for nowhere."""
    target: reactive[str] = reactive("")
    state: reactive[State] = reactive("connecting")
    here: reactive[int | None] = reactive(None)
    host: reactive[str] = reactive("")
    unread: reactive[int] = reactive(0)
    unread_above: reactive[bool] = reactive(default=False)
    unread_to_you: reactive[int] = reactive(0)
    """How many of the unread are for the user alone, or mention them."""
    compact: reactive[bool] = reactive(default=False)
    done: reactive[str] = reactive("")
    """What has just been done: a word or two, "" most of the time."""
    _done_timer: Timer | None = None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._looks = PartStyles(self, LOOKS)

    def tell_done(self, words: str, seconds: float) -> None:
        """Say for a while what has been done. Nothing moves for it, so that the mouse is still where it was."""
        self.done = words
        if self._done_timer is not None:
            self._done_timer.stop()
        self._done_timer = self.set_timer(seconds, self._forget_done)

    def _forget_done(self) -> None:
        self.done = ""

    def render_line(self, y: int) -> Strip:
        """The one row."""
        base = self.rich_style
        if y:
            return Strip.blank(self.size.width, base)
        segments = [Segment(piece.text, self._looks(piece.look, base)) for piece in self.pieces(self.size.width)]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def on_click(self, event: events.Click) -> None:
        """Post what the clicked piece stands for."""
        x = 0
        for piece in self.pieces(self.size.width):
            x += cell_len(piece.text)
            if event.x < x:
                if piece.message is not None:
                    self.post_message(piece.message())
                return

    def pieces(self, width: int) -> list[Piece]:
        """What fits into `width` cells, left to right, without hole."""
        room, name = one_line(self.room), one_line(self.target) or "Everyone"
        variants = ((False, False),) if self.compact else ((True, True), (False, True), (False, False))
        wanted = cell_len(room) + cell_len(name)
        frees = [(self._free(width, brand=brand, words=words), brand, words) for brand, words in variants]
        free, brand, words = next((each for each in frees if each[0] >= wanted), frees[-1])
        room = fit_cells(room, max(free - cell_len(name), min(ROOM_CELLS, free // 3)), trim=True)
        name = fit_cells(name, max(1, free - cell_len(room)), trim=True)
        left, right = self._left(room, name, brand=brand), self._right(words=words)
        if self.topic and (free := width - cells(left) - cells(right) - 4) > TOPIC_CELLS:
            left.append(Piece(f"   {fit_cells(one_line(self.topic), free, trim=True)}", "quiet"))
        return [*left, Piece(" " * max(1, width - cells(left) - cells(right))), *right]

    def _free(self, width: int, *, brand: bool, words: bool) -> int:
        """Cells left for the two names, once everything else and one blank between the sides are placed."""
        return width - 1 - cells(self._left("", "", brand=brand)) - cells(self._right(words=words))

    def _left(self, room: str, name: str, *, brand: bool) -> list[Piece]:
        gap = "  " if self.compact else "   "
        pieces = [Piece(" chat-tui ", "brand", self.PaletteRequested)] if brand else []
        pieces += [Piece(f" {room}", "text", self.PaletteRequested), Piece(gap)]
        if self.target:
            pieces.append(Piece(f"to: {name} (private)", "private", self.EveryoneRequested))
        elif self.sends:
            pieces += [Piece("to: ", "quiet"), Piece(name)]
        return pieces

    def _right(self, *, words: bool) -> list[Piece]:
        done = [Piece(f"✓ {self.done} ", "done")] if self.done else []
        if done and not words:
            return done  # in the place of the state: the names keep their room
        pieces = [*done, Piece("  ")] if done else []
        if self.unread_above:
            pieces.append(Piece("↑ first new" if words else "↑ new", "unread", self.FirstUnreadRequested))
            pieces.append(Piece("   " if words else "  "))
        if self.unread:
            pieces.append(Piece(self._news(words=words), "unread", self.NewestRequested))
            pieces.append(Piece("   " if words else "  "))
        if self.elsewhere:
            pieces.append(Piece(f"↓ {fit_cells(one_line(self.elsewhere), ELSEWHERE_CELLS, trim=True)}", "unread",
                                self.UnreadViewRequested))  # fmt: skip
            pieces.append(Piece("   " if words else "  "))
        look: str = self.state
        glyph, word = GLYPHS[self.state], WORDS[self.state]
        if self.state != "connected":
            host = fit_cells(one_line(self.host), HOST_CELLS, trim=True)
            if self.state == "connecting":
                word = f"connecting to {host}…" if words and host else "connecting…"
            pieces.append(Piece(f"{glyph} {word if words else word.split()[-1]} ", look))
            return pieces
        if words:
            pieces.append(Piece(f"{glyph} {word}", look))
            if self.here is not None:
                pieces += [Piece(" · ", "quiet"), Piece(f"{self.here} here", "text", self.PeopleRequested)]
        else:
            pieces.append(Piece(glyph, look, self.PeopleRequested))
            if self.here is not None:
                pieces.append(Piece(f" {self.here}", "text", self.PeopleRequested))
        return [*pieces, Piece(" ")]

    def _news(self, *, words: bool) -> str:
        news, to_you = f"↓ {self.unread}", self.unread_to_you
        if words:
            return f"{news} new, {to_you} to you" if to_you else f"{news} new"
        return f"{news} @{to_you}" if to_you else news
