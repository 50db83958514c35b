"""What this client knows, and nothing else knows it. Pure: no I/O, no clock, no widget.

Events go in, and a `Change` comes out that says what a picture of the store has to draw again. An event seen twice
changes nothing. The first event after a lost connection either continues what is known or replaces it.
"""

from collections.abc import Iterable, Iterator

import msgspec

from chat_protocol.commands import Command, Delete, Say
from chat_protocol.events import Client, ClientsChanged, Deleted, Event, Init, Message, Refusal
from chat_protocol.names import fold_name
from chat_tui.kept_lines import Kept
from chat_tui.known import Known
from chat_tui.outbox import Outbox, Pending, Refused

_MOST_NAMES = 20_000


class Change(msgspec.Struct):
    """What one or many events have changed.

    `reset`: `messages` is to be read anew, and `removed` says which ids are gone or are another message now. Otherwise
    take `removed` out first, then put `added` at the end (ids, ascending).
    `roster`: who is here, their names or their unread counts. `settled`: keys of pending messages that are kept now.
    `refused`: lines of ours that are not carried out, each with a code and a sentence. `errors`: sentences about none
    of our lines. `missed`: after a reconnect, how many messages of others came meanwhile; None otherwise.
    `rule`: `first_unread` is another one. `more`: the next change follows at once, as whoever calls the store knows.
    """

    reset: bool = False
    added: list[int] = msgspec.field(default_factory=list)
    removed: list[int] = msgspec.field(default_factory=list)
    roster: bool = False
    settled: list[int] = msgspec.field(default_factory=list)
    refused: list[Refused] = msgspec.field(default_factory=list)
    errors: list[str] = msgspec.field(default_factory=list)
    missed: int | None = None
    you_changed: bool = False
    rule: bool = False
    more: bool = False


class Store(Known):
    """The state of one room as this client sees it.

    Times called `now` are seconds since the epoch (UTC) on this computer's clock. `token_prefix` is random, so that no
    token is used twice.
    """

    def __init__(self, token_prefix: str, *, history_limit: int = 20_000, outbox_limit: int = 500) -> None:
        super().__init__(history_limit)
        self._outbox = Outbox(token_prefix, outbox_limit)
        self._ready = False
        self._counted: dict[str, int] = {}

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
                    self._apply_init(event, now, change)
        return self._finished(change)

    def _apply_message(self, message: Message, change: Change) -> None:
        self._settle(message, change)
        if self._is_left_out(message):
            return
        if self._history.add(message):
            if message.from_id:
                self._remember_name(message.from_id, message.from_name)
            if self._is_newer(message):
                self._count_unread(message)
        self._advance(message.seq)

    def _apply_deleted(self, event: Deleted) -> None:
        self._history.remove(event.id, self._gone_until(event.seq))
        self._outbox.deleted(event.id)
        self._outbox.take(event.txn)  # kept once, and gone since: that is the answer to what was sent again
        self._advance(event.seq)

    def _apply_clients(self, event: ClientsChanged, change: Change) -> None:
        before = self.clients
        clients = {} if event.clients is not None else dict(before)
        named = [(client.id, client.name) for client in (*(event.clients or ()), *event.joined)]
        clients.update(named)
        for client_id in event.left:
            clients.pop(client_id, None)
        self._take_clients(clients, named)
        change.roster |= clients != before
        if self.you and (name := clients.get(self.you.id)):
            self._take_you(Client(self.you.id, name), change)

    def _apply_refusal(self, refusal: Refusal, change: Change) -> None:
        pending = self._outbox.take(refusal.txn)
        if pending is None:
            change.errors.append(refusal.text)
        elif pending.tries < 2 or refusal.code != "no_such_message" or isinstance(pending.command, Say):
            change.refused.append((pending, refusal.code, refusal.text))

    # -- connecting and disconnecting ---------------------------------------------------------------------------

    def _apply_init(self, init: Init, now: float, change: Change) -> None:
        before = self.epoch
        continued = bool(init.epoch) and init.epoch == before
        self.epoch, self.limits = init.epoch, init.limits
        self.plain = not init.epoch or init.you is None
        if init.now is not None:
            self._clock_offset = init.now - now
        if not continued:
            self._own_ids.clear()
        if init.you:
            self._own_ids.add(init.you.id)
        self._take_you(init.you, change)
        fresh = [message for message in init.messages if self._is_fresh(message, continued=continued)]
        if init.resumed and continued:
            self._continue(init)
        else:
            self._replace(init, change, continued=continued)
        if before is not None:
            change.missed = (change.missed or 0) + len(fresh)
            for message in fresh:
                self._count_unread(message)
        self.seq = max(init.seq, self.seq) if continued else init.seq
        if not self.plain:
            change.refused += self._outbox.renumbered(init.epoch)
        self._greet(init, now, change)

    def _is_fresh(self, message: Message, *, continued: bool) -> bool:
        """Is this a message of somebody else's that came while we were away?"""
        known = self.messages.get(message.id)
        if not self.epoch:
            return known is None or known.text != message.text
        return self.is_heard(message) and (not continued or (known is None and message.seq > self.seq))

    def _continue(self, init: Init) -> None:
        for message_id in init.deleted:
            self._history.remove(message_id, self._gone_until(init.seq))
            self._outbox.deleted(message_id)
        for message in init.messages:
            self._history.add(message)

    def _replace(self, init: Init, change: Change, *, continued: bool) -> None:
        self._history.replace(init.messages)
        self._more = init.more
        change.reset = True
        if not continued:
            self._unread.clear()
            self.first_unread, change.rule = None, change.rule or self.first_unread is not None

    def _greet(self, init: Init, now: float, change: Change) -> None:
        """The rest of an `init`: who is here, and what becomes of the lines that were under way."""
        for message in init.messages:
            self._settle(message, change)
            if message.from_id:
                self._remember_name(message.from_id, message.from_name)
        clients = {client.id: client.name for client in init.clients or ()}
        change.roster |= clients != self.clients
        self._take_clients(clients, clients.items())
        change.refused += self._outbox.disconnected()
        burst, rate = init.limits.get("burst", 0.0), init.limits.get("rate", 0.0)
        change.refused += self._outbox.connected(burst, rate, now=now, epoch=init.epoch)
        self._ready = True

    def disconnected(self) -> Change:
        """The connection is lost: what was under way is unsent again, or is not to be repeated and refused."""
        self._ready = False
        return Change(refused=self._outbox.disconnected())

    # -- what is said here --------------------------------------------------------------------------------------

    def say(self, command: Command, typed: str, held_until: float = 0.0, now: float | None = None) -> Pending | None:
        """Put a line into the outbox; None when it is full. Until `held_until`, on `to_send`'s clock, it is not sent.

        The name in a `/to` becomes the id of who bears it now, so that a line that waits for a connection never
        reaches somebody who took the name meanwhile. For the same reason an answer to a direct message says whom it is
        for.
        """
        if isinstance(command, Say) and command.to is not None and command.to not in self.clients:
            wanted = fold_name(command.to)
            bearers = [client_id for client_id, name in self.clients.items() if fold_name(name) == wanted]
            if len(bearers) == 1:
                command = msgspec.structs.replace(command, to=bearers[0])
        elif isinstance(command, Say) and command.to is None and command.reply_to is not None:
            command = msgspec.structs.replace(command, to=self._other_of_two(command.reply_to))
        return self._outbox.say(command, typed, held_until, now, self.epoch or "")

    def _other_of_two(self, message_id: int) -> str | None:
        """With whom we share a direct message; None for a message to everyone."""
        parent = self.messages.get(message_id)
        if parent is None or parent.to_id is None:
            return None
        return parent.to_id if self.is_own(parent) else parent.from_id

    def to_send(self, now: float) -> Iterator[tuple[Pending, str]]:
        """The lines to hand to the connection now, in order; none while there is no connection.

        `now` is in seconds on a clock that only goes on, here and for `send_wait`. A line counts as sent when the next
        one is asked for: where the connection does not take it, leave the loop.
        """
        return self._outbox.to_send(now, plain=self.plain) if self._ready else iter(())

    def send_wait(self, now: float) -> float | None:
        """Seconds until `to_send` has a line, as the server's limits go; None for not until something changes."""
        return self._outbox.wait(now) if self._ready else None

    def kept(self, now: float) -> list[Kept]:
        """The lines to write down, so that a later run can send them; `now` as for `to_send`."""
        return self._outbox.kept(now, ready=self._ready)

    def restore(self, lines: Iterable[Kept]) -> None:
        """Take up what an earlier run has written down."""
        self._outbox.restore(lines)

    def send_again(self, key: int, now: float) -> None:
        """Send a line that is in doubt; `now` as for `apply`."""
        self._outbox.send_again(key, now)

    def unsent_rows(self) -> list[Pending]:
        """Our messages that are not known to be kept, in the order said."""
        return [pending for pending in self._outbox if isinstance(pending.command, Say)]

    def is_in_doubt(self, key: int) -> bool:
        """Does this line of ours wait for the user to say that it is to be sent again?"""
        return any(line.key == key and line.state == "doubt" for line in self._outbox)

    def is_being_deleted(self, message_id: int) -> bool:
        """Have we asked for that, without an answer so far?"""
        return any(isinstance(line.command, Delete) and line.command.id == message_id for line in self._outbox)

    def release(self) -> None:
        """Send at once whatever is held back."""
        self._outbox.release()

    def unanswered(self) -> list[Pending]:
        """Everything that was said and is not known to be done or refused, messages or not, in the order said."""
        return list(self._outbox)

    def discard(self, key: int) -> None:
        """Forget a pending line; one that is under way may be kept all the same."""
        self._outbox.discard(key)

    # -- time and attention -------------------------------------------------------------------------------------

    def expire(self, now: float) -> Change:
        """Forget what has reached its end; a connection is not needed for that."""
        self._history.expire(self.server_now(now), self._gone_until(self.seq))
        return self._finished(Change())

    def first_unread_from(self, client_id: str) -> int | None:
        """The id of the oldest direct message from this client that was not read; None where there is none."""
        return min((number for number in self._unread.get(client_id, ()) if number in self.messages), default=None)

    def read(self, client_id: str) -> Change:
        """The direct messages from this client have been read."""
        self._unread.pop(client_id, None)
        return self._finished(Change())

    def mute(self, client_id: str, *, muted: bool) -> Change:
        """Listen to a client no more, or again: while muted, nothing of theirs is unread or missed."""
        if muted:
            self.muted.add(client_id)
            self._unread.pop(client_id, None)
        else:
            self.muted.discard(client_id)
        return self._finished(Change())

    def mark_unread_from(self, message_id: int) -> Change:
        """The unread begin here, or at the next message where this one is gone."""
        return self._mark(self._history.first_from(message_id))

    def clear_unread(self) -> Change:
        """There is no mark where the unread begin."""
        return self._mark(None)

    def _mark(self, message_id: int | None) -> Change:
        before, self.first_unread = self.first_unread, message_id
        return Change(rule=before != message_id)

    # -- small steps --------------------------------------------------------------------------------------------

    def _finished(self, change: Change) -> Change:
        added, removed, replaced = self._history.take_changes()
        change.added, change.removed, change.reset = added, removed, change.reset or replaced
        if (first := self.first_unread) is not None:
            self.first_unread = self._first_unread_after(first)
            change.rule |= first != self.first_unread
        if self._unread or self._counted:
            before, self._counted = self._counted, self.unread
            change.roster |= before != self._counted
        return change

    def _first_unread_after(self, message_id: int) -> int | None:
        """This message, where it is here and somebody is listened to; else the next such one of somebody else's."""
        first = self._history.first_from(message_id)
        if first is None or (first == message_id and not self.is_muted(self.messages[first])):
            return first
        return next((one for one, each in self.messages.items() if one >= first and self.is_heard(each)), None)

    def _settle(self, message: Message, change: Change) -> None:
        """An echo of ours ends the wait of its line; the token alone proves nothing, since everybody sees it."""
        if self.is_own(message) and (pending := self._outbox.take(message.txn)):
            change.settled.append(pending.key)

    def _is_left_out(self, message: Message) -> bool:
        """Is it the answer to a line sent again, from before what is held? What lies between would be missing."""
        if not self.more or self._is_newer(message):
            return False
        return message.id < next(iter(self.messages), 0)

    def _is_newer(self, message: Message) -> bool:
        return not self.epoch or message.seq > self.seq

    def _advance(self, seq: int) -> None:
        if self.epoch:
            self.seq = max(self.seq, seq)

    def _gone_until(self, seq: int) -> int:
        """Up to which seq a message that goes now stays gone; without an epoch a number may be used again."""
        return max(seq, self.seq) if self.epoch else -1

    def _count_unread(self, message: Message) -> None:
        to_us = self.you is not None and message.to_id == self.you.id
        if to_us and self.is_heard(message) and message.from_id != self.attending:
            self._unread.setdefault(message.from_id, set()).add(message.id)

    def _take_clients(self, clients: dict[str, str], named: Iterable[tuple[str, str]]) -> None:
        self.clients = clients
        for client_id, name in named:
            self._remember_name(client_id, name)

    def _take_you(self, you: Client | None, change: Change) -> None:
        if you != self.you:
            self.you = you
            change.you_changed = True
        if you:
            self._outbox.named(you.name)

    def _remember_name(self, client_id: str, name: str) -> None:
        self._names[client_id] = name
        if len(self._names) > _MOST_NAMES:
            del self._names[next(iter(self._names))]
