"""Sync: builds the initial sync of a client, or its resume, and filters the pages that it asks for. Pure.

What many clients may see alike is encoded once for all of them, so that a crowd may come at once.
"""

import heapq
import math
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

import msgspec

from chat_protocol.events import Client, EncodedInit, EncodedRoom, Message, Unread, encode_event
from chat_server.core.entries import NewMessage, decode_draft, has_ended, may_see, numbered
from chat_server.core.presence import Presence
from chat_server.core.room import Room, setter_of
from chat_server.core.timeline import Timeline
from chat_server.core.unread import count_unread

PAGE_MESSAGES = 200
PAGE_BYTES = 262_144
"""An initial sync has at most so many messages, and they at most so many bytes."""
_MOST_ENCODED = 16
_encode = msgspec.json.Encoder().encode


class _Shown(NamedTuple):
    """The messages of an initial sync, encoded, and until when they are valid: then the first of them expires.

    `more`: there are others. `deleted`, encoded, and `missed` are for a resume.
    """

    messages: msgspec.Raw
    more: bool
    until: float
    deleted: msgspec.Raw
    missed: int | None = None


_NONE_DELETED = msgspec.Raw(b"[]")


class SyncBuilder:
    """Builds what one client may see of a room: its `timeline`, who is there, and what is set.

    Whose home it is sees the direct messages beside it, which are in the timeline `direct`; None where they are in the
    room's own, as in the lobby.
    """

    __slots__ = ("_direct", "_presence", "_public", "_room", "_timeline")

    def __init__(self, room: Room, presence: Presence, direct: Timeline | None = None) -> None:
        self._room = room
        self._timeline = room.timeline
        self._presence = presence
        self._direct = direct
        # Shared by all who may see no direct message, until the next entry: by the number after which they resume,
        # None for an initial sync.
        self._public: dict[int | None, _Shown] = {}

    def initial_sync(
        self,
        you: Client,
        *,
        epoch: str,
        now: float,
        limits: dict[str, float],
        position: int,
        resume: int | None = None,
        read: int | None = None,
    ) -> EncodedInit:
        """The first event for a client: the newest messages that it may see, oldest first.

        With `resume`, where that can be told: only those after this number, and what is gone since. `position` is the
        number of the newest entry of all rooms, `read` that of the message up to which the client has read, None where
        nobody knows.
        """
        after = self._resumable(resume, position, self._direct)
        shown = self._newest(you.id, now, after, self._direct)
        return EncodedInit(
            messages=shown.messages,
            epoch=epoch,
            seq=position,
            resumed=after is not None,
            deleted=shown.deleted,
            more=shown.more,
            limits=limits,
            now=now,
            you=you,
            clients=msgspec.Raw(self._presence.encoded_clients(you.id)),
            missed=shown.missed,
            room=self._timeline.room,
            people=self._presence.people,
            topic=self._room.settings.topic,
            read=read,
            unread=self._unread(you.id, you.name, now, read, self._direct),
        )

    def view(
        self,
        you: Client,
        *,
        now: float,
        position: int,
        resume: int | None = None,
        read: int | None = None,
        txn: str | None = None,
    ) -> EncodedRoom:
        """The first event of a room for a client that joins it, as `initial_sync` for its home."""
        after = self._resumable(resume, position, None)
        shown = self._newest(you.id, now, after, None)
        settings = self._room.settings
        return EncodedRoom(
            seq=position,
            messages=shown.messages,
            resumed=after is not None,
            deleted=shown.deleted,
            more=shown.more,
            people=len(self._presence),
            here=msgspec.Raw(self._presence.encoded_clients(you.id)),
            room=self._timeline.room,
            missed=shown.missed,
            topic=settings.topic,
            by=setter_of(settings),
            read=read,
            unread=self._unread(you.id, you.name, now, read, None),
            txn=txn,
        )

    def _unread(
        self, client_id: str, name: str, now: float, read: int | None, direct: Timeline | None
    ) -> Unread | None:
        """What is unread of what is remembered, which is all that a client is shown at once, and more."""
        if read is None:
            return None
        return count_unread(self._newest_first(client_id, now, read, direct), client_id, name)

    def _newest_first(self, client_id: str, now: float, after: int, direct: Timeline | None) -> Iterator[Message]:
        messages = self._timeline.newest_first(client_id, now, after)
        if direct is None:
            return messages
        beside = direct.newest_first(client_id, now, after, direct_only=True)
        return heapq.merge(messages, beside, key=attrgetter("id"), reverse=True)

    def _resumable(self, resume: int | None, position: int, direct: Timeline | None) -> int | None:
        complete = max(self._timeline.complete, 0 if direct is None else direct.complete)
        return resume if resume is not None and complete <= resume <= position else None

    def _newest(self, client_id: str, now: float, after: int | None, direct: Timeline | None) -> _Shown:
        """Encoded once for all who may see the same."""
        timeline = self._timeline
        if timeline.has_own_view(client_id, after) or (direct is not None and direct.has_own_view(client_id, after)):
            return self._encode_newest(client_id, now, after, direct)
        shown = self._public.get(after)
        if shown is None or now >= shown.until:
            if not self._public:
                timeline.on_next_change(self._public.clear)
            elif len(self._public) >= _MOST_ENCODED:
                self._public.clear()
            shown = self._public[after] = self._encode_newest(client_id, now, after, None)
        return shown

    def _encode_newest(self, client_id: str, now: float, after: int | None, direct: Timeline | None) -> _Shown:
        timeline = self._timeline
        newest: list[bytes] = []
        room_left = PAGE_BYTES
        visible = 0
        until = math.inf
        none_older = False
        for message in self._newest_first(client_id, now, after or 0, direct):
            if (too_old_at := message.sent_at + timeline.keep) <= now:
                none_older = True
                break
            visible += 1
            until = min(until, too_old_at)
            if message.expires_at is not None:
                until = min(until, message.expires_at)
            if len(newest) < visible - 1:  # one did not fit: the others are only counted
                continue
            encoded = encode_event(message)
            room_left -= len(encoded) + 1
            if len(newest) < PAGE_MESSAGES and room_left >= 0:
                newest.append(encoded)
            elif after is None:
                break
        page = msgspec.Raw(b"[%b]" % b",".join(reversed(newest)))
        more = visible > len(newest)
        if after is None:
            return _Shown(page, more or (timeline.forgotten > 0 and not none_older), until, _NONE_DELETED)
        gone = timeline.gone_since(after, client_id, now)
        next_end = timeline.next_end(now)
        if direct is not None:
            gone = sorted({*gone, *direct.gone_since(after, client_id, now, direct_only=True)})
            next_end = min(next_end, direct.next_end(now))
        return _Shown(page, more, min(until, next_end), msgspec.Raw(_encode(gone)), visible)

    def shown(self, entries: Iterable[tuple[int, bytes]], client_id: str, now: float) -> list[Message]:
        """Of entries that the log had (number, body), the messages that a client may see now, in the same order."""
        is_deleted = self._timeline.is_deleted
        messages = []
        for seq, body in entries:
            draft = decode_draft(body)
            if isinstance(draft, NewMessage) and not is_deleted(seq):
                messages.append(numbered(seq, draft, self._timeline.room))
        return [
            message
            for message in messages
            if may_see(message, client_id)
            and not has_ended(message, now)
            and not self._timeline.is_too_old(message.sent_at, now)
        ]
