"""Resynchronization: an `init` continues from the position that this client has in the log, or replaces all it holds.

Pure: told the time.
"""

from chat_protocol.events import Init, Message
from chat_tui.state.change import Change
from chat_tui.state.history import MessageHistory
from chat_tui.state.outbox import Outbox
from chat_tui.state.page_requests import PageRequests
from chat_tui.state.people import People
from chat_tui.state.read_place import ReadPlace
from chat_tui.state.unread import Unread


class Position:
    """How far this client has come in the server's log: `epoch` is which life of it, `seq` the newest entry taken.

    `epoch` is None before the first `init`, and "" where the server has none: then nothing can be resumed. Who was here
    in an earlier run begins where they had `read`.
    """

    __slots__ = ("epoch", "seq")

    def __init__(self, read: ReadPlace | None = None) -> None:
        self.epoch: str | None = None if read is None else read.epoch
        self.seq = 0 if read is None else read.seq

    @property
    def resume_point(self) -> str | None:
        """What to ask the next connection to continue from; None where there is nothing to continue."""
        return f"{self.epoch}.{self.seq}" if self.epoch else None

    def is_newer(self, message: Message) -> bool:
        """Is it from beyond this position?"""
        return not self.epoch or message.seq > self.seq

    def advance(self, seq: int) -> None:
        """An entry was taken."""
        if self.epoch and seq > self.seq:
            self.seq = seq

    def gone_until(self, seq: int) -> int:
        """Up to which seq a message that goes now stays gone; without an epoch a number may be used again."""
        return max(seq, self.seq) if self.epoch else -1


class Resync:
    """Applies each `init`, the first event of a connection, to everything that is held.

    `limits` are what the server says of itself. `plain` says that it speaks only the simplest part of the protocol,
    without tokens and identities. `clock_offset` is how far its clock is ahead of ours, in seconds.
    """

    def __init__(
        self,
        position: Position,
        history: MessageHistory,
        people: People,
        unread: Unread,
        outbox: Outbox,
        pages: PageRequests,
    ) -> None:
        self.limits: dict[str, float] = {}
        self.plain = False
        self.clock_offset = 0.0
        self._greeted = False
        self._position = position
        self._history = history
        self._people = people
        self._unread = unread
        self._outbox = outbox
        self._pages = pages

    def apply(self, init: Init, now: float, change: Change) -> None:
        """Take an `init`; what it changes is added to `change`."""
        position = self._position
        change.first, self._greeted = change.first or not self._greeted, True
        before, position.epoch = position.epoch, init.epoch
        continued = bool(init.epoch) and init.epoch == before
        survives = not continued and bool(init.epoch) and any(map(self._is_held, init.messages))
        self._take_server(init, now)
        self._take_you(init, change, continued=continued)
        self._take_clients(init, change)
        fresh = [message for message in init.messages if self._is_fresh(message, continued=continued)]
        self._unread.away_since = position.seq + 1 if continued else None
        missed = len(fresh)
        resumed = init.resumed and continued
        if resumed:
            missed += 0 if init.missed is None else max(0, init.missed - len(init.messages))
        if before is not None and before != init.epoch and not change.first:
            change.anew, change.lost = not survives, self._count_lost(init) if survives else 0
        if resumed and not change.first:
            self._continue(init)
        else:
            kept = continued or survives
            self._replace(init, change, kept=kept, are_older=init.more or (resumed and position.seq > 0))
        if before is not None and (continued or not change.first):
            change.missed = (change.missed or 0) + missed
            change.missed_to_you += sum(map(self._people.is_to_you, fresh))
            for message in fresh:
                self._unread.count(message)
        position.seq = max(init.seq, position.seq) if continued else init.seq
        self._reconnect(init, now, change)

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

    def _is_fresh(self, message: Message, *, continued: bool) -> bool:
        """Is this a message of somebody else's that came while we were away?"""
        position, known = self._position, self._history.messages.get(message.id)
        if not position.epoch:
            return known is None or known.text != message.text
        if not self._people.is_heard(message):
            return False
        return known is None and position.is_newer(message) if continued else not self._is_held(message)

    def _is_held(self, message: Message) -> bool:
        """Is this held already? A log that was restored from a backup has another epoch, and the messages of before."""
        known = self._history.messages.get(message.id)
        return known is not None and (known.text, known.from_id, known.sent_at) == (
            message.text,
            message.from_id,
            message.sent_at,
        )

    def _count_lost(self, init: Init) -> int:
        """How many of the messages that are held are not in a record that goes back to before them."""
        still = {message.id for message in init.messages if self._is_held(message)}
        oldest = init.messages[0].id if init.more else 0
        return sum(number >= oldest and number not in still for number in self._history.messages)

    def _continue(self, init: Init) -> None:
        position, history = self._position, self._history
        for message_id in init.deleted:
            history.remove(message_id, position.gone_until(init.seq))
            self._outbox.deleted(message_id)
        if init.more:
            first = next((message.id for message in init.messages if message.id > position.seq), init.seq + 1)
            history.gaps.add(position.seq + 1, first)
        for message in init.messages:
            if not (history.is_unloaded(message.id) or history.add(message)):
                history.renew(message)

    def _replace(self, init: Init, change: Change, *, kept: bool, are_older: bool) -> None:
        self._history.replace(init.messages)
        if are_older:
            self._history.gaps.add(1, init.messages[0].id if init.messages else init.seq + 1)
        change.reset = True
        if not kept:
            change.rule |= self._unread.clear()

    def _take_clients(self, init: Init, change: Change) -> None:
        for message in init.messages:
            if message.from_id:
                self._people.remember(message.from_id, message.from_name)
        clients = {client.id: client.name for client in init.clients or ()}
        change.roster |= self._people.take_clients(clients, clients.items())

    def _reconnect(self, init: Init, now: float, change: Change) -> None:
        """See what becomes of the lines and the page request that were under way."""
        outbox = self._outbox
        if not self.plain:
            change.refused += outbox.renumbered(init.epoch)
        for message in init.messages:
            if self._people.is_own(message) and (pending := outbox.take(message.txn)):
                change.settled.append(pending.key)
        change.refused += outbox.disconnected()
        self._pages.connected(answers=not self.plain)
        burst, rate = init.limits.get("burst", 0.0), init.limits.get("rate", 0.0)
        change.refused += outbox.connected(burst, rate, now=now, epoch=init.epoch, plain=self.plain)
