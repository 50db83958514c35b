"""Which keys were used lately, and for which entry: remembered also when the entry is gone."""

from collections.abc import Callable
from hashlib import blake2b

KEPT_SECONDS = 3600.0
MOST_KEYS = 1_000_000


class RecentKeys:
    """Keys of the last hour at least, of the last two at most.

    Never more than `most`: beyond half of that in an hour the oldest go earlier. A key takes about 150 bytes. `now` is
    a clock in seconds that only goes on.
    """

    def __init__(self, now: Callable[[], float], most: int = MOST_KEYS) -> None:
        self._now = now
        self._most = most
        self._new: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._until = now() + KEPT_SECONDS  # then the new ones become the old ones

    def find(self, key: str) -> int | None:
        """The number of the entry that a key was used for."""
        self._turn_over()
        short = _short(key)
        number = self._new.get(short)
        return self._old.get(short) if number is None else number

    def add(self, key: str, number: int) -> None:
        """A key is used for the first time."""
        self._turn_over()
        self._new[_short(key)] = number

    def _turn_over(self) -> None:
        now = self._now()
        if now >= self._until or len(self._new) >= self._most // 2:
            all_are_old = now >= self._until + KEPT_SECONDS
            self._new, self._old = {}, {} if all_are_old else self._new
            self._until = now + KEPT_SECONDS


def _short(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=16).digest()
