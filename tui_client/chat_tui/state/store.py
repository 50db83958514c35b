"""Store: everything that this client knows of one server, and the only place where it changes. Pure: no I/O, no clock.

Events go in, and a `Change` comes out that says what a picture of the store has to draw again. An event seen twice
changes nothing. The first event after a lost connection either continues what is known or replaces it.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from chat_protocol.commands import Command, Say
from chat_protocol.events import Event, Message
from chat_tui.state.change import Change
from chat_tui.state.history import MessageHistory
from chat_tui.state.intake import Intake
from chat_tui.state.joins import Joins
from chat_tui.state.outbox import Outbox, Pending
from chat_tui.state.page_requests import PAGE, PageRequests
from chat_tui.state.people import People
from chat_tui.state.read_place import ReadPlace
from chat_tui.state.resync import Resync
from chat_tui.state.unread import Unread
from chat_tui.state.view import ViewKey, person_key, room_key
from chat_tui.state.views import Views

__all__ = ["Change", "Store"]

_NOBODY: Mapping[str, str] = MappingProxyType({})


class Store:
    """The state of one server as this client sees it: joins its parts, and takes events to them.

    Each part is asked by itself: the `views`, which are rooms and conversations, `people`, our lines in the `outbox`,
    and the rooms that we want to be in (`joins`). Of the view on the screen there are the `history` of messages, what
    is `unread`, and the `pages` of older messages. What changes more than one of them goes through here, and so does
    whatever is to be told as a change. Times called `now` are seconds since the epoch (UTC) on this computer's clock.
    `token_prefix` is random, so that no token is used twice. From an earlier run, `read` is how far the home had been
    read, and `names` are those of people, by client id. Without `conversations`, direct messages are among those of
    the home.
    """

    def __init__(
        self,
        token_prefix: str,
        *,
        history_limit: int = 20_000,
        outbox_limit: int = 500,
        read: ReadPlace | None = None,
        names: Mapping[str, str] = _NOBODY,
        conversations: bool = True,
    ) -> None:
        self.outbox = Outbox(token_prefix, outbox_limit)
        self.people = People(names)
        self.views = Views(token_prefix, history_limit, self.people, read, conversations=conversations)
        for client_id in names:
            self.views.begin_conversation(client_id)
        self.joins = Joins(token_prefix)
        self._resync = Resync(self.people, self.outbox, self.views, self.joins)
        self._intake = Intake(self.people, self.outbox, self.views, self.joins, self._resync)
        self.arrived: list[Message] = []
        """What the last change brought to any view."""
        self.gone: set[int] = set()
        """The ids that went with the last change from any view."""

    # -- the view on the screen ---------------------------------------------------------------------------------

    @property
    def history(self) -> MessageHistory:
        """The messages that are held of it."""
        return self.views.shown.history

    @property
    def messages(self) -> dict[int, Message]:
        """Messages by id, ascending. Not to be changed from outside."""
        return self.views.shown.history.messages

    @property
    def unread(self) -> Unread:
        """What of them is unread."""
        return self.views.shown.unread

    @property
    def pages(self) -> PageRequests:
        """How older ones are asked for."""
        return self.views.shown.pages

    def switch(self, key: ViewKey) -> Change:
        """Show another view; one that there is not, is none."""
        view = self.views.by_key.get(key)
        if view is None and key.kind == "person":
            view = self.views.open_conversation(key.name)
        if view is None or view is self.views.shown:
            return Change()
        self.views.show(view)
        change = Change(reset=True, roster=True, rule=True, edges=True, switched=True, views=True)
        change.unread_from = view.unread.first_new
        return self._finished(change)

    def join(self, room: str, read: ReadPlace | None = None) -> Change:
        """Be in a room from now on, which goes on where it had been `read`."""
        key = room_key(room)
        if key in self.views.by_key or not self.joins.has_room():
            return Change()
        self.views.open_room(room, read)
        self.joins.want(room)
        return self._finished(Change(views=True))

    def leave(self, key: ViewKey) -> Change:
        """Be in a room no more, or close a conversation; where it is on the screen, the home is, afterwards."""
        view = self.views.by_key.get(key)
        if view is None or view in (self.views.home, self.views.to_you):
            return Change()
        change = self.switch(self.views.home.key) if view is self.views.shown else Change()
        if view.is_room:
            self.joins.leave(key.name)
        self.views.close(view)
        change.views = True
        return self._finished(change)

    def unsent(self) -> list[Pending]:
        """Our messages that are not known to be kept, as far as they are of the view on the screen."""
        return [line for line in self.outbox.messages() if self.is_shown(line.command)]

    def is_shown(self, command: Command) -> bool:
        """Does a message of ours stand in the view on the screen?"""
        shown = self.views.shown
        if not isinstance(command, Say):
            return False
        if command.to is not None:
            there = self.views.by_key.get(person_key(self.people.id_here(command.to) or command.to))
            return shown is (there or self.views.home)
        return shown is (self.views.home if command.room is None else self.views.by_key.get(room_key(command.room)))

    # -- what the server says -----------------------------------------------------------------------------------

    def apply(self, event: Event, now: float) -> Change:
        """Take one event."""
        return self.apply_all((event,), now)

    def apply_all(self, events: Iterable[Event], now: float) -> Change:
        """Take events in order; the change is that of all of them together."""
        change = Change()
        for event in events:
            self._intake.take(event, now, change)
        return self._finished(change)

    def disconnected(self) -> Change:
        """The connection is lost: what was under way is unsent again, or is not to be repeated and refused."""
        edges = False
        for view in self.views:
            edges |= view.pages.disconnected() and view is self.views.shown
        self.joins.disconnected()
        return self._finished(Change(refused=self.outbox.disconnected(), edges=edges))

    def _finished(self, change: Change) -> Change:
        views = self.views
        if muted := self.people.take_muted():
            self._show_muting(muted)
            change.roster = True
        if touched := self.outbox.take_touched():
            for view in views:
                view.history.touch(touched)
            views.touched.add(views.shown)
        shown = views.shown
        for view in views.touched:
            if view is not shown:
                view.history.take_changes(Change())
                view.unread.update(Change())
                change.views |= view.unread.take_change()
        views.touched.clear()
        shown.history.take_changes(change)
        shown.unread.update(change)
        self.arrived, views.arrived = views.arrived, []
        self.gone, views.gone = views.gone, set()
        return change

    # -- the server and its time --------------------------------------------------------------------------------

    @property
    def epoch(self) -> str | None:
        """Which life of the server's log this is; "" where it does not say, None before the first `init`."""
        return self.views.home.position.epoch

    @property
    def seq(self) -> int:
        """The newest entry of the log that was taken of the view on the screen."""
        return self.views.shown.position.seq

    @property
    def resume_point(self) -> str | None:
        """What to ask the next connection to continue from; None where there is nothing to continue."""
        return self.views.home.position.resume_point

    def place_in(self, room: str) -> int | None:
        """From where to go on in a room that was joined; None where there is nothing to go on from."""
        position = self.views.open_room(room).position
        return position.seq if position.epoch and position.epoch == self.epoch else None

    @property
    def limits(self) -> dict[str, float]:
        """What the server says of itself, by name."""
        return self._resync.limits

    @property
    def plain(self) -> bool:
        """Does the server speak only the simplest part of the protocol, without tokens and identities?"""
        return self._resync.plain

    def server_now(self, now: float) -> float:
        """The server's clock at `now`."""
        return now + self._resync.clock_offset

    def next_expiry(self) -> float | None:
        """When to call `expire`, on this computer's clock; None for not at all."""
        ends = [when for view in self.views if (when := view.history.next_expiry()) is not None]
        return min(ends) - self._resync.clock_offset if ends else None

    def expire(self, now: float) -> Change:
        """Forget what has reached its end; a connection is not needed for that."""
        server_now = self.server_now(now)
        for view in self.views:
            for message_id in view.history.expire(server_now, view.position.gone_until(view.position.seq)):
                view.unread.gone(message_id)
                self.views.gone.add(message_id)
                self.views.touched.add(view)
        return self._finished(Change())

    # -- what is done here --------------------------------------------------------------------------------------

    def mute(self, client_id: str, *, muted: bool) -> Change:
        """Listen to a client no more, or again: while muted, nothing of theirs is unread or missed.

        So it is with whoever else has that name, or takes it: a guest has another id after each connection.
        """
        self._show_muting(self.people.mute(client_id) if muted else self.people.unmute(client_id))
        return self._finished(Change(roster=True))

    def _show_muting(self, client_ids: Collection[str]) -> None:
        """These are listened to no more, or again."""
        for view in self.views:
            view.unread.forget_muted()
            view.history.touch(number for number, one in view.history.messages.items() if one.from_id in client_ids)
            self.views.touched.add(view)

    def seen(self) -> bool:
        """What is new in the view on the screen has been seen; was there anything?"""
        return self.unread.seen() and self.unread.take_change()

    def mark_unread_from(self, message_id: int) -> Change:
        """The unread begin here, or at the next message where this one is gone."""
        return Change(rule=self.unread.mark_from(message_id))

    def clear_unread(self) -> Change:
        """There is no mark where the unread begin."""
        return Change(rule=self.unread.mark_from(None))

    def request_page(self, before: int, count: int = PAGE) -> str | None:
        """The line that asks for the newest `count` messages older than `before`; None while that can't be asked.

        Never beyond what was heard of: the answer knows nothing of a message that comes while it is under way.
        """
        return self.pages.request(min(before, self.seq + 1), count)

    def say(self, command: Command, typed: str, held_until: float = 0.0, now: float | None = None) -> Pending | None:
        """Put a line into the outbox; None when it is full. Until `held_until`, on the outbox's clock, it is not sent.

        The name in a `/to` becomes the id of who bears it now, so that a line that waits for a connection never
        reaches somebody who took the name meanwhile. For the same reason an answer to a direct message says whom it is
        for.
        """
        if isinstance(command, Say):
            command = self.people.with_recipient(command, self.messages.get(command.reply_to or 0))
            if command.to is not None and self.people.is_remembered(command.to):
                self.views.begin_conversation(command.to)
        return self.outbox.say(command, typed, held_until, now, self.epoch or "")

    def take_changes(self) -> Change:
        """What is different since somebody has put lines into the outbox, or taken them out."""
        return self._finished(Change())
