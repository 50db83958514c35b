"""Store: everything that this client knows of one room, and the only place where it changes. Pure: no I/O, no clock.

Events go in, and a `Change` comes out that says what a picture of the store has to draw again. An event seen twice
changes nothing. The first event after a lost connection either continues what is known or replaces it.
"""

from collections.abc import Iterable

from chat_protocol.commands import Command, Say
from chat_protocol.events import Client, ClientsChanged, Deleted, Event, HistoryPage, Init, Message, Refusal
from chat_tui.state.change import Change
from chat_tui.state.gaps import Gap
from chat_tui.state.history import MessageHistory
from chat_tui.state.outbox import Outbox, Pending, RefusedLine
from chat_tui.state.page_requests import PAGE, PageRequests
from chat_tui.state.people import People
from chat_tui.state.resync import Position, Resync
from chat_tui.state.unread import Unread

__all__ = ["Change", "Store"]


class Store:
    """The state of one room as this client sees it: joins its parts, and takes events to them.

    Who sends works with the `outbox` itself, who asks for older messages with `pages`; pictures ask the store. Times
    called `now` are seconds since the epoch (UTC) on this computer's clock. `token_prefix` is random, so that no token
    is used twice.
    """

    def __init__(self, token_prefix: str, *, history_limit: int = 20_000, outbox_limit: int = 500) -> None:
        self.outbox = Outbox(token_prefix, outbox_limit)
        self.pages = PageRequests(token_prefix)
        self._history = MessageHistory(history_limit)
        self._people = People()
        self._unread = Unread(self._history, self._people)
        self._position = Position()
        self._resync = Resync(self._position, self._history, self._people, self._unread, self.outbox, self.pages)

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
        people, position, history = self._people, self._position, self._history
        # The token alone proves nothing, since everybody sees it.
        if people.is_own(message) and (pending := self.outbox.take(message.txn)):
            change.settled.append(pending.key)
        if message.id <= position.seq and position.epoch and history.is_unloaded(message.id):
            self.pages.renewed(message)  # also the answer to a line sent again: it comes with the others not loaded
        elif history.add(message):
            if message.from_id:
                people.remember(message.from_id, message.from_name)
            if position.is_newer(message):
                self._unread.count(message)
        elif position.epoch:
            history.renew(message)
        position.advance(message.seq)

    def _apply_deleted(self, event: Deleted) -> None:
        self._history.remove(event.id, self._position.gone_until(event.seq))
        self.outbox.deleted(event.id)
        self.outbox.take(event.txn)  # kept once, and gone since: that is the answer to what was sent again
        self._position.advance(event.seq)

    def _apply_clients(self, event: ClientsChanged, change: Change) -> None:
        clients = {} if event.clients is not None else dict(self.clients)
        named = [(client.id, client.name) for client in (*(event.clients or ()), *event.joined)]
        clients.update(named)
        for client_id in event.left:
            clients.pop(client_id, None)
        change.roster |= self._people.take_clients(clients, named)
        if self.you and (name := clients.get(self.you.id)):
            change.you_changed |= self._people.take_you(Client(self.you.id, name))
            self.outbox.named(name)

    def _apply_page(self, page: HistoryPage, change: Change) -> None:
        """What was asked for has come. Where the server has more, a page without messages says nothing."""
        request = self.pages.answered(page)
        if request is None:
            return
        oldest = min((message.id for message in page.messages), default=page.before) if page.more else 1
        outdated = [message.id for message in page.messages if request.is_outdated(message)]
        fresh = self._history.insert(page.messages, oldest, page.before, without=outdated)
        for message in fresh:
            if message.from_id and not self._people.is_remembered(message.from_id):
                self._people.remember(message.from_id, message.from_name)
        change.rule |= self._unread.count_missed(fresh)
        change.edges, change.page = True, "loaded" if oldest < page.before else ("empty", "Nothing came.")

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
        self._history.touch(self.outbox.take_touched())
        self._history.take_changes(change)
        self._unread.update(change)
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
        when = self._history.next_expiry()
        return None if when is None else when - self._resync.clock_offset

    def expire(self, now: float) -> Change:
        """Forget what has reached its end; a connection is not needed for that."""
        self._history.expire(self.server_now(now), self._position.gone_until(self.seq))
        return self._finished(Change())

    # -- messages -----------------------------------------------------------------------------------------------

    @property
    def messages(self) -> dict[int, Message]:
        """Messages by id, ascending. Not to be changed from outside."""
        return self._history.messages

    def before(self, message_id: int) -> Message | None:
        """The message before one that is held; None before the first."""
        return self._history.before(message_id)

    @property
    def more(self) -> bool:
        """Were there older messages than these?"""
        return self._history.more

    def gap_above(self, message_id: int) -> Gap | None:
        """Where, between a message that is held and the one before it, there may be others; the newest such place."""
        return self._history.gap_above(message_id)

    def gap_below(self, message_id: int) -> Gap | None:
        """The same between a message that is held and the one after it; the oldest such place."""
        return self._history.gap_below(message_id)

    def gap_around(self, message_id: int) -> Gap | None:
        """Where a message is that is not held, as far as it may be anywhere."""
        return self._history.gap_around(message_id)

    @property
    def last_gap(self) -> Gap | None:
        """The place below all that is held, where there may be others: those above the end, which are gone."""
        return self._history.last_gap

    def is_unloaded(self, message_id: int) -> bool:
        """May there be a message with this id that is not held here?"""
        return self._history.is_unloaded(message_id)

    @property
    def reading(self) -> int | None:
        """The id of the message at the top of the screen, so that it is not let go; None at the end of all."""
        return self._history.reading

    @reading.setter
    def reading(self, message_id: int | None) -> None:
        self._history.reading = message_id

    def request_page(self, before: int, count: int = PAGE) -> str | None:
        """The line that asks for the newest `count` messages older than `before`; None while that can't be asked.

        Never beyond what was heard of: the answer knows nothing of a message that comes while it is under way.
        """
        return self.pages.request(min(before, self.seq + 1), count)

    # -- people -------------------------------------------------------------------------------------------------

    @property
    def you(self) -> Client | None:
        """Who we are; None before anybody has said so."""
        return self._people.you

    @property
    def clients(self) -> dict[str, str]:
        """The names of those who are here, by id. Not to be changed from outside."""
        return self._people.clients

    @property
    def muted(self) -> set[str]:
        """The ids of those who are not listened to. To be changed by `mute` alone."""
        return self._people.muted

    def name_of(self, client_id: str) -> str:
        """The name of a client, of one who has left too; the id of somebody never seen."""
        return self._people.name_of(client_id)

    def bearer(self, name: str) -> str | None:
        """The id of who has this name, or had it last; None where nobody is known by it."""
        return self._people.bearer(name)

    def is_own(self, message: Message) -> bool:
        """Did we send it, on this connection or an earlier one?"""
        return self._people.is_own(message)

    def is_muted(self, message: Message) -> bool:
        """Is it from somebody who was muted here?"""
        return self._people.is_muted(message)

    def is_heard(self, message: Message) -> bool:
        """Is it somebody else's, who was not muted?"""
        return self._people.is_heard(message)

    def is_to_you(self, message: Message) -> bool:
        """Is it for us alone, or does it mention us?"""
        return self._people.is_to_you(message)

    def mute(self, client_id: str, *, muted: bool) -> Change:
        """Listen to a client no more, or again: while muted, nothing of theirs is unread or missed."""
        if muted:
            self.muted.add(client_id)
            self._unread.read(client_id)
        else:
            self.muted.discard(client_id)
        self._history.touch(number for number, one in self.messages.items() if one.from_id == client_id)
        return self._finished(Change(roster=True))

    # -- unread -------------------------------------------------------------------------------------------------

    @property
    def unread(self) -> dict[str, int]:
        """Direct messages that were not read, by the id of their sender; only those that are still here."""
        return self._unread.counts

    @property
    def attending(self) -> str:
        """The id of the client whose direct messages are being read, "" for nobody's; the screen sets it."""
        return self._unread.attending

    @attending.setter
    def attending(self, client_id: str) -> None:
        self._unread.attending = client_id

    @property
    def first_unread(self) -> int | None:
        """The id of the message where the unread begin; None where there is no mark."""
        return self._unread.first_unread

    @property
    def away_since(self) -> int | None:
        """The first id that could be missed while there was no connection; None where there always was one."""
        return self._unread.away_since

    def first_unread_from(self, client_id: str) -> int | None:
        """The id of the oldest direct message from this client that was not read; None where there is none."""
        return self._unread.first_from(client_id)

    def read(self, client_id: str) -> Change:
        """The direct messages from this client have been read."""
        self._unread.read(client_id)
        return self._finished(Change())

    def mark_unread_from(self, message_id: int) -> Change:
        """The unread begin here, or at the next message where this one is gone."""
        return Change(rule=self._unread.mark_from(message_id))

    def clear_unread(self) -> Change:
        """There is no mark where the unread begin."""
        return Change(rule=self._unread.mark_from(None))

    # -- our own lines ------------------------------------------------------------------------------------------

    def say(self, command: Command, typed: str, held_until: float = 0.0, now: float | None = None) -> Pending | None:
        """Put a line into the outbox; None when it is full. Until `held_until`, on the outbox's clock, it is not sent.

        The name in a `/to` becomes the id of who bears it now, so that a line that waits for a connection never
        reaches somebody who took the name meanwhile. For the same reason an answer to a direct message says whom it is
        for.
        """
        if isinstance(command, Say):
            command = self._people.with_recipient(command, self.messages.get(command.reply_to or 0))
        return self.outbox.say(command, typed, held_until, now, self.epoch or "")

    def take_changes(self) -> Change:
        """What is different since somebody has put lines into the outbox, or taken them out."""
        return self._finished(Change())

    def unsent_rows(self) -> list[Pending]:
        """Our messages that are not known to be kept, in the order said."""
        return self.outbox.messages()

    def unanswered(self) -> list[Pending]:
        """Everything that was said and is not known to be done or refused, messages or not, in the order said."""
        return list(self.outbox)
