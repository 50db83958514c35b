"""How many, and how fast. Pure: told the time, asked for a verdict."""

from collections import Counter, OrderedDict
from typing import Generic, TypeVar

Guest = TypeVar("Guest")


class TokenBucket:
    """Lets `burst` through at once, then `per_second`.

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


_STILL_ANSWERED = 8
_ALWAYS_KNOCKING = 64


class Admission:
    """Counts who is connected, in all and per address, and says whether one more fits."""

    def __init__(self, in_all: int, per_address: int) -> None:
        self._in_all = in_all
        self._per_address = per_address
        self._addresses: Counter[str] = Counter()
        self._count = 0

    def enter(self, address: str) -> None:
        """Count a connection from `address`, whether it is let in or not."""
        self._count += 1
        self._addresses[address] += 1

    def leave(self, address: str) -> None:
        """Forget a connection that was counted."""
        self._count -= 1
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]

    @property
    def count(self) -> int:
        """How many connections there are, those that are not let in included."""
        return self._count

    @property
    def may_knock(self) -> int:
        """How many may be in a handshake at the same time: a quarter, so that they never take all places."""
        return max(_ALWAYS_KNOCKING, self._in_all // 4)

    @property
    def full(self) -> bool:
        """Are there more connections than may be?"""
        return self._count > self._in_all

    @property
    def overrun(self) -> bool:
        """Are there so many more that they are not even told why? What a connection takes up is needed then."""
        return self._count > self._in_all + _STILL_ANSWERED

    def crowded(self, address: str) -> bool:
        """Has this address more connections than it may have? Loopback is exempt."""
        if address.startswith("127.") or address in {"::1", ""}:
            return False
        return self._addresses[address] > self._per_address


class PendingHandshakes(Generic[Guest]):
    """Those who have come and have not asked for anything yet. With too many of them, the oldest has to go.

    Who asks at once is never among the oldest, however many do not.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._guests: OrderedDict[Guest, None] = OrderedDict()

    def enter(self, guest: Guest) -> Guest | None:
        """One more. Returns who has to go for it, and is forgotten here."""
        self._guests[guest] = None
        if len(self._guests) > self._most:
            return self._guests.popitem(last=False)[0]
        return None

    def leave(self, guest: Guest) -> None:
        """This one has asked, or is gone."""
        self._guests.pop(guest, None)
