"""Command handler: parses a client's lines and dispatches them; each is carried out, answered or refused."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, cast

from chat_protocol.commands import (
    Command,
    CommandError,
    Delete,
    Exit,
    FetchHistory,
    Join,
    Leave,
    ListPeople,
    ListRooms,
    LoggedCommand,
    MarkRead,
    Say,
    Search,
    TakeName,
    parse_command,
)
from chat_protocol.events import Refusal
from chat_protocol.names import InvalidNameError, check_name
from chat_protocol.text import clean
from chat_server.core.entries import Draft, NewDeletion, NewMessage, NewSettings, entry_of
from chat_server.core.room import CommandRefused, too_long
from chat_server.log import LogError
from chat_server.rooms.hosted_room import HostedRoom
from chat_server.sessions.idempotency import delete_once, key_of, refuse_unless_done, show_outcome
from chat_server.sessions.queries import answer_history, answer_search
from chat_server.sessions.rooms import join_rooms, leave_rooms, list_people, list_rooms, mark_read
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
            if command.room is None and session.home.is_lobby:
                _say(session, session.home, command)
            else:
                in_room(session, command, _say)
            return
        if session.has_unseen and (session.deleting or command.waits_for_own_lines):
            session.park(line)
            return
        if (carry_out := _OTHERS.get(type(command))) is not None:
            carry_out(session, command)
        elif type(command) is Delete and command.txn is not None:
            in_room(session, command, _delete_once)
        else:
            in_room(session, cast("LoggedCommand", command), _look_up)

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


# -- messages, deletions and settings ---------------------------------------------------------------------------


def in_room(session: Session, command: LoggedCommand, do: Callable[[Session, HostedRoom, LoggedCommand], None]) -> None:
    """Do it in the room that a command is about, which may have to come into memory first."""
    home = session.home
    if command.room is None and home.is_lobby:
        do(session, home, command)
        return
    rooms = session.host.rooms
    is_direct = type(command) is Say and command.to is not None
    name = "" if is_direct else session.room(command.room)
    try:
        rooms.must_be_open(name)
        _may_make(session, name)
    except CommandRefused as refused:
        session.refuse(Refusal(refused.code, refused.text, command.txn))
        return
    if (hosted := rooms.open(name)) is not None:
        do(session, _or_lobby(session, hosted, command), command)
    else:
        session.begin(session.ask_log(command, _open_first(session, name, command, do)))


async def _open_first(
    session: Session, name: str, command: LoggedCommand, do: Callable[[Session, HostedRoom, LoggedCommand], None]
) -> None:
    hosted = await session.host.load(name)
    do(session, _or_lobby(session, hosted, command), command)


def _or_lobby(session: Session, hosted: HostedRoom, command: LoggedCommand) -> HostedRoom:
    """The room of a command; the lobby where it speaks, at home, of a direct message, which is kept there."""
    if command.room is not None or hosted.is_lobby:
        return hosted
    named = command.id if isinstance(command, Delete) else command.reply_to if isinstance(command, Say) else None
    direct, now = session.host.lobby.timeline, session.context.now()
    if isinstance(command, Delete) and named is None:
        newest = direct.newest_direct(session.client_id, now) or 0
        return session.host.lobby if newest > (hosted.timeline.newest_visible(session.client_id, now) or 0) else hosted
    message = direct.known(named or 0)
    return session.host.lobby if message is not None and message.to_id is not None else hosted


def _may_make(session: Session, name: str) -> None:
    """Refuse to make another room, where its maker has made too many."""
    maker = session.client_id if session.keeps_name else session.connection.household or session.client_id
    if not session.host.rooms.may_make(name, maker, session.context.now()):
        raise CommandRefused("too_many_rooms", "You have made as many new rooms as you may in a day.")


def _say(session: Session, hosted: HostedRoom, command: LoggedCommand) -> None:
    try:
        _decide(session, hosted, command)
    except CommandRefused as refused:
        if command.txn is None:
            session.refuse(Refusal(refused.code, refused.text))
        else:
            session.begin(session.ask_log(command, refuse_unless_done(session, hosted, command, refused)))


def _look_up(session: Session, hosted: HostedRoom, command: LoggedCommand) -> None:
    """Carry out what speaks of a message; ask the log for it first, where the room has none so old."""
    if hosted.room.needs_lookup_before(session.client_id, command, session.context.now()) is None:
        _say(session, hosted, command)
    else:
        session.begin(session.ask_log(command, _say_recalled(session, hosted, command)))


def _delete_once(session: Session, hosted: HostedRoom, command: LoggedCommand) -> None:
    """A deletion with a token, which this very line may have carried out before."""
    delete = partial(_say_recalled, session, hosted, command)
    session.begin(session.ask_log(command, delete_once(session, hosted, command, delete)))


async def _say_recalled(session: Session, hosted: HostedRoom, command: LoggedCommand) -> asyncio.Future[int] | None:
    """The same in the log's time; returns what `_decide` does, None for a refusal."""
    before = hosted.room.needs_lookup_before(session.client_id, command, session.context.now())
    if before is not None:
        count = _LAST_ONES if isinstance(command, Delete) and command.id is None else 1
        beside = command.room is None and not hosted.is_lobby
        page = session.host.log.page(before, count, session.client_id, room=hosted.name, with_direct=beside)
        for entry in await page:
            if entry.room != hosted.name:
                hosted = session.host.lobby
            hosted.timeline.recall(entry.seq, entry.body)
    try:
        return _decide(session, hosted, command)
    except CommandRefused as refused:
        await refuse_unless_done(session, hosted, command, refused)
        return None


def _decide(session: Session, hosted: HostedRoom, command: LoggedCommand) -> asyncio.Future[int]:
    """Let the room decide and the log keep it; returns the log's answer.

    Raises:
        CommandRefused: when it is not to be.
    """
    host = session.host
    clock = session.context.now
    draft = hosted.room.decide(session.client_id, command, clock(), clock.ahead)
    key = None if command.txn is None else key_of(session, command)
    kept = host.log.append(entry_of(draft, key, hosted.name))
    applied = host.applied
    if kept.done() and not kept.cancelled() and kept.exception() is None:
        _numbered(session, hosted, draft, command, applied, kept.result())
    else:
        session.in_flight += 1
        hosted.users += 1
        session.deleting += draft.erases is not None
        kept.add_done_callback(partial(_kept, session, hosted, draft, command, applied))
    return kept


def _kept(
    session: Session,
    hosted: HostedRoom,
    draft: Draft,
    command: LoggedCommand,
    applied: int,
    kept: asyncio.Future[int],
) -> None:
    """The log has answered: the entry is kept, or it can't be."""
    host = session.host
    session.in_flight -= 1
    hosted.users -= 1
    session.deleting -= draft.erases is not None
    if kept.cancelled():  # the log is being closed; nobody is told that it was kept
        hosted.room.abandon(draft)
        return
    error = kept.exception()
    if error is None:
        _numbered(session, hosted, draft, command, applied, kept.result())
        host.wake()  # the tail may have been quicker than this answer
        return
    hosted.room.abandon(draft)
    host.wake()
    if not isinstance(error, LogError):
        raise error
    host.note_log_failure()
    session.refuse(Refusal("not_kept", str(error), command.txn))


def _numbered(
    session: Session, hosted: HostedRoom, draft: Draft, command: LoggedCommand, applied: int, seq: int
) -> None:
    """The log has it as number `seq`. New numbers are above those that were `applied` when it was asked."""
    if seq > applied:
        session.last_seq = max(session.last_seq, seq)
        if not hosted.is_lobby or not session.home.is_lobby:
            _echo(session, hosted, draft, seq)
    else:
        hosted.room.abandon(draft)
        show_outcome(session, hosted, command, seq)


def _echo(session: Session, hosted: HostedRoom, draft: Draft, seq: int) -> None:
    """Who speaks in a room without being in it is told that it is kept all the same."""
    hosted.idle_since = session.context.now()
    is_direct = isinstance(draft, NewMessage) and draft.to_id is not None
    if is_direct or (isinstance(draft, NewDeletion) and draft.audience) or session.is_in(hosted):
        return
    if session.host.applied < seq:
        session.host.echo_to(session.connection, seq)
    elif isinstance(draft, NewSettings):
        session.tell(hosted.room.told_settings(seq))
    elif (event := hosted.timeline.outcome(seq, session.context.now())) is not None:
        session.tell(event)


# -- names ------------------------------------------------------------------------------------------------------


async def _rename(session: Session, command: TakeName) -> None:
    host = session.host
    roster = host.roster
    try:
        name = await session.claim(check_name(command.name))
    except InvalidNameError as error:
        session.refuse(Refusal("bad_name", str(error), command.txn))
    except CommandRefused as refused:
        session.refuse(Refusal(refused.code, refused.text, command.txn))
    else:
        if roster.name_of(session.client_id) is None:  # gone meanwhile, with its name
            await host.release_name(name)
            return
        freed = roster.rename(session.client_id, name, session.context.now())
        host.renamed(session.client_id)
        for former in freed:
            await host.release_name(former)


# -- all other commands -----------------------------------------------------------------------------------------


def _exit(session: Session, _: Exit) -> None:
    session.host.hub.end_tick()  # the answers to the lines before this one
    session.keeps_name = False
    session.connection.close(1000, "Goodbye.")


def _asks(
    answer: Callable[[Session, Any], Coroutine[None, None, object]],
) -> Callable[[Session, Any], None]:
    """What begins an answer for which the log is asked."""
    return lambda session, command: session.begin(session.ask_log(command, answer(session, command)))


_OTHERS: Mapping[type[Command], Callable[[Session, Any], None]] = {
    TakeName: lambda session, command: session.begin(_rename(session, command)),
    FetchHistory: _asks(answer_history),
    Search: _asks(answer_search),
    Join: _asks(join_rooms),
    Leave: leave_rooms,
    ListRooms: _asks(list_rooms),
    ListPeople: list_people,
    MarkRead: lambda session, command: session.begin_beside(session.ask_log(command, mark_read(session, command))),
    Exit: _exit,
}
