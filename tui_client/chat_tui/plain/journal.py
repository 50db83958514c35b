"""Journal: turns each change of the store into lines, in the order of things. Pure: told the time.

Nothing that was written can be taken back, so what came and went in one go is never written, and of what is gone only
number and author are remembered, as long as the store itself held it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from chat_tui.plain import wording
from chat_tui.plain.catch_up import CatchUp, Part
from chat_tui.state.store import Change, Store


class _Known(NamedTuple):
    author: str
    expires_at: float | None
    told: bool


class Journal:
    """One client's story of a room.

    `host` is where it is. At the first connection the newest `history` messages are told, later what was missed, and
    all that comes. `limit` is the store's own. With `complete`, what was missed is told as a whole: while some of it
    has to be fetched, `behind` says how to, and no message that comes is told before.
    """

    def __init__(self, store: Store, host: str, *, history: int, limit: int, complete: bool = False) -> None:
        self.behind: CatchUp | None = None
        self._store = store
        self._host = host
        self._history = history
        self._limit = limit
        self._complete = complete
        self._known: dict[int, _Known] = {}
        self._newest = 0
        self._people: dict[str, str] = {}
        self._epoch: str | None = None
        self._greeting = False
        self._untold: set[int] = set()

    @property
    def remembered(self) -> int:
        """Of how many messages number and author are known."""
        return len(self._known)

    def greeting(self) -> None:
        """A server speaks: what it says first is its greeting."""
        self._greeting = True

    def lines(self, change: Change, now: float) -> list[str]:
        """What a change means; `now` is in seconds since the epoch on this computer's clock."""
        greeted = self._greeting and (change.reset or change.missed is not None)
        gone = self._gone(change, now, greeted=greeted)
        if greeted:
            lines = self._greet(change, gone, now)
        else:
            added = change.added if self.behind is None else []
            came, went = self._came_and_went(change, now)
            lines = [*came, *self._messages(added, now), *gone, *went]
        self._remember(change, greeted=greeted)
        return lines

    # -- a connection -------------------------------------------------------------------------------------------

    def _greet(self, change: Change, gone: list[str], now: float) -> list[str]:
        """Where we are, and what is new there."""
        store, first = self._store, self._epoch is None
        lines = [wording.event_line(wording.connected(store, self._host, again=not first), now)]
        if first:
            came = set(change.added)
            earlier = [number for number in store.messages if number not in came]
            shown = earlier[-self._history :] if self._history else []
            if shown:
                newest = "the newest " if store.history.more or len(shown) < len(earlier) else ""
                lines.append(wording.event_line(f"{newest}{wording.messages(len(shown))} from before:", now))
            self._untold = set(earlier[: len(earlier) - len(shown)])
            return lines + self._messages([*shown, *change.added], now)
        if store.epoch != self._epoch:
            self._untold.clear()
        if change.anew:
            lines.append(wording.event_line("the server has restarted; earlier messages are gone", now))
        elif change.lost:
            lines.append(wording.event_line(wording.went_back(change.lost), now))
        if self._complete and store.epoch and self._lags_behind(anew=change.anew):
            return [*lines, wording.event_line("you missed some messages; here they are, oldest first:", now), *gone]
        fresh = self._fresh(change)
        others = sum(not self._is_own(number) for number in fresh)
        gap = bool(fresh) and store.history.gap_above(fresh[0]) is not None
        lines.append(wording.event_line(wording.missed(others, gap=gap), now))
        return lines + self._messages(fresh, now) + gone

    # -- what has to be fetched ---------------------------------------------------------------------------------

    def _lags_behind(self, *, anew: bool) -> bool:
        """Is something between what was told and what the store holds? Then it has to be fetched."""
        if self.behind is None or self._store.epoch != self._epoch:
            self.behind = CatchUp(self._store, 0 if anew else self._newest)
        if not self.behind.lags:
            self.behind = None
        return self.behind is not None

    def part(self, part: Part, now: float) -> list[str]:
        """The next of what was missed has come."""
        lines = [wording.event_line(wording.missing(part.missing), now)] if part.missing else []
        self._newest = max([self._newest, *(message.id for message in part.messages)])
        return lines + [wording.message_line(self._store, message, now) for message in part.messages]

    def caught_up(self, rest: Part, now: float) -> list[str]:
        """Nothing more has to be fetched: this is all that is left, and then it goes on as ever."""
        self.behind = None
        self._note(message.id for message in rest.messages)
        return self.part(rest, now)

    def _fresh(self, change: Change) -> list[int]:
        """The messages that have not been here. In one life of a log the newer ones have the greater numbers."""
        store = self._store
        if store.epoch and store.epoch == self._epoch:
            return [number for number in store.messages if number > self._newest]
        removed = set(change.removed)
        return [number for number in store.messages if number not in self._known or number in removed]

    def _is_own(self, number: int) -> bool:
        return self._store.people.is_own(self._store.messages[number])

    # -- messages -----------------------------------------------------------------------------------------------

    def _messages(self, numbers: list[int], now: float) -> list[str]:
        store = self._store
        return [wording.message_line(store, store.messages[number], now) for number in numbers]

    def _gone(self, change: Change, now: float, *, greeted: bool) -> list[str]:
        """What was deleted; not what the store only holds no longer, since it has enough newer ones."""
        store = self._store
        if greeted and (not store.epoch or store.epoch != self._epoch):
            return []  # the numbers mean other messages now
        server_now = store.server_now(now)
        cut = (greeted and change.reset and store.history.more) or len(store.messages) >= self._limit
        oldest = next(iter(store.messages), 0)
        lines = []
        for number in change.removed:
            known = self._known.get(number)
            if self.behind is not None and number > self._newest:
                continue
            if known is not None and not (cut and number < oldest):
                expired = known.expires_at is not None and known.expires_at <= server_now + 1
                if known.told or not expired:  # whom does it help that what he never saw has had its time?
                    lines.append(wording.event_line(wording.gone(number, known.author, expired=expired), now))
        return lines

    # -- people -------------------------------------------------------------------------------------------------

    def _came_and_went(self, change: Change, now: float) -> tuple[list[str], list[str]]:
        """Who came or has another name, which is told before what they say; and who left."""
        if not (change.roster or change.you_changed):
            return [], []
        store, before = self._store, self._people
        you = store.people.you.id if store.people.you else ""
        there = {client_id: name for client_id, name in store.people.clients.items() if client_id != you}
        joined = [name for client_id, name in there.items() if client_id not in before]
        left = [
            name for client_id, name in before.items() if client_id not in store.people.clients and client_id != you
        ]
        told = [f"{before[key]} is now {name}" for key, name in there.items() if before.get(key, name) != name]
        if joined:
            told.append(f"{wording.names(joined)} joined")
        if change.you_changed and store.people.you:
            told.append(f"you are now {store.people.you.name}")
        went = [wording.event_line(f"{wording.names(left)} left", now)] if left else []
        return [wording.event_line(what, now) for what in told], went

    # -- what has been told -------------------------------------------------------------------------------------

    def _remember(self, change: Change, *, greeted: bool) -> None:
        store = self._store
        if greeted:
            if not store.epoch or store.epoch != self._epoch:
                self._newest = 0 if change.anew or not store.epoch else min(self._newest, store.seq)
            if self._epoch is None and store.epoch:
                self._newest = store.seq  # what is older and not shown is of no concern
            self._greeting, self._epoch = False, store.epoch
            self._known.clear()
        for number in change.removed:
            self._known.pop(number, None)
        self._note(store.messages if greeted else (*change.added, *change.changed))
        if greeted or change.roster:
            self._people = dict(store.people.clients)

    def _note(self, numbers: Iterable[int]) -> None:
        """Remember whose these are; all that are held up to now are told, or never will be."""
        store = self._store
        for number in numbers:
            message = store.messages[number]
            self._known[number] = _Known(wording.author(store, message), message.expires_at, number not in self._untold)
            if self.behind is None:
                self._newest = max(self._newest, number)
