"""Timeline: remembers the newest messages and deletions of a room's log, and when messages expire.

Pure: it is told the time, and asked when it next wants to be woken.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator

import msgspec

from chat_protocol.events import Deleted, Message
from chat_server.core.entries import (
    NewDeletion,
    NewMessage,
    NewSettings,
    audience_of,
    decode_draft,
    deletion_of,
    has_ended,
    may_see,
    numbered,
)
from chat_server.core.expiries import Deletion, Deletions, Expiries

_MOST_RECALLED = 1000


class Timeline:
    """Remembers the newest `history` messages, and as many deletions, by number. `len` counts the messages.

    Nobody is shown what is older than `keep` seconds, even if it is not cut off yet: numbers and times grow together.

    `applied` is the number of the newest entry. Messages up to number `forgotten` may exist and not be remembered; the
    log has them. A client that has seen everything up to number `complete`, or a later one, can be told all that came
    after it. `room` is what events of the room call it, None for the lobby.
    """

    __slots__ = (
        "_concerned", "_correspondents", "_expiries", "_fading", "_gone", "_history", "_leaving",
        "_messages", "_on_next_change", "_recalled", "applied", "complete", "forgotten", "keep", "room",
    )  # fmt: skip

    def __init__(self, *, history: int, keep: float = math.inf, room: str | None = None) -> None:
        self.keep = keep
        self.room = room
        self.applied = self.forgotten = self.complete = 0
        self._history = history
        self._messages: OrderedDict[int, Message] = OrderedDict()
        self._leaving: dict[int, None] = {}  # a deletion of it is on its way; an empty set takes three times as much
        self._expiries = Expiries(self._ends)
        # Pushed out of history, but screens show them and their end is still to be told; without their texts.
        self._fading: dict[int, Message] = {}
        # Older than history, and spoken of lately; without their texts.
        self._recalled: dict[int, Message] = {}
        self._gone = Deletions(history)
        self._correspondents: Counter[str] = Counter()  # client id -> direct messages that it may see
        self._concerned: Counter[str] = Counter()  # client id -> what is fading, or deleted, of direct messages
        self._on_next_change: list[Callable[[], object]] = []

    def __len__(self) -> int:
        return len(self._messages)

    def on_next_change(self, call: Callable[[], object]) -> None:
        """Have `call` called once, at the next entry, or when the log lets go of some: what was made of this is old."""
        self._on_next_change.append(call)

    def _tell_change(self) -> None:
        while self._on_next_change:
            self._on_next_change.pop()()

    # -- entries of the log -------------------------------------------------------------------------------------

    def begin_after(self, seq: int) -> None:
        """Start after this entry: what is before it will not be replayed."""
        self.applied = self.forgotten = self.complete = seq

    def add(self, message: Message, audience: frozenset[str] | None) -> None:
        """Take a message that the log has kept. `audience` are those who may see it, None for everyone."""
        number = self.applied = message.id
        if self._on_next_change:
            self._tell_change()
        self._messages[number] = message
        if audience:
            self._correspondents.update(audience)
        if message.expires_at is not None:
            self._expiries.add(message.expires_at, number)
        if len(self._messages) > self._history:
            self._forget_oldest()

    def remove(self, seq: int, message_id: int, audience: frozenset[str] | None = None) -> Deletion | None:
        """Take deletion `seq`, which the log has kept; None where the message was gone before, or never was.

        `audience` are those who may see it, None for everyone, where the message is not remembered.
        """
        self.applied = seq
        if self._on_next_change:
            self._tell_change()
        message = self._forget(message_id)
        if message is None and (message_id in self._gone or not 0 < message_id < seq):
            return None
        deletion = Deletion(message_id, audience_of(message) if message else audience)
        self._note_deletion(seq, deletion)
        return deletion

    def pass_by(self, seq: int) -> None:
        """Take entry `seq`, which is no message and no deletion."""
        self.applied = seq
        if self._on_next_change:
            self._tell_change()

    def remember_ends(self, messages: Iterable[tuple[int, bytes]]) -> None:
        """Take messages (number, body) that the log has and that are not replayed: only their expiry will be told."""
        for seq, body in messages:
            draft = decode_draft(body)
            if isinstance(draft, NewMessage) and not self._ends(seq) and seq not in self._gone:
                message = msgspec.structs.replace(numbered(seq, draft, self.room), text="")
                self._fading[seq] = message
                self._concerned.update(audience_of(message) or ())
                self._schedule_expiry(seq)

    def remember_end(self, seq: int, when: float) -> None:
        """The same of a message of which no more is known than when it ends; everybody may see it."""
        if not self._ends(seq) and seq not in self._gone:
            self._fading[seq] = Message(seq, "", None, "", "", None, 0.0, seq, expires_at=when, room=self.room)
            self._schedule_expiry(seq)

    def ends(self) -> list[tuple[int, float]]:
        """Number and end of each message that has one, for whoever sees to them from now on."""
        return [(seq, when) for when, seq in self._expiries if self.end_of(seq) == when]

    def shrink(self, most: int) -> None:
        """Remember no more than so many messages."""
        while len(self._messages) > most:
            self._forget_oldest()

    def recall(self, seq: int, body: bytes) -> None:
        """Take a message that a command speaks of: the log had it, and it is not remembered."""
        draft = decode_draft(body)
        if isinstance(draft, NewMessage) and seq not in self._gone and seq not in self._messages:
            self._recalled.pop(seq, None)
            self._recalled[seq] = msgspec.structs.replace(numbered(seq, draft, self.room), text="")
            if len(self._recalled) > _MOST_RECALLED:
                del self._recalled[next(iter(self._recalled))]

    def forget_before(self, seq: int) -> None:
        """Forget all messages with smaller numbers, as the log has."""
        while self._messages and next(iter(self._messages)) < seq:
            self._forget(next(iter(self._messages)))
        for old in [number for number in (*self._fading, *self._recalled) if number < seq]:
            self._forget(old)
        self.forgotten = max(self.forgotten, seq - 1)
        self.complete = max(self.complete, seq - 1)
        self._expiries.drop_stale(len(self._messages) + len(self._fading))
        if self._on_next_change:
            self._tell_change()

    # -- questions about one message ----------------------------------------------------------------------------

    def known(self, message_id: int) -> Message | None:
        """A message that is remembered, or was recalled (its text is "" then)."""
        return self._messages.get(message_id) or self._recalled.get(message_id)

    def visible(self, message_id: int, client_id: str, now: float) -> bool:
        """May this client speak of this message? Not when it has ended, nor when its deletion is on its way."""
        message = self.known(message_id)
        if message is None or message_id in self._leaving:
            return False
        return may_see(message, client_id) and not has_ended(message, now)

    def newest_visible(self, client_id: str, now: float) -> int | None:
        """The number of the newest remembered message that this client may speak of."""
        return self._first_visible(reversed(self._messages), client_id, now)

    def newest_direct(self, client_id: str, now: float) -> int | None:
        """The same of the direct messages alone."""
        if client_id not in self._correspondents:
            return None
        direct = (number for number in reversed(self._messages) if self._messages[number].to_id is not None)
        return self._first_visible(direct, client_id, now)

    def newest_recalled(self, client_id: str, now: float) -> int | None:
        """The same of those that were recalled."""
        return self._first_visible(sorted(self._recalled, reverse=True), client_id, now)

    def _first_visible(self, message_ids: Iterable[int], client_id: str, now: float) -> int | None:
        return next((number for number in message_ids if self.visible(number, client_id, now)), None)

    def is_deleted(self, message_id: int) -> bool:
        """Is it known here that this message is gone, or about to be?"""
        return message_id in self._leaving or message_id in self._gone

    def outcome(self, seq: int, now: float) -> Message | Deleted | None:
        """What has become of entry `seq`, for who wrote it; None where that is not remembered."""
        message = self._messages.get(seq)
        if message is not None:
            return Deleted(seq, self.applied, room=self.room) if has_ended(message, now) else message
        if (gone := self._gone.of(seq)) is not None:
            return Deleted(seq, gone, room=self.room)
        deletion = self._gone.get(seq)
        return Deleted(deletion.id, seq, room=self.room) if deletion else None

    def outcome_of(self, seq: int, body: bytes, now: float) -> Message | Deleted | None:
        """The same of an entry that is not remembered, and that the log has."""
        draft = decode_draft(body)
        if isinstance(draft, NewSettings):
            return None
        if isinstance(draft, NewDeletion):
            return Deleted(draft.id, seq, room=self.room)
        message = numbered(seq, draft, self.room)
        gone = self.is_deleted(seq) or has_ended(message, now)
        return Deleted(seq, self.applied, room=self.room) if gone else message

    def is_too_old(self, sent_at: float, now: float) -> bool:
        """Is what was sent then older than is to be kept?"""
        return sent_at + self.keep <= now

    # -- questions about what a client sees ---------------------------------------------------------------------

    def has_own_view(self, client_id: str, after: int | None) -> bool:
        """Is there anything that this client may see and not everyone? `after`: what it has seen, None for nothing."""
        return client_id in self._correspondents or (after is not None and client_id in self._concerned)

    def newest_first(self, client_id: str, now: float, after: int, *, direct_only: bool = False) -> Iterator[Message]:
        """What a client may see with numbers above `after`, without what has expired and is only to be deleted yet."""
        for message_id in reversed(self._messages):
            if message_id <= after:
                return
            message = self._messages[message_id]
            if direct_only and message.to_id is None:
                continue
            if may_see(message, client_id) and not has_ended(message, now):
                yield message

    def gone_since(self, after: int, client_id: str, now: float, *, direct_only: bool = False) -> list[int]:
        """What was shown to a client up to a number, and was deleted or has expired since; ascending."""
        gone = set(self._gone.since(after, client_id, direct_only=direct_only))
        for message_id in (*self._leaving, *(number for when, number in self._expiries if when <= now)):
            message = self._ending(message_id)
            if message is None or (direct_only and message.to_id is None):
                continue
            if has_ended(message, now) and may_see(message, client_id):
                gone.add(message_id)
        return sorted(number for number in gone if number <= after)

    def next_end(self, now: float) -> float:
        """The first end after this time, of whichever message; infinity for none."""
        return self._expiries.next_after(now)

    # -- deletions that the log does not have yet ----------------------------------------------------------------

    def expect_deletion(self, message_id: int) -> None:
        """Hide a message whose deletion is given to the log: no command may speak of it any more."""
        self._leaving[message_id] = None
        if message_id in self._recalled:  # others may be spoken of before the log has kept this
            self._fade(self._recalled[message_id])

    def cancel_deletion(self, message_id: int) -> None:
        """Undo `expect_deletion`: the log could not keep it. The message is there as before, and expires again."""
        self._leaving.pop(message_id, None)
        self._schedule_expiry(message_id)

    # -- expiry -------------------------------------------------------------------------------------------------

    @property
    def expiries(self) -> int:
        """Expiries in the heap, those of messages that are gone included. Bounded."""
        return len(self._expiries)

    def next_due(self) -> float | None:
        """When `due` will next return something; None for never."""
        return self._expiries.next_due()

    def due(self, now: float) -> list[NewDeletion]:
        """The deletions of everything that has expired by `now`, each returned once."""
        drafts = []
        while (when := self.next_due()) is not None and when <= now:
            message_id = self._expiries.take()
            if message_id not in self._leaving and (message := self._ending(message_id)) is not None:
                self._leaving[message_id] = None
                drafts.append(deletion_of(message))
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

    def _schedule_expiry(self, message_id: int) -> None:
        message = self._ending(message_id)
        if message and message.expires_at is not None:
            self._expiries.add(message.expires_at, message.id)

    # -- forgetting ---------------------------------------------------------------------------------------------

    def _forget_oldest(self) -> None:
        oldest, message = self._messages.popitem(last=False)
        self.forgotten = oldest
        if oldest > self.complete:  # noqa: PLR1730 - for each message; `max` is a tenth of all that `add` costs
            self.complete = oldest
        if message.to_id is not None:
            _subtract(self._correspondents, audience_of(message))
        if message.expires_at is not None or oldest in self._leaving:
            self._fade(message)
        if len(self._expiries):
            self._expiries.drop_stale(len(self._messages) + len(self._fading))

    def _fade(self, message: Message) -> None:
        """Remember of a message only who is to be told when it goes."""
        if message.id in self._fading:
            return
        self._fading[message.id] = msgspec.structs.replace(message, text="")
        self._concerned.update(audience_of(message) or ())
        if len(self._fading) > self._history:
            message = self._fading.pop(faded := next(iter(self._fading)))
            self._leaving.pop(faded, None)
            _subtract(self._concerned, audience_of(message))

    def _forget(self, message_id: int) -> Message | None:
        """A message is gone; returns what was remembered of it."""
        self._leaving.pop(message_id, None)
        recalled = self._recalled.pop(message_id, None)
        if (message := self._messages.pop(message_id, None)) is not None:
            _subtract(self._correspondents, audience_of(message))
        if (faded := self._fading.pop(message_id, None)) is not None:
            _subtract(self._concerned, audience_of(faded))
        return message or faded or recalled

    def _note_deletion(self, seq: int, deletion: Deletion) -> None:
        self._concerned.update(deletion.audience or ())
        if (forgotten := self._gone.add(seq, deletion)) is not None:
            number, oldest = forgotten
            self.complete = max(self.complete, number)
            _subtract(self._concerned, oldest.audience)
        self._expiries.drop_stale(len(self._messages) + len(self._fading))


def _subtract(counts: Counter[str], client_ids: Iterable[str] | None) -> None:
    """One less of each; none of zero."""
    for client_id in client_ids or ():
        counts[client_id] -= 1
        if not counts[client_id]:
            del counts[client_id]
