"""Commands: what a line of a client means, as frozen types in one closed union."""

from typing import TypeAlias

from msgspec import Struct

HISTORY_COUNT, HISTORY_MOST = 100, 200
"""Messages that one answer to `/history` holds: unless it is said, and at most."""


class Say(Struct, frozen=True):
    """A message that somebody wishes to send.

    `to` is a client id or a name; `reply_to` a message id; `lifetime` is in seconds, at most three decimals.
    """

    text: str
    to: str | None = None
    reply_to: int | None = None
    lifetime: float | None = None
    txn: str | None = None


class Delete(Struct, frozen=True):
    """Delete message `id`; None is the newest that the asker can see."""

    id: int | None = None
    txn: str | None = None


class TakeName(Struct, frozen=True):
    """Take a user name. Whether it is a good one is the room's to say."""

    name: str
    txn: str | None = None


class Exit(Struct, frozen=True):
    """Close the connection and give up the user name."""

    txn: str | None = None


class History(Struct, frozen=True):
    """Show up to `count` messages that are older than message `before`, which need not exist."""

    before: int
    count: int = HISTORY_COUNT
    txn: str | None = None


class Search(Struct, frozen=True):
    """Show messages that fit `query`, as `chat_protocol.queries` reads it."""

    query: str
    txn: str | None = None


Command: TypeAlias = Say | Delete | TakeName | Exit | History | Search
