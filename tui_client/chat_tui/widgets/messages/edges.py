"""Page edges: the rows which say that others are not loaded, and the top, which tells when it comes near."""

from collections.abc import Callable

from textual.message import Message

from chat_tui.widgets.messages.pane import MessagePane, PanePart

_EARLY = 3
"""Screens between the top and what is seen, below which it is near: nobody who leafs back should have to wait."""


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


class PageEdges(PanePart):
    """Tells when the next page of older messages should be fetched."""

    def __init__(self, pane: MessagePane, tell: Callable[[Message], None]) -> None:
        self._pane, self._tell = pane, tell
        self._told_near = False
        self.are_older = False
        """Can older messages be fetched?"""
        self.reads_on = False
        """Was the last scroll one to newer messages?"""

    @property
    def near_start(self) -> bool:
        """Is it not far to the oldest message? False while nothing is shown."""
        self._pane.build()
        return self._told_near

    def redraw(self) -> None:
        """What is said where the loaded messages end is another."""
        if keys := self._pane.canvas.edge_keys():
            self._pane.canvas.forget(keys)
            self._pane.invalidate(at_once=True)

    def clicked(self, key: int) -> None:
        """The row above a message was clicked."""
        self._tell(EdgeClicked(key, older=not self.reads_on or key == self._pane.blocks.key((0, 0))))

    def scrolled(self) -> None:
        """Tell that the top has come near."""
        near = self._pane.viewport.top < _EARLY * self._pane.lines
        if near and not self._told_near and self.are_older:
            self._tell(NearStart())
        self._told_near = near

    def scroll_requested(self) -> None:
        """At the very top nothing moves; that somebody wants to go on is told all the same."""
        if self._told_near and self.are_older:
            self._tell(NearStart())
