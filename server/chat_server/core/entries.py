"""Log entries as a room writes them: drafts, what the log is handed of each, and who may see a message. Pure."""

from collections.abc import Callable
from typing import ClassVar, TypeAlias

import msgspec
from msgspec import Struct

from chat_protocol.events import Message

MESSAGE = "message"
DELETE = "delete"
ROOM = "room"


class NewMessage(Struct, frozen=True, tag=MESSAGE, omit_defaults=True, gc=False):
    """A message that was decided on and has no number yet."""

    kind: ClassVar[str] = MESSAGE
    erases: ClassVar[None] = None

    text: str
    from_id: str
    from_name: str
    sent_at: float
    reply_to: int | None = None
    to_id: str | None = None
    expires_at: float | None = None
    txn: str | None = None


class NewDeletion(Struct, frozen=True, tag=DELETE, omit_defaults=True):
    """A deletion of message `id` that was decided on and has no number yet.

    `audience` are the ids of the clients who may see a direct message; None for a public one. When nothing is left of
    the message, only this says who may be told.
    """

    kind: ClassVar[str] = DELETE
    id: int
    audience: tuple[str, str] | None = None

    @property
    def erases(self) -> int:
        """The message goes with it."""
        return self.id


class NewSettings(Struct, frozen=True, tag=ROOM, omit_defaults=True):
    """What was set in a room, all of it, and by whom; it has no number yet."""

    kind: ClassVar[str] = ROOM
    erases: ClassVar[None] = None

    topic: str = ""
    by_id: str = ""
    by_name: str = ""


Draft: TypeAlias = NewMessage | NewDeletion | NewSettings
encode_draft: Callable[[Draft], bytes] = msgspec.json.Encoder().encode
"""A draft as the log keeps it: one JSON object."""
decode_draft: Callable[[bytes], Draft] = msgspec.json.Decoder(Draft).decode


class NewEntry(Struct, gc=False):
    """An entry that a log is asked to keep.

    `kind` is `MESSAGE`, `DELETE` or `ROOM`; `content` is the room's to read. With a `key` that was used already it is
    not kept again. `erases` is the number of the entry whose content goes with it, at once where the engine can. `room`
    is the name of the room that it is of, "" for the lobby and for what is in no room.
    """

    kind: str
    content: bytes | Draft
    key: str | None = None
    erases: int | None = None
    room: str = ""
    _body: bytes | None = None

    @property
    def body(self) -> bytes:
        """The content as a file keeps it. It is encoded when it is first asked for: in memory it may never be."""
        if (body := self._body) is None:
            self._body = body = encoded(self.content)
        return body


def encoded(content: bytes | Draft) -> bytes:
    """Return the content of an entry as one JSON object."""
    return content if isinstance(content, bytes) else encode_draft(content)


def decoded(content: bytes | Draft) -> Draft:
    """Return the content of an entry as a room reads it.

    Raises:
        ValueError: when it was written by no room.
    """
    return decode_draft(content) if isinstance(content, bytes) else content


def entry_of(draft: Draft, key: str | None = None, room: str = "") -> NewEntry:
    """Return what the log is handed of a room's draft; `key` is what it knows the line by that made it."""
    return NewEntry(draft.kind, draft, key, draft.erases, room)


def numbered(seq: int, draft: NewMessage, room: str | None = None) -> Message:
    """Return the message that the log has numbered, as it is told in a room; None for the lobby."""
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
        room=room,
    )


def deletion_of(message: Message) -> NewDeletion:
    """Return the draft of a message's deletion."""
    return NewDeletion(message.id, None if message.to_id is None else (message.from_id, message.to_id))


def audience_of(message: Message) -> frozenset[str] | None:
    """The ids of the clients who may see a message; None: everyone."""
    return None if message.to_id is None else frozenset((message.from_id, message.to_id))


def may_see(message: Message, client_id: str) -> bool:
    """May this client see the message?"""
    return message.to_id is None or client_id in (message.from_id, message.to_id)


def has_ended(message: Message, now: float) -> bool:
    """Has the message expired?"""
    return message.expires_at is not None and message.expires_at <= now
