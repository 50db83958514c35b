"""Resynchronization: each connection begins with an `init`, and then has a `room` for each room that we join.

Pure: told the time.
"""

from collections.abc import Iterable

from chat_protocol.events import Client, Init, RoomView
from chat_protocol.rooms import LOBBY
from chat_tui.state.change import Change
from chat_tui.state.joins import Joins
from chat_tui.state.outbox import Outbox
from chat_tui.state.people import People
from chat_tui.state.view import View
from chat_tui.state.view_sync import ViewSync, said_by
from chat_tui.state.views import Views


class Resync:
    """Applies the first event of a connection, and the first of each room, to everything that is held.

    `limits` are what the server says of itself. `plain` says that it speaks only the simplest part of the protocol,
    without tokens and identities. `clock_offset` is how far its clock is ahead of ours, in seconds.
    """

    def __init__(self, people: People, outbox: Outbox, views: Views, joins: Joins) -> None:
        self.limits: dict[str, float] = {}
        self.plain = False
        self.clock_offset = 0.0
        self._greeted = False
        self._people = people
        self._outbox = outbox
        self._views = views
        self._joins = joins
        self._sync = ViewSync(people, outbox, views)

    def apply(self, init: Init, now: float, change: Change) -> None:
        """Take an `init`; what it changes is added to `change`."""
        change.first, self._greeted, change.greeted = change.first or not self._greeted, True, True
        home = self._views.home
        continued = bool(init.epoch) and init.epoch == home.position.epoch
        self._take_server(init, now)
        self._take_you(init, change, continued=continued)
        self._views.name_home(init.room)
        self._take_clients(home, init.clients or (), init.people, change)
        for message in init.messages:
            if message.from_id:
                self._people.remember(message.from_id, message.from_name)
        home.topic = init.topic
        self._sync.take(home, said_by(init, init.epoch), change)
        self._reconnect(init, now, change)

    def apply_room(self, event: RoomView, change: Change) -> None:
        """Take what the server says of a room: what is in it, or only what it is about."""
        view = self._views.of_room(event.room)
        if event.by is not None and self._people.you is not None and event.by.id == self._people.you.id:
            home = view is self._views.home
            self._outbox.topic_set(None if home else event.room or LOBBY, event.topic)
        if view is None:
            return
        view.topic = event.topic
        change.roster |= view is self._views.shown
        change.views = True
        if event.messages is None or not self._joins.joined(event.room or LOBBY):
            return
        for message in event.messages:
            if message.from_id:
                self._people.remember(message.from_id, message.from_name)
        self._take_clients(view, event.here or (), event.people, change)
        self._sync.take(view, said_by(event, self._views.home.position.epoch or ""), change)
        view.pages.connected(answers=True)
        change.edges |= view is self._views.shown

    def _take_server(self, init: Init, now: float) -> None:
        self.limits = init.limits
        self.plain = not init.epoch or init.you is None
        if init.now:  # a clock that stands at the beginning of time, as one out of all bounds is read, tells nothing
            self.clock_offset = init.now - now

    def _take_you(self, init: Init, change: Change, *, continued: bool) -> None:
        if not continued:
            self._people.forget_own_ids()
        change.you_changed |= self._people.take_you(init.you)
        if init.you:
            self._outbox.named(init.you.name)

    def _take_clients(self, view: View, here: Iterable[Client], crowd: int | None, change: Change) -> None:
        clients = {client.id: client.name for client in here}
        changed = self._people.take_clients(view.key.name, clients, clients.items(), crowd or 0)
        change.roster |= changed and self._people.room == view.key.name
        change.views |= changed and self._people.room != view.key.name

    def _reconnect(self, init: Init, now: float, change: Change) -> None:
        """See what becomes of the lines and the page requests that were under way."""
        outbox = self._outbox
        if not self.plain:
            change.refused += outbox.renumbered(init.epoch)
        for message in init.messages:
            if self._people.is_own(message) and (pending := outbox.take(message.txn)):
                change.settled.append(pending.key)
        change.refused += outbox.disconnected()
        for view in self._views.group(self._views.home):
            view.pages.connected(answers=not self.plain)
        self._joins.connected(answers=not self.plain)
        burst, rate = init.limits.get("burst", 0.0), init.limits.get("rate", 0.0)
        change.refused += outbox.connected(burst, rate, now=now, epoch=init.epoch, plain=self.plain)
