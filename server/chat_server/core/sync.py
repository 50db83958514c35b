"""Sync: builds the initial sync of a client, or its resume, and filters the pages that it asks for. Pure.

What many clients may see alike is encoded once for all of them, so that a crowd may come at once.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from chat_protocol.events import Client, EncodedInit, Message, encode_event
from chat_server.core.entries import NewMessage, decode_draft, has_ended, may_see, numbered
from chat_server.core.roster import Roster
from chat_server.core.timeline import Timeline

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
    """Builds what one client may see of a timeline and a roster."""

    def __init__(self, timeline: Timeline, roster: Roster) -> None:
        self._timeline = timeline
        self._roster = roster
        # Shared by all who may see no direct message, until the next entry: by the number after which they resume,
        # None for an initial sync.
        self._public: dict[int | None, _Shown] = {}

    def initial_sync(
        self, you: Client, *, epoch: str, now: float, limits: dict[str, float], resume: int | None = None
    ) -> EncodedInit:
        """The first event for a client: the newest messages that it may see, oldest first.

        With `resume`, where that can be told: only those after this number, and what is gone since.
        """
        timeline = self._timeline
        after = resume if resume is not None and timeline.complete <= resume <= timeline.applied else None
        shown = self._newest(you.id, now, after)
        return EncodedInit(
            messages=shown.messages,
            epoch=epoch,
            seq=timeline.applied,
            resumed=after is not None,
            deleted=shown.deleted,
            more=shown.more,
            limits=limits,
            now=now,
            you=you,
            clients=msgspec.Raw(self._roster.encoded_clients()),
            missed=shown.missed,
        )

    def _newest(self, client_id: str, now: float, after: int | None) -> _Shown:
        """Encoded once for all who may see the same."""
        if self._timeline.has_own_view(client_id, after):
            return self._encode_newest(client_id, now, after)
        shown = self._public.get(after)
        if shown is None or now >= shown.until:
            if not self._public:
                self._timeline.on_next_change(self._public.clear)
            elif len(self._public) >= _MOST_ENCODED:
                self._public.clear()
            shown = self._public[after] = self._encode_newest(client_id, now, after)
        return shown

    def _encode_newest(self, client_id: str, now: float, after: int | None) -> _Shown:
        timeline = self._timeline
        newest: list[bytes] = []
        room_left = PAGE_BYTES
        visible = 0
        until = math.inf
        none_older = False
        for message in timeline.newest_first(client_id, now, after or 0):
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
        messages = msgspec.Raw(b"[%b]" % b",".join(reversed(newest)))
        more = visible > len(newest)
        if after is None:
            return _Shown(messages, more or (timeline.forgotten > 0 and not none_older), until, _NONE_DELETED)
        gone = msgspec.Raw(_encode(timeline.gone_since(after, client_id, now)))
        return _Shown(messages, more, min(until, timeline.next_end(now)), gone, visible)

    def shown(self, entries: Iterable[tuple[int, bytes]], client_id: str, now: float) -> list[Message]:
        """Of entries that the log had (number, body), the messages that a client may see now, in the same order."""
        is_deleted = self._timeline.is_deleted
        messages = []
        for seq, body in entries:
            draft = decode_draft(body)
            if isinstance(draft, NewMessage) and not is_deleted(seq):
                messages.append(numbered(seq, draft))
        return [
            message
            for message in messages
            if may_see(message, client_id)
            and not has_ended(message, now)
            and not self._timeline.is_too_old(message.sent_at, now)
        ]
