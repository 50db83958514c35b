"""Store: everything that this client knows of one room, and the only place where it changes. Pure: no I/O, no clock.

Events go in, and a `Change` comes out that says what a picture of the store has to draw again. An event seen twice
changes nothing. The first event after a lost connection either continues what is known or replaces it.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from chat_protocol.commands import Command, Say
from chat_protocol.events import Client, ClientsChanged, Deleted, Event, HistoryPage, Init, Message, Refusal
from chat_tui.state.change import Change
from chat_tui.state.history import MessageHistory
from chat_tui.state.outbox import Outbox, Pending, RefusedLine
from chat_tui.state.page_requests import PAGE, PageRequests
from chat_tui.state.people import People
from chat_tui.state.read_place import ReadPlace
from chat_tui.state.resync import Position, Resync
from chat_tui.state.unread import Unread

__all__ = ["Change", "Store"]

_NOBODY: Mapping[str, str] = MappingProxyType({})


class Store:
    """The state of one room as this client sees it: joins its parts, and takes events to them.

    Each part is asked by itself: the `history` of messages, `people`, what is `unread`, our lines in the `outbox`, and
    the `pages` of older messages. What changes more than one of them goes through here, and so does whatever is to be
    told as a change. Times called `now` are seconds since the epoch (UTC) on this computer's clock. `token_prefix` is
    random, so that no token is used twice. From an earlier run, `read` is how far the record had been read, and `names`
    are those of people, by client id.
    """

    def __init__(
        self,
        token_prefix: str,
        *,
        history_limit: int = 20_000,
        outbox_limit: int = 500,
        read: ReadPlace | None = None,
        names: Mapping[str, str] = _NOBODY,
    ) -> None:
        self.outbox = Outbox(token_prefix, outbox_limit)
        self.pages = PageRequests(token_prefix)
        self.history = MessageHistory(history_limit)
        self.people = People(names)
        self.unread = Unread(self.history, self.people)
        self._position = Position(read)
        self._resync = Resync(self._position, self.history, self.people, self.unread, self.outbox, self.pages)

    @property
    def messages(self) -> dict[int, Message]:
        """Messages by id, ascending. Not to be changed from outside."""
        return self.history.messages

    # -- what the server says -----------------------------------------------------------------------------------

    def apply(self, event: Event, now: float) -> Change:
        """Take one event."""
        return self.apply_all((event,), now)

    def apply_all(self, events: Iterable[Event], now: float) -> Change:
        """Take events in order; the change is that of all of them together."""
        change = Change()
        for event in events:
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
                case HistoryPage():
                    self._apply_page(event, change)
        return self._finished(change)

    def _apply_message(self, message: Message, change: Change) -> None:
        people, position, history = self.people, self._position, self.history
        # The token alone proves nothing, since everybody sees it.
        if people.is_own(message) and (pending := self.outbox.take(message.txn)):
            change.settled.append(pending.key)
        if message.id <= position.seq and position.epoch and history.is_unloaded(message.id):
            # Also the answer to a line sent again: it comes with the others that are not loaded.
            self.pages.renewed(message.id, message.seq)
        elif history.add(message):
            if message.from_id:
                people.remember(message.from_id, message.from_name)
            if position.is_newer(message):
                self.unread.count(message)
        elif position.epoch:
            history.renew(message)
        position.advance(message.seq)

    def _apply_deleted(self, event: Deleted) -> None:
        self.history.remove(event.id, self._position.gone_until(event.seq))
        self.outbox.deleted(event.id)
        self.outbox.take(event.txn)  # kept once, and gone since: that is the answer to what was sent again
        self._position.advance(event.seq)

    def _apply_clients(self, event: ClientsChanged, change: Change) -> None:
        clients = {} if event.clients is not None else dict(self.people.clients)
        named = [(client.id, client.name) for client in (*(event.clients or ()), *event.joined)]
        clients.update(named)
        for client_id in event.left:
            clients.pop(client_id, None)
        change.roster |= self.people.take_clients(clients, named)
        if self.people.you and (name := clients.get(self.people.you.id)):
            change.you_changed |= self.people.take_you(Client(self.people.you.id, name))
            self.outbox.named(name)

    def _apply_page(self, page: HistoryPage, change: Change) -> None:
        """What was asked for has come. Where the server has more, a page without messages says nothing."""
        request = self.pages.answered(page)
        if request is None:
            return
        oldest = min((message.id for message in page.messages), default=page.before) if page.more else 1
        outdated = [message.id for message in page.messages if request.is_outdated(message)]
        fresh = self.history.insert(page.messages, oldest, page.before, without=outdated)
        for message in fresh:
            if message.from_id and not self.people.is_remembered(message.from_id):
                self.people.remember(message.from_id, message.from_name)
        change.rule |= self.unread.count_missed(fresh)
        change.edges, change.page = True, "loaded" if oldest < page.before else ("empty", "No answer.")

    def _apply_refusal(self, refusal: Refusal, change: Change) -> None:
        if self.pages.refused(refusal):
            change.edges, change.page = True, (refusal.code, refusal.text)
            return
        pending = self.outbox.take(refusal.txn)
        if pending is None:
            change.errors.append(refusal.text)
        elif pending.tries < 2 or refusal.code != "no_such_message" or not pending.command.is_idempotent:
            # Else it is done: the try before this one has worked.
            change.refused.append(RefusedLine(pending, refusal.code, refusal.text))

    def disconnected(self) -> Change:
        """The connection is lost: what was under way is unsent again, or is not to be repeated and refused."""
        return self._finished(Change(refused=self.outbox.disconnected(), edges=self.pages.disconnected()))

    def _finished(self, change: Change) -> Change:
        if muted := self.people.take_muted():
            self._show_muting(muted)
            change.roster = True
        if touched := self.outbox.take_touched():
            self.history.touch(touched)
        self.history.take_changes(change)
        self.unread.update(change)
        return change

    # -- the server and its time --------------------------------------------------------------------------------

    @property
    def epoch(self) -> str | None:
        """Which life of the server's log this is; "" where it does not say, None before the first `init`."""
        return self._position.epoch

    @property
    def seq(self) -> int:
        """The newest entry of the log that was taken."""
        return self._position.seq

    @property
    def resume_point(self) -> str | None:
        """What to ask the next connection to continue from; None where there is nothing to continue."""
        return self._position.resume_point

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
        when = self.history.next_expiry()
        return None if when is None else when - self._resync.clock_offset

    def expire(self, now: float) -> Change:
        """Forget what has reached its end; a connection is not needed for that."""
        self.history.expire(self.server_now(now), self._position.gone_until(self.seq))
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
        for client_id in client_ids:
            if client_id in self.people.muted:
                self.unread.read(client_id)
        self.history.touch(number for number, one in self.messages.items() if one.from_id in client_ids)

    def read(self, client_id: str) -> Change:
        """The direct messages from this client have been read."""
        self.unread.read(client_id)
        return self._finished(Change())

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
        return self.outbox.say(command, typed, held_until, now, self.epoch or "")

    def take_changes(self) -> Change:
        """What is different since somebody has put lines into the outbox, or taken them out."""
        return self._finished(Change())
