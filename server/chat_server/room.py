"""Every rule of a room. Pure: no I/O, no clock; it is told the time and asked when it next wants to be woken.

`decide` turns a wish into a draft or refuses it, `apply` takes what the log has kept and numbered. Nothing is
remembered, shown or forgotten anywhere else, so that live, replayed and resumed messages are the same.
"""

import heapq
import math
from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

from chat_protocol.commands import Delete, Say
from chat_protocol.events import Client, Deleted, EncodedInit, Message, encode_event
from chat_server.roster import Roster

GREETING_MESSAGES = 200
GREETING_BYTES = 262_144
_STALE_ALARMS = 1024


class MessageDraft(Struct, frozen=True, tag="message", omit_defaults=True):
    """A message that was decided on and has no number yet."""

    text: str
    from_id: str
    from_name: str
    sent_at: float
    reply_to: int | None = None
    to_id: str | None = None
    expires_at: float | None = None
    txn: str | None = None


class DeletionDraft(Struct, frozen=True, tag="delete"):
    """The wish that message `id` be gone, as an entry of the log."""

    id: int


Draft: TypeAlias = MessageDraft | DeletionDraft
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Draft).decode


def encode_draft(draft: Draft) -> bytes:
    """Return the draft as the log keeps it: one JSON object."""
    return _encode(draft)


class Refused(Exception):  # noqa: N818 - a decision, not a fault
    """A command that is not carried out. `text` is for the person who asked."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Delivery(NamedTuple):
    """An event, and the ids of the clients who may see it (None: everyone)."""

    event: Message | Deleted
    audience: frozenset[str] | None


class _Shown(NamedTuple):
    """The messages of a greeting as a JSON array, whether there are older ones, and when the first of them ends."""

    messages: bytes
    more: bool
    until: float


class Room:
    """What was said, who may see it, and how long it stays."""

    def __init__(self, *, history: int, max_text: int, max_lines: int, roster: Roster) -> None:
        self.roster = roster
        self.applied = 0
        self._history = history
        self._max_text = max_text
        self._max_lines = max_lines
        self._messages: OrderedDict[int, Message] = OrderedDict()
        self._leaving: set[int] = set()  # a deletion of it is on its way through the log
        self._alarms: list[tuple[float, int]] = []  # (when, message id); may name what has gone meanwhile
        # Pushed out of history, but screens show them and their end is still to be told; without their texts.
        self._fading: OrderedDict[int, Message] = OrderedDict()
        self._forgot = False
        self._correspondents: Counter[str] = Counter()  # client id -> direct messages that it may see
        self._public: _Shown | None = None  # for all who may see no direct message; until the next entry

    # -- what a client wishes -----------------------------------------------------------------------------------

    def decide(self, sender: str, command: Say | Delete, now: float) -> Draft:
        """Return what the log shall keep.

        Raises:
            Refused: when it is not to be.
        """
        if isinstance(command, Delete):
            return self._decide_deletion(sender, command.id, now)
        return self._decide_message(sender, command, now)

    def _decide_message(self, sender: str, command: Say, now: float) -> MessageDraft:
        text = command.text
        if len(text) > self._max_text:
            raise too_long(self._max_text, len(text))
        if (lines := text.count("\n") + 1) > self._max_lines:
            raise Refused("too_many_lines", f"A message has at most {self._max_lines} lines; this one has {lines}.")
        if command.reply_to is not None and not self._visible(command.reply_to, sender, now):
            raise _no_such_message(command.reply_to)
        return MessageDraft(
            text=text,
            from_id=sender,
            from_name=self.roster.name_of(sender) or sender,
            sent_at=now,
            reply_to=command.reply_to,
            to_id=self._target(sender, command),
            expires_at=None if command.lifetime is None else now + command.lifetime,
            txn=command.txn,
        )

    def _target(self, sender: str, command: Say) -> str | None:
        """Whom a message is for. An answer to a direct message is one too, unless it says whom else it is for."""
        if command.to is not None:
            to_id = self.roster.find(command.to)
            if to_id is None:
                raise Refused("no_such_client", f'Nobody here is called "{command.to}".')
            return to_id
        parent = self._messages.get(command.reply_to or 0)
        if parent is None or parent.to_id is None:
            return None
        return parent.to_id if sender == parent.from_id else parent.from_id

    def _decide_deletion(self, sender: str, message_id: int | None, now: float) -> DeletionDraft:
        if message_id is None:
            message_id = next((id for id in reversed(self._messages) if self._visible(id, sender, now)), None)  # noqa: A001
            if message_id is None:
                raise Refused("no_such_message", "There is no message to delete.")
        elif not self._visible(message_id, sender, now):
            raise _no_such_message(message_id)
        self._leaving.add(message_id)
        return DeletionDraft(message_id)

    def undecide(self, draft: Draft) -> None:
        """The log could not keep this draft: as if it had never been decided."""
        if isinstance(draft, DeletionDraft):
            self._leaving.discard(draft.id)
            message = self._messages.get(draft.id) or self._fading.get(draft.id)
            if message and message.expires_at is not None:
                heapq.heappush(self._alarms, (message.expires_at, message.id))

    # -- what the log has kept ----------------------------------------------------------------------------------

    def apply(self, seq: int, body: bytes) -> Delivery | None:
        """Take one entry of the log; None when it changes nothing that anybody sees."""
        self.applied = seq
        self._public = None
        draft = _decode(body)
        if isinstance(draft, DeletionDraft):
            return self._apply_deletion(seq, draft.id)
        message = _numbered(seq, draft)
        self._messages[seq] = message
        self._correspondents.update(_audience(message) or ())
        if message.expires_at is not None:
            heapq.heappush(self._alarms, (message.expires_at, seq))
        if len(self._messages) > self._history:
            self._forget_oldest()
        return Delivery(message, _audience(message))

    def _forget_oldest(self) -> None:
        oldest, message = self._messages.popitem(last=False)
        self._forget_correspondents(message)
        self._forgot = True
        if message.expires_at is not None or oldest in self._leaving:
            self._fading[oldest] = msgspec.structs.replace(message, text="")
            if len(self._fading) > self._history:
                self._leaving.discard(self._fading.popitem(last=False)[0])
        self._drop_stale_alarms()

    def _apply_deletion(self, seq: int, message_id: int) -> Delivery | None:
        self._leaving.discard(message_id)
        message = self._messages.pop(message_id, None)
        if message is not None:
            self._forget_correspondents(message)
        message = message or self._fading.pop(message_id, None)
        if message is None:
            return None
        self._drop_stale_alarms()
        return Delivery(Deleted(message_id, seq), _audience(message))

    def _forget_correspondents(self, message: Message) -> None:
        for client_id in _audience(message) or ():
            self._correspondents[client_id] -= 1
            if not self._correspondents[client_id]:
                del self._correspondents[client_id]

    def _drop_stale_alarms(self) -> None:
        """Alarms of what is gone stay in the heap until they ring; don't let them gather for a month."""
        if len(self._alarms) > 2 * (len(self._messages) + len(self._fading)) + _STALE_ALARMS:
            self._alarms = [alarm for alarm in self._alarms if self._ends(alarm[1])]
            heapq.heapify(self._alarms)

    def _ends(self, message_id: int) -> bool:
        """Is there still somebody to be told when this message expires?"""
        return message_id in self._messages or message_id in self._fading

    # -- expiry -------------------------------------------------------------------------------------------------

    def next_due(self) -> float | None:
        """When `due` will next have something to say; None for not at all."""
        while self._alarms and not self._ends(self._alarms[0][1]):
            heapq.heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def due(self, now: float) -> list[DeletionDraft]:
        """The deletions of everything that has expired by `now`, each told once."""
        drafts = []
        while (when := self.next_due()) is not None and when <= now:
            message_id = heapq.heappop(self._alarms)[1]
            if message_id not in self._leaving:
                self._leaving.add(message_id)
                drafts.append(DeletionDraft(message_id))
        return drafts

    def end_of(self, message_id: int) -> float | None:
        """When a message expires; None when it does not, or is gone."""
        message = self._messages.get(message_id) or self._fading.get(message_id)
        return message.expires_at if message else None

    # -- what a client is shown ---------------------------------------------------------------------------------

    def greet(self, you: Client, *, epoch: str, now: float, limits: dict[str, float]) -> EncodedInit:
        """The first event for a client: the newest messages that it may see, oldest first."""
        shown = self._newest(you.id, now)
        return EncodedInit(
            messages=msgspec.Raw(shown.messages),
            epoch=epoch,
            seq=self.applied,
            resumed=False,
            deleted=(),
            more=shown.more,
            limits=limits,
            now=now,
            you=you,
            clients=msgspec.Raw(self.roster.encoded_clients()),
        )

    def _newest(self, client_id: str, now: float) -> _Shown:
        """What a greeting shows. Encoded once for all who may see the same, as a crowd that comes at once may."""
        if client_id in self._correspondents:
            return self._encode_newest(client_id, now)
        if self._public is None or now >= self._public.until:
            self._public = self._encode_newest(client_id, now)
        return self._public

    def _encode_newest(self, client_id: str, now: float) -> _Shown:
        newest: list[bytes] = []
        room_left = GREETING_BYTES
        more, until = self._forgot, math.inf
        for message in self._shown_to(client_id, now):
            encoded = encode_event(message)
            room_left -= len(encoded) + 1
            if len(newest) == GREETING_MESSAGES or room_left < 0:
                more = True
                break
            newest.append(encoded)
            if message.expires_at is not None:
                until = min(until, message.expires_at)
        return _Shown(b"[%b]" % b",".join(reversed(newest)), more, until)

    def _shown_to(self, client_id: str, now: float) -> Iterable[Message]:
        """What a client may see, newest first; nothing that has expired and is only waiting to be deleted."""
        for message_id in reversed(self._messages):
            message = self._messages[message_id]
            if _may_see(message, client_id) and not _expired(message, now):
                yield message

    def shown(self, entries: Iterable[tuple[int, bytes]], client_id: str, now: float) -> list[Message]:
        """Of messages that the log had (number, body), those that a client may see now, in their order."""
        messages = []
        for seq, body in entries:
            draft = _decode(body)
            if isinstance(draft, MessageDraft) and seq not in self._leaving:
                messages.append(_numbered(seq, draft))
        return [message for message in messages if _may_see(message, client_id) and not _expired(message, now)]

    def _visible(self, message_id: int, client_id: str, now: float) -> bool:
        message = self._messages.get(message_id)
        if message is None or message_id in self._leaving:
            return False
        return _may_see(message, client_id) and not _expired(message, now)


def _numbered(seq: int, draft: MessageDraft) -> Message:
    return Message(
        id=seq,
        text=draft.text,
        reply_to=draft.reply_to,
        from_id=draft.from_id,
        from_name=draft.from_name,
        to_id=draft.to_id,
        sent_at=draft.sent_at,
        seq=seq,
        expires_at=draft.expires_at,
        txn=draft.txn,
    )


def too_long(most: int, length: int) -> Refused:
    """Return what is said of a text of so many characters."""
    return Refused("too_long", f"A message has at most {most} characters; this one has {length}.")


def _no_such_message(message_id: int) -> Refused:
    """The same words for what never was, what is gone and what the asker may not see."""
    return Refused("no_such_message", f"There is no message {message_id}.")


def _audience(message: Message) -> frozenset[str] | None:
    return None if message.to_id is None else frozenset((message.from_id, message.to_id))


def _expired(message: Message, now: float) -> bool:
    return message.expires_at is not None and message.expires_at <= now


def _may_see(message: Message, client_id: str) -> bool:
    return message.to_id is None or client_id in (message.from_id, message.to_id)
