"""Views: all that can be shown of one server, which of them is on the screen, and to which an event belongs. Pure."""

from collections.abc import Iterator

import msgspec

from chat_protocol.events import Message
from chat_protocol.rooms import LOBBY
from chat_tui.state.page_requests import PageRequests
from chat_tui.state.people import People
from chat_tui.state.position import Position
from chat_tui.state.read_place import ReadPlace
from chat_tui.state.view import TO_YOU, View, ViewKey, person_key, room_key

WHOLE_VIEWS = 8
"""So many views, those that were shown last, keep all that was loaded."""
KEPT = 500
"""Messages that the others keep; and those of *To you*."""


class Views:
    """The `home`, where a connection is from its first event; rooms that were joined; conversations; and *To you*.

    Where there are no `conversations`, direct messages stay among those of the home, as who has one stream reads them.
    `arrived` and `gone` are messages that came to any view, and ids that went, since somebody has set them back.
    """

    def __init__(
        self, token_prefix: str, limit: int, people: People, read: ReadPlace | None, *, conversations: bool
    ) -> None:
        self._prefix = token_prefix
        self._limit = limit
        self._people = people
        self._conversations = conversations
        self._made = 0
        self.home = self._make(room_key(None), Position(read), PageRequests(token_prefix))
        self.to_you = self._make(TO_YOU, self.home.position, PageRequests(f"{token_prefix}y"), KEPT)
        self.shown = self.home
        self.by_key: dict[ViewKey, View] = {self.home.key: self.home, TO_YOU: self.to_you}
        self._rooms: dict[str | None, View] = {None: self.home}  # by what events say: the lobby has no name there
        self._recent = [self.home]
        self._closed: set[ViewKey] = set()  # conversations of which nothing is held any more
        self.touched: set[View] = set()
        """The views of which something may be different since the last time that changes were taken."""
        self.arrived: list[Message] = []
        self.gone: set[int] = set()

    def __iter__(self) -> Iterator[View]:
        return iter(self.by_key.values())

    def _make(self, key: ViewKey, position: Position, pages: PageRequests, limit: int = 0) -> View:
        self._made += 1
        return View(key, limit or self._limit, self._people, position, pages)

    # -- which there are ----------------------------------------------------------------------------------------

    @property
    def rooms(self) -> list[View]:
        """The home first, then the rooms that were joined, in that order."""
        return [self.home, *(view for view in self if view.is_room and view is not self.home)]

    @property
    def people(self) -> list[View]:
        """The private conversations."""
        return [view for view in self if view.key.kind == "person"]

    def name_home(self, room: str | None) -> None:
        """The server says which room the home is."""
        key = room_key(room)
        if key != self.home.key:
            self.by_key.pop(key, None)
            others = {one: view for one, view in self.by_key.items() if view is not self.home}
            self._people.move_room(self.home.key.name, key.name)
            self.home.key = key
            self.by_key = {key: self.home, **others}
            self._rooms = {_said(view): view for view in self.by_key.values() if view.is_room}
            if self.shown not in self.by_key.values():
                self.show(self.home)

    def wire_room(self, view: View) -> str | None:
        """The name of a room as a command has it; None for the home, and for what is in no room."""
        return view.key.name if view.is_room and view is not self.home else None

    def open_room(self, name: str, read: ReadPlace | None = None) -> View:
        """The view of a room, made where there is none; it goes on where it had been `read`."""
        key = room_key(name)
        if (view := self.by_key.get(key)) is None:
            room = key.name
            pages = PageRequests(f"{self._prefix}{self._made}", room)
            view = self.by_key[key] = self._make(key, Position(read), pages)
            self._rooms[_said(view)] = view
        return view

    def open_conversation(self, client_id: str) -> View:
        """The view of what was said to a person and by them; older lines are fetched with those of the home."""
        key = person_key(client_id)
        if (view := self.by_key.get(key)) is None:
            home = self.home
            view = self._make(key, home.position, PageRequests(f"{self._prefix}{self._made}"))
            view.pages.share(home.pages)
            view.synced = home.synced
            view.unread.away_since = home.unread.away_since
            for gap in home.history.gaps:
                view.history.gaps.add(*gap)
            if key in self._closed:
                view.history.gaps.add(1, home.position.seq + 1)
                self._closed.discard(key)
            self.by_key[key] = view
        return view

    def begin_conversation(self, client_id: str) -> None:
        """There is something to be said to a person: it stands in the view of that, where there are such views."""
        if self._conversations:
            self.open_conversation(client_id)

    def close(self, view: View) -> None:
        """Forget a view: it is not joined any more."""
        if view is not self.home and self.by_key.pop(view.key, None) is not None:
            if view.is_room:
                self._rooms.pop(_said(view), None)
                self._people.leave_room(view.key.name)
            else:
                self._closed.add(view.key)
            self.touched.discard(view)
            if view in self._recent:
                self._recent.remove(view)
            for message in [one for one in self.to_you.history.messages.values() if self._is_of(one, view)]:
                self.remove(self.to_you, message.id, -1)

    # -- to which an event belongs ------------------------------------------------------------------------------

    def of_room(self, room: str | None) -> View | None:
        """The view of a room, by what events say; None for one that was not joined, or left."""
        return self._rooms.get(room)

    def of_message(self, message: Message) -> View | None:
        """Where a message is shown; None where it is not."""
        if message.to_id is None:
            return self._rooms.get(message.room)
        if not self._conversations:
            return self.home
        return self.open_conversation(self._partner(message, message.to_id))

    def _partner(self, message: Message, to_id: str) -> str:
        """With whom a direct message is a conversation."""
        return to_id if self._people.is_own(message) else message.from_id

    def group(self, view: View) -> list[View]:
        """The views whose messages come together: those of the home bring the conversations along."""
        return [view, *self.people] if view is self.home or view.key.kind == "person" else [view]

    def holding(self, room: str | None) -> list[View]:
        """The views in which a message of that room may be; a direct message has none."""
        view = self.of_room(room)
        found = [] if view is None else [view]
        if room is None:
            found += self.people if view is self.home else [self.home, *self.people]
        return found

    def parts(self, view: View, messages: tuple[Message, ...]) -> dict[View, list[Message]]:
        """The messages that came for a view, by where they are shown; a conversation that has none is there too."""
        found: dict[View, list[Message]] = {view: []}
        if view is not self.home or not self._conversations:
            found[view] = list(messages)
            return found
        found |= {one: [] for one in self.people}
        for message in messages:
            if message.to_id is None:
                found[view].append(message)
                continue
            found.setdefault(self.of_message(message) or view, []).append(message)
            if (pointer := self._pointer(message, found[view][-1] if found[view] else None)) is not None:
                found[view].append(pointer)
        return found

    def point_to(self, view: View, message: Message) -> None:
        """Say in the home that there was a direct message, unless that is to be seen."""
        home = self.home.history
        newest = home.messages.get(next(reversed(home.messages), 0))
        if view is not self.shown and (pointer := self._pointer(message, newest)) is not None and home.add(pointer):
            self.touched.add(self.home)

    def _pointer(self, message: Message, before: Message | None) -> Message | None:
        """What stands in the home for direct messages of one person in a row: who wrote it, and nothing of its text."""
        if not self._people.is_heard(message):
            return None
        if before is not None and before.to_id is not None and before.from_id == message.from_id:
            return None
        return msgspec.structs.replace(message, text="", reply_to=None)

    # -- what is addressed to us --------------------------------------------------------------------------------

    def count(self, view: View, message: Message) -> None:
        """A message is new to us: it is unread, if it is somebody else's whom we listen to."""
        self.arrived.append(message)
        if self._people.is_heard(message):
            to_you = self._people.is_to_you(message)
            view.unread.came(message.id, to_you=to_you)
            if to_you:
                self.address(message)
        self.touched.add(view)

    def address(self, message: Message) -> None:
        """Show a message in *To you*."""
        if self.to_you.history.add(message):
            self.touched.add(self.to_you)

    def readdress(self, view: View, messages: list[Message]) -> None:
        """Show in *To you*, of what is shown in `view`, only what is among these messages."""
        held = {message.id for message in messages}
        for message in list(self.to_you.history.messages.values()):
            if message.id not in held and self._is_of(message, view):
                self.remove(self.to_you, message.id, -1)
        for message in messages:
            if message.text and self._people.is_heard(message) and self._people.is_to_you(message):
                self.address(message)

    def _is_of(self, message: Message, view: View) -> bool:
        if message.to_id is None:
            return room_key(message.room) == view.key
        there = person_key(self._partner(message, message.to_id)) if self._conversations else self.home.key
        return there == view.key

    # -- what is on the screen ----------------------------------------------------------------------------------

    def remove(self, view: View, message_id: int, gone_until: int) -> None:
        """Forget a message in one view."""
        view.history.remove(message_id, gone_until)
        view.unread.gone(message_id)
        self.gone.add(message_id)
        self.touched.add(view)

    def show(self, view: View) -> None:
        """Put a view on the screen; those that were there long ago let most of their messages go."""
        self.shown = view
        if view.is_room:
            self._people.room = view.key.name
        self._recent = [view, *(one for one in self._recent if one is not view)]
        view.history.limit = KEPT if view is self.to_you else self._limit
        for old in self._recent[WHOLE_VIEWS:]:
            old.history.limit = KEPT
            self.touched.add(old)
        del self._recent[WHOLE_VIEWS:]
        self.touched.add(view)


def _said(view: View) -> str | None:
    """What events say of a room."""
    return None if view.key.name == LOBBY else view.key.name
