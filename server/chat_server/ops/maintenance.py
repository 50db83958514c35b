"""Maintenance: what a server sees to by the clock, in its connections, its names and its log."""

import asyncio
import logging
import math

from chat_server.log import LogError
from chat_server.rooms.hosted_room import HostedRoom
from chat_server.sessions.context import ServerContext
from chat_server.settings import Settings

_log = logging.getLogger("chat_server")

_SWEEP_SECONDS = 1.0
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
        for hosted in context.rooms:
            for name in hosted.room.roster.expire_names(context.now()):
                await hosted.release_name(name)


async def run(settings: Settings, hosted: HostedRoom) -> None:
    """For ever, have the log know how late it is, prune what is older than is to be kept, and forget no end."""
    minutes = 0
    while True:
        try:
            await hosted.log.mark(hosted.now())
            if minutes % _ROUND == 0 or (settings.keeping[0] or math.inf) < _ROUND * _MARK_SECONDS:
                await prune(settings, hosted)
                await hosted.remember_ends(hosted.timeline.applied)
                hosted.schedule_expiry()  # something may be due earlier
        except LogError as error:
            _log.warning("the log was not seen to: %s", error)
        minutes += 1
        await asyncio.sleep(_MARK_SECONDS)


async def prune(settings: Settings, hosted: HostedRoom) -> None:
    """Let go of what is not to be kept any longer."""
    seconds, messages = settings.keeping
    if seconds is not None or messages is not None:
        before = None if seconds is None else hosted.now() - seconds
        hosted.timeline.forget_before(await hosted.log.prune(before=before, newest=messages) + 1)
