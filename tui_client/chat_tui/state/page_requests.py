"""Asking the server for older messages: one page at a time, and never twice for the same. Pure."""

from typing import NamedTuple

from chat_protocol.commands import HISTORY_MOST, format_command
from chat_protocol.commands import History as Ask
from chat_protocol.events import HistoryPage, Refusal

PAGE = HISTORY_MOST
"""Messages that are asked for at once."""


class PageRequest(NamedTuple):
    """A page that is on its way: messages older than `before`."""

    txn: str
    before: int


class PageRequests:
    """What was asked for; the tokens begin with `token_prefix`, which no other run of ours may have."""

    def __init__(self, token_prefix: str) -> None:
        self.question: PageRequest | None = None
        self._prefix = token_prefix
        self._asked = 0
        self._ready = False

    @property
    def ready(self) -> bool:
        """Is there a server that may be asked?"""
        return self._ready

    def connected(self, *, answers: bool) -> None:
        """There is a new connection; does whoever is there answer such questions?"""
        self.question, self._ready = None, answers

    def disconnected(self) -> bool:
        """No answer comes any more; was one awaited?"""
        awaited, self.question, self._ready = self.question is not None, None, False
        return awaited

    def ask(self, before: int, count: int = PAGE) -> str | None:
        """The line that asks for the newest `count` messages older than `before`; None while that can't be asked."""
        if not self._ready or self.question is not None:
            return None
        self._asked += 1
        self.question = PageRequest(f"{self._prefix}p{self._asked}", before)
        return format_command(Ask(before, count, self.question.txn))

    def unasked(self) -> None:
        """The line did not go out."""
        self.question = None

    def answered(self, page: HistoryPage) -> bool:
        """Is this what was asked for?"""
        if self.question is None or page.txn != self.question.txn:
            return False
        self.question = None
        return True

    def refused(self, refusal: Refusal) -> bool:
        """Was it this that was refused? A server that does not know what is meant is not asked again."""
        if self.question is None or refusal.txn != self.question.txn:
            return False
        self.question = None
        self._ready = refusal.code != "unknown_command"
        return True
