"""Knowing where the first unread message is, as seen from the screen."""

from typing import Literal

from textual.message import Message

from chat_tui.widgets.messages.drawing import Part
from chat_tui.widgets.messages.find import FindingPane

Where = Literal["", "above", "here", "below"]
"""Where the rule above the first unread message is; "" where there is none."""


class UnreadPane(FindingPane):
    """A message pane that tells when the rule comes into view, and when it leaves it."""

    class UnreadMoved(Message, namespace="message_list"):
        """The rule is elsewhere now, as `where_unread` says."""

    _first_unread: int | None = None
    _told_where: Where = ""

    @property
    def first_unread(self) -> int | None:
        """The key of the message below the rule."""
        return self._first_unread

    @first_unread.setter
    def first_unread(self, key: int | None) -> None:
        if key != self._first_unread:
            self._first_unread = key
            self._changed()

    @property
    def where_unread(self) -> Where:
        """Where the rule is."""
        self._build()
        return self._told_where

    def _find_rule(self) -> Where:
        key, visible = self._first_unread, self._viewport.visible
        if key is None or not visible or self._blocks.find(key) is None:
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

    def _tell_scroll_position(self) -> None:
        super()._tell_scroll_position()
        where = self._find_rule()
        if where != self._told_where:
            self._told_where = where
            self.post_message(self.UnreadMoved().set_sender(self))
