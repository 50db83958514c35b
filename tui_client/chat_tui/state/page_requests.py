"""Page requests (backward pagination): ask the server for older messages, one page at a time. Pure."""

from typing import NamedTuple

from chat_protocol.commands import HISTORY_MOST, FetchHistory, format_command
from chat_protocol.events import HistoryPage, Message, Refusal

PAGE = HISTORY_MOST
"""Messages that are asked for at once."""


class PageRequest(NamedTuple):
    """A page that is on its way: messages older than `before`; `txn` is the token of its answer.

    `renewed` are the messages that have come to be in a newer state since it was asked for, each with the seq of that.
    """

    txn: str
    before: int
    renewed: dict[int, int]

    def is_outdated(self, message: Message) -> bool:
        """Has the page been made before this message came to be in a newer state?"""
        return message.seq < self.renewed.get(message.id, 0)


class PageRequests:
    """The one request that is `pending`, and whether there is anybody to ask.

    The tokens begin with `token_prefix`, which no other run of ours may have. `room` is the one whose messages are
    asked for, None for the home.
    """

    def __init__(self, token_prefix: str, room: str | None = None) -> None:
        self.pending: PageRequest | None = None
        self._prefix = token_prefix
        self._room = room
        self._asked = 0
        self._ready = False

    @property
    def ready(self) -> bool:
        """Is there a server that may be asked?"""
        return self._ready

    def share(self, other: "PageRequests") -> None:
        """Whoever may be asked by the other one may be asked here."""
        self._ready = other.ready

    @property
    def asked_before(self) -> int | None:
        """Messages older than this one are on their way; None for no messages."""
        return None if self.pending is None else self.pending.before

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
        self.pending = PageRequest(f"{self._prefix}p{self._asked}", before, {})
        return format_command(FetchHistory(before, count, self.pending.txn, self._room))

    def cancel(self) -> None:
        """The line did not go out."""
        self.pending = None

    def renewed(self, message_id: int, seq: int) -> None:
        """A message that is not held has a newer state, `seq`; a page that is on its way may have an older one."""
        if self.pending is not None:
            self.pending.renewed[message_id] = seq

    def answered(self, page: HistoryPage) -> PageRequest | None:
        """What was asked for with this answer; None where that was nothing."""
        request = self.pending
        if request is None or page.txn != request.txn:
            return None
        self.pending = None
        return request

    def refused(self, refusal: Refusal) -> bool:
        """Was it this that was refused? A server that does not know what is meant is not asked again."""
        if self.pending is None or refusal.txn != self.pending.txn:
            return False
        self.pending = None
        self._ready = refusal.code != "unknown_command"
        return True
