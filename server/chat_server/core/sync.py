"""What a client is shown when it comes, comes back or asks. Pure.

What many may see alike is encoded once for all of them, as a crowd that comes at once may.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from chat_protocol.events import Client, Deleted, EncodedInit, Message, encode_event
from chat_server.core.entries import NewMessage, decode_draft, has_ended, may_see, numbered
from chat_server.core.roster import Roster
from chat_server.core.timeline import Timeline

PAGE_MESSAGES = 200
PAGE_BYTES = 262_144
_MOST_ENCODED = 16
_encode = msgspec.json.Encoder().encode


class _Shown(NamedTuple):
    """What the messages of a greeting are, as JSON, and until when: then the first of them ends.

    `more`: there are others. `deleted`, as JSON, and `missed` are for who comes back.
    """

    messages: bytes
    more: bool
    until: float
    deleted: bytes = b"[]"
    missed: int | None = None


class SyncBuilder(Timeline):
    """A record, and what each client may see of it."""

    def __init__(self, *, history: int, roster: Roster) -> None:
        super().__init__(history=history)
        self.roster = roster
        # For all who may see no direct message, until the next entry: by the number after which they come back, None
        # for those who come anew.
        self._public: dict[int | None, _Shown] = {}

    def forget_before(self, seq: int) -> None:
        """The log has let go of all messages with smaller numbers."""
        super().forget_before(seq)
        self._public.clear()

    def initial_sync(
        self, you: Client, *, epoch: str, now: float, limits: dict[str, float], resume: int | None = None
    ) -> EncodedInit:
        """The first event for a client: the newest messages that it may see, oldest first.

        With `resume`, where that can be told: only those after this number, and what is gone since.
        """
        after = resume if resume is not None and self._complete <= resume <= self.applied else None
        shown = self._newest(you.id, now, after)
        return EncodedInit(
            messages=msgspec.Raw(shown.messages),
            epoch=epoch,
            seq=self.applied,
            resumed=after is not None,
            deleted=msgspec.Raw(shown.deleted),
            more=shown.more,
            limits=limits,
            now=now,
            you=you,
            clients=msgspec.Raw(self.roster.encoded_clients()),
            missed=shown.missed,
        )

    def _newest(self, client_id: str, now: float, after: int | None) -> _Shown:
        """What a greeting shows. Encoded once for all who may see the same."""
        if client_id in self._correspondents or (after is not None and client_id in self._concerned):
            return self._encode_newest(client_id, now, after)
        shown = self._public.get(after)
        if shown is None or now >= shown.until:
            if len(self._public) >= _MOST_ENCODED:
                self._public.clear()
            shown = self._public[after] = self._encode_newest(client_id, now, after)
        return shown

    def _encode_newest(self, client_id: str, now: float, after: int | None) -> _Shown:
        newest: list[bytes] = []
        room_left = PAGE_BYTES
        visible = 0
        until = math.inf
        for message in self._shown_to(client_id, now, after or 0):
            visible += 1
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
        messages = b"[%b]" % b",".join(reversed(newest))
        more = visible > len(newest)
        if after is None:
            return _Shown(messages, more or self._forgotten > 0, until)
        until = min(until, *(when for when, _ in self._alarms if when > now), math.inf)
        return _Shown(messages, more, until, _encode(self._gone_since(after, client_id, now)), visible)

    def _shown_to(self, client_id: str, now: float, after: int) -> Iterable[Message]:
        """What a client may see, newest first; nothing that has expired and is only waiting to be deleted."""
        for message_id in reversed(self._messages):
            if message_id <= after:
                return
            message = self._messages[message_id]
            if may_see(message, client_id) and not has_ended(message, now):
                yield message

    def _gone_since(self, after: int, client_id: str, now: float) -> list[int]:
        """What was shown to a client up to a number, and was deleted or has expired since; ascending."""
        gone = set()
        for seq in reversed(self._deletions):
            if seq <= after:
                break
            deleted, audience = self._deletions[seq]
            if audience is None or client_id in audience:
                gone.add(deleted)
        for message_id in (*self._leaving, *(number for when, number in self._alarms if when <= now)):
            message = self._ending(message_id)
            if message is not None and has_ended(message, now) and may_see(message, client_id):
                gone.add(message_id)
        return sorted(number for number in gone if number <= after)

    def shown(self, entries: Iterable[tuple[int, bytes]], client_id: str, now: float) -> list[Message]:
        """Of messages that the log had (number, body), those that a client may see now, in their order."""
        messages = []
        for seq, body in entries:
            draft = decode_draft(body)
            if isinstance(draft, NewMessage) and seq not in self._leaving and seq not in self._gone:
                messages.append(numbered(seq, draft))
        return [message for message in messages if may_see(message, client_id) and not has_ended(message, now)]

    def outcome(self, seq: int, now: float) -> Message | Deleted | None:
        """What has become of entry `seq`, for who wrote it; None where that is not remembered."""
        message = self._messages.get(seq)
        if message is not None:
            return Deleted(seq, self.applied) if has_ended(message, now) else message
        if seq in self._gone:
            return Deleted(seq, self._gone[seq])
        deletion = self._deletions.get(seq)
        return Deleted(deletion.id, seq) if deletion else None
