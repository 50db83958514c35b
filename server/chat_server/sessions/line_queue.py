"""Line queue: a client's lines within its rate, one after the other, in the order in which they came."""

import math
from collections import deque
from collections.abc import Callable

from chat_protocol.patterns import deferred
from chat_server.core.limits import TokenBucket
from chat_server.transport.connection import Connection
from chat_server.transport.write_buffer import ReadHold, Stage

DROPPED = math.inf
"""In place of a time to wait: the line is dropped, and nobody needs to hear of it."""
_QUIET = deferred(r"(?:/in\s+\S+\s+)?/read\s")  # programs say it by themselves; it is no line of a person's
_QUIET_RATE = (30.0, 5.0)  # at once, then per second
_REFUSED_MOST = 200  # lines that were too fast, and are not forgiven yet


class LineQueue:
    """The lines of one client that are not worked on yet. While any wait, no more are read from its connection.

    A line is its text; None stands for a binary message. `bucket` is its rate limit, None for none.
    """

    __slots__ = ("_connection", "_quiet", "_waiting", "bucket", "busy")

    def __init__(self, connection: Connection, bucket: TokenBucket | None) -> None:
        self._connection = connection
        self.bucket = bucket
        self._quiet: TokenBucket | None = None  # made when it is needed
        self._waiting: deque[str | None] | None = None  # made when it is needed: an empty one is 0.7 KiB
        self.busy = False
        """Is a line being worked on that the next one must wait for?"""

    def take(self, line: str | None, now: float) -> float:
        """Return 0.0 for a line that is within the rate, else the seconds to wait, or `DROPPED`."""
        if self.bucket is None:
            return 0.0
        if line is None or not line.startswith("/") or not _QUIET.match(line):
            return self.bucket.take(now)
        if self._quiet is None:
            self._quiet = TokenBucket(*_QUIET_RATE, now)
        return DROPPED if self._quiet.take(now) else 0.0

    @property
    def flooded(self) -> bool:
        """Have so many lines been too fast that no more should be answered?"""
        return self.bucket is not None and self.bucket.refused > _REFUSED_MOST

    @property
    def waiting(self) -> bool:
        """Are there lines that nobody has begun to work on?"""
        return bool(self._waiting)

    def push(self, line: str | None) -> None:
        """Keep a line until the one before it is done."""
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(line)
        self._connection.hold_reading(ReadHold.BUSY)

    def put_back(self, line: str | None) -> None:
        """Keep a line that could not be worked on yet, before all others, until `resume`."""
        self.busy = True
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.appendleft(line)

    def resume(self, work_on: Callable[[str | None], None]) -> None:
        """Go on with the lines that wait, as far as none of them makes the others wait again."""
        self.busy = False
        while self._waiting and not self.busy and self._connection.stage is Stage.OPEN:
            work_on(self._waiting.popleft())

    def settle(self) -> None:
        """Read from the connection again, if nothing is being worked on."""
        if not self.busy:
            self._waiting = None
            self._connection.release_reading(ReadHold.BUSY)

    def clear(self) -> None:
        """Forget all lines that wait."""
        self._waiting = None
