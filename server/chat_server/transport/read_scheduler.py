"""Read scheduler: fair turns for connections that send much at once, so that everybody else is heard in between.

A connection is read in pieces. Whoever fills a whole piece may have more: it is queued, and the connection not read any
further, until its turn. Of all who wait, one piece is worked on in each turn of the event loop. That is what they can
cost the others, however many they are.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from chat_server.transport.write_buffer import ReadHold

if TYPE_CHECKING:  # a connection waits in the scheduler, which has it read in turn
    from chat_server.transport.connection import Connection

PIECE = 2048
"""Bytes. Pings without content are what costs most: 340 of them, 4 ms. Hardly any line of a chat is longer."""


def take_turn(connection: "Connection", data: bytes) -> None:
    """Have a connection handle a piece that has waited, and read from it again."""
    try:
        if not connection.transport.is_closing():
            connection.data_received(data)
    finally:
        connection.release_reading(ReadHold.TURN)


class ReadScheduler:
    """The queue of those who wait, and the one buffer into which everybody is read."""

    def __init__(self) -> None:
        self.buffer = memoryview(bytearray(PIECE))
        self._waiting: deque[tuple[Callable[[], None], bool]] = deque()
        self.speakers = 0
        """How many wait whose lines may be in what was read."""
        self.heard = 0
        """How many of those have had their turn so far."""

    def wait(self, go_on: Callable[[], None], *, speaks: bool) -> None:
        """Call this in a turn of its own, after those of all who wait already."""
        self._waiting.append((go_on, speaks))
        self.speakers += speaks
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        go_on, speaks = self._waiting.popleft()
        self.speakers -= speaks
        self.heard += speaks
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._next)
        go_on()
