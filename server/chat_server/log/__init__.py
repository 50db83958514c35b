"""Message log: keeps entries and numbers them, in one atomic step. The server above never asks which engine it is.

| call | promise |
|---|---|
| `open` | the log's life (`epoch`), its first and its last number, and from where to replay it |
| `append` | a future of the entry's number, done when the entry is as durable as the engine promises; what else a `NewEntry` asks for is done in the same step. The same key gives the same number, no second entry and nothing else, for an hour at least |
| `find` | the number of the entry with a key, or None; of one that was appended before, answered or not |
| `entry` | the entry with a number, or None where the log has let go of it |
| `tail` | the entries after a number, ascending, without gap or repeat, for ever, in the batches in which they came; or one `Reset` where it can't begin there |
| `page` | stored messages of a room before a number that a reader may see, oldest first |
| `search` | stored messages of some rooms that fit a query and that a reader may see, newest first |
| `replay_point`, `since` | from where a room is to be replayed, and its entries from there |
| `rooms` | every room in which something was said or set, and what was set there last |
| `places`, `set_place` | how far a client has read in a room, which is no history |
| `expiring` | messages up to a number that have an end and have not been erased: what a replay from there leaves out |
| `erase` | the content of an entry is gone for good; nothing is emitted (the tombstone is an ordinary entry) |
| `prune` | the oldest are gone for good as well: messages sent before a time, or all but the newest so many |
| `mark` | the log remembers that it has been this late; keys grow old by it |
| `trouble` | why nothing can be kept just now, found out without waiting for a disk that hangs |
| `claim`, `release`, `roster` | names, which are not history |

A room is a name, "" for the lobby and for direct messages. All rooms have one order and one numbering.

The body of a message is a JSON object. Of its fields an engine may read `text`, `from_id`, `from_name`, `to_id`,
`sent_at` and `expires_at`; who may see it are `from_id` and `to_id`, or everyone where there is no `to_id`.
"""  # noqa: E501 - a table

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from math import inf
from pathlib import Path
from typing import NamedTuple, Protocol

from msgspec import Struct

from chat_protocol.queries import Query
from chat_server.core.entries import Draft, NewEntry, decoded, encoded

LOBBY_ALONE = frozenset({""})
"""The rooms of those who are in none but the lobby."""


class Entry(Struct, gc=False):
    """One kept change: what a `NewEntry` was, and its number. What is new is handed over as it was given."""

    seq: int
    kind: str
    content: bytes | Draft
    room: str = ""

    @property
    def body(self) -> bytes:
        """The content as a file keeps it."""
        self.content = body = encoded(self.content)
        return body

    @property
    def draft(self) -> Draft:
        """The content as a room reads it.

        Raises:
            ValueError: when it was written by no room.
        """
        return decoded(self.content)


class Opened(NamedTuple):
    """What `open` found. `first` is `last` + 1 where there are no entries.

    What comes after number `replay_after` is all that a room has to be told; of what was before, `expiring`. `time` is
    the newest that the log has seen, and `wall` what the computer's clock was then; `ends`: some message has one. Of
    messages it keeps the newest `retained_messages` by itself, None for all. `gathers`: what comes within a few turns
    of the event loop is kept together, and comes out of a tail together.
    """

    epoch: str
    first: int
    last: int
    replay_after: int = 0
    time: float = 0.0
    wall: float = 0.0
    ends: bool = False
    retained_messages: int | None = None
    gathers: bool = False


class RoomRecord(NamedTuple):
    """A room of the log: `settings` is the body of its newest `ROOM` entry."""

    name: str
    settings: bytes | None


class Reset(NamedTuple):
    """A tail can't begin where it was asked to; the oldest entry that it could give is `first`."""

    first: int


class LogError(Exception):
    """An entry could not be kept. Its text is for the person whose message it was."""


class OpenError(Exception):
    """A log can't be opened. Its text is for the operator."""


class MessageLog(Protocol):
    """Interface of every engine."""

    async def open(self) -> Opened:
        """Make the log ready.

        Raises:
            OpenError: when that is not possible.
        """

    async def close(self) -> None:
        """Finish what was begun; end every tail."""

    def append(self, entry: NewEntry) -> asyncio.Future[int]:
        """Keep an entry and number it. The future may fail with `LogError`."""

    async def find(self, key: str) -> int | None:
        """The number of the entry with this key."""

    async def entry(self, seq: int) -> Entry | None:
        """The entry with this number, unless it is gone."""

    def tail(self, after: int) -> AsyncGenerator[Sequence[Entry] | Reset, None]:
        """Follow the log from the entry after number `after`."""

    async def page(
        self, before: int, limit: int, reader: str, *, room: str = "", with_direct: bool = False
    ) -> Sequence[Entry]:
        """At most `limit` messages of a room below `before` that `reader` may see: the newest, oldest first.

        The direct ones are the lobby's; `with_direct` puts them between those of another room, too.
        """

    async def search(
        self, query: Query, limit: int, reader: str, *, rooms: Collection[str] = LOBBY_ALONE
    ) -> Sequence[Entry]:
        """At most `limit` messages of these rooms that fit and that `reader` may see, newest first."""

    async def replay_point(self, room: str, count: int) -> int:
        """The number after which the newest `count` messages of a room come, and what has happened since to any.

        0 where there are no older ones, or up to where all are gone for good.
        """

    async def since(self, room: str, after: int, limit: int) -> Sequence[Entry] | None:
        """The first `limit` entries of a room with numbers above `after`; None where some of them are gone for good."""

    async def rooms(self) -> Sequence[RoomRecord]:
        """Every room but the lobby in which something was said or set, and the lobby where something was set there."""

    async def places(self, client: str) -> Mapping[str, int]:
        """Up to which number a client has read, by room."""

    async def set_place(self, client: str, room: str, seq: int) -> None:
        """A client has read up to this number in a room."""

    async def expiring(self, until: int) -> Sequence[Entry]:
        """Messages with numbers up to `until` that have an end, ascending."""

    async def erase(self, seq: int) -> None:
        """Make the content of one message be gone for good."""

    async def prune(self, *, before: float | None = None, newest: int | None = None, now: float = inf) -> int:
        """Let messages sent before a time, and all but the `newest`, be gone; returns up to which number all are.

        What was stamped after `now`, by a clock that was ahead, is as old as what comes after it.
        """

    async def mark(self, now: float, wall: float) -> None:
        """Remember the time, and the wall's."""

    async def trouble(self) -> str | None:
        """Part of a sentence for people, or None where all is well, within a few seconds."""

    async def claim(self, name: str, value: str, *, lasting: bool = True) -> str:
        """Give `name` to `value` unless somebody has it; returns who has it now. `lasting`: as long as the log does."""

    async def release(self, name: str) -> None:
        """Nobody has `name` any more."""

    async def roster(self) -> Mapping[str, str]:
        """Every claimed name, and who has it."""


def open_log(url: str, *, history: int) -> MessageLog:
    """Return the engine that a URL such as `memory:` names, not opened yet.

    Raises:
        ValueError: when no engine has this name; its text is for the operator.
    """
    scheme, _, path = url.partition(":")
    if scheme == "memory":
        from chat_server.log.memory import MemoryLog  # noqa: PLC0415 - an engine is imported when it is chosen

        return MemoryLog(history=history)
    if scheme == "sqlite" and path == ":memory:":
        raise ValueError(f"{url} is not a file; use memory: to keep messages until the server stops")
    if scheme == "sqlite" and path:
        from chat_server.log.sqlite import SqliteLog  # noqa: PLC0415 - as above

        return SqliteLog(file_path(path))
    raise ValueError(f"--log must be memory: or sqlite:PATH, not {url}")


def file_path(written: str) -> Path:
    """The file that is meant by a path; `~` is a home folder.

    Raises:
        ValueError: when it is nobody's; its text is for the operator.
    """
    try:
        return Path(written).expanduser()
    except RuntimeError:
        raise ValueError(f"{written}: there is no such user on this computer") from None


def read_file(path: Path) -> AbstractContextManager[tuple[float, float, Iterator[Entry]]]:
    """Read a log that is in a file, without a server.

    The newest time that it has seen, and the wall's then; and its entries, ascending.

    Raises:
        OpenError: when that is not possible.
    """
    from chat_server.log import sqlite  # noqa: PLC0415 - as above

    return sqlite.read_file(path)
