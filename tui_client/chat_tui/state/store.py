"""What this client knows, and nothing else knows it. Pure: no I/O, no clock, no widget.

Events go in, and a `Change` comes out that says what a picture of the store has to draw again. An event seen twice
changes nothing. The first event after a lost connection either continues what is known or replaces it.
"""

from collections.abc import Iterable

from chat_protocol.commands import Say
from chat_protocol.events import Client, ClientsChanged, Deleted, Event, HistoryPage, Init, Message, Refusal
from chat_tui.state.change import Change
from chat_tui.state.outbox import Outbox
from chat_tui.state.page_requests import PAGE, PageRequests
from chat_tui.state.saying import Saying

__all__ = ["Change", "Store"]

_MOST_NAMES = 20_000


class Store(Saying):
    """The state of one room as this client sees it.

    Times called `now` are seconds since the epoch (UTC) on this computer's clock. `token_prefix` is random, so that no
    token is used twice.
    """

    def __init__(self, token_prefix: str, *, history_limit: int = 20_000, outbox_limit: int = 500) -> None:
        super().__init__(history_limit, Outbox(token_prefix, outbox_limit))
        self._paging = PageRequests(token_prefix)
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
                case HistoryPage():
                    self._apply_page(event, change)
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

    def _apply_page(self, page: HistoryPage, change: Change) -> None:
        """What was asked for has come. Where the server has more, a page without messages says nothing."""
        if not self._paging.answered(page):
            return
        oldest = min((message.id for message in page.messages), default=page.before) if page.more else 1
        fresh = self._history.insert(page.messages, oldest, page.before)
        for message in fresh:
            if message.from_id and message.from_id not in self._names:
                self._remember_name(message.from_id, message.from_name)
        if self.away_since is not None:
            self._count_missed([message for message in fresh if message.id >= self.away_since], change)
        change.edges, change.page = True, "loaded" if oldest < page.before else ("empty", "Nothing came.")

    def _count_missed(self, messages: list[Message], change: Change) -> None:
        """What came while we were away is unread, though it is fetched later."""
        for message in messages:
            self._count_unread(message)
        heard = [message.id for message in messages if self.is_heard(message)]
        if heard and self.first_unread is not None and heard[0] < self.first_unread:
            self.first_unread, change.rule = heard[0], True

    def _apply_refusal(self, refusal: Refusal, change: Change) -> None:
        if self._paging.refused(refusal):
            change.edges, change.page = True, (refusal.code, refusal.text)
            return
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
        self.away_since = self.seq + 1 if continued else None
        missed = len(fresh)
        if init.resumed and continued:
            missed += 0 if init.missed is None else max(0, init.missed - len(init.messages))
            self._continue(init)
        else:
            self._replace(init, change, continued=continued)
        if before is not None:
            change.missed = (change.missed or 0) + missed
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
        if init.more:
            self._history.gaps.add(self.seq + 1, init.messages[0].id if init.messages else init.seq + 1)
        for message in init.messages:
            self._history.add(message)

    def _replace(self, init: Init, change: Change, *, continued: bool) -> None:
        self._history.replace(init.messages)
        if init.more:
            self._history.gaps.add(1, init.messages[0].id if init.messages else init.seq + 1)
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
        self._paging.connected(answers=not self.plain)
        burst, rate = init.limits.get("burst", 0.0), init.limits.get("rate", 0.0)
        change.refused += self._outbox.connected(burst, rate, now=now, epoch=init.epoch)
        self._ready = True

    def disconnected(self) -> Change:
        """The connection is lost: what was under way is unsent again, or is not to be repeated and refused."""
        self._ready = False
        return Change(refused=self._outbox.disconnected(), edges=self._paging.disconnected())

    # -- older messages -----------------------------------------------------------------------------------------

    def ask(self, before: int, count: int = PAGE) -> str | None:
        """The line that asks for the newest `count` messages older than `before`; None while that can't be asked."""
        return self._paging.ask(before, count)

    def unasked(self) -> None:
        """That line did not go out."""
        self._paging.unasked()

    @property
    def asked_before(self) -> int | None:
        """Messages older than this one are on their way; None for no messages."""
        return None if self._paging.question is None else self._paging.question.before

    @property
    def can_ask(self) -> bool:
        """Is there a server that is to be asked for messages that are not held?"""
        return self._paging.ready

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
        added, inserted, removed, replaced = self._history.take_changes()
        change.added, change.inserted, change.removed = added, inserted, removed
        change.reset = change.reset or replaced
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
        """Is it the answer to a line sent again, from among what is not loaded? It comes with the others."""
        return not self._is_newer(message) and self.is_unloaded(message.id)

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
