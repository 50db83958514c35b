"""Channel: the connections that get what is published in one room, and what is pending for all of them."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeAlias

from chat_protocol.events import ClientsChanged
from chat_server.transport.connection import Connection

Writer: TypeAlias = tuple[int | None, Callable[[bytes], None]]
"""`descriptor` and `write` of a connection."""


class Channel:
    """The members of a room, as the hub sees them. `take_changes` returns what is to be told of its roster.

    `places` are those of its frames among the hub's pending ones.
    """

    __slots__ = ("_newcomers", "_writers", "members", "places", "roster_due", "take_changes", "timer")

    def __init__(self, take_changes: Callable[[], ClientsChanged | None]) -> None:
        self.take_changes = take_changes
        self.members: dict[Connection, None] = {}
        self.places: list[int] = []
        self.roster_due = 0.0  # the loop's time from which the roster may have a write of its own
        self.timer: asyncio.TimerHandle | None = None
        self._newcomers: dict[Connection, int] | None = None  # the place from which they get what is for all
        self._writers: tuple[Writer, ...] | None = ()

    def add(self, connection: Connection, place: int) -> None:
        """One more member, who gets what is pending from this place on."""
        self.members[connection] = None
        if self.places:
            self._newcomers = self._newcomers or {}
            self._newcomers[connection] = place
        self._writers = None

    def remove(self, connection: Connection) -> None:
        """One member less."""
        del self.members[connection]
        if self._newcomers:
            self._newcomers.pop(connection, None)
        self._writers = None

    def writers_changed(self) -> None:
        """Some member is to be written to in another way now."""
        self._writers = None

    def writers(self) -> tuple[Writer, ...]:
        """How to write to each member."""
        if (writers := self._writers) is None:
            writers = self._writers = writers_of(self.members)
        return writers

    def take_places(self) -> tuple[list[int], dict[Connection, int]]:
        """What was pending for all, and from which place on newcomers get it. From now on nothing is."""
        places, self.places = self.places, []
        newcomers, self._newcomers = self._newcomers, None
        return places, newcomers or {}

    def close(self) -> None:
        """Nobody is told anything here any more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


def writers_of(connections: Iterable[Connection]) -> tuple[Writer, ...]:
    """How to write to each of these."""
    return tuple((connection.descriptor, connection.write) for connection in connections)
