"""Connections as the hub sees them."""

import asyncio
import json
from collections.abc import Callable

from chat_protocol.events import Deleted
from chat_server.transport.channel import Channel
from chat_server.transport.hub import DEFAULT_PACE, TICK_TURNS, Hub, Pace
from chat_server.transport.read_scheduler import ReadScheduler
from sockets import split_frames


class Line:
    """A connection as the hub sees it: something to write to. It may hang up in the middle of a write."""

    descriptor = None

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.writes: list[bytes] = []
        self.hang_up: Callable[[], None] | None = None

    def write(self, data: bytes) -> None:
        """One write is one entry."""
        self.writes.append(data)
        if self.hang_up:
            self.hang_up()

    @property
    def events(self) -> list[dict]:
        """What the frames say, in order."""
        return [json.loads(frame[1:]) for frame in split_frames(b"".join(self.writes))]

    def numbers(self) -> list[int]:
        """The numbers that `fact` gave the events."""
        return [event["id"] if event["type"] == "delete" else int(event["code"]) for event in self.events]


class OneRoom(Hub):
    """A hub with one channel, in which everybody is."""

    def __init__(self, take_changes=lambda: None, scheduler: ReadScheduler | None = None, pace: Pace = DEFAULT_PACE):
        super().__init__(scheduler or ReadScheduler(), pace)
        self.channel = Channel(take_changes)

    def join(self, client_id, connection, greeting):
        """Somebody comes."""
        super().join(client_id, connection, self.channel, greeting)

    def leave(self, client_id, connection):
        """Somebody goes."""
        self.unsubscribe(connection, self.channel)
        super().leave(client_id, connection)

    def publish(self, event, audience=None):
        """For everybody, or for some."""
        super().publish(self.channel, event, audience)

    def roster_changed(self, channel=None):
        """Somebody has another name."""
        super().roster_changed(channel or self.channel)

    def end_roster_pause(self, channel=None):
        """Let the roster have a write of its own."""
        super().end_roster_pause(channel or self.channel)


def fact(number: int) -> Deleted:
    """A small event that can be told from the others."""
    return Deleted(number, number)


async def tick() -> None:
    """Let the event loop turn until what was pending has been written."""
    for _ in range(TICK_TURNS):
        await asyncio.sleep(0)
