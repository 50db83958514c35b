"""Answers: tells what the server found or fetched for a line that was typed, and fetches by itself what was missed."""

from collections.abc import Callable, Iterable

from chat_protocol.commands import Command, FetchHistory, Search
from chat_protocol.events import Event, HistoryPage, PeoplePage, RoomsPage, SearchResults
from chat_tui.plain import wording
from chat_tui.plain.catch_up import CatchUp, Part
from chat_tui.plain.journal import Journal
from chat_tui.state.outbox import Pending
from chat_tui.state.store import Store

_AGAIN = frozenset({"too_fast", "lost"})
"""Codes of refusals after which the same may be asked once more."""


class Answers:
    """What was asked and is not answered. `say` puts a question into the outbox; `tell` writes lines.

    `missing` says how many messages could not be had, at most.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        say: Callable[[Command], Pending | None],
        tell: Callable[[Iterable[str]], None],
        clock: Callable[[], float],
    ) -> None:
        self.missing = 0
        self._store = store
        self._journal = journal
        self._say = say
        self._tell = tell
        self._clock = clock
        self._page: Pending | None = None  # what is being fetched
        self._asker: CatchUp | None = None  # and for whom
        self._asking = False

    def hear(self, events: list[Event]) -> list[Event]:
        """Take the answers out of what the server says; returns what is for others."""
        return [event for event in events if not self._is_answer(event)]

    def _is_answer(self, event: Event) -> bool:
        if isinstance(event, RoomsPage | PeoplePage):
            if self._store.outbox.take(event.txn) is None:
                return False
            self._tell(wording.listed(event, self._clock()))
            return True
        if not isinstance(event, HistoryPage | SearchResults):
            return False
        pending = next((line for line in self._store.outbox if line.txn == event.txn), None)
        if pending is None or not isinstance(pending.command, FetchHistory | Search):
            return False
        self._store.outbox.take(event.txn)
        if pending is not self._page:
            self._tell(wording.answer(self._store, event, self._clock()))
        elif isinstance(event, HistoryPage):
            self._page = None
            self._fetched(event)
        return True

    # -- what was missed ----------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Ask for the next of what was missed, unless that is under way; tell the last of it."""
        behind = self._journal.behind
        if self._page is not None and (behind is not self._asker or self._page not in self._store.outbox):
            self._store.outbox.discard(self._page.key)  # of another life of the record, or refused
            self._page = None
        if behind is None or self._page is not None or self._asking:
            return
        if (command := behind.request()) is not None:
            self._ask(behind, command)
        else:
            part = behind.rest()
            self.missing += part.missing
            self._tell(self._journal.caught_up(part, self._clock()))

    def _ask(self, behind: CatchUp, command: FetchHistory) -> None:
        self._asker, self._asking = behind, True
        self._page = self._say(command)  # which tells what it changes, and so asks whether to follow
        self._asking = False

    def _fetched(self, page: HistoryPage) -> None:
        behind = self._journal.behind
        if behind is None or behind is not self._asker:
            return
        answer = behind.answered(page)
        if isinstance(answer, Part):
            self.missing += answer.missing
            self._tell(self._journal.part(answer, self._clock()))
            self.follow()
        else:
            self._ask(behind, answer)

    def is_refused(self, pending: Pending, code: str) -> bool:
        """Was it our own question? It is asked again, or what it asked for can't be had."""
        if pending is not self._page:
            return False
        self._page = None
        if code not in _AGAIN and (behind := self._journal.behind) is not None:
            behind.give_up()
        return True
