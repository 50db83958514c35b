"""Own name: under which one we are known, and another where somebody else has it."""

from collections.abc import Callable
from itertools import count

from chat_protocol.names import fold_name
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.autosave import DraftAutosave
from chat_tui.screens.chat.status import StatusLine
from chat_tui.state.store import Change, Store
from chat_tui.widgets.composer.composer import Composer
from chat_tui.wording.notices import Notice


class OwnName:
    """Our name: `wanted` is the one that was asked for, None where the server is to give one.

    `taken` is told a name that was asked for by a line, when it is ours.
    """

    def __init__(
        self,
        store: Store,
        feed: Feed,
        composer: Composer,
        drafts: DraftAutosave,
        status: StatusLine,
        *,
        wanted: str | None,
        taken: Callable[[str], None],
    ) -> None:
        self._wanted = wanted
        self._taken = taken
        self._typed = False
        self._refused: set[str] = set()
        self._base = ""
        self._store = store
        self._feed = feed
        self._composer = composer
        self._drafts = drafts
        self._status = status
        self._known: str | None = None

    def follow(self, change: Change) -> None:
        """The server has said who we are; if somebody else has the name that we asked for, offer another."""
        you = self._store.people.you
        if you is not None and change.you_changed:
            self._learn(you.name, errors=bool(change.errors))
        elif self._base and change.roster and self._drafts.proposes:
            self._propose()  # somebody may have taken meanwhile what is proposed

    def _learn(self, name: str, *, errors: bool) -> None:
        before, self._known = self._known, name
        if before is not None and before != name:
            self._status.notice(Notice("success", f"You are now {name}.", seconds=4))
        if self._wanted is None:
            return
        if fold_name(name) == fold_name(self._wanted):
            self._base = ""
            self._feed.rename(name)
            if self._typed:
                self._typed = False
                self._taken(name)
        elif not self._composer.text and (errors or fold_name(self._wanted) in self._others()):
            self._base = self._wanted
            self._propose()

    def _others(self) -> set[str]:
        """The names of all who are here but us, as they are compared."""
        people = self._store.people
        you = people.you.id if people.you else ""
        return {fold_name(name) for who, name in people.clients.items() if who != you}

    def _next_free(self) -> str | None:
        """The first of ana2, ana3 and so on that may be free; None where it is ours already."""
        you, taken = self._store.people.you, self._others() | self._refused
        free = next(name for n in count(2) if fold_name(name := f"{self._base}{n}") not in taken)
        return None if you is not None and fold_name(you.name) == fold_name(free) else free

    def _propose(self) -> None:
        free = self._next_free()
        if free is not None and not (self._drafts.proposes and self._composer.text == f"/name {free}"):
            self._drafts.propose(f"/name {free}")

    def want(self, name: str) -> None:
        """Ask for this name, as a line says."""
        self._wanted, self._typed = name, True

    def refused(self, name: str) -> str:
        """That name is not to be had: we keep ours. Returns a line that asks for the next one, "" for none."""
        self._wanted = self._store.people.you.name if self._store.people.you else None
        self._typed = False
        self._refused.add(fold_name(name))
        asked_for_us = self._base and fold_name(name).startswith(fold_name(self._base))
        free = self._next_free() if asked_for_us else None
        return "" if free is None else f"/name {free}"
