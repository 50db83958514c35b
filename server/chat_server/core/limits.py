"""Limits: rate limiting, admission control, and eviction of unfinished handshakes. Pure: each is told the time."""

from collections import Counter, OrderedDict
from typing import Generic, TypeVar

ConnectionT = TypeVar("ConnectionT")

_CROWD = 20  # times as much is for an address as for a client
_MOST_RESTING = 10_000  # buckets that nobody holds


class TokenBucket:
    """Token bucket for rate limiting: lets `burst` through at once, then `per_second`.

    `take` returns 0.0 when one more may pass, else the seconds to wait until the next would. `refused` counts those
    that did not pass; time forgives as many as could have. `holders` is for who shares it.
    """

    __slots__ = ("_burst", "_per_second", "_then", "_tokens", "holders", "refused")

    def __init__(self, burst: float, per_second: float, now: float) -> None:
        self._burst = self._tokens = burst
        self._per_second = per_second
        self._then = now
        self.refused = 0.0
        self.holders = 0

    def is_new(self, now: float) -> bool:
        """Has it forgotten by time `now` what was taken?"""
        earned = max(0.0, now - self._then) * self._per_second
        return self._tokens + earned >= self._burst and self.refused <= earned

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


class SharedBucket(TokenBucket):
    """Token bucket of one who takes from the bucket of a crowd at the same time."""

    __slots__ = ("_crowd",)

    def __init__(self, burst: float, per_second: float, now: float, crowd: TokenBucket) -> None:
        super().__init__(burst, per_second, now)
        self._crowd = crowd

    def take(self, now: float) -> float:
        """Take one token of each at time `now`."""
        return super().take(now) or self._crowd.take(now)


class BucketTable:
    """Token buckets by key, each shared by all who hold it, and remembered until it is as new."""

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._held: dict[str, TokenBucket] = {}
        self._resting: OrderedDict[str, TokenBucket] = OrderedDict()  # in the order in which they were let go

    def __len__(self) -> int:
        return len(self._held) + len(self._resting)

    def hold(self, key: str, now: float) -> TokenBucket:
        """Return the bucket of a key, which is kept until it has been let go as often."""
        bucket = self._held.get(key)
        if bucket is None:
            bucket = self._resting.pop(key, None) or TokenBucket(self._burst, self._per_second, now)
            self._held[key] = bucket
        bucket.holders += 1
        return bucket

    def let_go(self, key: str, now: float) -> None:
        """Let go of a bucket that was held."""
        bucket = self._held[key]
        bucket.holders -= 1
        if not bucket.holders:
            self._resting[key] = self._held.pop(key)
            while self._resting and (len(self._resting) > _MOST_RESTING or self._oldest.is_new(now)):
                self._resting.popitem(last=False)

    @property
    def _oldest(self) -> TokenBucket:
        return next(iter(self._resting.values()))


class ClientRates:
    """Rate limits by who sends, whatever the connection: by the client's id where there is a secret.

    Who has none has a limit for each connection, and one for all from the same address, which is 20 times as high;
    there its coming counts as a line. An address is a key such as `household_of` gives, "" for one without a limit.
    """

    def __init__(self, rate: tuple[float, float] | None) -> None:
        self._rate = rate
        burst, per_second = rate or (1.0, 1.0)
        self._clients = BucketTable(burst, per_second)
        self._addresses = BucketTable(burst * _CROWD, per_second * _CROWD)

    def __len__(self) -> int:
        return len(self._clients) + len(self._addresses)

    def may_come(self, address: str, now: float) -> float:
        """Return 0.0 when somebody without a secret may come from an address now, else the seconds to wait."""
        if not self._rate or not address:
            return 0.0
        wait = self._addresses.hold(address, now).take(now)
        self._addresses.let_go(address, now)
        return wait

    def hold(self, client_id: str, address: str, now: float, *, has_secret: bool) -> TokenBucket | None:
        """Return the bucket from which a new connection takes its lines, None for no limit; `let_go` at its end."""
        if not self._rate:
            return None
        if has_secret:
            return self._clients.hold(client_id, now)
        if address:
            return SharedBucket(*self._rate, now, self._addresses.hold(address, now))
        return TokenBucket(*self._rate, now)

    def let_go(self, client_id: str, address: str, now: float, *, has_secret: bool) -> None:
        """Let go of what such a connection held."""
        if self._rate and has_secret:
            self._clients.let_go(client_id, now)
        elif self._rate and address:
            self._addresses.let_go(address, now)


_TOLD_WHY = 8  # connections too many that are still told so
_LEAST_HANDSHAKES = 64


class Admission:
    """Admission control: counts connections, in all and per address, and says whether one more fits.

    From one address may be `per_address` without a secret, and 20 times as many in all. An address is a key such as
    `household_of` gives, "" for one without a limit.
    """

    def __init__(self, in_all: int, per_address: int) -> None:
        self._in_all = in_all
        self._per_address = per_address
        self._addresses: Counter[str] = Counter()
        self._with_secret: Counter[str] = Counter()
        self.count = 0

    def enter(self) -> None:
        """Count a connection, whether it is let in or not."""
        self.count += 1

    def leave(self) -> None:
        """Forget a connection that was counted."""
        self.count -= 1

    def enter_from(self, address: str) -> None:
        """Count it for its address; it is taken for one without a secret."""
        if address:
            self._addresses[address] += 1

    def show_secret(self, address: str) -> None:
        """One of those from an address has a secret."""
        if address:
            self._with_secret[address] += 1

    def leave_from(self, address: str, *, has_secret: bool) -> None:
        """Forget one that was counted for its address, and has shown a secret or has not."""
        for counter in (self._addresses, self._with_secret)[: 1 + has_secret]:
            if counter[address] > 1:
                counter[address] -= 1
            else:
                del counter[address]

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
        """Has this address more connections without a secret than it may have?"""
        return self._addresses[address] - self._with_secret[address] > self._per_address

    def packed(self, address: str) -> bool:
        """Has it more connections of any kind?"""
        return self._addresses[address] > self._per_address * _CROWD


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
