"""Entry kinds: the one table that numbers them for files, and says which carry a text."""

from collections.abc import Mapping
from typing import NamedTuple

from chat_server.core.entries import DELETE, MESSAGE, ROOM


class Kind(NamedTuple):
    """Row of the table. `has_text`: readers page through such entries and search them, and what they say can go."""

    number: int
    has_text: bool


KINDS: Mapping[str, Kind] = {
    MESSAGE: Kind(2, has_text=True),
    DELETE: Kind(3, has_text=False),
    ROOM: Kind(5, has_text=False),
}
"""By name. SQLite stores each number in one byte, as it does `ERASED`, which can so be written over it."""
ERASED = 4
"""The number of an entry that is gone."""
