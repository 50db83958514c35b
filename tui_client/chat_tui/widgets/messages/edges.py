"""Where what is loaded ends: a row that says so, which can be clicked; and the top, which tells when it comes near."""

from typing import Any

from textual.message import Message

from chat_tui.widgets.messages.unread import UnreadPane

_EARLY = 3
"""Screens between the top and what is seen, below which it is near: nobody who leafs back should have to wait."""


class EdgePane(UnreadPane):
    """A message pane that tells when older messages should be fetched."""

    class NearStart(Message, namespace="message_list"):
        """The oldest message has come near, or somebody scrolls while it is; told where there `are_older` ones."""

    class EdgeClicked(Message, namespace="message_list"):
        """The row above a message was clicked that says that others are not loaded.

        `older`: those right above the message are meant; else, where somebody reads on to newer messages, those right
        below the message before it.
        """

        def __init__(self, key: int, *, older: bool) -> None:
            super().__init__()
            self.key, self.older = key, older

    are_older = False
    """Can older messages be fetched?"""
    _told_near = False
    reads_on = False
    """Was the last scroll one to newer messages?"""

    @property
    def near_start(self) -> bool:
        """Is it not far to the oldest message? False while nothing is shown."""
        self._build()
        return self._told_near

    def redraw_edges(self) -> None:
        """What is said where the loaded messages end is another."""
        if keys := self._canvas.edge_keys():
            self._canvas.forget(keys)
            self._changed(at_once=True)

    def watch_scroll_y(self, old: float, new: float) -> None:
        """Remember which way it went."""
        super().watch_scroll_y(old, new)
        self.reads_on = new > old

    def reveal(self, key: int) -> bool:
        """Scroll until a message is in view and mark it until the next scroll; False where it is not known."""
        self.reads_on = False
        return super().reveal(key)

    def _tell_scroll_position(self) -> None:
        super()._tell_scroll_position()
        near = self._viewport.top < _EARLY * self._lines
        if near and not self._told_near and self.are_older:
            self.post_message(self.NearStart().set_sender(self))
        self._told_near = near

    def _scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> bool:
        """At the very top nothing moves; that somebody wants to go on is told all the same."""
        scrolled = super()._scroll_to(x, y, **options)
        if self._told_near and self.are_older:
            self.post_message(self.NearStart())
        return scrolled
