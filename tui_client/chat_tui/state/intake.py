"""Intake: takes each event of the server to the views, people and lines of ours that it changes. Pure.

An event seen twice changes nothing, and one of a room that is not joined any more means nothing.
"""

from chat_protocol.events import (
    Client,
    ClientsChanged,
    Deleted,
    Event,
    HistoryPage,
    Init,
    LeftRoom,
    Message,
    ReadPlace,
    Refusal,
    RoomView,
)
from chat_protocol.rooms import LOBBY
from chat_tui.state.change import Change
from chat_tui.state.joins import Joins
from chat_tui.state.outbox import Outbox, RefusedLine
from chat_tui.state.people import People
from chat_tui.state.resync import Resync
from chat_tui.state.view import room_key
from chat_tui.state.views import Views


class Intake:
    """Applies events; what they change is added to a `Change`, but for what the views gather by themselves."""

    def __init__(self, people: People, outbox: Outbox, views: Views, joins: Joins, resync: Resync) -> None:
        self._people = people
        self._outbox = outbox
        self._views = views
        self._joins = joins
        self._resync = resync

    def take(self, event: Event, now: float, change: Change) -> None:
        """Take one event; `now` is in seconds since the epoch on this computer's clock."""
        match event:
            case Message():
                self._apply_message(event, change)
            case Deleted():
                self._apply_deleted(event)
            case ClientsChanged():
                self._apply_clients(event, change)
            case Refusal():
                self._apply_refusal(event, change)
            case Init():
                self._resync.apply(event, now, change)
            case RoomView():
                self._resync.apply_room(event, change)
            case HistoryPage():
                self._apply_page(event, change)
            case LeftRoom():
                self._apply_left(event, change)
            case ReadPlace():
                self._apply_seen(event)
            case _:
                self._outbox.take(event.txn)  # an answer, which whoever has asked has seen

    def _apply_message(self, message: Message, change: Change) -> None:
        people, views = self._people, self._views
        # The token alone proves nothing, since everybody sees it.
        if people.is_own(message) and (pending := self._outbox.take(message.txn)):
            change.settled.append(pending.key)
        view = views.of_message(message)
        if view is None:
            return  # of a room that was left
        position, history = view.position, view.history
        if message.id <= position.seq and position.epoch and history.is_unloaded(message.id):
            # Also the answer to a line sent again: it comes with the others that are not loaded.
            for one in views.group(view):
                one.pages.renewed(message.id, message.seq)
        elif history.add(message):
            if message.from_id:
                people.remember(message.from_id, message.from_name)
            if position.is_newer(message):
                views.count(view, message)
            if view.key.kind == "person":
                views.point_to(view, message)
            views.touched.add(view)
        elif position.epoch:
            history.renew(message)
            views.to_you.history.renew(message)
            views.touched.update((view, views.to_you))
        position.advance(message.seq)

    def _apply_deleted(self, event: Deleted) -> None:
        views = self._views
        view = views.of_room(event.room) or views.home
        for one in (*views.holding(event.room), views.to_you):
            views.remove(one, event.id, one.position.gone_until(event.seq))
        self._outbox.deleted(event.id)
        self._outbox.take(event.txn)  # kept once, and gone since: that is the answer to what was sent again
        view.position.advance(event.seq)

    def _apply_clients(self, event: ClientsChanged, change: Change) -> None:
        room = event.room or LOBBY
        if room_key(room) not in self._views.by_key:
            return
        clients = {} if event.clients is not None else dict(self._people.in_room(room))
        named = [(client.id, client.name) for client in (*(event.clients or ()), *event.joined)]
        before = len(clients)
        clients.update(named)
        for client_id in event.left:
            clients.pop(client_id, None)
        crowd = self._people.crowd(room)
        crowd += len(clients) - before if crowd else 0
        changed = self._people.take_clients(room, clients, named, crowd)
        change.roster |= changed and room == self._people.room
        change.views |= changed and room != self._people.room
        if self._people.you and (name := clients.get(self._people.you.id)):
            change.you_changed |= self._people.take_you(Client(self._people.you.id, name))
            self._outbox.named(name)

    def _apply_page(self, page: HistoryPage, change: Change) -> None:
        """What was asked for has come. Where the server has more, a page without messages says nothing."""
        for asked in self._views:
            if (request := asked.pages.answered(page)) is not None:
                break
        else:
            return
        oldest = min((message.id for message in page.messages), default=page.before) if page.more else 1
        outdated = [message.id for message in page.messages if request.is_outdated(message)]
        home = self._views.home
        source = asked if asked.is_room else home
        for view, messages in self._views.parts(source, page.messages).items():
            fresh = view.history.insert(messages, oldest, page.before, without=outdated)
            for message in fresh:
                if message.from_id and not self._people.is_remembered(message.from_id):
                    self._people.remember(message.from_id, message.from_name)
            rule = view.unread.count_missed(fresh, news=view.key.kind == "person" and view is not self._views.shown)
            change.rule |= rule and view is self._views.shown
            self._views.touched.add(view)
        if asked is self._views.shown:
            change.edges, change.page = True, "loaded" if oldest < page.before else ("empty", "No answer.")

    def _apply_refusal(self, refusal: Refusal, change: Change) -> None:
        for view in self._views:
            if view.pages.refused(refusal):
                if view is self._views.shown:
                    change.edges, change.page = True, (refusal.code, refusal.text)
                return
        if (rooms := self._joins.refused(refusal)) is not None:
            self._refuse_rooms(rooms, refusal, change)
            return
        pending = self._outbox.take(refusal.txn)
        if pending is None:
            change.errors.append(refusal.text)
        elif pending.tries < 2 or refusal.code != "no_such_message" or not pending.command.is_idempotent:
            # Else it is done: the try before this one has worked.
            change.refused.append(RefusedLine(pending, refusal.code, refusal.text))

    def _refuse_rooms(self, rooms: list[str], refusal: Refusal, change: Change) -> None:
        """These can't be joined."""
        text = "This server has no other rooms." if refusal.code == "unknown_command" else refusal.text
        if rooms:
            change.errors.append(text)
        for room in rooms:
            self._drop_room(room, change)

    def _apply_left(self, event: LeftRoom, change: Change) -> None:
        """The server has taken us out of a room, or we have left it."""
        room = event.room or LOBBY
        view = self._views.by_key.get(room_key(room))
        if view is not None and view is not self._views.home and room in self._joins.rooms:
            self._joins.disowned(room)
            self._drop_room(room, change)

    def _drop_room(self, room: str, change: Change) -> None:
        view = self._views.by_key.get(room_key(room))
        if view is None or view is self._views.home:
            return
        if view is self._views.shown:
            self._views.show(self._views.home)
            change.reset = change.roster = change.rule = change.edges = change.switched = True
        self._views.close(view)
        change.views = True

    def _apply_seen(self, event: ReadPlace) -> None:
        """The same person has read up to there, on another connection."""
        if (view := self._views.of_room(event.room)) is not None:
            for one in self._views.group(view):
                one.unread.seen_until(event.id)
                one.read_until = max(one.read_until, event.id)
                self._views.touched.add(one)
