"""Undo: a few seconds in which what was asked for can be taken back, before the server hears of it."""

from chat_protocol.commands import Command, Delete
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.status import StatusLine
from chat_tui.state.outbox import Pending
from chat_tui.wording.notices import UNDO, Notice

SECONDS = 5.0
"""How long; anything else that is said ends it."""


class Undo:
    """The newest line that can be taken back. With 0 `seconds` nothing is held back, and nothing can."""

    def __init__(self, feed: Feed, status: StatusLine, seconds: float) -> None:
        self._feed = feed
        self._status = status
        self._seconds = seconds
        self._pending: Pending | None = None

    def say(self, command: Command, typed: str, words: str) -> Pending | None:
        """Say a line with a chance to take it back: `words` are shown beside that. None: there are too many."""
        pending = self._feed.say(command, typed, self._seconds)
        if self._seconds and pending is not None:
            self._pending = pending
            self._status.notice(Notice("info", words, UNDO, self._seconds))
        return pending

    @property
    def possible(self) -> bool:
        """Is there a line that the server has not heard of?"""
        pending = self._pending
        if pending is not None and (
            pending.state != "unsent" or pending.tries or pending not in self._feed.store.outbox
        ):
            self._pending = None
        return self._pending is not None

    def follow(self) -> None:
        """Offer nothing that can't be done any more."""
        if not self.possible:
            self._status.withdraw(UNDO)

    def undo(self) -> Pending | None:
        """Take it back, and return what it was; None when it is too late."""
        if not self.possible or self._pending is None:
            return None
        pending, self._pending = self._pending, None
        self._feed.discard(pending.key)
        words = "Deletion undone." if isinstance(pending.command, Delete) else "Not sent."
        self._status.notice(Notice("success", words, seconds=2.0))
        return pending


def deletion_words(command: Delete) -> str:
    """What is said while the deletion of a message, which has a number by then, can be taken back."""
    return f"Deleting message {command.id}…"
