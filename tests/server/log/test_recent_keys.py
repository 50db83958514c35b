"""Idempotency keys: how long they are remembered, and how many."""

import pytest

from chat_server.log.recent_keys import KEY_SECONDS, RecentKeys


class Clock:
    """A time that is set by hand."""

    def __init__(self) -> None:
        self.time = 5.0

    def __call__(self) -> float:
        """That time."""
        return self.time


@pytest.mark.parametrize("used_at", [0.0, 1.0, KEY_SECONDS - 1, KEY_SECONDS, 1.5 * KEY_SECONDS, 9 * KEY_SECONDS])
def test_a_key_is_known_for_an_hour(used_at):
    """Whenever it was used, and whether anybody asked meanwhile; after two it is not."""
    for asked in (False, True):
        clock = Clock()
        keys = RecentKeys(clock)
        begin = clock.time = clock.time + used_at
        keys.add("k", 7)
        for part in (0.0, 0.5, 1.0):
            clock.time = begin + part * KEY_SECONDS
            assert not asked or keys.find("k") == 7
        assert keys.find("k") == 7
        assert keys.find("other") is None
        clock.time = begin + 3 * KEY_SECONDS
        assert keys.find("k") is None


def test_keys_do_not_gather():
    """Of more than may be remembered, the newest half at least."""
    keys = RecentKeys(Clock(), most=100)
    for number in range(1000):
        keys.add(f"k{number}", number)
        assert len(keys) <= 100
        assert all(keys.find(f"k{known}") == known for known in range(max(0, number - 49), number))


def test_an_hour_has_sixty_minutes():
    """What the protocol promises for tokens, minute by minute."""
    clock = Clock()
    keys = RecentKeys(clock)
    keys.add("k", 7)
    for _ in range(60):
        clock.time += 60.0
        assert keys.find("k") == 7
