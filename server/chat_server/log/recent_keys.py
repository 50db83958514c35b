"""Recent idempotency keys: remembers the entry that each was used for, also when that entry is gone."""

from collections.abc import Callable
from hashlib import blake2b

KEY_SECONDS = 3600.0
"""Every engine knows a key for at least so long."""
MOST_KEYS = 1_000_000


class RecentKeys:
    """Remembers the keys of the last hour at least, of the last two at most.

    `len` is never more than `most`: beyond half of that in an hour the oldest go earlier. A key takes about 150 bytes.
    `now` is a clock in seconds that never goes back.
    """

    def __init__(self, now: Callable[[], float], most: int = MOST_KEYS) -> None:
        self._now = now
        self._most = most
        self._new: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._until = now() + KEY_SECONDS  # then the new ones become the old ones

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def find(self, key: str) -> int | None:
        """The number of the entry that a key was used for."""
        self._turn_over()
        short = hash_of(key)
        number = self._new.get(short)
        return self._old.get(short) if number is None else number

    def add(self, key: str, number: int) -> None:
        """A key is used for the first time."""
        self._turn_over()
        self._new[hash_of(key)] = number

    def _turn_over(self) -> None:
        now = self._now()
        if now >= self._until or len(self._new) >= self._most // 2:
            all_are_old = now >= self._until + KEY_SECONDS
            self._new, self._old = {}, {} if all_are_old else self._new
            self._until = now + KEY_SECONDS


def hash_of(key: str) -> bytes:
    """What is kept of a key, however long it is."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
