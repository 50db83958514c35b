"""The log: keeps entries and numbers them, in one step. The server above it never asks which engine it is.

| call | promise |
|---|---|
| `open` | the log's life (`epoch`), its first and its last number |
| `append` | a future of the entry's number, done when the entry is as durable as the engine promises; the same key gives the same number and no second entry |
| `tail` | the entries after a number, ascending, without gap or repeat, for ever, in the batches in which they came; or one `Reset` where it can't begin there |
| `page` | stored messages before a number, oldest first |
| `erase` | the content of an entry is gone for good; nothing is emitted (the tombstone is an ordinary entry) |
| `claim`, `release`, `roster` | names, which are not history |
"""  # noqa: E501 - a table

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple, Protocol

MESSAGE = "message"
DELETE = "delete"


class Entry(NamedTuple):
    """One kept change. `kind` is `MESSAGE` or `DELETE`; `body` is the room's to read."""

    seq: int
    kind: str
    body: bytes


class Opened(NamedTuple):
    """What `open` found. `first` is `last` + 1 where there are no entries."""

    epoch: str
    first: int
    last: int


class Reset(NamedTuple):
    """The tail can't honour its starting point; the oldest entry that it could give is `first`."""

    first: int


class LogError(Exception):
    """An entry could not be kept. Its text is for the person whose message it was."""


class MessageLog(Protocol):
    """What every engine implements."""

    async def open(self) -> Opened:
        """Make the log ready."""

    async def close(self) -> None:
        """Finish what was begun; end every tail."""

    def append(self, kind: str, body: bytes, key: str | None = None) -> asyncio.Future[int]:
        """Keep an entry and number it. The future may fail with `LogError`."""

    def tail(self, after: int) -> AsyncIterator[Sequence[Entry] | Reset]:
        """Follow the log from the entry after number `after`."""

    async def page(self, before: int, limit: int) -> Sequence[Entry]:
        """At most `limit` messages with numbers below `before`, the newest of them, oldest first."""

    async def erase(self, seq: int) -> None:
        """Make the content of one message be gone for good."""

    async def claim(self, name: str, value: str) -> str:
        """Give `name` to `value` unless somebody has it; returns who has it now."""

    async def release(self, name: str) -> None:
        """Nobody has `name` any more."""

    async def roster(self) -> Mapping[str, str]:
        """Every claimed name, and who has it."""


def open_log(url: str, *, history: int) -> MessageLog:
    """Return the engine that a URL such as `memory:` names, not opened yet.

    Raises:
        ValueError: when no engine has this name; its text is for the operator.
    """
    scheme = url.partition(":")[0]
    if scheme == "memory":
        from chat_server.log.memory import MemoryLog  # noqa: PLC0415 - an engine is imported when it is chosen

        return MemoryLog(history=history)
    raise ValueError(f"log is memory:, not {url}")
