"""The unread rule: whether the line above the first unread message is above, on or below the screen."""

from collections.abc import Callable
from typing import Literal

from textual.message import Message

from chat_tui.widgets.messages.frame import Part
from chat_tui.widgets.messages.pane import MessagePane, PanePart

Where = Literal["", "above", "here", "below"]
"""Where the rule above the first unread message is; "" where there is none."""


class UnreadMoved(Message, namespace="message_list"):
    """The rule is elsewhere now, as `where_unread` says."""


class UnreadRule(PanePart):
    """Tells when the rule comes into view, and when it leaves it."""

    def __init__(self, pane: MessagePane, tell: Callable[[Message], None]) -> None:
        self._pane, self._canvas, self._tell = pane, pane.canvas, tell
        self._first_unread: int | None = None
        self._told: Where = ""

    @property
    def first_unread(self) -> int | None:
        """The key of the message below the rule."""
        return self._first_unread

    @first_unread.setter
    def first_unread(self, key: int | None) -> None:
        if key != self._first_unread:
            self._first_unread = key
            self._pane.invalidate()

    @property
    def where(self) -> Where:
        """Where the rule is."""
        self._pane.build()
        return self._told

    def _find_rule(self) -> Where:
        key, visible = self._first_unread, self._pane.viewport.visible
        if key is None or not visible or self._pane.blocks.find(key) is None:
            return ""
        first, last = visible[0], visible[-1]
        if 0 < last.key < key:
            return "below"
        if first.key < 0 or first.key > key:  # lines that are not sent yet come after all others
            return "above"
        parts = self._canvas.drawn(key).parts
        rule = parts.index(Part.RULE) if Part.RULE in parts else 0
        shown = next(item for item in visible if item.key == key)
        return "above" if rule < shown.start else "here" if rule < shown.end else "below"

    def scrolled(self) -> None:
        """Tell where the rule is, if that is elsewhere."""
        where = self._find_rule()
        if where != self._told:
            self._told = where
            self._tell(UnreadMoved())
