"""Find in the loaded messages: steps from place to place, counts them, and goes back to where one was reading."""

import asyncio
from typing import TYPE_CHECKING

from chat_tui.state.find import FindResults, spans_of
from chat_tui.state.store import Change, Store
from chat_tui.widgets.messages.find import Reading
from chat_tui.widgets.messages.message_list import MessageList

if TYPE_CHECKING:
    from chat_tui.widgets.bars.find import SearchBar


class Find:
    """A phrase, where it was found, and where one was reading before; `bar` is there while it is open."""

    def __init__(self, store: Store, messages: MessageList) -> None:
        self._store = store
        self._messages = messages
        self._results = FindResults("", {})
        self._bar: SearchBar | None = None
        self._reading: Reading = None
        self._from = 0  # the newest message that was on the screen
        self._current: int | None = None
        self._next_slice: asyncio.Handle | None = None

    @property
    def bar(self) -> "SearchBar | None":
        """Where the phrase is typed; None while nothing is looked for."""
        return self._bar

    def open(self, bar: "SearchBar") -> None:
        """Begin from where the list is."""
        self._bar = bar
        self._reading = self._messages.reading
        self._from = self._messages.newest_shown or 0

    def close(self, *, stay: bool = False) -> None:
        """Look for nothing; go back to where one was reading, unless something is done here (`stay`)."""
        if self._bar is None:
            return
        self._bar.remove()
        self._bar = None
        self._stop()
        self._results, self._current = FindResults("", {}), None
        self._messages.find(None)
        self._messages.clear_mark()
        if not stay:
            self._messages.read_on(self._reading)

    def look_for(self, phrase: str) -> None:
        """Find a phrase, and go to the newest place of it that is not newer than where the search began."""
        phrase = phrase.strip()
        if self._bar is None or phrase == self._results.phrase:
            return
        self._stop()
        self._results = FindResults(phrase, self._store.messages, self._store.people.is_muted)
        self._messages.find((lambda text: spans_of(phrase, text)) if phrase else None)
        self._current = None
        if not phrase:
            self._messages.clear_mark()
            self._messages.read_on(self._reading)
        self._look()

    def again(self) -> None:
        """Other messages are left out than before."""
        if self._bar is not None:
            phrase, self._results = self._results.phrase, FindResults("", {})
            self.look_for(phrase)

    def step(self, by: int) -> None:
        """To the next older (1) or newer (-1) place, and round the end."""
        if self._current is None:  # what was found here is gone, and something else came
            self._go(next(iter(self._results.found), None))
            return
        while not self._results.done and self._results.at(self._current) + 1 >= len(self._results.found):
            self._results.look()
        self._go(self._results.step(self._current, by))

    def follow(self, change: Change) -> None:
        """Bring what was found up to date with the store; what is gone is no find any more."""
        if self._bar is None or not self._results.phrase:
            return
        if change.reset:
            self._stop()
            self._reading = None
            self._results = FindResults(self._results.phrase, self._store.messages, self._store.people.is_muted)
            self._look()
        elif change.changed or change.added or change.inserted or change.removed:
            self._results.changed(change.changed)
            self._results.removed(change.removed)
            self._results.added(change.added)
            self._results.inserted(change.inserted)
        current = self._current
        if current is not None and (
            current not in self._store.messages or (current in change.changed and not self._results.has(current))
        ):
            self._current = self._results.step(current, 1)
            self._messages.show_found(self._current)
        self._show_count()

    def _look(self) -> None:
        """Look through one slice; the next one waits for whatever else is to be done."""
        self._next_slice = None
        self._results.look()
        if self._current is None and self._results.found and (self._results.done or self._reached()):
            at = self._results.at(self._from)
            self._go(self._results.found[at if at < len(self._results.found) else 0])
        self._show_count()
        if not self._results.done:
            self._next_slice = asyncio.get_running_loop().call_soon(self._look)

    def _reached(self) -> bool:
        """Has something been found that is not newer than where the search began?"""
        return self._results.found[-1] <= self._from

    def _stop(self) -> None:
        if self._next_slice is not None:
            self._next_slice.cancel()
            self._next_slice = None

    def _go(self, number: int | None) -> None:
        self._current = number
        self._messages.show_found(number)
        self._show_count()

    def _show_count(self) -> None:
        if self._bar is None or not self._bar.is_mounted:
            return
        found = len(self._results.found)
        more = "" if self._results.done else "…"
        if self._current is not None:
            self._bar.show_count(f"{self._results.at(self._current) + 1} of {found}{more}")
        elif not self._results.phrase:
            self._bar.show_count("")
        elif found and not more:
            self._bar.show_count(f"{found} found")
        else:
            self._bar.show_count("looking…" if more else "nothing found", nothing=not more)
