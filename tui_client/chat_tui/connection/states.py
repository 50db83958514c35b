"""Connection states: what `Connection` reports. Apart from it, as its import would delay the first frame."""

from typing import TypeAlias

import msgspec


class Connecting(msgspec.Struct, frozen=True):
    """A try begins."""

    host: str


class Connected(msgspec.Struct, frozen=True):
    """A server speaks; comes before the first event of each of its sockets."""


class Lost(msgspec.Struct, frozen=True):
    """There is no connection; the next try is at `retry_at` on the loop's clock. `attempt` counts from 1."""

    reason: str
    retry_at: float
    attempt: int


class TurnedAway(msgspec.Struct, frozen=True):
    """The server does not want us. When `fatal`, only `retry_now` tries again; else `retry_at` is as in `Lost`.

    `login`: a proxy before it wants a user name and a password, and they can be given.
    """

    reason: str
    fatal: bool
    retry_at: float | None = None
    login: bool = False


Status: TypeAlias = Connecting | Connected | Lost | TurnedAway
