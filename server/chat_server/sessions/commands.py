"""Command handler: parses a client's lines and dispatches them; each is carried out, answered or refused."""

import asyncio
from functools import partial

from chat_protocol.commands import (
    Command,
    CommandError,
    Delete,
    Exit,
    FetchHistory,
    LoggedCommand,
    Say,
    Search,
    TakeName,
    parse_command,
)
from chat_protocol.events import Refusal
from chat_protocol.names import InvalidNameError, check_name
from chat_protocol.text import clean
from chat_server.core.entries import Draft, entry_of
from chat_server.core.room import CommandRefused, too_long
from chat_server.log import LogError
from chat_server.sessions.idempotency import delete_once, key_of, refuse_unless_done, show_outcome
from chat_server.sessions.queries import answer_history, answer_search
from chat_server.sessions.session import Session
from chat_server.settings import Settings

# Characters for commands before a text; twice the longest text and these are the most that is looked at of a line. To
# make it harmless takes 40 ms for 64 KiB of the worst.
_BEFORE_TEXT = 1024
_LAST_ONES = 20  # older messages among which `/delete last` looks for one that is not about to go


class CommandHandler:
    """What the lines of all sessions mean."""

    def __init__(self, settings: Settings) -> None:
        self._max_text = settings.max_text
        self._longest = 2 * settings.max_text + _BEFORE_TEXT

    def handle(self, session: Session, line: str | None) -> None:
        """Carry out a line, or begin to; None stands for a binary message."""
        command = self._parsed(session, line)
        if command is None:
            return
        if type(command) is Say and command.reply_to is None and not session.deleting:  # most lines
            _say(session, command)
            return
        if session.has_unseen and (session.deleting or command.waits_for_own_lines):
            session.park(line)
            return
        match command:
            case TakeName():
                session.begin(_rename(session, command))
            case FetchHistory():
                session.begin(session.ask_log(command, answer_history(session, command)))
            case Search():
                session.begin(session.ask_log(command, answer_search(session, command)))
            case Exit():
                session.hosted.hub.end_tick()  # the answers to the lines before this one
                session.keeps_name = False
                session.connection.close(1000, "Goodbye.")
            case Delete(txn=str()):
                delete = partial(_say_recalled, session, command)
                session.begin(session.ask_log(command, delete_once(session, command, delete)))
            case _:
                _look_up(session, command)

    def _parsed(self, session: Session, line: str | None) -> Command | None:
        """The command in a line; None when its sender has been told why there is none."""
        if line is None:
            session.refuse(Refusal("not_text", "Binary messages are not supported; send text."))
            return None
        beginning = clean(line[: self._longest])
        try:
            command = parse_command(beginning)
        except CommandError as error:
            session.refuse(Refusal(error.code, error.text, error.txn))
            return None
        if len(line) > self._longest:
            before_text = len(beginning) - len(command.text) if isinstance(command, Say) else 0
            refused = too_long(self._max_text, len(line) - before_text)
            session.refuse(Refusal(refused.code, refused.text, command.txn))
            return None
        return command


# -- messages and deletions -------------------------------------------------------------------------------------


def _say(session: Session, command: LoggedCommand) -> None:
    try:
        _decide(session, command)
    except CommandRefused as refused:
        if command.txn is None:
            session.refuse(Refusal(refused.code, refused.text))
        else:
            session.begin(session.ask_log(command, refuse_unless_done(session, command, refused)))


def _look_up(session: Session, command: LoggedCommand) -> None:
    """Carry out what speaks of a message; ask the log for it first, where the room has none so old."""
    if session.hosted.room.needs_lookup_before(session.client_id, command, session.context.now()) is None:
        _say(session, command)
    else:
        session.begin(session.ask_log(command, _say_recalled(session, command)))


async def _say_recalled(session: Session, command: LoggedCommand) -> asyncio.Future[int] | None:
    """The same in the log's time; returns what `_decide` does, None for a refusal."""
    hosted = session.hosted
    before = hosted.room.needs_lookup_before(session.client_id, command, session.context.now())
    if before is not None:
        count = _LAST_ONES if isinstance(command, Delete) and command.id is None else 1
        for entry in await hosted.log.page(before, count, session.client_id):
            hosted.timeline.recall(entry.seq, entry.body)
    try:
        return _decide(session, command)
    except CommandRefused as refused:
        await refuse_unless_done(session, command, refused)
        return None


def _decide(session: Session, command: LoggedCommand) -> asyncio.Future[int]:
    """Let the room decide and the log keep it; returns the log's answer.

    Raises:
        CommandRefused: when it is not to be.
    """
    hosted = session.hosted
    clock = session.context.now
    draft = hosted.room.decide(session.client_id, command, clock(), clock.ahead)
    key = None if command.txn is None else key_of(session, command)
    kept = hosted.log.append(entry_of(draft, key))
    applied = hosted.timeline.applied
    if kept.done() and not kept.cancelled() and kept.exception() is None:
        _numbered(session, draft, command, applied, kept.result())
    else:
        session.in_flight += 1
        session.deleting += draft.erases is not None
        kept.add_done_callback(partial(_kept, session, draft, command, applied))
    return kept


def _kept(session: Session, draft: Draft, command: LoggedCommand, applied: int, kept: asyncio.Future[int]) -> None:
    """The log has answered: the entry is kept, or it can't be."""
    hosted = session.hosted
    session.in_flight -= 1
    session.deleting -= draft.erases is not None
    if kept.cancelled():  # the log is being closed; nobody is told that it was kept
        hosted.room.abandon(draft)
        return
    error = kept.exception()
    if error is None:
        _numbered(session, draft, command, applied, kept.result())
        hosted.wake()  # the tail may have been quicker than this answer
        return
    hosted.room.abandon(draft)
    hosted.wake()
    if not isinstance(error, LogError):
        raise error
    hosted.note_log_failure()
    session.refuse(Refusal("not_kept", str(error), command.txn))


def _numbered(session: Session, draft: Draft, command: LoggedCommand, applied: int, seq: int) -> None:
    """The log has it as number `seq`. New numbers are above those that were `applied` when it was asked."""
    if seq > applied:
        session.last_seq = max(session.last_seq, seq)
    else:
        session.hosted.room.abandon(draft)
        show_outcome(session, command, seq)


# -- names ------------------------------------------------------------------------------------------------------


async def _rename(session: Session, command: TakeName) -> None:
    hosted = session.hosted
    roster = hosted.room.roster
    try:
        name = await session.claim(check_name(command.name))
    except InvalidNameError as error:
        session.refuse(Refusal("bad_name", str(error), command.txn))
    except CommandRefused as refused:
        session.refuse(Refusal(refused.code, refused.text, command.txn))
    else:
        if roster.name_of(session.client_id) is None:  # gone meanwhile, with its name
            await hosted.release_name(name)
            return
        freed = roster.rename(session.client_id, name, session.context.now())
        hosted.hub.roster_changed()
        for former in freed:
            await hosted.release_name(former)
