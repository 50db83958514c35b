"""Cache of drawn messages: made when first needed, dropped when what they show has changed or is gone."""

from collections.abc import Callable, Collection

from rich.style import Style

from chat_tui.widgets.messages.action_strip import ActionStrip
from chat_tui.widgets.messages.drawing import draw, draw_missing
from chat_tui.widgets.messages.frame import Drawn, Find, Frame, Part, Spacing
from chat_tui.widgets.messages.row import Row
from chat_tui.widgets.messages.styles import Palette

Lookup = Callable[[int], Row | None]

KEPT = 128
"""Drawn messages kept; beyond this, those that the last screen did not use are dropped."""


class MessageCanvas:
    """Draws messages by key, in one palette; knows which one is picked, marked, unfolded. `plain` frames all others."""

    selected: Callable[[int], tuple[int, int] | None] = staticmethod(lambda _: None)
    """The characters of a message that are selected."""

    def __init__(self, lookup: Lookup, now: Callable[[], float]) -> None:
        self._lookup, self._now = lookup, now
        self._drawn: dict[int, Drawn] = {}
        self._used: set[int] = set()
        self._below_strip: int | None = None
        self.palette: Palette | None = None
        self.plain = Spacing().on(0)
        self.unfolded: set[int] = set()
        self.picked: int | None = None
        self.strip: ActionStrip | None = None
        self.marked: int | None = None
        self.find: Find | None = None
        self.found: int | None = None

    def height(self, key: int) -> int:
        """Rows of a message, exactly."""
        return len(self.drawn(key).strips)

    def drawn(self, key: int) -> Drawn:
        """The message's rows; None from the owner is drawn as a deleted message."""
        self._used.add(key)
        drawn = self._drawn.get(key)
        if drawn is None:
            drawn = self._drawn[key] = self._draw(key)
        return drawn

    def frame(self, key: int) -> Frame:
        """How a message is framed now."""
        plain = self.plain
        return Frame(
            width=plain.width,
            compact=plain.compact,
            gap=plain.gap and key != self._below_strip,
            dense=plain.dense,
            widest=plain.widest,
            expanded=key in self.unfolded,
            strip=self.strip if key == self.picked else None,
            marked=key == self.marked,
            selected=self.selected(key),
            find=self.find,
            found=key == self.found,
        )

    def over(self, key: int) -> Style | None:
        """The background laid over a message that is picked or marked."""
        if self.palette is None or key not in {self.picked, self.marked}:
            return None
        return self.palette.picked if key == self.picked else self.palette.marked

    def drawn_keys(self) -> list[int]:
        """The messages whose rows are kept."""
        return list(self._drawn)

    def edge_keys(self) -> list[int]:
        """Those of them that have a row above them which says that what is loaded ends there."""
        return [key for key, drawn in self._drawn.items() if drawn.parts[0] is Part.EDGE]

    def pick(self, key: int | None, strip: ActionStrip | None) -> None:
        """Which message has the action strip under it."""
        self.forget({one for one in (key, self.picked) if one is not None})
        self.picked, self.strip = key, strip

    def mark(self, key: int | None) -> None:
        """Which message stands out, because somebody jumped to it."""
        if key != self.marked:
            self.forget({one for one in (key, self.marked) if one is not None})
            self.marked = key

    def set_below_strip(self, key: int | None) -> None:
        """Which message comes after the picked one: the strip stands in the gap above it."""
        if key != self._below_strip:
            self.forget({one for one in (key, self._below_strip) if one is not None})
            self._below_strip = key

    def shows(self, keys: Collection[int]) -> bool:
        """Is anything drawn of these messages, be it in a preview?"""
        return any(key in keys or drawn.reply_to in keys for key, drawn in self._drawn.items())

    def forget(self, keys: Collection[int]) -> None:
        """Drop the rows of some messages."""
        for key in keys:
            self._drawn.pop(key, None)

    def forget_with_replies(self, keys: Collection[int]) -> None:
        """Drop the rows of messages whose content changed or went, and those that show a preview of it."""
        self.forget(keys)
        self.forget([key for key, drawn in self._drawn.items() if drawn.reply_to in keys])

    def clear(self) -> None:
        """Drop all rows: the width, the theme or everything changed."""
        self._drawn.clear()

    def tidy(self) -> None:
        """Called after each screen: bound what is kept."""
        if len(self._drawn) > KEPT:
            self._drawn = {key: drawn for key, drawn in self._drawn.items() if key in self._used}
        self._used.clear()

    def _draw(self, key: int) -> Drawn:
        if self.palette is None:
            raise RuntimeError("nothing can be drawn before there is a palette")
        row = self._lookup(key)
        if row is None:
            return draw_missing(key, self.frame(key), self.palette)
        parent = None if row.reply_to is None else self._lookup(row.reply_to)
        return draw(row, parent, self.frame(key), self.palette, self._now())
