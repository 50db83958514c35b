"""Clock of a server: seconds since the epoch that never jump."""

import time
from collections.abc import Callable


class Clock:
    """Seconds since the epoch that never jump: the wall's time at the start, and the monotonic clock since.

    It begins no earlier than `earliest`, the newest time that the log has seen: a wall clock that was set back while
    there was no server gives nothing a longer life.
    """

    def __init__(
        self,
        earliest: float = 0.0,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._offset = max(wall(), earliest) - monotonic()

    def __call__(self) -> float:
        """Return the time now."""
        return self._monotonic() + self._offset
