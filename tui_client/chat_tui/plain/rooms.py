"""Rooms besides the home, as lines: each says in brackets which room it is of. Pure: told the time.

What was missed is told as far as the server sends it by itself; of what is older only the number is told.
"""

from typing import NamedTuple

from chat_protocol.events import Message
from chat_protocol.rooms import LOBBY
from chat_tui.plain import wording
from chat_tui.state.store import Store
from chat_tui.state.view import View, ViewKey

_MOST = 4_000
"""Messages of which it is remembered who wrote them, and where."""


class _Known(NamedTuple):
    room: str
    author: str


class RoomsJournal:
    """One client's story of the rooms that it has joined: what was said and deleted there, and who came and left."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, _Known] = {}
        self._here: dict[ViewKey, dict[str, str]] = {}
        self._topics: dict[ViewKey, str] = {}

    def lines(self, now: float) -> list[str]:
        """What the last change of the store means; `now` is in seconds since the epoch on this computer's clock."""
        store = self._store
        rooms = [view for view in store.views.rooms if view is not store.views.home and view.synced]
        lines = [line for view in rooms for line in self._greetings(view)]
        lines = [wording.event_line(line, now) for line in lines]
        lines += [self._message(message, now) for message in store.arrived if self._is_elsewhere(message)]
        for number in store.gone:
            if (known := self._known.pop(number, None)) is not None:
                words = wording.gone(number, known.author, expired=False)
                lines.append(wording.event_line(f"[{known.room}] {words}", now))
        for key in [key for key in self._here if key not in store.views.by_key]:
            del self._here[key]
            self._topics.pop(key, None)
            lines.append(wording.event_line(f"[{key.name}] you left", now))
        return lines

    def _is_elsewhere(self, message: Message) -> bool:
        view = self._store.views.of_message(message)
        return view is not None and view is not self._store.views.home

    def _message(self, message: Message, now: float) -> str:
        self._known[message.id] = _Known(message.room or LOBBY, wording.author(self._store, message))
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        return wording.message_line(self._store, message, now)

    def _greetings(self, view: View) -> list[str]:
        """That it was joined; who came to it and left it since; what it is about."""
        store, room = self._store, view.key.name
        you = store.people.you.id if store.people.you else ""
        here = {who: name for who, name in store.people.in_room(room).items() if who != you}
        before = self._here.get(view.key)
        if before == here and self._topics.get(view.key, "") == view.topic:
            return []
        self._here[view.key] = here
        told = []
        if before is None:
            who = f"Also here: {wording.names(list(here.values()))}." if here else "Nobody else is here."
            told.append(f"[{room}] joined. {who}")
        else:
            joined = [name for client_id, name in here.items() if client_id not in before]
            left = [name for client_id, name in before.items() if client_id not in here]
            told += [
                f"[{room}] {wording.names(names)} {did}" for names, did in ((joined, "joined"), (left, "left")) if names
            ]
        if self._topics.get(view.key, "") != view.topic:
            told.append(f"[{room}] topic: {view.topic}" if view.topic else f"[{room}] no topic")
        self._topics[view.key] = view.topic
        return told
