"""Commits: what goes into one, and what comes out of it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from msgspec import Struct

from chat_server.core.entries import NewEntry
from chat_server.log import Entry

if TYPE_CHECKING:
    from chat_server.log.sqlite.writer import Writer

Future: TypeAlias = "asyncio.Future[Any]"


class Append(Struct, frozen=True):
    """An entry to keep."""

    future: Future
    entry: NewEntry


class Work(NamedTuple):
    """Other work for a commit. `wipes`: the file must forget what it has overwritten.

    Deletions with the key `key` that were submitted before come before it.
    """

    future: Future
    run: "Callable[[Writer], Any]"
    wipes: bool = False
    key: str | None = None


class Outcome(NamedTuple):
    """Outcome of a commit: new entries, numbers of messages that are gone, and a result for each future."""

    entries: Sequence[Entry] = ()
    erased: Iterable[int] = ()
    answers: Sequence[tuple[Future, Any]] = ()
    errors: Sequence[tuple[Future, Exception]] = ()
    taken: int = 0  # what was appended, kept or not, in entries and bytes
    size: int = 0
    deletes: bool = False  # it was one of deletions
    broken: BaseException | None = None  # nothing will ever be kept again
