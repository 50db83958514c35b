"""Export of a log: its messages as lines of JSON, also while a server has it open."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from chat_protocol.events import encode_event
from chat_server.core.entries import NewMessage, decode_draft, has_ended, numbered
from chat_server.log import OpenError
from chat_server.log.sqlite.backup import open_existing
from chat_server.log.sqlite.reader import Reader
from chat_server.log.sqlite.schema import why

_AT_ONCE = 1_000
_NEWEST = (1 << 63) - 1


def export(source: Path, now: float | None = None) -> Iterator[bytes]:
    """Every message that there is, as the wire has it, the oldest first; nothing that has expired.

    Raises:
        OpenError: when that is not possible.
    """
    open_existing(source).close()
    with closing(Reader(source)) as reader:
        try:
            facts = reader.facts()
            present = max(time.time() if now is None else now, facts.time if facts else 0.0)
            last = 0
            while entries := reader.after(last, _NEWEST, _AT_ONCE):
                for entry in entries:
                    draft = decode_draft(entry.body)
                    if isinstance(draft, NewMessage) and not has_ended(message := numbered(entry.seq, draft), present):
                        yield encode_event(message)
                last = entries[-1].seq
        except (sqlite3.Error, ValueError) as error:
            raise OpenError(f"Can't read {source}: {why(error)}.") from error
