"""The paint throttle: in a flood a screen is painted at most once a frame, and a paint yields to a key once."""

import asyncio
from collections.abc import Callable
from time import monotonic

FRAME = 1 / 30
"""Seconds between two paints in a flood."""
GRACE = 0.008
"""Seconds for which a paint gives way to something else, once."""


class PaintThrottle:
    """Calls `paint` for any number of requests as seldom as it may; `gives_way()`: is there what it would hold up?"""

    def __init__(self, paint: Callable[[], None], gives_way: Callable[[], bool]) -> None:
        self._paint, self._gives_way = paint, gives_way
        self._handle: asyncio.Handle | None = None
        self._is_next = False
        self._painted_at = 0.0
        self._gave_way = False  # the paint that is on its way, and for the last time

    def request(self, *, at_once: bool = False, later: bool = False) -> None:
        """Have it painted at the next frame; or as soon as the loop turns, or not before a frame's time."""
        wait = 0.0 if at_once else FRAME if later else self._painted_at + FRAME - monotonic()
        if self._handle is not None:
            if wait > 0 or self._is_next or (self._gave_way and not at_once):
                return
            self._handle.cancel()
        self._is_next = wait <= 0
        self._gave_way = at_once
        # The loop's own calls: call_later of a widget is a message and a timer task each, 50 us.
        loop = asyncio.get_running_loop()
        self._handle = loop.call_soon(self._run) if wait <= 0 else loop.call_later(wait, self._run)

    def cancel(self) -> None:
        """Paint no more."""
        if self._handle is not None:
            self._handle.cancel()

    def _run(self) -> None:
        self._handle = None
        if not self._gave_way and self._gives_way():
            self._gave_way, self._is_next = True, False
            self._handle = asyncio.get_running_loop().call_later(GRACE, self._run)
            return
        self._paint()
        self._painted_at = monotonic()
