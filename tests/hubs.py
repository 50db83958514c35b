"""Connections as the hub sees them."""

import asyncio
import json
from collections.abc import Callable

from chat_protocol.events import Deleted
from chat_server.transport.hub import TICK_TURNS
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


def fact(number: int) -> Deleted:
    """A small event that can be told from the others."""
    return Deleted(number, number)


async def tick() -> None:
    """Let the event loop turn until what was pending has been written."""
    for _ in range(TICK_TURNS):
        await asyncio.sleep(0)
