"""What a client's lines mean: each is carried out, answered or refused.

A line with a token happens once, however often it is said: the log knows it by its sender and its token. Whoever says
it again is shown what has become of it.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import aclosing
from functools import partial

from chat_protocol import events
from chat_protocol.commands import (
    Command,
    CommandError,
    Delete,
    Exit,
    History,
    Say,
    Search,
    TakeName,
    parse_command,
)
from chat_protocol.events import Refusal, encode_event
from chat_protocol.names import InvalidNameError, check_name, fold_name
from chat_protocol.queries import parse_query
from chat_protocol.text import clean
from chat_server.core.entries import Draft, NewDeletion, decode_draft, encode_draft
from chat_server.core.room import CommandRefused, too_long
from chat_server.core.sync import PAGE_BYTES
from chat_server.log import DELETE, MESSAGE, Entry, LogError, MessageLog, Reset
from chat_server.sessions.context import Service
from chat_server.sessions.line_queue import Hearer

_FOUND_AT_ONCE = 20  # messages that one answer to /search holds
# Characters for commands before a text; twice the longest text and these are the most that is looked at of a line. To
# make it harmless takes 40 ms for 64 KiB of the worst.
_BEFORE_TEXT = 1024
_LAST_ONES = 20  # older messages among which `/delete last` looks for one that is not about to go


class Speaker(Hearer):
    """A connection, and what its lines mean."""

    __slots__ = ("_longest",)

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._longest = 2 * service.settings.max_text + _BEFORE_TEXT

    def _parsed(self, text: str | None) -> Command | None:
        """The command in a line; None when its sender has been told why there is none."""
        if text is None:
            self._tell(Refusal("not_text", "Binary messages are not understood here; send text."))
            return None
        try:
            command = parse_command(clean(text[: self._longest]))
        except CommandError as error:
            self._tell(Refusal(error.code, error.text, error.txn))
            return None
        if len(text) > self._longest:
            refused = too_long(self._service.settings.max_text, len(text))
            self._tell(Refusal(refused.code, refused.text, command.txn))
            return None
        return command

    def _hear(self, text: str | None) -> None:
        command = self._parsed(text)
        if command is None:
            return
        if type(command) is Say and command.reply_to is None:  # most lines: it waits for nothing
            self._say(command)
            return
        match command:
            case TakeName():
                self._begin(self._rename(command))
            case _ if self._must_wait():
                self._busy = True
                self._waiting_lines().appendleft(text)
                self._service.parked.append(self)
            case History():
                self._begin(self._asking(command, self._show_history(command)))
            case Search():
                self._begin(self._asking(command, self._search(command)))
            case Exit():
                self._service.hub.end_tick()  # the answers to the lines before this one
                self._keeps_name = False
                self.close(1000, "Goodbye.")
            case Delete(txn=str()):
                self._begin(self._asking(command, self._delete_once(command)))
            case _:
                self._look_up(command)

    def _must_wait(self) -> bool:
        """Is one of our own lines not in the room yet? Then nobody looks at messages, or ends it all."""
        return self._in_flight > 0 or self._service.timeline.applied < self._last_seq

    async def _asking(self, command: Say | Delete | History | Search, work: Coroutine[None, None, object]) -> None:
        """Do what asks the log for something; where it has no answer just now, nothing is done."""
        try:
            await work
        except LogError as error:
            self._tell(Refusal("not_read", str(error), command.txn))

    # -- messages and deletions ---------------------------------------------------------------------------------

    def _say(self, command: Say | Delete) -> None:
        try:
            self._decide(command)
        except CommandRefused as refused:
            if command.txn is None:
                self._tell(Refusal(refused.code, refused.text))
            else:
                self._begin(self._asking(command, self._refuse(command, refused)))

    def _look_up(self, command: Say | Delete) -> None:
        """Carry out what speaks of a message; ask the log for it first, where the room has none so old."""
        service = self._service
        if service.room.needs_lookup_before(self.client_id, command, service.now()) is None:
            self._say(command)
        else:
            self._begin(self._asking(command, self._say_recalled(command)))

    async def _say_recalled(self, command: Say | Delete) -> asyncio.Future[int] | None:
        """The same in the log's time; returns what `_decide` does, None for a refusal."""
        service = self._service
        before = service.room.needs_lookup_before(self.client_id, command, service.now())
        if before is not None:
            count = _LAST_ONES if isinstance(command, Delete) and command.id is None else 1
            for entry in await service.log.page(before, count, self.client_id):
                service.timeline.recall(entry.seq, entry.body)
        try:
            return self._decide(command)
        except CommandRefused as refused:
            await self._refuse(command, refused)
            return None

    async def _delete_once(self, command: Delete) -> None:
        """Delete, unless this very line did so before. On another connection it may be about to."""
        deleting, key = self._service.deletions_in_flight, self._key(command)
        while (other := deleting.get(key)) is not None:
            await asyncio.wait([other])
            if other.result():
                return  # that deletion is told to everyone
        done = deleting[key] = asyncio.get_running_loop().create_future()
        kept = None
        try:
            seq = await self._service.log.find(key)
            if seq is not None:
                self._repeat(command, seq)
            elif kept := await self._say_recalled(command):
                await asyncio.wait([kept])
        finally:
            del deleting[key]
            done.set_result(kept is not None and kept.done() and not kept.cancelled() and kept.exception() is None)

    def _decide(self, command: Say | Delete) -> asyncio.Future[int]:
        """Let the room decide and the log keep it; returns the log's answer.

        Raises:
            CommandRefused: when it is not to be.
        """
        service = self._service
        draft = service.room.decide(self.client_id, command, service.now())
        key = None if command.txn is None else self._key(command)
        if type(draft) is NewDeletion:
            kept = service.log.append(DELETE, encode_draft(draft), key, erases=draft.id)
        else:
            kept = service.log.append(MESSAGE, encode_draft(draft), key)
        applied = service.timeline.applied
        if kept.done() and not kept.cancelled() and kept.exception() is None:
            self._numbered(draft, command, applied, kept.result())
        else:
            self._in_flight += 1
            kept.add_done_callback(partial(self._kept, draft, command, applied))
        return kept

    def _kept(self, draft: Draft, command: Say | Delete, applied: int, kept: asyncio.Future[int]) -> None:
        """The log has answered: the entry is kept, or it can't be."""
        service = self._service
        self._in_flight -= 1
        if kept.cancelled():  # the log is being closed; nobody is told that it was kept
            service.room.abandon(draft)
            return
        error = kept.exception()
        if error is None:
            self._numbered(draft, command, applied, kept.result())
            service.wake()  # the tail may have been quicker than this answer
            return
        service.room.abandon(draft)
        service.wake()
        if not isinstance(error, LogError):
            raise error
        service.log_failed_at = service.now()
        self._tell(Refusal("not_kept", str(error), command.txn))

    def _numbered(self, draft: Draft, command: Say | Delete, applied: int, seq: int) -> None:
        """The log has it as number `seq`. New numbers are above those that were `applied` when it was asked."""
        if seq > applied:
            self._last_seq = max(self._last_seq, seq)
        else:
            self._service.room.abandon(draft)
            self._repeat(command, seq)

    # -- lines that were said before ----------------------------------------------------------------------------

    def _key(self, command: Say | Delete) -> str:
        """What the log knows a line with a token by."""
        return f"{self.client_id} {command.txn}"

    async def _refuse(self, command: Say | Delete, refused: CommandRefused) -> None:
        """Tell that it is not carried out, unless it was already: what it speaks of may be gone by that."""
        seq = None if command.txn is None else await self._service.log.find(self._key(command))
        if seq is None:
            self._tell(Refusal(refused.code, refused.text, command.txn))
        else:
            self._repeat(command, seq)

    def _repeat(self, command: Say | Delete, seq: int) -> None:
        """This line was kept as number `seq`: show who says it again, and nobody else, what has become of it."""
        service = self._service
        if seq > service.timeline.applied:
            return  # it is on its way to everyone
        event = service.timeline.outcome(seq, service.now())
        if event is not None:
            self._answer(_with_token(event, command))
        else:
            service.spawn(self._guarded(self._asking(command, self._look_up_outcome(command, seq))))

    async def _look_up_outcome(self, command: Say | Delete, seq: int) -> None:
        service = self._service
        if isinstance(command, Delete):
            deleted = await _deleted_by(service.log, seq)
            if deleted is None:
                self._tell(Refusal("no_such_message", "That message is gone already.", command.txn))
            else:
                self._answer(events.Deleted(deleted, seq))
            return
        entries = await service.log.page(seq + 1, 1, self.client_id)
        shown = self._shown([entry for entry in entries if entry.seq == seq])
        self._answer(shown[0] if shown else events.Deleted(seq, service.timeline.applied, command.txn))

    # -- the other commands ----------------------------------------------------------------------------------------

    async def _rename(self, command: TakeName) -> None:
        service = self._service
        roster = service.room.roster
        old = roster.name_of(self.client_id)
        try:
            name = await self._claim(check_name(command.name))
        except InvalidNameError as error:
            self._tell(Refusal("bad_name", str(error), command.txn))
        except CommandRefused as refused:
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
        owner = await self._service.log.claim(fold_name(name), self.client_id, lasting=self._keeps_name)
        if owner != self.client_id:
            raise CommandRefused("name_taken", f"{name} is taken here.")
        return name

    async def _show_history(self, command: History) -> None:
        entries = await self._service.log.page(command.before, command.count + 1, self.client_id)
        rest = entries[-command.count :]
        messages, cut = _fitting(self._shown(rest)[::-1])
        more = cut or len(entries) > command.count
        self._answer(events.HistoryPage(command.before, tuple(messages[::-1]), more, command.txn))

    async def _search(self, command: Search) -> None:
        entries = await self._service.log.search(parse_query(command.query), _FOUND_AT_ONCE + 1, self.client_id)
        messages, cut = _fitting(self._shown(entries[:_FOUND_AT_ONCE]))
        more = cut or len(entries) > _FOUND_AT_ONCE
        self._answer(events.SearchResults(command.query, tuple(messages), more, command.txn))

    def _shown(self, entries: Sequence[Entry]) -> list[events.Message]:
        service = self._service
        return service.sync.shown(((entry.seq, entry.body) for entry in entries), self.client_id, service.now())


def _with_token(event: events.Message | events.Deleted, command: Say | Delete) -> events.Message | events.Deleted:
    """What has become of a line: a message that is gone says by the token, and by nothing else, which line it was."""
    if isinstance(event, events.Deleted) and isinstance(command, Say):
        return events.Deleted(event.id, event.seq, command.txn)
    return event


async def _deleted_by(log: MessageLog, seq: int) -> int | None:
    """Which message the deletion with this number has deleted; None where the log does not reach back so far."""
    async with aclosing(log.tail(seq - 1)) as tail:
        batch = await anext(tail)
    if isinstance(batch, Reset) or batch[0].seq != seq or batch[0].kind != DELETE:
        return None
    draft = decode_draft(batch[0].body)
    return draft.id if isinstance(draft, NewDeletion) else None


def _fitting(messages: Sequence[events.Message]) -> tuple[Sequence[events.Message], bool]:
    """As many from the first as one answer may hold, and whether some had to stay behind."""
    size = 0
    for place, message in enumerate(messages):
        size += len(encode_event(message)) + 1
        if size > PAGE_BYTES:
            return messages[:place], True
    return messages, False
