"""Rooms of the SQLite log: the numbers by which its rows name them."""

import sqlite3
from collections.abc import Mapping, Sequence

from chat_server.log import RoomRecord

LOBBY = 0


class RoomNumbers:
    """Numbers of rooms by name, in the thread that writes. A new one is given in the commit of its first entry."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}
        self.forget()

    def forget(self) -> None:
        """A commit was rolled back: the file alone knows which rooms there are."""
        self._numbers = {"": LOBBY}
        self._numbers |= dict(self._connection.execute("SELECT name, room FROM rooms").fetchall())

    def number_of(self, name: str) -> int:
        """The number of a room, which has one from now on."""
        number = self._numbers.get(name)
        if number is None:
            number = self._next()
            self._connection.execute("INSERT INTO rooms (room, name) VALUES (?, ?)", (number, name))
            self._numbers[name] = number
        return number

    def _next(self) -> int:
        return int(self._connection.execute("SELECT 1 + ifnull(max(room), 0) FROM rooms").fetchone()[0])

    def set(self, name: str, settings: bytes) -> None:
        """What is set in a room from now on."""
        number = self.number_of(name)
        self._connection.execute(
            "INSERT INTO rooms VALUES (?, ?, ?) ON CONFLICT (room) DO UPDATE SET settings = excluded.settings",
            (number, name, settings),
        )

    def set_place(self, client: str, room: str, seq: int) -> None:
        """A client has read so far in a room in which something was said."""
        if (number := self._numbers.get(room)) is not None:
            self._connection.execute(
                "INSERT INTO places VALUES (?, ?, ?) ON CONFLICT (client, room)"
                " DO UPDATE SET seq = max(seq, excluded.seq)",
                (client, number, seq),
            )


class RoomNames:
    """Names of rooms by number, in a thread that reads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._names: dict[int, str] = {LOBBY: ""}

    def name_of(self, number: int) -> str:
        """The name of a room."""
        if number not in self._names:
            self._names |= self._read()
        return self._names[number]

    def number_of(self, name: str) -> int | None:
        """The number of a room, None where it has none."""
        if not name:
            return LOBBY
        row = self._connection.execute("SELECT room FROM rooms WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def records(self) -> Sequence[RoomRecord]:
        """All of them."""
        rows = self._connection.execute("SELECT name, settings FROM rooms").fetchall()
        return [RoomRecord(*row) for row in rows]

    def places(self, client: str) -> Mapping[str, int]:
        """Up to which number a client has read, by room."""
        rows = self._connection.execute("SELECT room, seq FROM places WHERE client = ?", (client,)).fetchall()
        return {self.name_of(number): seq for number, seq in rows}

    def _read(self) -> dict[int, str]:
        return dict(self._connection.execute("SELECT room, name FROM rooms").fetchall())
