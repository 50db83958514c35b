"""Export of a log: its messages as lines of JSON, also while a server has it open."""

import time
from collections.abc import Iterator
from pathlib import Path

from chat_protocol.events import encode_event
from chat_protocol.rooms import room_field
from chat_server.core.entries import NewMessage, has_ended, numbered
from chat_server.log import read_file


def export(source: Path, now: float | None = None) -> Iterator[bytes]:
    """Every message that there is, as the wire has it, the oldest first; nothing that has expired.

    Raises:
        OpenError: when that is not possible.
    """
    with read_file(source) as (seen, wall, entries):
        present = seen + max(0.0, (time.time() if now is None else now) - wall)
        for entry in entries:
            draft = entry.draft
            if isinstance(draft, NewMessage) and not has_ended(
                message := numbered(entry.seq, draft, room_field(entry.room)), present
            ):
                yield encode_event(message)
