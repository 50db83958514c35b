"""Idempotency: a line with a token happens once, however often it is said.

The log knows such a line by its sender and its token. Whoever says it again is shown what has become of it.
"""

import asyncio
from collections.abc import Callable, Coroutine

from chat_protocol.commands import LoggedCommand
from chat_protocol.events import Deleted, Event, Refusal
from chat_server.core.room import CommandRefused
from chat_server.rooms.hosted_room import HostedRoom
from chat_server.sessions.session import Session


def key_of(session: Session, command: LoggedCommand) -> str:
    """Return what the log knows a line with a token by."""
    return f"{session.client_id} {command.txn}"


async def delete_once(
    session: Session,
    hosted: HostedRoom,
    command: LoggedCommand,
    delete: Callable[[], Coroutine[None, None, asyncio.Future[int] | None]],
) -> None:
    """Await `delete()`, unless this very line has deleted already. On another connection it may be about to."""
    in_flight, key = session.host.deletions_in_flight, key_of(session, command)
    while (other := in_flight.get(key)) is not None:
        await asyncio.wait([other])
        if other.result():
            return  # that deletion is told to everyone
    done = in_flight[key] = asyncio.get_running_loop().create_future()
    kept = None
    try:
        seq = await session.host.log.find(key)
        if seq is not None:
            show_outcome(session, hosted, command, seq)
        elif kept := await delete():
            await asyncio.wait([kept])
    finally:
        del in_flight[key]
        done.set_result(kept is not None and kept.done() and not kept.cancelled() and kept.exception() is None)


async def refuse_unless_done(
    session: Session, hosted: HostedRoom, command: LoggedCommand, refused: CommandRefused
) -> None:
    """Tell that a line is not carried out, unless it was already: what it speaks of may be gone by that."""
    seq = None if command.txn is None else await session.host.log.find(key_of(session, command))
    if seq is None:
        session.refuse(Refusal(refused.code, refused.text, command.txn))
    else:
        show_outcome(session, hosted, command, seq)


def show_outcome(session: Session, hosted: HostedRoom, command: LoggedCommand, seq: int) -> None:
    """Tell who says a line again, and nobody else, what has become of it: it was kept as number `seq`."""
    if seq > session.host.applied:
        return  # it is on its way to everyone
    event = hosted.timeline.outcome(seq, session.context.now())
    if event is not None:
        _tell_outcome(session, command, event)
    else:
        session.begin_beside(session.ask_log(command, _look_up_outcome(session, hosted, command, seq)))


async def _look_up_outcome(session: Session, hosted: HostedRoom, command: LoggedCommand, seq: int) -> None:
    entry = await session.host.log.entry(seq)
    if entry is None:
        if command.is_undone_by_deletion:
            _tell_outcome(session, command, Deleted(seq, session.host.applied, room=hosted.timeline.room))
        else:
            session.refuse(Refusal("no_such_message", "That message is already gone.", command.txn))
        return
    found = await session.host.load(entry.room)  # the line may have been said elsewhere the first time
    event = found.timeline.outcome_of(seq, entry.body, session.context.now())
    _tell_outcome(session, command, found.room.told_settings(seq) if event is None else event)


def _tell_outcome(session: Session, command: LoggedCommand, event: Event) -> None:
    """Tell it; a message that is gone says by the token, and by nothing else, which line it was."""
    if isinstance(event, Deleted) and command.is_undone_by_deletion:
        event = Deleted(event.id, event.seq, command.txn, event.room)
    session.tell(event)
