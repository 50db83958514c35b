"""What a room remembers of its log: the newest messages and deletions, and what is still to end. Pure.

Messages up to number `_forgotten` may exist and not be remembered; the log has them. Whoever has seen everything up to
number `_complete` or a later one can be told all that came after it.
"""

import heapq
from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from chat_protocol.events import Message
from chat_server.core.entries import (
    NewDeletion,
    NewMessage,
    audience_of,
    decode_draft,
    has_ended,
    may_see,
    numbered,
)

_STALE_ALARMS = 1024
_MOST_RECALLED = 1000
MOST_DELETIONS = 10_000
"""More of them are not told to who comes back: a full greeting is shorter."""


class Deletion(NamedTuple):
    """Message `id` is gone; `audience` are the ids of the clients who could see it, None for everyone.

    Of a message that was never seen here (replayed without it) nobody knows any more who could: everyone is told.
    """

    id: int
    audience: frozenset[str] | None


class Timeline:
    """Messages, deletions and ends, by number."""

    def __init__(self, *, history: int) -> None:
        self.applied = 0
        self._history = history
        self._messages: OrderedDict[int, Message] = OrderedDict()
        self._leaving: set[int] = set()  # a deletion of it is on its way through the log
        self._alarms: list[tuple[float, int]] = []  # (when, message id); may name what has gone meanwhile
        # Pushed out of history, but screens show them and their end is still to be told; without their texts.
        self._fading: OrderedDict[int, Message] = OrderedDict()
        # Older than history, and spoken of lately; without their texts.
        self._recalled: OrderedDict[int, Message] = OrderedDict()
        self._deletions: OrderedDict[int, Deletion] = OrderedDict()  # by the number of the deletion itself
        self._gone: dict[int, int] = {}  # id -> number of its deletion, of those
        self._forgotten = 0
        self._complete = 0
        self._correspondents: Counter[str] = Counter()  # client id -> direct messages that it may see
        self._concerned: Counter[str] = Counter()  # client id -> what is fading, or deleted, of direct messages

    def begin_after(self, seq: int) -> None:
        """Entries up to this number will not be replayed."""
        self.applied = self._forgotten = self._complete = seq

    def remember_ends(self, messages: Iterable[tuple[int, bytes]]) -> None:
        """Messages (number, body) that the log has and that are not known here: only their ends will be told."""
        for seq, body in messages:
            draft = decode_draft(body)
            if isinstance(draft, NewMessage) and not self._ends(seq) and seq not in self._gone:
                message = msgspec.structs.replace(numbered(seq, draft), text="")
                self._fading[seq] = message
                self._concerned.update(audience_of(message) or ())
                self._set_alarm(seq)

    def forget_before(self, seq: int) -> None:
        """The log has let go of all messages with smaller numbers."""
        while self._messages and next(iter(self._messages)) < seq:
            self._forget(next(iter(self._messages)))
        for old in [number for number in (*self._fading, *self._recalled) if number < seq]:
            self._forget(old)
        self._forgotten = max(self._forgotten, seq - 1)
        self._complete = max(self._complete, seq - 1)
        self._drop_stale_alarms()

    # -- messages -----------------------------------------------------------------------------------------------

    def _remember(self, message: Message, audience: frozenset[str] | None) -> None:
        self._messages[message.id] = message
        if audience:
            self._correspondents.update(audience)
        if message.expires_at is not None:
            heapq.heappush(self._alarms, (message.expires_at, message.id))
        if len(self._messages) > self._history:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        oldest, message = self._messages.popitem(last=False)
        self._forgotten, self._complete = oldest, max(self._complete, oldest)
        if message.to_id is not None:
            _subtract(self._correspondents, audience_of(message))
        if message.expires_at is not None or oldest in self._leaving:
            self._fade(message)
        if self._alarms:
            self._drop_stale_alarms()

    def _fade(self, message: Message) -> None:
        """Remember of a message only whom its end is to be told to."""
        if message.id in self._fading:
            return
        self._fading[message.id] = msgspec.structs.replace(message, text="")
        self._concerned.update(audience_of(message) or ())
        if len(self._fading) > self._history:
            faded, message = self._fading.popitem(last=False)
            self._leaving.discard(faded)
            _subtract(self._concerned, audience_of(message))

    def recall(self, seq: int, body: bytes) -> None:
        """The log had this message, which is not remembered and which somebody speaks of."""
        draft = decode_draft(body)
        if isinstance(draft, NewMessage) and seq not in self._gone and seq not in self._messages:
            self._recalled[seq] = msgspec.structs.replace(numbered(seq, draft), text="")
            self._recalled.move_to_end(seq)
            if len(self._recalled) > _MOST_RECALLED:
                self._recalled.popitem(last=False)

    def _known(self, message_id: int) -> Message | None:
        return self._messages.get(message_id) or self._recalled.get(message_id)

    def _visible(self, message_id: int, client_id: str, now: float) -> bool:
        message = self._known(message_id)
        if message is None or message_id in self._leaving:
            return False
        return may_see(message, client_id) and not has_ended(message, now)

    def _last_visible(self, message_ids: Iterable[int], client_id: str, now: float) -> int | None:
        return next((number for number in message_ids if self._visible(number, client_id, now)), None)

    # -- deletions ----------------------------------------------------------------------------------------------

    def _forget(self, message_id: int) -> Message | None:
        """A message is gone; returns what was remembered of it."""
        self._leaving.discard(message_id)
        recalled = self._recalled.pop(message_id, None)
        if (message := self._messages.pop(message_id, None)) is not None:
            _subtract(self._correspondents, audience_of(message))
        if (faded := self._fading.pop(message_id, None)) is not None:
            _subtract(self._concerned, audience_of(faded))
        return message or faded or recalled

    def _note_deletion(self, seq: int, deletion: Deletion) -> None:
        self._deletions[seq] = deletion
        self._gone[deletion.id] = seq
        self._concerned.update(deletion.audience or ())
        if len(self._deletions) > min(self._history, MOST_DELETIONS):
            number, oldest = self._deletions.popitem(last=False)
            self._complete = max(self._complete, number)
            self._gone.pop(oldest.id, None)
            _subtract(self._concerned, oldest.audience)
        self._drop_stale_alarms()

    # -- expiry -------------------------------------------------------------------------------------------------

    def next_due(self) -> float | None:
        """When `due` will next have something to say; None for not at all."""
        while self._alarms and not self._ends(self._alarms[0][1]):
            heapq.heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def due(self, now: float) -> list[NewDeletion]:
        """The deletions of everything that has expired by `now`, each told once."""
        drafts = []
        while (when := self.next_due()) is not None and when <= now:
            message_id = heapq.heappop(self._alarms)[1]
            if message_id not in self._leaving:
                self._leaving.add(message_id)
                drafts.append(NewDeletion(message_id))
        return drafts

    def end_of(self, message_id: int) -> float | None:
        """When a message expires; None when it does not, or is gone."""
        message = self._ending(message_id)
        return message.expires_at if message else None

    def _ending(self, message_id: int) -> Message | None:
        return self._messages.get(message_id) or self._fading.get(message_id)

    def _ends(self, message_id: int) -> bool:
        """Is there still somebody to be told when this message expires?"""
        return message_id in self._messages or message_id in self._fading

    def _set_alarm(self, message_id: int) -> None:
        message = self._ending(message_id)
        if message and message.expires_at is not None:
            heapq.heappush(self._alarms, (message.expires_at, message.id))

    def _drop_stale_alarms(self) -> None:
        """Alarms of what is gone stay in the heap until they ring; don't let them gather for a month."""
        if len(self._alarms) > 2 * (len(self._messages) + len(self._fading)) + _STALE_ALARMS:
            self._alarms = [alarm for alarm in self._alarms if self._ends(alarm[1])]
            heapq.heapify(self._alarms)


def _subtract(counts: Counter[str], client_ids: Iterable[str] | None) -> None:
    """One less of each; none of zero."""
    for client_id in client_ids or ():
        counts[client_id] -= 1
        if not counts[client_id]:
            del counts[client_id]
