"""Catch-up: pages forward through what was missed, until the store holds all that is newer. Pure.

A server gives the newest messages before a number. Whoever asks for those before the last one told and as many numbers
further as a page has messages gets all of them, in order, and holds no more than one page; where numbers are sparse,
the window grows. What comes meanwhile is in the store, or is fetched like the rest.
"""

from typing import NamedTuple

from chat_protocol.commands import HISTORY_MOST, FetchHistory
from chat_protocol.events import HistoryPage, Message
from chat_tui.state.store import Store

_SPARSE = HISTORY_MOST // 4
"""A window with so few messages may be twice as wide."""


class Part(NamedTuple):
    """The next of what was missed, oldest first. Before them, `missing` messages at most can't be had any more."""

    missing: int
    messages: list[Message]


class CatchUp:
    """What lies between the message `after`, the last that was told, and those that the store holds without a gap."""

    def __init__(self, store: Store, after: int) -> None:
        self.after = after
        self._store = store
        self._width = HISTORY_MOST
        self._stop = self._before = after + 1  # where the window under way ends, and what of it is being asked for
        self._got: dict[int, Message] = {}  # of the window under way, from the end of it
        self._missing = 0
        self._refused = False

    @property
    def lags(self) -> bool:
        """Is there something that the store does not hold?"""
        gap = self._store.history.gaps.newest()
        return gap is not None and gap.stop > self.after + 1

    def request(self) -> FetchHistory | None:
        """What to ask the server next; None when all that is left is in the store."""
        gap = self._store.history.gaps.newest()
        if gap is None or not self.lags:
            return None
        return self._window(min(self.after + 1 + self._width, gap.stop))

    def _window(self, stop: int) -> FetchHistory:
        self._got = {}
        self._stop = self._before = stop
        return FetchHistory(stop, HISTORY_MOST)

    def answered(self, page: HistoryPage) -> Part | FetchHistory:
        """The answer to the last request: what to tell, or what else to ask before anything can be told."""
        oldest = min((message.id for message in page.messages), default=self._before)
        width = self._stop - self.after - 1
        if page.more and self.after + 1 < oldest and width > HISTORY_MOST:  # there are more of them than one page has
            self._width = max(HISTORY_MOST, width // 2)
            return self._window(self.after + 1 + self._width)
        self._got |= {message.id: message for message in page.messages if self.after < message.id < self._before}
        if page.more and self.after + 1 < oldest < self._before:  # a page has only so many bytes
            self._before = oldest
            return FetchHistory(oldest, HISTORY_MOST)
        found = sorted(self._got.values(), key=lambda message: message.id)
        if not page.more and oldest > self.after + 1:
            self._missing += (found[0].id if found else self._stop) - self.after - 1
        self.after = self._stop - 1
        self._width = self._width * 2 if len(found) <= _SPARSE else HISTORY_MOST
        return self._part(found)

    def rest(self) -> Part:
        """What the store holds that is newer than all that was told."""
        return self._part([message for number, message in self._store.messages.items() if number > self.after])

    def give_up(self) -> None:
        """The server gives no pages: what the store does not hold can't be had."""
        self._refused = True
        gap = self._store.history.gaps.newest()
        if gap is not None and self.lags:
            self._missing += gap.stop - self.after - 1
            self.after = gap.stop - 1

    def _part(self, messages: list[Message]) -> Part:
        if not messages:
            return Part(0, [])
        missing, self._missing = self._missing, 0
        self.after = max(self.after, messages[-1].id)
        return Part(missing if self._refused or self._is_cut(messages[0].id) else 0, messages)

    def _is_cut(self, first: int) -> bool:
        """May a server that keeps nothing before this message have kept something once?"""
        keep, most = self._store.limits.get("keep", 0), self._store.limits.get("history", 0)
        return bool(keep) or 0 < most <= self._store.seq - first + 1
