"""Maintenance: what a server sees to by the clock, in its connections, its names and its log."""

import asyncio
import logging
import math

from chat_server.log import LogError
from chat_server.rooms.clock import Clock
from chat_server.rooms.host import RoomHost
from chat_server.sessions.context import ServerContext
from chat_server.sessions.session import Session
from chat_server.settings import Settings

_log = logging.getLogger("chat_server")

_SWEEP_SECONDS = 1.0
_WATCH_SECONDS = 0.5
_DAY = 86_400.0
_MARK_SECONDS = 60.0
_ROUND = 60  # marks from one looking for what is too old to the next, where messages are kept for longer than that


async def sweep(context: ServerContext) -> None:
    """Once a second, for ever, look at every deadline: handshakes, keepalive, slow readers, names."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _SWEEP_SECONDS
        await asyncio.sleep(_SWEEP_SECONDS)
        now = loop.time()
        context.counts.loop_lag.observe(max(0.0, now - due))
        await context.connections.sweep(now)
        follow_wall(context.now)
        host, time = context.host, context.now()
        if (end := host.alarm.next_due()) is not None and end < time:
            host.alarm.set()  # the computer slept: the loop's clock did not go on
        host.rooms.tidy(time)
        for name in host.roster.expire_names(time):
            await host.release_name(name)


async def run(settings: Settings, host: RoomHost) -> None:
    """For ever, have the log know how late it is, prune what is older than is to be kept, and forget no end."""
    minutes = 0
    while True:
        try:
            await host.log.mark(host.now(), host.now.believed)
            if minutes % _ROUND == 0 or (settings.keeping[0] or math.inf) < _ROUND * _MARK_SECONDS:
                await prune(settings, host)
                await host.remember_ends()
                host.alarm.note_all()  # something may be due earlier
        except LogError as error:
            _log.warning("log maintenance failed: %s", error)
        minutes += 1
        await asyncio.sleep(_MARK_SECONDS)


async def prune(settings: Settings, host: RoomHost) -> None:
    """Let go of what is not to be kept any longer."""
    seconds, messages = settings.keeping
    clock = host.now
    if seconds is not None and clock.doubtful:
        _log.warning("retention by age is paused: the computer's clock is far ahead of the log; check the clock")
        seconds = None
    if seconds is not None or messages is not None:
        before = None if seconds is None else clock.stamp - seconds
        gone = await host.log.prune(before=before, newest=messages, now=clock.stamp)
        for hosted in host.rooms:
            hosted.timeline.forget_before(gone + 1)


def tell_doubts(clock: Clock) -> None:
    """Tell the operator where the computer's clock can't be right."""
    if clock.doubtful:
        _log.warning(
            "the computer's clock is %d days ahead of the log: nothing expires by it until it is corrected, or has run"
            " like this for a week",
            (clock.stamp - clock.believed) / _DAY,
        )


def follow_wall(clock: Clock) -> None:
    """Let stamps follow the computer's clock when that was set, and say so."""
    if step := clock.follow_wall():
        _log.warning("the computer's clock changed by %+.0f seconds; new messages use the new time", step)
        tell_doubts(clock)


async def watch(context: ServerContext) -> None:
    """Twice a second, for ever, see whether the logs can keep what is said; tell the operator, and those who wait."""
    told: set[Session] = set()
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        host = context.host
        before, host.trouble = host.trouble, await host.log.trouble()
        if host.trouble is None:
            if before is not None:
                _log.warning("messages can be saved again")
                told.clear()
            continue
        if before != host.trouble:
            _log.error("can't save messages: %s", host.trouble)
        for connection in context.connections:
            session = connection.handler
            if isinstance(session, Session) and session.busy and session not in told:
                told.add(session)
                session.tell_trouble(host.trouble)
