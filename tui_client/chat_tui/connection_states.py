"""How the connection is. Apart from what keeps it, whose import would delay the first frame."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Connecting:
    """A try begins."""

    host: str


@dataclass(frozen=True, slots=True)
class Connected:
    """A server speaks; comes before the first event of each of its sockets."""


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no connection; the next try is at `retry_at` on the loop's clock. `attempt` counts from 1."""

    reason: str
    retry_at: float
    attempt: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not want us. When `fatal`, only `retry_now` tries again; else `retry_at` is as in `Lost`."""

    reason: str
    fatal: bool
    retry_at: float | None = None


Status: TypeAlias = Connecting | Connected | Lost | Refused
