"""Limits: rate limiting, admission control, and eviction of unfinished handshakes. Pure: each is told the time."""

from collections import Counter, OrderedDict
from typing import Generic, TypeVar

ConnectionT = TypeVar("ConnectionT")


class TokenBucket:
    """Token bucket for rate limiting: lets `burst` through at once, then `per_second`.

    `take` returns 0.0 when one more may pass, else the seconds to wait until the next would. `refused` counts those
    that did not pass; time forgives as many as could have.
    """

    __slots__ = ("_burst", "_per_second", "_then", "_tokens", "refused")

    def __init__(self, burst: float, per_second: float, now: float) -> None:
        self._burst = self._tokens = burst
        self._per_second = per_second
        self._then = now
        self.refused = 0.0

    def take(self, now: float) -> float:
        """Take one token at time `now`, in seconds."""
        earned = max(0.0, now - self._then) * self._per_second
        tokens = min(self._burst, self._tokens + earned)
        if self.refused:
            self.refused = max(0.0, self.refused - earned)
        self._then = now
        if tokens >= 1:
            self._tokens = tokens - 1
            return 0.0
        self._tokens = tokens
        self.refused += 1
        return (1 - tokens) / self._per_second


_TOLD_WHY = 8  # connections too many that are still told so
_LEAST_HANDSHAKES = 64


class Admission:
    """Admission control: counts connections, in all and per address, and says whether one more fits."""

    def __init__(self, in_all: int, per_address: int) -> None:
        self._in_all = in_all
        self._per_address = per_address
        self._addresses: Counter[str] = Counter()
        self.count = 0

    def enter(self, address: str) -> None:
        """Count a connection from `address`, whether it is let in or not."""
        self.count += 1
        self._addresses[address] += 1

    def leave(self, address: str) -> None:
        """Forget a connection that was counted."""
        self.count -= 1
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]

    @property
    def most_handshakes(self) -> int:
        """Handshakes that may go on at the same time: a quarter, so that they never take all places."""
        return max(_LEAST_HANDSHAKES, self._in_all // 4)

    @property
    def full(self) -> bool:
        """Are there more connections than may be?"""
        return self.count > self._in_all

    @property
    def overrun(self) -> bool:
        """Are there so many more that a newcomer is cut off without a word? Even that answer takes memory."""
        return self.count > self._in_all + _TOLD_WHY

    def crowded(self, address: str) -> bool:
        """Has this address more connections than it may have? Loopback is exempt."""
        if address.startswith("127.") or address in {"::1", ""}:
            return False
        return self._addresses[address] > self._per_address


class PendingHandshakes(Generic[ConnectionT]):
    """Connections whose handshake is unfinished, oldest first.

    Above `most` the oldest is evicted, so that idle sockets (slowloris) can't take every place: a client that asks at
    once is never among the oldest, however many do not.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._connections: OrderedDict[ConnectionT, None] = OrderedDict()

    def enter(self, connection: ConnectionT) -> ConnectionT | None:
        """Count one more. Returns the one that is evicted for it, and forgotten here."""
        self._connections[connection] = None
        if len(self._connections) > self._most:
            return self._connections.popitem(last=False)[0]
        return None

    def leave(self, connection: ConnectionT) -> None:
        """Forget one whose handshake is done, or that is gone."""
        self._connections.pop(connection, None)
