"""Page requests (backward pagination): ask the server for older messages, one page at a time. Pure."""

from typing import NamedTuple

from chat_protocol.commands import HISTORY_MOST, FetchHistory, format_command
from chat_protocol.events import HistoryPage, Refusal

PAGE = HISTORY_MOST
"""Messages that are asked for at once."""


class PageRequest(NamedTuple):
    """A page that is on its way: messages older than `before`; `txn` is the token of its answer."""

    txn: str
    before: int


class PageRequests:
    """The one request that is `pending`, and whether there is anybody to ask.

    The tokens begin with `token_prefix`, which no other run of ours may have.
    """

    def __init__(self, token_prefix: str) -> None:
        self.pending: PageRequest | None = None
        self._prefix = token_prefix
        self._asked = 0
        self._ready = False

    @property
    def ready(self) -> bool:
        """Is there a server that may be asked?"""
        return self._ready

    def connected(self, *, answers: bool) -> None:
        """There is a new connection; does whoever is there answer such questions?"""
        self.pending, self._ready = None, answers

    def disconnected(self) -> bool:
        """No answer comes any more; was one awaited?"""
        awaited, self.pending, self._ready = self.pending is not None, None, False
        return awaited

    def request(self, before: int, count: int = PAGE) -> str | None:
        """The line that asks for the newest `count` messages older than `before`; None while that can't be asked."""
        if not self._ready or self.pending is not None:
            return None
        self._asked += 1
        self.pending = PageRequest(f"{self._prefix}p{self._asked}", before)
        return format_command(FetchHistory(before, count, self.pending.txn))

    def cancel(self) -> None:
        """The line did not go out."""
        self.pending = None

    def answered(self, page: HistoryPage) -> bool:
        """Is this what was asked for?"""
        if self.pending is None or page.txn != self.pending.txn:
            return False
        self.pending = None
        return True

    def refused(self, refusal: Refusal) -> bool:
        """Was it this that was refused? A server that does not know what is meant is not asked again."""
        if self.pending is None or refusal.txn != self.pending.txn:
            return False
        self.pending = None
        self._ready = refusal.code != "unknown_command"
        return True
