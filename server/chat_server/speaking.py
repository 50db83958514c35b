"""What a client's lines mean, one after the other: each is carried out, answered or refused before the next."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Sequence
from functools import partial

from chat_protocol import events
from chat_protocol.commands import (
    CommandError,
    Delete,
    Exit,
    History,
    Say,
    Search,
    TakeName,
    find_token,
    parse_command,
)
from chat_protocol.events import Refusal, encode_event
from chat_protocol.names import InvalidNameError, check_name, fold_name
from chat_protocol.queries import parse_query
from chat_protocol.text import clean
from chat_server.connection import Stage
from chat_server.drafts import DeletionDraft, Draft, encode_draft
from chat_server.greeting import GREETING_BYTES
from chat_server.limits import TokenBucket
from chat_server.log import DELETE, MESSAGE, Entry, LogError
from chat_server.room import Refused
from chat_server.service import Participant, Service

_log = logging.getLogger("chat_server")

_REFUSED_IN_A_ROW = 200
_FOUND_AT_ONCE = 20  # messages that one answer to /search holds
_BUSY = 2  # a reason to hold reading, beside Connection's own


class Speaker(Participant):
    """A connection of a client that the room knows by `client_id`, and the lines that it says."""

    __slots__ = ("_bucket", "_busy", "_in_flight", "_keeps_name", "_last_seq", "_lines", "_service", "client_id")

    def __init__(self, service: Service) -> None:
        super().__init__(service.settings)
        self._service = service
        self.client_id = ""
        self._keeps_name = False
        self._busy = False  # a line is being worked on that the next one must wait for
        self._lines: deque[str | None] = deque()  # what came meanwhile; None stands for a binary message
        self._in_flight = 0  # entries that the log has not numbered yet
        self._last_seq = 0  # the newest entry of ours that it has
        rate = service.settings.rate
        self._bucket = TokenBucket(*rate, service.now()) if rate else None

    # -- a line -------------------------------------------------------------------------------------------------

    def heard(self, text: str) -> None:
        """Work on a line, or keep it until the one before it is done."""
        self._queue(text)

    def heard_binary(self) -> None:
        """Only text is spoken here."""
        self._queue(None)

    def _queue(self, text: str | None) -> None:
        if self._bucket and not self._in_time(self._bucket, text):
            return
        if self._busy:
            self._lines.append(text)
            self.hold_reading(_BUSY)
        else:
            self._hear(text)

    def _hear(self, text: str | None) -> None:
        if text is None:
            self._tell(Refusal("not_text", "Binary messages are not understood here; send text."))
            return
        try:
            command = parse_command(clean(text))
        except CommandError as error:
            self._tell(Refusal(error.code, error.text, error.txn))
            return
        match command:
            case TakeName():
                self._begin(self._rename(command))
            case _ if self._must_wait(command):
                self._busy = True
                self._lines.appendleft(text)
                self._service.waiting.append(self)
            case History():
                self._begin(self._show_history(command))
            case Search():
                self._begin(self._search(command))
            case Exit():
                self._service.hub.end_tick()  # the answers to the lines before this one
                self._keeps_name = False
                self.close(1000, "Goodbye.")
            case _:
                self._say(command)

    def _in_time(self, bucket: TokenBucket, text: str | None) -> bool:
        """Is this line within the rate? Tells the sender when it is not."""
        wait = bucket.take(self._service.now())
        if not wait:
            return True
        if bucket.refused_in_a_row > _REFUSED_IN_A_ROW:
            self.close(1008, "Too many lines; slow down.")
        else:
            why = f"Too fast: that line was not sent. Try again in {wait:.1f} s."
            self._tell(Refusal("too_fast", why, find_token(clean(text or ""))))
        return False

    def _must_wait(self, command: Say | Delete | History | Search | Exit) -> bool:
        """Does this command look at messages, or end it all, while one of our own is not in the room yet?"""
        looks = not isinstance(command, Say) or command.reply_to is not None
        return looks and (self._in_flight > 0 or self._service.room.applied < self._last_seq)

    def _say(self, command: Say | Delete) -> None:
        service = self._service
        try:
            draft = service.room.decide(self.client_id, command, service.now())
        except Refused as refused:
            self._tell(Refusal(refused.code, refused.text, command.txn))
            return
        kind = DELETE if isinstance(draft, DeletionDraft) else MESSAGE
        erases = draft.id if isinstance(draft, DeletionDraft) else None
        kept = service.log.append(kind, encode_draft(draft), erases=erases)
        if kept.done() and kept.exception() is None:
            self._last_seq = kept.result()
        else:
            self._in_flight += 1
            kept.add_done_callback(partial(self._kept, draft, command.txn))

    def _kept(self, draft: Draft, txn: str | None, kept: asyncio.Future[int]) -> None:
        """The log has answered: the entry is kept, or it can't be."""
        self._in_flight -= 1
        if kept.cancelled():  # the log is being closed; nobody is told that it was kept
            self._service.room.undecide(draft)
            return
        error = kept.exception()
        if error is None:
            self._last_seq = max(self._last_seq, kept.result())
            self._service.wake()  # the tail may have been quicker than this answer
            return
        self._service.room.undecide(draft)
        self._service.wake()
        if not isinstance(error, LogError):
            raise error
        self._service.log_failed_at = self._service.now()
        self._tell(Refusal("not_kept", str(error), txn))

    async def _rename(self, command: TakeName) -> None:
        service = self._service
        roster = service.room.roster
        old = roster.name_of(self.client_id)
        try:
            name = await self._claim(check_name(command.name))
        except InvalidNameError as error:
            self._tell(Refusal("bad_name", str(error), command.txn))
        except Refused as refused:
            self._tell(Refusal(refused.code, refused.text, command.txn))
        else:
            if roster.name_of(self.client_id) is None:  # gone meanwhile, with its name
                await service.release(name)
                return
            roster.rename(self.client_id, name)
            service.hub.roster_changed()
            if old is not None:
                await service.release(old)

    async def _claim(self, name: str) -> str:
        """Make a name ours; refused when it is somebody else's."""
        owner = await self._service.log.claim(fold_name(name), self.client_id)
        if owner != self.client_id:
            raise Refused("name_taken", f"{name} is taken here.")
        return name

    async def _show_history(self, command: History) -> None:
        entries = await self._service.log.page(command.before, command.count + 1, self.client_id)
        rest = entries[-command.count :]
        messages, cut = _fitting(self._shown(rest)[::-1])
        more = cut or len(entries) > command.count
        self._answer(events.History(command.before, tuple(messages[::-1]), more, command.txn))

    async def _search(self, command: Search) -> None:
        entries = await self._service.log.search(parse_query(command.query), _FOUND_AT_ONCE + 1, self.client_id)
        messages, cut = _fitting(self._shown(entries[:_FOUND_AT_ONCE]))
        more = cut or len(entries) > _FOUND_AT_ONCE
        self._answer(events.Found(command.query, tuple(messages), more, command.txn))

    def _shown(self, entries: Sequence[Entry]) -> list[events.Message]:
        service = self._service
        return service.room.shown(((entry.seq, entry.body) for entry in entries), self.client_id, service.now())

    def _answer(self, event: events.History | events.Found) -> None:
        if self._service.hub.has(self.client_id, self):
            self._service.hub.tell(self, event)

    def _tell(self, refusal: Refusal) -> None:
        self._service.counts.errors[refusal.code] += 1
        if self._service.hub.has(self.client_id, self):
            self._service.hub.tell(self, refusal)

    # -- one thing at a time ------------------------------------------------------------------------------------

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        """Do what takes a while; lines that come meanwhile wait, and keep their order."""
        self._busy = True
        self._service.spawn(self._finish(work))

    async def _finish(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - a fault in one session must not end the others'
            self._failed()
        self.resume()

    def _failed(self) -> None:
        _log.exception("a session failed: id=%s address=%s", self.client_id, self.address)
        self.close(1011, "The server made a mistake.")

    @property
    def busy(self) -> bool:
        """Is a line being worked on, or not shown yet?"""
        return self._busy or self._in_flight > 0 or self._service.room.applied < self._last_seq

    def resume(self) -> None:
        """What a line waited for has happened: go on with those that came meanwhile."""
        self._busy = False
        try:
            while self._lines and not self._busy and self.stage is Stage.OPEN:
                self._hear(self._lines.popleft())
        except Exception:  # noqa: BLE001 - as above
            self._failed()
        if not self._busy:
            self.release_reading(_BUSY)


def _fitting(messages: Sequence[events.Message]) -> tuple[Sequence[events.Message], bool]:
    """As many from the first as one answer may hold, and whether some had to stay behind."""
    size = 0
    for place, message in enumerate(messages):
        size += len(encode_event(message)) + 1
        if size > GREETING_BYTES:
            return messages[:place], True
    return messages, False
